/**
 * Backup files: a plain tar, so that `tar tf` lists one and, unpacked, `sha256sum -c SHA256SUMS` proves it.
 *
 *   backup.json · data.sqlite · blobs/<uuid> … · SHA256SUMS
 *
 * Promises: the sums come last and cover every other entry, so a file that was cut anywhere is refused; only these names
 * are ever read, so an archive from a stranger cannot write elsewhere; both ways take memory for a chunk.
 * Our own, and no ZIP file like a snapshot: a tar of these few names is forty lines, with sums, and synced as it is written.
 */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

const SUMS = 'SHA256SUMS';
const BLOCK = 512;
const CHUNK = 1024 * 1024;
/** Bytes between two syncs: what piles up unwritten would make the engine's own commits wait behind it. */
const SYNC_EVERY = 8 * CHUNK;
/** What eleven octal digits can say. */
const MAX_OCTAL = 0o77777777777;
const NAME = /^(?:backup\.json|data\.sqlite|SHA256SUMS|blobs\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The file is not a whole backup; the message is for the operator. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

export class ArchiveWriter {
  readonly #file: FileHandle;
  readonly #sums: string[] = [];
  #unsynced = 0;
  bytes = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Adds an entry of exactly `size` bytes; throws when the source has fewer. */
  async add(name: string, size: number, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const hash = createHash('sha256');
    let left = size;
    await this.#write(header(name, size));
    for await (const chunk of chunks) {
      const part = chunk.subarray(0, left);
      left -= part.byteLength;
      hash.update(part);
      await this.#write(part);
      if (left === 0) break;
    }
    if (left > 0) throw new Error(`${name} is ${left} bytes shorter than it was.`);
    await this.#write(new Uint8Array(padding(size)));
    this.#sums.push(`${hash.digest('hex')}  ${name}\n`);
  }

  async addText(name: string, text: string): Promise<void> {
    const bytes = Buffer.from(text);
    await this.add(name, bytes.byteLength, once(bytes));
  }

  /** Writes the sums and the end; what was added is on disk when this resolves. */
  async finish(): Promise<void> {
    const sums = this.#sums.join('');
    await this.addText(SUMS, sums);
    await this.#write(new Uint8Array(2 * BLOCK));
    await this.#file.sync();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength;)
      at += (await this.#file.write(bytes, at, bytes.byteLength - at)).bytesWritten;
    this.bytes += bytes.byteLength;
    this.#unsynced += bytes.byteLength;
    if (this.#unsynced < SYNC_EVERY) return;
    this.#unsynced = 0;
    await this.#file.datasync();
  }
}

/** Who takes the entries of an archive: gets each one's bytes in order. */
export type EntrySink = (name: string, chunks: AsyncIterable<Uint8Array>) => Promise<void>;

/** Reads a whole archive into `sink`; resolves with the names only if every sum holds. Throws ArchiveError. */
export async function readArchive(file: FileHandle, sink: EntrySink): Promise<string[]> {
  const reader = new Reader(file);
  const sums = new Map<string, string>();
  for (;;) {
    const { name, size } = parseHeader(await reader.exactly(BLOCK));
    if (sums.has(name)) throw new ArchiveError(`the entry ${name} comes twice`);
    if (name === SUMS) {
      const text = Buffer.from(await reader.exactly(size)).toString();
      compare(sums, text);
      return [...sums.keys()];
    }
    const hash = createHash('sha256');
    await sink(
      name,
      reader.stream(size, (chunk) => hash.update(chunk)),
    );
    await reader.exactly(padding(size));
    sums.set(name, hash.digest('hex'));
  }
}

/** The bytes of a file from its beginning, a chunk at a time; the handle stays open. */
export async function* chunksOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (let at = 0; ;) {
    // A buffer of its own for each chunk: the one before may still be on its way to the disk.
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

class Reader {
  readonly #file: FileHandle;
  #at = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async exactly(size: number): Promise<Uint8Array> {
    const bytes = Buffer.alloc(size);
    for (let have = 0; have < size;) have += await this.#read(bytes, have, size - have);
    return bytes;
  }

  async *stream(size: number, seen: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array> {
    for (let left = size; left > 0;) {
      const buffer = Buffer.allocUnsafe(Math.min(left, CHUNK));
      const chunk = buffer.subarray(0, await this.#read(buffer, 0, buffer.byteLength));
      left -= chunk.byteLength;
      seen(chunk);
      yield chunk;
    }
  }

  async #read(buffer: Buffer, offset: number, length: number): Promise<number> {
    const { bytesRead } = await this.#file.read(buffer, offset, length, this.#at);
    if (bytesRead === 0) throw new ArchiveError('it ends too early');
    this.#at += bytesRead;
    return bytesRead;
  }
}

function compare(actual: Map<string, string>, text: string): void {
  const expected = new Map(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(66), line.slice(0, 64)] as const),
  );
  for (const [name, sum] of expected) {
    if (!actual.has(name)) throw new ArchiveError(`${name} is missing`);
    if (actual.get(name) !== sum) throw new ArchiveError(`${name} is damaged`);
  }
  for (const name of actual.keys())
    if (!expected.has(name)) throw new ArchiveError(`${name} has no checksum`);
}

function header(name: string, size: number): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0);
  block.write('0000600\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  if (size <= MAX_OCTAL) block.write(`${octal(size, 11)}\0`, 124);
  else {
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(size), 128);
  }
  block.write(`${octal(Math.floor(Date.now() / 1000), 11)}\0`, 136);
  block.write('0', 156);
  block.write('ustar\x0000', 257);
  block.write(`${octal(checksum(block), 6)}\0 `, 148);
  return block;
}

function parseHeader(bytes: Uint8Array): { name: string; size: number } {
  const block = Buffer.from(bytes);
  const text = (from: number, length: number) =>
    block.toString('latin1', from, from + length).split('\0')[0]!;
  if (block.toString('latin1', 257, 262) !== 'ustar')
    throw new ArchiveError('it is not a backup of this engine');
  if (Number.parseInt(text(148, 8), 8) !== checksum(block)) throw new ArchiveError('it is damaged');
  const name = text(0, 100);
  if (!NAME.test(name)) throw new ArchiveError('it is not a backup of this engine');
  const size = block[124] === 0x80 ? Number(block.readBigUInt64BE(128)) : Number.parseInt(text(124, 12), 8);
  return { name, size };
}

/** The sum of all bytes, those of the checksum itself counted as blanks. */
function checksum(block: Uint8Array): number {
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.byteLength > 0) yield bytes;
}
