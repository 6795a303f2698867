/** File storage through the real CLI, the official client and plain HTTP, on a real disk. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { anyApi } from 'convex/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../engine/server/engine.ts';
import { removeFolder, temporaryFolder } from './cliSupport.ts';
import { startTestEngine, type TestEngine, until } from './harness.ts';

const api = anyApi as any;
const MAX = 100 * 1024 * 1024;
let test: TestEngine;
let dataDir: string;

beforeAll(async () => {
  dataDir = temporaryFolder('files');
  test = await startTestEngine({ dataDir, maxUploadBytes: MAX }, 'records');
}, 60_000);
afterAll(async () => {
  expect(test.violations).toEqual([]);
  expect(test.errors).toEqual([]);
  await test.stop();
  removeFolder(dataDir);
});

const blobs = (dir = dataDir) => readdirSync(join(dir, 'blobs')).filter((name) => name !== 'incoming');
const newSince = (before: string[]) => blobs().filter((name) => !before.includes(name)).length;
const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest();

async function upload(body: RequestInit['body'], headers: Record<string, string> = {}, url?: string) {
  const target = url ?? ((await test.http().mutation(api.files.uploadUrl, {})) as string);
  const response = await fetch(target, { method: 'POST', body, headers });
  const json = (await response.json()) as { storageId?: string; code?: string };
  return { status: response.status, ...json };
}

async function stored(body: string | Uint8Array, headers: Record<string, string> = {}) {
  const { storageId } = await upload(body as never, headers);
  return {
    id: storageId!,
    url: (await test.http().query(api.files.url, { id: storageId })) as string,
  };
}

describe('upload and download', () => {
  it('[engine B1] an uploaded file has a document, an address, and comes back byte for byte', async () => {
    const bytes = randomBytes(300_000);
    const { id, url } = await stored(bytes, { 'content-type': 'image/png' });
    const document = (await test.http().query(api.files.document, { id })) as Record<string, unknown>;
    expect(Object.keys(document).sort()).toEqual(['_creationTime', '_id', 'contentType', 'sha256', 'size']);
    expect(document).toMatchObject({
      _id: id,
      size: bytes.length,
      contentType: 'image/png',
      sha256: sha256(bytes).toString('base64'),
    });
    expect(await test.http().query(api.files.metadata, { id })).toEqual({
      storageId: id,
      sha256: sha256(bytes).toString('hex'),
      size: bytes.length,
      contentType: 'image/png',
    });
    const response = await fetch(url, { headers: { origin: 'https://elsewhere.test' } });
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(bytes.length),
      digest: `sha-256=${sha256(bytes).toString('base64')}`,
      'cache-control': 'private, max-age=2592000',
      'accept-ranges': 'bytes',
      'access-control-allow-origin': 'https://elsewhere.test',
      'x-content-type-options': 'nosniff',
    });
    const uuid = url.split('/').pop()!;
    expect(await test.http().query(api.files.url, { id: uuid })).toBe(url);
    expect(url).not.toContain(id);
  });

  it('[engine B1] an empty file and one without a type are files like others', async () => {
    const { id, url } = await stored('');
    const response = await fetch(url);
    expect([response.status, await response.text(), response.headers.get('content-length')]).toEqual([
      200,
      '',
      '0',
    ]);
    const document = await test.http().query(api.files.document, { id });
    expect(document).not.toHaveProperty('contentType.length', 0);
  });

  it('[engine B2] one range is answered with 206, an impossible one with 416, a known tag with 304', async () => {
    const { url } = await stored('0123456789', { 'content-type': 'text/plain' });
    const get = async (headers: Record<string, string>, method = 'GET') => {
      const response = await fetch(url, { headers, method });
      return [response.status, await response.text(), response.headers.get('content-range')];
    };
    expect(await get({ range: 'bytes=2-4' })).toEqual([206, '234', 'bytes 2-4/10']);
    expect(await get({ range: 'bytes=7-' })).toEqual([206, '789', 'bytes 7-9/10']);
    expect(await get({ range: 'bytes=-3' })).toEqual([206, '789', 'bytes 7-9/10']);
    expect(await get({ range: 'bytes=8-99' })).toEqual([206, '89', 'bytes 8-9/10']);
    expect(await get({ range: 'bytes=10-' })).toEqual([416, '', 'bytes */10']);
    expect(await get({ range: 'bytes=0-1,3-4' })).toEqual([200, '0123456789', null]);
    expect(await get({ range: 'bytes=5-2' })).toEqual([200, '0123456789', null]);
    expect(await get({}, 'HEAD')).toEqual([200, '', null]);
    const etag = (await fetch(url)).headers.get('etag')!;
    expect(await get({ 'if-none-match': etag })).toEqual([304, '', null]);
    expect(await get({ range: 'bytes=1-1', 'if-range': etag })).toEqual([206, '1', 'bytes 1-1/10']);
    expect(await get({ range: 'bytes=1-1', 'if-range': '"other"' })).toEqual([200, '0123456789', null]);
  });

  it('[engine B3] a stored page is sandboxed: it shares an origin with the app', async () => {
    const { url } = await stored('<script>steal()</script>', { 'content-type': 'text/html' });
    expect((await fetch(url)).headers.get('content-security-policy')).toMatch(/sandbox$/);
    const svg = await stored('<svg/>', { 'content-type': 'image/svg+xml' });
    expect((await fetch(svg.url)).headers.get('content-security-policy')).toMatch(/sandbox$/);
    const pdf = await stored('%PDF-1.4', { 'content-type': 'application/pdf' });
    expect((await fetch(pdf.url)).headers.get('content-security-policy')).toBeNull();
  });

  it('[engine B4] a digest that does not fit is refused and leaves nothing', async () => {
    const before = blobs();
    const good = `sha-256=${sha256('right').toString('base64')}`;
    expect(await upload('right', { digest: good })).toMatchObject({ status: 200 });
    expect(await upload('wrong', { digest: good })).toMatchObject({ status: 400, code: 'Sha256Mismatch' });
    expect(await upload('x', { digest: 'sha-256=short' })).toMatchObject({
      status: 400,
      code: 'InvalidDigest',
    });
    await until(() => newSince(before) === 1, 'only the good one is left');
  });

  it('[engine B5] upload URLs cannot be made up, changed or used after an hour, and can be used twice', async () => {
    const url = (await test.http().mutation(api.files.uploadUrl, {})) as string;
    expect((await upload('a', {}, url)).status).toBe(200);
    expect((await upload('b', {}, url)).status).toBe(200);
    const [claims, signature] = new URL(url).searchParams.get('token')!.split('.');
    const forged = Buffer.from('["other",1]').toString('base64url');
    for (const token of ['', 'x', `${claims}.`, `${claims}.AAAA`, `${forged}.${signature}`]) {
      const target = `${test.engine.url}/api/storage/upload?token=${token}`;
      expect(await upload('c', {}, target)).toMatchObject({ status: 401, code: 'Unauthorized' });
    }
    expect((await fetch(url)).status).toBe(405);
  });

  it('[engine B6] what is no file is refused by kind', async () => {
    const get = async (path: string) => {
      const response = await fetch(`${test.engine.url}/api/storage/${path}`);
      return [response.status, ((await response.json()) as { code: string }).code];
    };
    expect(await get('nonsense')).toEqual([400, 'InvalidStoragePath']);
    expect(await get('..%2fdata.sqlite')).toEqual([400, 'InvalidStoragePath']);
    expect(await get('00000000-0000-4000-8000-000000000000')).toEqual([404, 'FileNotFound']);
    const client = test.http();
    await expect(client.query(api.files.url, { id: 'nonsense' })).rejects.toThrow(
      'Invalid argument `storageId` for `storage.getUrl`: Unable to decode ID: ',
    );
    const foreign = 'j57000820c20a1g7104gm2rc1m70ynr8';
    await expect(client.query(api.files.metadata, { id: foreign })).rejects.toThrow(
      'Invalid argument `storageId` for `storage.getMetadata`, expected to be an Id<"_storage">',
    );
  });

  it('[engine B7] too large a file is refused, announced or not, and leaves nothing', async () => {
    const before = blobs();
    const chunk = Buffer.alloc(1024 * 1024);
    expect(await upload(Buffer.alloc(MAX + 1))).toMatchObject({ status: 413, code: 'FileTooLarge' });
    const target = new URL((await test.http().mutation(api.files.uploadUrl, {})) as string);
    const status = await new Promise<number | string>((done) => {
      const request = httpRequest(target, { method: 'POST' }, (response) => done(response.statusCode!));
      request.on('error', (error) => done(error.message));
      Readable.from(
        (function* () {
          for (let sent = 0; sent <= MAX; sent += chunk.length) yield chunk;
        })(),
      ).pipe(request);
    });
    expect([413, 'write EPIPE', 'read ECONNRESET', 'socket hang up']).toContain(status);
    expect(readdirSync(join(dataDir, 'blobs/incoming'))).toEqual([]);
    expect(newSince(before)).toBe(0);
  });

  it('[engine B7] memory does not grow with the file, and an upload that breaks off leaves nothing', async () => {
    const before = process.memoryUsage();
    const size = 96 * 1024 * 1024;
    let [sent, peak] = [0, 0];
    const chunk = randomBytes(64 * 1024);
    const body = new ReadableStream({
      pull(controller) {
        peak = Math.max(peak, process.memoryUsage().arrayBuffers - before.arrayBuffers);
        if (sent >= size) return controller.close();
        sent += chunk.length;
        controller.enqueue(chunk.slice());
      },
    });
    const target = (await test.http().mutation(api.files.uploadUrl, {})) as string;
    const response = await fetch(target, { method: 'POST', body, duplex: 'half' } as RequestInit);
    expect(response.status).toBe(200);
    // Sender, receiver and disk live in this process, and what was let go of counts until it is collected.
    expect(peak).toBeLessThan(size * 0.8);

    const known = blobs();
    const cut = httpRequest(new URL(target), { method: 'POST', headers: { 'content-length': 1_000_000 } });
    cut.on('error', () => {});
    cut.write(Buffer.alloc(100_000));
    await until(() => readdirSync(join(dataDir, 'blobs/incoming')).length === 1, 'the upload has begun');
    cut.destroy();
    await until(() => readdirSync(join(dataDir, 'blobs/incoming')).length === 0, 'its rest is gone');
    expect(newSince(known)).toBe(0);
  });
});

