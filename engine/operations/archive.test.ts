import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ArchiveError, ArchiveWriter, readArchive } from './archive.ts';

const folder = mkdtempSync(join(tmpdir(), 'archive-'));
afterAll(() => rmSync(folder, { recursive: true }));
const BLOB = 'blobs/00000000-0000-4000-8000-000000000001';

async function write(entries: [name: string, text: string][]): Promise<string> {
  const path = join(folder, `${Math.random()}.tar`);
  const file = await open(path, 'wx');
  const archive = new ArchiveWriter(file);
  for (const [name, text] of entries) await archive.addText(name, text);
  await archive.finish();
  await file.close();
  return path;
}

async function read(path: string): Promise<Record<string, string>> {
  const file = await open(path, 'r');
  const entries: Record<string, string> = {};
  try {
    await readArchive(file, async (name, chunks) => {
      entries[name] = '';
      for await (const chunk of chunks) entries[name] += Buffer.from(chunk).toString();
    });
    return entries;
  } finally {
    await file.close();
  }
}

const SAMPLE: [string, string][] = [
  ['backup.json', '{}'],
  ['data.sqlite', 'x'.repeat(1500)],
  [BLOB, ''],
];

describe('backup files', () => {
  it('[engine O3] come back as they were written, and other tools can read and prove them', async () => {
    const path = await write(SAMPLE);
    expect(await read(path)).toEqual(Object.fromEntries(SAMPLE));
    const out = join(folder, 'unpacked');
    execFileSync('sh', [
      '-c',
      `mkdir '${out}' && tar xf '${path}' -C '${out}' && cd '${out}' && sha256sum -c --status SHA256SUMS`,
    ]);
    expect(readFileSync(join(out, 'data.sqlite'), 'utf8')).toBe(SAMPLE[1]![1]);
  });

  it('[engine O3] are refused when they were cut anywhere or one of their bytes was changed', async () => {
    const whole = readFileSync(await write(SAMPLE));
    const path = join(folder, 'broken.tar');
    // The end is two empty blocks behind the sums, which nothing depends on.
    const meaningful = whole.length - 1024 - 512;
    for (let cut = 0; cut < meaningful; cut += 97) {
      writeFileSync(path, whole.subarray(0, cut));
      await expect(read(path), `cut at ${cut}`).rejects.toThrow(ArchiveError);
    }
    const contents = [...Buffer.from(whole).entries()].filter(
      ([at]) => at < meaningful && inContent(whole, at),
    );
    for (const [at] of contents.filter((_, n) => n % 31 === 0)) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1;
      writeFileSync(path, changed);
      await expect(read(path), `changed at ${at}`).rejects.toThrow(ArchiveError);
    }
  });

  it('[engine O3] write nowhere but where a data folder has something', async () => {
    for (const name of ['../escape', '/etc/x', 'blobs/../x', 'admin.key', `${BLOB}/x`])
      await expect(read(await write([[name, 'x']])), name).rejects.toThrow(ArchiveError);
    await expect(read(await write([SAMPLE[0]!, SAMPLE[0]!]))).rejects.toThrow('comes twice');
  });
});

/** Neither a header's unused fields nor padding. */
function inContent(whole: Buffer, at: number): boolean {
  for (let block = 0; block < whole.length;) {
    const size = Number.parseInt(whole.toString('latin1', block + 124, block + 135), 8) || 0;
    if (at < block + 512) return at < block + 100 && whole[at] !== 0;
    if (at < block + 512 + size) return true;
    block += 512 + Math.ceil(size / 512) * 512;
    if (at < block) return false;
  }
  return false;
}
