import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { openZip } from './zipReader.ts';
import { ZipWriter } from './zipWriter.ts';

const dir = mkdtempSync(join(tmpdir(), 'zip-'));
afterAll(() => rmSync(dir, { recursive: true }));

const contents: Record<string, Buffer> = {
  'a/documents.jsonl': Buffer.from('{"x":1}\n'.repeat(20_000)),
  'empty.txt': Buffer.alloc(0),
  'grüße.bin': Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 7919) & 255)),
  'last.txt': Buffer.from('behind the large ones'),
};

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function written(name: string, plain?: { bytes: number; entries: number }): Promise<string> {
  const path = join(dir, name);
  const zip = await ZipWriter.create(path, plain);
  for (const [entry, bytes] of Object.entries(contents))
    await zip.add(entry, pieces(bytes, 1_000), entry.endsWith('.bin') ? 'stored' : 'deflated');
  await zip.finish();
  return path;
}

/** As another program writes them, each entry with zip64 structures. */
async function writtenByYazl(name: string): Promise<string> {
  const path = join(dir, name);
  const zip = new ZipFile();
  for (const [entry, bytes] of Object.entries(contents))
    zip.addBuffer(bytes, entry, { forceZip64Format: true, compress: !entry.endsWith('.bin') });
  zip.end({ forceZip64Format: true, comment: 'by another' });
  await pipeline(zip.outputStream, createWriteStream(path));
  return path;
}

async function unpacked(path: string): Promise<Record<string, Buffer>> {
  const { entries, close } = await openZip(path);
  const found: Record<string, Buffer> = {};
  try {
    for (const entry of entries) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry.read()) chunks.push(chunk);
      found[entry.name] = Buffer.concat(chunks);
    }
  } finally {
    close();
  }
  return found;
}

/** What Python makes of it, where there is one. */
function expectPythonReads(path: string): void {
  const script =
    'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print("|".join(z.namelist()))';
  let listed: string;
  try {
    listed = execFileSync('python3', ['-c', script, path], {
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString();
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error;
    return;
  }
  expect(listed.trim()).toBe(Object.keys(contents).join('|'));
}

function file(name: string, bytes: Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, bytes);
  return path;
}

const DIRECTORY_ENTRY = 'PK\x01\x02';
const ZIP64_END = 'PK\x06\x06';
/** Sizes and offset of an entry. */
const ZIP64_EXTRA = '\x01\x00\x18\x00';

function hasZip64(path: string): boolean {
  const bytes = readFileSync(path, 'latin1');
  return bytes.includes(ZIP64_END) || bytes.includes(ZIP64_EXTRA);
}

/** The archive with one field of its first directory entry changed. */
function edited(bytes: Buffer, change: (entry: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  change(copy.subarray(copy.indexOf(DIRECTORY_ENTRY, 0, 'latin1')));
  return copy;
}

describe('ZIP files', () => {
  it('[engine I2] come back entry by entry, and other tools read them', async () => {
    const path = await written('plain.zip');
    expect(await unpacked(path)).toEqual(contents);
    expect(hasZip64(path)).toBe(false);
    expectPythonReads(path);
  });

  it('[engine I2] are written the same for the same contents', async () => {
    expect(readFileSync(await written('again.zip'))).toEqual(readFileSync(await written('and-again.zip')));
  });

  it('[engine I2] have zip64 structures from where the plain fields cannot say it', async () => {
    // A size that is too large, an offset that is, and a directory of too many entries: each alone.
    for (const plain of [
      { bytes: 71_000, entries: 0xffff },
      { bytes: 1_000, entries: 0xffff },
      { bytes: 0xffff_ffff, entries: 4 },
      { bytes: 0, entries: 0 },
    ]) {
      const path = await written(`zip64-${plain.bytes}-${plain.entries}.zip`, plain);
      expect(hasZip64(path), path).toBe(true);
      expect(await unpacked(path)).toEqual(contents);
      if (plain.entries === 0) expectPythonReads(path);
    }
    expect(await unpacked(await writtenByYazl('foreign.zip'))).toEqual(contents);
  });

  it('[engine I2] that are damaged, cut off or none at all are refused', async () => {
    const bytes = readFileSync(await written('whole.zip'));
    const refused = (name: string, content: Uint8Array, why: string) =>
      expect(unpacked(file(name, content)), name).rejects.toThrow(`The ZIP file cannot be read: ${why}`);
    await refused('none', Buffer.from('no zip'), 'it has no directory.');
    await refused('nothing', Buffer.alloc(0), 'it has no directory.');
    await refused('cut', bytes.subarray(0, bytes.length - 30), 'it has no directory.');
    // The directory is whole, but what it lists is not there any more.
    const half = Buffer.concat([bytes.subarray(0, 100), bytes.subarray(bytes.length - 22)]);
    await refused('half', half, 'it is cut off.');
    const flipped = Buffer.from(bytes);
    flipped[30 + 'a/documents.jsonl'.length + 20 + 40]! ^= 1;
    await refused('flipped', flipped, 'a/documents.jsonl is damaged.');
    const wrongCrc = edited(bytes, (entry) => entry.writeUInt32LE(7, 16));
    await refused('crc', wrongCrc, 'a/documents.jsonl is damaged.');
    await refused(
      'far',
      edited(bytes, (entry) => entry.writeUInt32LE(0xffff_fff0, 42)),
      'it is cut off.',
    );
    await refused(
      'encrypted',
      edited(bytes, (entry) => entry.writeUInt16LE(0x801, 8)),
      'it is encrypted.',
    );
    await refused(
      'packed',
      edited(bytes, (entry) => entry.writeUInt16LE(14, 10)),
      'a/documents.jsonl is packed in an unknown way.',
    );
    const escaping = Buffer.from(bytes.toString('latin1').replaceAll('a/documents', '../ocuments'), 'latin1');
    await refused(
      'escaping',
      escaping,
      'its directory is damaged (invalid relative path: ../ocuments.jsonl).',
    );
    const zip64 = readFileSync(await writtenByYazl('whole64.zip'));
    await refused('cut64', zip64.subarray(0, zip64.length - 40), 'it has no directory.');
    zip64.writeUInt32LE(0x7fff_ffff, zip64.lastIndexOf(ZIP64_END, undefined, 'latin1') + 48);
    await refused('far64', zip64, 'it is cut off.');
  });

  it('[engine I2] that unpack to more, or less, than they say are not followed to their end', async () => {
    const bytes = readFileSync(await written('honest.zip'));
    for (const size of [100, 160_001]) {
      const path = file(
        'liar',
        edited(bytes, (entry) => entry.writeUInt32LE(size, 24)),
      );
      const { entries, close } = await openZip(path);
      let got = 0;
      const reading = (async () => {
        for await (const chunk of entries[0]!.read()) got += chunk.byteLength;
      })();
      await expect(reading).rejects.toThrow('a/documents.jsonl is damaged.');
      expect(got).toBeLessThanOrEqual(size);
      close();
    }
  });
});
