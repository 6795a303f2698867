/**
 * Reads ZIP files, zip64 included: the directory at once, entries as streams. yauzl reads the format; what it does not
 * check (CRCs) or says in its own words is checked and said here.
 *
 * Promises: what is yielded has the size and checksum the directory says, or the stream ends in an error; an entry that
 * unpacks to more than it says is stopped there. A name that leads out of the archive's folder refuses the whole file.
 */
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { HttpError } from '../values/errors.ts';

export interface ZipEntry {
  name: string;
  size: number;
  /** Its bytes, as long as the archive is open. */
  read(): AsyncGenerator<Uint8Array>;
}

export interface ZipArchive {
  /** Those that are files. */
  entries: ZipEntry[];
  close(): void;
}

/** Throws HttpError 400 for what is no ZIP file we can read. */
export async function openZip(path: string): Promise<ZipArchive> {
  const file = await openPromise(path, { autoClose: false }).catch(refuse);
  try {
    const entries: ZipEntry[] = [];
    for await (const entry of file.eachEntry()) {
      const { fileName: name, uncompressedSize: size } = entry;
      if (entry.isEncrypted()) throw invalid('it is encrypted');
      if (!entry.canDecodeFileData()) throw invalid(`${name} is packed in an unknown way`);
      if (entry.relativeOffsetOfLocalHeader + entry.compressedSize > file.fileSize)
        throw invalid('it is cut off');
      if (!name.endsWith('/')) entries.push({ name, size, read: () => read(file, entry) });
    }
    return { entries, close: () => file.close() };
  } catch (error) {
    file.close();
    return refuse(error);
  }
}

async function* read(file: ZipFile, entry: Entry): AsyncGenerator<Uint8Array> {
  let crc = 0;
  try {
    for await (const chunk of (await file.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
      crc = crc32(chunk, crc);
      yield chunk;
    }
  } catch (error) {
    if (isOfTheDisk(error)) throw error;
    throw invalid(`${entry.fileName} is damaged`);
  }
  if (crc !== entry.crc32) throw invalid(`${entry.fileName} is damaged`);
}

function refuse(error: unknown): never {
  if (error instanceof HttpError || isOfTheDisk(error)) throw error;
  const { message } = error as Error;
  if (/^End of central directory|^Invalid comment length/.test(message)) throw invalid('it has no directory');
  if (message === 'unexpected EOF') throw invalid('it is cut off');
  throw invalid(`its directory is damaged (${message})`);
}

/** Reading failed, not the archive. */
function isOfTheDisk(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).syscall !== undefined;
}

function invalid(why: string): HttpError {
  return new HttpError(400, 'InvalidZip', `The ZIP file cannot be read: ${why}.`);
}
