/**
 * Writes a ZIP file entry by entry: memory for a chunk, not for an entry. Below 4 GiB and 65,535 entries (no zip64).
 *
 * Sizes and checksums are known only behind the bytes, so each local header is written twice: empty, then filled in.
 */
import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32, createDeflateRaw } from 'node:zlib';

interface Entry {
  name: Buffer;
  method: 0 | 8;
  crc: number;
  packed: number;
  size: number;
  offset: number;
}

/** 1980-01-01: equal contents give equal files. */
const DOS_DATE = 0x21;
const UTF8 = 0x800;
const LIMIT = 0xffff_ffff;
const MAX_ENTRIES = 0xffff;
const REGULAR_0644 = 0o100644 << 16;

export class ZipTooLarge extends Error {}

export class ZipWriter {
  readonly #file: FileHandle;
  readonly #entries: Entry[] = [];
  #at = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(path: string): Promise<ZipWriter> {
    return new ZipWriter(await open(path, 'wx', 0o600));
  }

  /** `stored` keeps the bytes as they are, for what is compressed already. */
  async add(
    name: string,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    method: 'deflated' | 'stored' = 'deflated',
  ): Promise<void> {
    const entry: Entry = {
      name: Buffer.from(name),
      method: method === 'stored' ? 0 : 8,
      crc: 0,
      packed: 0,
      size: 0,
      offset: this.#at,
    };
    await this.#append(localHeader(entry));
    const start = this.#at;
    const counted = async function* () {
      for await (const chunk of chunks) {
        entry.crc = crc32(chunk, entry.crc);
        entry.size += chunk.byteLength;
        yield chunk;
      }
    };
    const packed = method === 'stored' ? counted() : deflated(counted());
    for await (const chunk of packed) await this.#append(chunk);
    entry.packed = this.#at - start;
    this.#entries.push(entry);
    if (entry.size > LIMIT || this.#entries.length > MAX_ENTRIES) throw new ZipTooLarge();
    await this.#file.write(localHeader(entry), 0, null, entry.offset);
  }

  /** Writes the directory; the file is complete and on disk. */
  async finish(): Promise<void> {
    const start = this.#at;
    for (const entry of this.#entries) await this.#append(centralHeader(entry));
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x0605_4b50, 0);
    end.writeUInt16LE(this.#entries.length, 8);
    end.writeUInt16LE(this.#entries.length, 10);
    end.writeUInt32LE(this.#at - start, 12);
    end.writeUInt32LE(start, 16);
    await this.#append(end);
    await this.#file.sync();
    await this.#file.close();
  }

  async abandon(): Promise<void> {
    await this.#file.close().catch(() => {});
  }

  async #append(bytes: Uint8Array): Promise<void> {
    if (this.#at + bytes.byteLength > LIMIT) throw new ZipTooLarge();
    for (let done = 0; done < bytes.byteLength;) {
      const { bytesWritten } = await this.#file.write(bytes, done, null, this.#at + done);
      done += bytesWritten;
    }
    this.#at += bytes.byteLength;
  }
}

async function* deflated(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const packer = createDeflateRaw();
  const feeding = (async () => {
    for await (const chunk of chunks) if (!packer.write(chunk)) await once(packer, 'drain');
    packer.end();
  })();
  feeding.catch((error: unknown) => packer.destroy(error as Error));
  yield* packer as AsyncIterable<Uint8Array>;
  await feeding;
}

function localHeader(entry: Entry): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x0403_4b50, 0);
  common(header, 4, entry);
  return Buffer.concat([header, entry.name]);
}

function centralHeader(entry: Entry): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x0201_4b50, 0);
  header.writeUInt16LE(0x0314, 4); // made by Unix, version 2.0
  common(header, 6, entry);
  header.writeUInt32LE(REGULAR_0644 >>> 0, 38);
  header.writeUInt32LE(entry.offset, 42);
  return Buffer.concat([header, entry.name]);
}

function common(header: Buffer, at: number, { name, method, crc, packed, size }: Entry): void {
  header.writeUInt16LE(20, at);
  header.writeUInt16LE(UTF8, at + 2);
  header.writeUInt16LE(method, at + 4);
  header.writeUInt16LE(DOS_DATE, at + 8);
  header.writeUInt32LE(crc, at + 10);
  header.writeUInt32LE(packed, at + 14);
  header.writeUInt32LE(size, at + 18);
  header.writeUInt16LE(name.length, at + 22);
}
