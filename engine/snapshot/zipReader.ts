/**
 * Reads ZIP files: the directory at once, entries as streams. Stored and deflated entries; no zip64, no encryption.
 *
 * Promises: what is yielded has the size and checksum the directory says, or the stream ends in an error; an entry that
 * unpacks to more than it says is stopped there.
 */
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { HttpError } from '../values/errors.ts';

export interface ZipEntry {
  name: string;
  size: number;
  packed: number;
  crc: number;
  method: number;
  offset: number;
}

const END_BYTES = 22;
const MAX_COMMENT = 65_535;
const ZIP64 = 0xffff_ffff;

/** The entries that are files. Throws HttpError 400 for what is no ZIP file we can read. */
export async function readZip(path: string): Promise<ZipEntry[]> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const tail = await read(file, Math.max(0, size - END_BYTES - MAX_COMMENT), size);
    const at = tail.lastIndexOf('PK\x05\x06', undefined, 'latin1');
    if (at < 0 || at + END_BYTES > tail.length) throw invalid('it has no directory');
    const [bytes, start] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
    if (start === ZIP64 || tail.readUInt16LE(at + 10) === 0xffff)
      throw invalid('files of 4 GiB and more (zip64) are not supported');
    if (start + bytes > size) throw invalid('it is cut off');
    return entriesOf(await read(file, start, start + bytes), size);
  } finally {
    await file.close();
  }
}

/** The bytes of an entry. */
export async function* readEntry(path: string, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  let start: number;
  try {
    const header = await read(file, entry.offset, entry.offset + 30);
    if (header.length < 30 || header.readUInt32LE(0) !== 0x0403_4b50) throw invalid('an entry is missing');
    start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await file.close();
  }
  let [size, crc] = [0, 0];
  for await (const chunk of unpacked(path, entry, start)) {
    size += chunk.byteLength;
    if (size > entry.size) break;
    crc = crc32(chunk, crc);
    yield chunk;
  }
  if (size !== entry.size || crc !== entry.crc) throw invalid(`${entry.name} is damaged`);
}

async function* unpacked(path: string, entry: ZipEntry, start: number): AsyncGenerator<Uint8Array> {
  if (entry.packed === 0) return;
  const raw = createReadStream(path, { start, end: start + entry.packed - 1 });
  if (entry.method === 0) {
    yield* raw as AsyncIterable<Uint8Array>;
    return;
  }
  const inflate = createInflateRaw();
  raw.on('error', (error) => inflate.destroy(error));
  try {
    yield* raw.pipe(inflate) as AsyncIterable<Uint8Array>;
  } catch {
    throw invalid(`${entry.name} is damaged`);
  } finally {
    raw.destroy();
  }
}

function entriesOf(directory: Buffer, fileSize: number): ZipEntry[] {
  const entries: ZipEntry[] = [];
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === 0x0201_4b50;) {
    const nameBytes = directory.readUInt16LE(at + 28);
    const entry: ZipEntry = {
      name: directory.toString('utf8', at + 46, at + 46 + nameBytes),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    };
    if ((directory.readUInt16LE(at + 8) & 1) === 1) throw invalid('it is encrypted');
    if ([entry.packed, entry.size, entry.offset].includes(ZIP64))
      throw invalid('entries of 4 GiB and more (zip64) are not supported');
    if (entry.method !== 0 && entry.method !== 8) throw invalid(`${entry.name} is packed in an unknown way`);
    if (entry.offset + entry.packed > fileSize) throw invalid('it is cut off');
    if (!entry.name.endsWith('/')) entries.push(entry);
    at += 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function read(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const buffer = Buffer.alloc(to - from);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
  return buffer.subarray(0, bytesRead);
}

function invalid(why: string): HttpError {
  return new HttpError(400, 'InvalidZip', `The ZIP file cannot be read: ${why}.`);
}
