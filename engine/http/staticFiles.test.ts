import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StaticFiles } from './staticFiles.ts';

let folder: string;
let lead = '';
let server: Server;

/** A raw path, as no client library would normalise it. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>(
    (resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      httpRequest({ host: '127.0.0.1', port, path, headers, method }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      })
        .on('error', reject)
        .end();
    },
  );
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'static-'));
  mkdirSync(join(folder, 'app/assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'outside');
  writeFileSync(join(folder, 'app/index.html'), '<!doctype html>app');
  writeFileSync(join(folder, 'app/.env'), 'KEY=1');
  writeFileSync(join(folder, 'app/assets/index-D4f9xYz_.js'), 'let a = 1;'.repeat(1_000));
  symlinkSync(join(folder, 'secret.txt'), join(folder, 'app/link.txt'));
  const files = new StaticFiles(join(folder, 'app'), {
    '/led.js': (parameters) => lead + (parameters.get('of') ?? ''),
  });
  server = createServer((request, response) => {
    const [pathname = '', query] = request.url!.split('?');
    void files.handle(request, response, { pathname, searchParams: new URLSearchParams(query) });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe('static files', () => {
  it('[engine H20] a path without extension that names no file gets the app, a missing file or asset gets 404', async () => {
    for (const path of ['/', '/inbox', '/tickets/123', '/index.html']) {
      const page = await get(path);
      expect([page.status, page.body.toString(), page.headers['cache-control']]).toEqual([
        200,
        '<!doctype html>app',
        'no-cache',
      ]);
    }
    for (const path of ['/missing.js', '/assets/old', '/assets/x-12345678.js', '/favicon.ico'])
      expect((await get(path)).status).toBe(404);
    expect((await get('/', {}, 'POST')).status).toBe(405);
  });

  it('[engine H21] nothing outside the folder and no dotfile is served, however the path is written', async () => {
    const tricks = [
      '/../secret.txt',
      '/..%2fsecret.txt',
      '/%2e%2e/secret.txt',
      '/%2e%2e%2fsecret.txt',
      '/assets/../../secret.txt',
      '/..%5csecret.txt',
      '/....//secret.txt',
      '/.env',
      '/%2eenv',
      '/assets/..%2f.env',
      '/link.txt',
      '/index.html%00.txt',
      '/%',
      '//etc/passwd',
      '/%c0%ae%c0%ae/secret.txt',
      '/..;/secret.txt',
    ];
    for (const path of tricks) {
      const { status, body } = await get(path);
      expect([path, body.includes('outside') || body.includes('KEY=1') || body.includes('root:')]).toEqual([
        path,
        false,
      ]);
      expect([200, 400, 404], path).toContain(status);
    }
  });

  it('[engine H22] hashed assets are immutable, compressed for those who accept it, and revalidated by tag', async () => {
    const path = '/assets/index-D4f9xYz_.js';
    const plain = await get(path);
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    let packed = await get(path, { 'accept-encoding': 'gzip, br' });
    for (let again = 0; again < 50 && !packed.headers['content-encoding']; again++) {
      await new Promise((done) => setTimeout(done, 20));
      packed = await get(path, { 'accept-encoding': 'gzip, br' });
    }
    expect(packed.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(packed.body)).toEqual(plain.body);
    expect((await get(path, { 'accept-encoding': 'br;q=0' })).headers['content-encoding']).toBeUndefined();
  });

  it('[engine H22] a file the browser has is not sent again, however it says which one it has', async () => {
    const path = '/assets/index-D4f9xYz_.js';
    const { headers } = await get(path);
    const etag = String(headers.etag);
    const changed = Date.parse(String(headers['last-modified']));
    const at = (ms: number) => new Date(changed + ms).toUTCString();
    const status = async (asked: Record<string, string>) => (await get(path, asked)).status;
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*'])
      expect(await status({ 'if-none-match': tag }), tag).toBe(304);
    expect(await status({ 'if-none-match': '"other"' })).toBe(200);
    expect(await status({ 'if-modified-since': at(0) })).toBe(304);
    expect(await status({ 'if-modified-since': at(-1_000) })).toBe(200);
    expect(await status({ 'if-modified-since': 'yesterday' })).toBe(200);
    // The tag knows better than the clock; `no-cache`, which fetch adds, is about caches.
    expect(await status({ 'if-none-match': '"other"', 'if-modified-since': at(0) })).toBe(200);
    expect(await status({ 'if-none-match': etag, 'cache-control': 'no-cache' })).toBe(304);
    const kept = await get(path, { 'if-none-match': etag });
    expect([kept.body.length, kept.headers.etag, kept.headers['cache-control']]).toEqual([
      0,
      etag,
      'public, max-age=31536000, immutable',
    ]);
  });

  it('[engine H24] what the host puts in front of a file is served with it, under a tag of its own', async () => {
    writeFileSync(join(folder, 'app/led.js'), 'rest()');
    const without = await get('/led.js');
    lead = 'first();';
    const led = await get('/led.js', { 'if-none-match': String(without.headers.etag) });
    expect([without.body.toString(), led.status, led.body.toString()]).toEqual([
      'rest()',
      200,
      'first();rest()',
    ]);
    expect((await get('/led.js', { 'if-none-match': String(led.headers.etag) })).status).toBe(304);
    const bodies = await Promise.all(
      ['?of=a;', '?of=b;', ''].map(async (query) => (await get(`/led.js${query}`)).body),
    );
    expect(bodies.map(String)).toEqual(['first();a;rest()', 'first();b;rest()', 'first();rest()']);
    // More of them than are kept: the oldest are made again.
    for (let n = 0; n < 250; n++)
      expect(String((await get(`/led.js?of=${n};`)).body)).toBe(`first();${n};rest()`);
    expect(String((await get('/led.js?of=a;')).body)).toBe('first();a;rest()');
  });

  it('[engine H20] a file has the type of its extension, text in UTF-8', async () => {
    const types: Record<string, string> = {
      html: 'text/html; charset=utf-8',
      js: 'text/javascript; charset=utf-8',
      css: 'text/css; charset=utf-8',
      txt: 'text/plain; charset=utf-8',
      json: 'application/json',
      map: 'application/json',
      webmanifest: 'application/manifest+json',
      svg: 'image/svg+xml',
      PNG: 'image/png',
      ico: 'image/x-icon',
      woff2: 'font/woff2',
      mp3: 'audio/mpeg',
      wasm: 'application/wasm',
      unheard: 'application/octet-stream',
    };
    for (const [extension, type] of Object.entries(types)) {
      writeFileSync(join(folder, `app/type.${extension}`), 'x');
      expect((await get(`/type.${extension}`)).headers['content-type'], extension).toBe(type);
    }
  });
});
