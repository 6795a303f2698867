import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BlobFolder } from './blobs.ts';
import { UploadTokens } from './uploadTokens.ts';

describe('upload tokens', () => {
  it('[engine B5] run out after an hour and tell their component', () => {
    let now = 1_000_000;
    const tokens = new UploadTokens(Buffer.alloc(32, 7), () => now);
    const token = tokens.create('a/b');
    now += 3_600_000;
    expect(tokens.claim(token).component).toBe('a/b');
    now += 1;
    expect(() => tokens.claim(token)).toThrow('more than an hour old');
    expect(() => new UploadTokens(Buffer.alloc(32, 8), () => now).claim(token)).toThrow('not valid');
  });

  it('[engine B5] take one file each where the host says so, two made at once too, and another where nothing came of it', () => {
    const tokens = new UploadTokens(Buffer.alloc(32, 7), () => 1_000_000, true);
    const [one, two] = [tokens.create(''), tokens.create('')];
    const { release } = tokens.claim(one);
    expect(() => tokens.claim(one)).toThrow('was used already');
    expect(tokens.claim(two).component).toBe('');
    release();
    tokens.claim(one);
    expect(() => tokens.claim(one)).toThrow('was used already');
  });
});

describe('the folder of blobs', () => {
  it('[engine B7] refuses a file before it would leave the database no room', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'blobs-'));
    const folder = new BlobFolder(dir);
    expect(() => folder.requireRoom(Number.MAX_SAFE_INTEGER)).toThrow('The disk is full');
    expect(() => folder.requireRoom(1)).not.toThrow();
    rmSync(dir, { recursive: true });
  });

  it('[engine B7] keeps nothing of a file whose source fails half-way', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'blobs-'));
    const folder = new BlobFolder(dir);
    const source = (async function* () {
      yield Buffer.alloc(10);
      throw new Error('gone');
    })();
    await expect(folder.write('00000000-0000-4000-8000-000000000000', source, 100)).rejects.toThrow('gone');
    expect(readdirSync(join(dir, 'blobs'))).toEqual(['incoming']);
    expect(readdirSync(join(dir, 'blobs/incoming'))).toEqual([]);
    rmSync(dir, { recursive: true });
  });
});
