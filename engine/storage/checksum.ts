/** One number over the columns of a row: what must still fit when the row comes back from disk. */
import { crc32 } from 'node:zlib';

/** Distinguishes types and where one column ends: no text moved between columns goes unseen. */
export function checksumOf(...columns: (string | number | bigint | null)[]): number {
  let crc = 0;
  for (const column of columns) {
    const text = String(column);
    crc = crc32(`${typeof column}${text.length}:`, crc);
    crc = crc32(text, crc);
  }
  return crc;
}