describe('storage in functions', () => {
  it('[engine B8] actions store and get blobs, with the digest checked in base64 or hex', async () => {
    const client = test.http();
    const text = 'Grüße';
    const made = await client.action(api.files.storeInAction, { text });
    expect(made).toMatchObject({ text, type: 'text/html' });
    for (const encoding of ['base64', 'hex'] as const) {
      const digest = sha256(text).toString(encoding);
      await expect(client.action(api.files.storeInAction, { text, sha256: digest })).resolves.toBeTruthy();
      await expect(client.action(api.files.storeInAction, { text: 'other', sha256: digest })).rejects.toThrow(
        /SHA-256 is/,
      );
    }
    const [copy, url, size] = (await client.action(api.files.roundTripInAction, { id: made.id })) as any;
    expect([await (await fetch(url)).text(), size]).toEqual([text, Buffer.byteLength(text)]);
    expect(await client.query(api.files.document, { id: made.id })).toBeNull();
    expect(await client.action(api.files.roundTripInAction, { id: made.id })).toBeNull();
    expect(await client.query(api.files.document, { id: copy })).not.toBeNull();
  });

  it('[engine B9] mutations store and get blobs in their transaction, and files count by themselves', async () => {
    const client = test.http();
    const made = await client.mutation(api.files.storeInMutation, { text: 'in a mutation' });
    expect(made).toMatchObject({ text: 'in a mutation', type: 'text/plain', used: [1, 13, 1, 13, 0] });
    expect(await client.query(api.files.document, { id: made.id })).toMatchObject({ size: 13 });
    const before = blobs();
    await expect(client.mutation(api.files.storeInMutation, { text: 'undone', fail: true })).rejects.toThrow(
      'changed my mind',
    );
    const digest = sha256('else').toString('hex');
    await expect(
      client.mutation(api.files.storeInMutation, { text: 'undone', sha256: digest }),
    ).rejects.toThrow(/SHA-256 is/);
    await until(() => newSince(before) === 0, 'blobs of mutations that failed are gone');
    await expect(client.mutation(api.files.storeMany, { count: 101, bytes: 1 })).rejects.toThrow(
      'Too many files written in a single function execution (limit: 100)',
    );
    await until(() => newSince(before) === 0, 'all of them');
  });

  it('[engine B10] a delete is part of its transaction, wakes who reads the file, and the blob goes after the COMMIT', async () => {
    const { id, url } = await stored('short-lived');
    const client = test.client();
    const seen: unknown[] = [];
    client.onUpdate(api.files.url, { id }, (value: unknown) => seen.push(value));
    await until(() => seen.length === 1, 'the query has an answer');
    const blob = url.split('/').pop()!;
    await expect(test.http().mutation(api.files.remove, { id, fail: true })).rejects.toThrow(
      'changed my mind',
    );
    await new Promise((done) => setTimeout(done, 1_200));
    expect((await fetch(url)).status).toBe(200);
    await test.http().mutation(api.files.remove, { id });
    await until(() => seen.length === 2, 'the subscriber heard');
    expect(seen).toEqual([url, null]);
    expect((await fetch(url)).status).toBe(404);
    await until(() => !blobs().includes(blob), 'the blob is gone');
    await expect(test.http().mutation(api.files.remove, { id })).rejects.toThrow(
      `storage id ${id} not found`,
    );
  });

  it('[engine B11] functions read `_storage`, and none of the tables that are for the engine alone', async () => {
    const { id } = await stored('listed');
    const documents = (await test.http().query(api.files.documents, {})) as { _id: string }[];
    expect(documents.map(({ _id }) => _id)).toContain(id);
    for (const table of ['_storage_blobs', '_environment_variables']) {
      await expect(test.http().query(api.files.peek, { table })).rejects.toThrow(
        `Table "${table}" not found.`,
      );
    }
  });
});

describe('blobs on disk', () => {
  it('[engine B12] a start drops blobs no document names and keeps the others', async () => {
    const dir = temporaryFolder('sweep');
    const first = await startEngine({ dataDir: dir, port: 0 });
    const nothing = `${first.url}/api/storage/01234567-89ab-4cde-8f01-23456789abcd`;
    expect((await fetch(nothing)).status).toBe(404);
    const kept = await first.backend.files.upload('', {
      bytes: Buffer.from('kept'),
      contentType: null,
      sha256: null,
    });
    const other = await first.backend.files.upload('some/component', {
      bytes: Buffer.from('also kept'),
      contentType: null,
      sha256: null,
    });
    await first.stop();
    mkdirSync(join(dir, 'blobs/incoming'), { recursive: true });
    writeFileSync(join(dir, 'blobs/incoming/half'), 'half');
    writeFileSync(join(dir, 'blobs/01234567-89ab-4cde-8f01-23456789abcd'), 'orphan');
    expect(blobs(dir)).toHaveLength(3);
    const second = await startEngine({ dataDir: dir, port: 0 });
    await until(() => blobs(dir).length === 2, 'the orphan is gone');
    expect(readdirSync(join(dir, 'blobs/incoming'))).toEqual([]);
    const { files, committer } = second.backend;
    expect(Buffer.from((await files.download('', kept))!.bytes).toString()).toBe('kept');
    // A component has files of its own.
    expect(await files.download('', other)).toBeNull();
    expect(Buffer.from((await files.download('some/component', other))!.bytes).toString()).toBe('also kept');
    const url = committer.read((tx) => files.getUrl(tx, 'some/component', other))!;
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url.split('?')[0]!)).status).toBe(404);
    await second.stop();
    removeFolder(dir);
  });
});
