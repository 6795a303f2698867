/** The HTTP API as the official HTTP client and curl use it, against a real engine with a pushed app. */
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import { anyApi } from 'convex/server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { rooms } from '../../engine/http/body.ts';
import { startTestEngine, type TestEngine } from './harness.ts';

const api = anyApi as any;
let test: TestEngine;
let allowsOrigin = (_origin: string): boolean => true;

beforeAll(async () => {
  test = await startTestEngine({
    headers: ({ port, url }) => ({ 'x-port': port, 'x-path': url.pathname, 'x-url': 'of the host' }),
    allowsOrigin: (origin) => allowsOrigin(origin),
    maxCallerBytes: 2_000_000,
    maxArgsCharacters: 1_500_000,
    maxActionBodyBytes: (path) => (path === '/echo' ? 300_000 : 200_000),
    routes: {
      '/config.json': () => ({
        headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
        body: '{"a":1}',
      }),
    },
  });
}, 60_000);
afterAll(() => test.stop());
afterEach(() => {
  expect(test.violations).toEqual([]);
  expect(test.errors).toEqual([]);
});

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(test.engine.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: text === '' ? null : JSON.parse(text) };
}

describe('functions over HTTP', () => {
  it('[engine H1] the official client queries, mutates and gets errors of their kind', async () => {
    const client = test.http();
    expect(await client.mutation(api.counters.increment, { name: 'h1' })).toBe(1);
    expect(await client.query(api.counters.get, { name: 'h1' })).toBe(1);
    expect(await client.consistentQuery(api.counters.get, { name: 'h1' })).toBe(1);
    await expect(client.mutation(api.messages.refuse, {})).rejects.toMatchObject({
      data: { code: 'REFUSED', at: 7n },
    });
    await expect(client.mutation(api.messages.fail, { text: 'no' })).rejects.toThrow(/Uncaught Error: no/);
    await expect(client.query(api.messages.secretCount, {})).rejects.toThrow(
      /Could not find public function/,
    );
    client.setAuth(test.token('ann'));
    expect(await client.query(api.messages.whoAmI, {})).toBe('ann');
    client.setAuth(test.token('ann', 3600, { forged: true }));
    await expect(client.query(api.messages.whoAmI, {})).rejects.toThrow(/Unauthenticated/);
  });

  it('[engine H2] a query sees every commit before it, cached or not', async () => {
    const client = test.http();
    for (let round = 1; round <= 20; round++) {
      await client.mutation(api.counters.increment, { name: 'h2' });
      expect(await client.query(api.counters.get, { name: 'h2' })).toBe(round);
      expect(await client.query(api.counters.get, { name: 'h2' })).toBe(round);
    }
  });

  it('[engine R16] an action reads every commit before it, and what nobody has changed is not run again', async () => {
    const client = test.http();
    const { live } = test.engine.backend;
    const runs = live.stats.runs;
    for (let round = 0; round < 20; round++) {
      expect(await client.action(api.tools.readAround, { name: 'r16' })).toEqual([round, round, round + 1]);
    }
    // The first of all, and one after each change.
    expect(live.stats.runs - runs).toBe(21);
  });

  it('[engine H3] GET, run paths, batches and both formats give the same answers', async () => {
    await test.http().mutation(api.messages.send, { channel: 'h3', body: 'x' });
    const args = encodeURIComponent(JSON.stringify({ channel: 'h3' }));
    const got = await (
      await fetch(`${test.engine.url}/api/query?path=messages:list&args=${args}&format=json`)
    ).json();
    expect(got).toMatchObject({ status: 'success', value: [{ channel: 'h3', body: 'x' }] });
    const run = await post('/api/run/messages/list', { args: { channel: 'h3' } });
    expect(run.json).toEqual(got);
    const query = { path: 'messages:list', args: { channel: 'h3' } };
    const batch = await post('/api/query_batch', { queries: [query, { path: 'messages:nope', args: {} }] });
    expect(batch.json.results).toMatchObject([{ status: 'success', value: got.value }, { status: 'error' }]);
    const refused = await post('/api/run/messages/refuse', { args: {} });
    expect(refused.json).toMatchObject({ status: 'error', errorData: { code: 'REFUSED', at: '7' } });
    const encoded = await post('/api/mutation', {
      path: 'messages:refuse',
      args: [{}],
      format: 'convex_encoded_json',
    });
    expect(encoded.json.errorData).toEqual({ code: 'REFUSED', at: { $integer: 'BwAAAAAAAAA=' } });
    const sent = await post('/api/run/messages/send', { args: { channel: 'h3', body: 'y' } });
    expect(sent.json).toMatchObject({ status: 'success', logLines: ["[LOG] 'sending' 1"] });
  });

  it('[engine H4] what is wrong with a request has a status, a code and a sentence', async () => {
    const cases: [string, unknown, number, string, Record<string, string>?][] = [
      ['/api/query', '{', 400, 'BadJsonBody'],
      ['/api/query', '[]', 400, 'BadJsonBody'],
      ['/api/query', String.raw`{"path":"tasks:list","args":{"a":"\ud83d"}}`, 400, 'BadJsonBody'],
      ['/api/mutation', String.raw`{"path":"tasks:list","args":{"a":"\uDE00\uD83D"}}`, 400, 'BadJsonBody'],
      ['/api/mutation', String.raw`{"path":"tasks:list","args":{"\ud83d\\\ude00":1}}`, 400, 'BadJsonBody'],
      ['/api/query', '['.repeat(10_000) + ']'.repeat(10_000), 400, 'BadJsonBody'],
      ['/api/query', { path: 7 }, 400, 'BadRequest'],
      ['/api/query', { path: 'a b:c', args: {} }, 400, 'BadConvexFunctionIdentifier'],
      ['/api/query', { path: 'counters:get', args: {}, format: 'xml' }, 400, 'BadFormat'],
      ['/api/query_at_ts', { path: 'counters:get', args: {}, ts: 'never' }, 400, 'BadTimestamp'],
      ['/api/query_at_ts', { path: 'counters:get', args: {}, ts: 'AAAAAAAAAAA=' }, 400, 'TimestampNotRecent'],
      ['/api/query', {}, 401, 'InvalidAuthHeader', { authorization: 'Basic x' }],
      ['/api/query', {}, 401, 'BadAdminKey', { authorization: 'Convex embedded|wrong' }],
      ['/api/function', { path: 'counters:get', args: {} }, 403, 'AdminRequired'],
      ['/api/deploy2/start_push', {}, 403, 'BadDeployKey'],
      ['/api/nothing', {}, 404, 'NotFound'],
      ['/api/query', 'x', 400, 'BadContentEncoding', { 'content-encoding': 'zip' }],
      ['/api/query', 'x', 400, 'BadContentEncoding', { 'content-encoding': 'br' }],
    ];
    for (const [path, body, status, code, headers] of cases) {
      const answer = await post(path, body, headers);
      expect([path, code, answer.status, answer.json]).toEqual([
        path,
        code,
        status,
        { code, message: expect.any(String) },
      ]);
    }
    expect((await fetch(`${test.engine.url}/api/mutation`)).status).toBe(405);
  });

  it('[engine H5] a body that is too large is refused as it passes the limit, compressed or not', async () => {
    const { gzipSync } = await import('node:zlib');
    const begin = performance.now();
    const large = await post('/api/query', 'x'.repeat(30_000_000)).catch((error: Error) => error);
    expect(large).toMatchObject({ status: 413, json: { code: 'RequestTooLarge' } });
    expect(performance.now() - begin).toBeLessThan(2_000);
    const bomb = gzipSync(Buffer.alloc(100_000_000));
    const response = await fetch(`${test.engine.url}/api/query`, {
      method: 'POST',
      headers: { 'content-encoding': 'gzip' },
      body: bomb,
    });
    expect(response.status).toBe(413);
    const deploy = await post('/api/deploy2/start_push', JSON.stringify({ adminKey: 'x'.repeat(2_000_000) }));
    expect(deploy.status).toBe(413);
  });

  it('[engine H9] who hangs up in the middle of a request is told nothing, who sends none is told so, and others are served', async () => {
    const { hostname, port } = new URL(test.engine.url);
    const heard = (text: string): Promise<string> =>
      new Promise((done) => {
        let said = '';
        const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
        socket.on('data', (data) => (said += data.toString())).on('error', () => {});
        socket.once('close', () => done(said.split('\r\n')[0]!)).once('end', () => socket.end());
        socket.end(text);
      });
    const head = 'POST /api/mutation HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n';
    expect(await heard(`${head}\r\n{`)).toBe('');
    expect(await heard(head)).toBe('');
    expect(await heard('no request\r\n\r\n')).toBe('HTTP/1.1 400 Bad Request');
    expect(await heard(`GET /version HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`)).toBe(
      'HTTP/1.1 431 Request Header Fields Too Large',
    );
    expect(rooms.strangers.size).toEqual({ bodies: 0, bytes: 0 });
    expect((await fetch(`${test.engine.url}/version`)).status).toBe(200);
  });

  it('[engine H6] a host may refuse pages of some origins: calls and sockets, preflights included', async () => {
    allowsOrigin = (origin) => origin === 'https://own.page';
    const call = (origin?: string) =>
      post('/api/query', { path: 'counters:get', args: { name: 'h6' } }, origin ? { origin } : {});
    const socket = (origin?: string) =>
      new Promise<number>((done) => {
        const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
        const key = { 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==', ...(origin && { origin }) };
        const asked = request(`${test.engine.url}/api/1.48.0/sync`, { headers: { ...headers, ...key } });
        asked.once('upgrade', (response, raw) => {
          raw.destroy();
          done(response.statusCode!);
        });
        asked.once('response', (response) => done(response.resume().statusCode!));
        asked.end();
      });
    try {
      for (const [origin, status] of [
        [undefined, 200],
        ['https://own.page', 200],
        ['https://else.where', 403],
        ['null', 403],
      ] as const) {
        expect((await call(origin)).status, origin).toBe(status);
        expect(await socket(origin), origin).toBe(status === 200 ? 101 : 403);
      }
      const headers = { origin: 'https://else.where', 'access-control-request-method': 'POST' };
      const preflight = await fetch(`${test.engine.url}/api/mutation`, { method: 'OPTIONS', headers });
      expect(preflight.status).toBe(403);
      expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    } finally {
      allowsOrigin = () => true;
    }
  });

  describe('what strangers send', () => {
    const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 1]));
    const asking = (args: unknown) => ({ path: 'counters:get', args });

    it('[engine H9] is small: 64 KiB without a valid token, whatever the route', async () => {
      for (const path of ['query', 'mutation', 'action', 'query_batch', 'function', 'run/counters/get'])
        expect(await post(`/api/${path}`, asking({ name: 'x'.repeat(70_000) }))).toMatchObject({
          status: 413,
          json: { message: 'The request body is larger than 65536 bytes.' },
        });
      const authorization = `Bearer ${test.token('somebody')}`;
      const known = await post('/api/query', asking({ name: 'x'.repeat(70_000) }), { authorization });
      expect(known.json.status).toBe('success');
    });

    it('[engine V10] is refused before it is walked or printed, and shown in a kilobyte', async () => {
      const authorization = `Bearer ${test.token('somebody')}`;
      const large = await post('/api/query', asking(keys(100_000)), { authorization });
      expect(large).toMatchObject({ status: 400, json: { code: 'BadJsonBody' } });
      expect(large.json.message).toMatch(/^Object has too many fields \(\d+ > maximum number 1024\)\.$/);
      for (const args of [keys(3_000), { name: keys(3_000) }, { name: Array(9_000).fill(1) }]) {
        const { json } = await post('/api/query', asking(args));
        expect(json).toMatchObject({
          status: 'error',
          errorMessage: expect.stringContaining('Invalid arguments for counters.js:get: '),
        });
        expect(JSON.stringify(json).length).toBeLessThan(1_000);
      }
      for (const args of [
        { name: [['x'.repeat(60_000)]] },
        { ['n'.repeat(60_000)]: 1 },
        'x'.repeat(60_000),
      ]) {
        const answer = await post('/api/query', asking(args));
        expect(JSON.stringify(answer.json).length).toBeLessThan(2_500);
      }
      for (const path of ['x'.repeat(60_000), `a:${'x'.repeat(60_000)}`, '/'.repeat(60_000)])
        expect(JSON.stringify((await post('/api/query', { path, args: {} })).json).length).toBeLessThan(
          1_000,
        );
      const format = await post('/api/query', { ...asking({ name: 'x' }), format: 'x'.repeat(60_000) });
      expect(JSON.stringify(format.json).length).toBeLessThan(1_000);
    });

    it('[engine H3] is a batch of one state although others run in between', async () => {
      const client = test.http();
      const queries = Array.from({ length: 600 }, (_, i) => ({
        path: 'counters:get',
        args: { name: `b${i % 300}` },
      }));
      const [batch] = await Promise.all([
        post('/api/query_batch', { queries }),
        ...Array.from({ length: 20 }, () => client.mutation(api.counters.increment, { name: 'b0' })),
      ]);
      const { results } = batch!.json as { results: { value: number }[] };
      expect(results).toHaveLength(600);
      expect(results[0]).toEqual(results[300]);
    });
  });

  it('[engine H8] says which Convex it behaves like, and sends back what `npx convex network-test` sends', async () => {
    expect(await (await fetch(`${test.engine.url}/version`)).text()).toBe('1.49.0');
    const sent = randomBytes(4_000_000);
    const echo = await fetch(`${test.engine.url}/echo`, { method: 'POST', body: sent });
    expect([echo.status, Buffer.from(await echo.arrayBuffer()).equals(sent)]).toEqual([200, true]);
  });

  it('[engine H6] any origin may call the API with tokens, none with the browser’s own credentials', async () => {
    const preflight = await fetch(`${test.engine.url}/api/query`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://else.where',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://else.where');
    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
    const answer = await post(
      '/api/query',
      { path: 'counters:get', args: { name: 'x' } },
      { origin: 'https://else.where' },
    );
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://else.where');
    expect([preflight, answer].map(({ headers }) => headers.get('access-control-allow-credentials'))).toEqual(
      [null, null],
    );
  });

  it('[engine H7] an admin may call any kind of function and act as a user', async () => {
    const admin = { authorization: `Convex ${test.engine.adminKey}` };
    const run = (path: string, args: object, headers = admin) =>
      post('/api/function', { path, args, format: 'json' }, headers);
    expect((await run('counters:increment', { name: 'h7' })).json).toMatchObject({
      status: 'success',
      value: 1,
    });
    expect((await run('messages:secretCount', {})).json).toMatchObject({ status: 'success' });
    expect((await run('messages:nope', {})).json.errorMessage).toBe(
      "Could not find function for 'messages:nope'. Did you forget to run `npx convex dev`?",
    );
    const acting = Buffer.from(JSON.stringify({ name: 'Zoe', subject: 's', issuer: 'https://i' })).toString(
      'base64',
    );
    expect(
      (await run('messages:whoAmI', {}, { authorization: `${admin.authorization}:${acting}` })).json.value,
    ).toBe('Zoe');
  });

  it('[engine H8] small pages answer: health, names, keys and what the host adds', async () => {
    const get = async (path: string) => fetch(test.engine.url + path);
    expect(await (await get('/health')).json()).toMatchObject({ ok: true, functions: true });
    expect(await (await get('/instance_name')).text()).toBe('embedded');
    expect(await (await get('/version')).text()).toBe('1.49.0');
    expect((await (await get('/.well-known/jwks.json')).json()).keys).toHaveLength(1);
    const config = await get('/config.json');
    expect([await config.json(), config.headers.get('cache-control')]).toEqual([{ a: 1 }, 'no-store']);
    expect((await get('/nothing')).status).toBe(404);
    const urls = await fetch(`${test.engine.url}/api/v1/get_canonical_urls`, {
      headers: { authorization: `Convex ${test.engine.adminKey}` },
    });
    expect(await urls.json()).toEqual({
      convexCloudUrl: test.engine.url,
      convexSiteUrl: test.engine.siteUrl,
    });
  });
});

describe('actions and HTTP actions', () => {
  it('[engine H10] an action runs beside transactions of its own', async () => {
    const client = test.client();
    expect(await client.action(api.tools.incrementTwice, { name: 'h10' })).toBe(2);
    expect(await test.http().action(api.tools.incrementTwice, { name: 'h10' })).toBe(4);
    expect(await client.query(api.counters.get, { name: 'h10' })).toBe(4);
    const begin = performance.now();
    await Promise.all(Array.from({ length: 8 }, () => client.action(api.tools.sleep, { ms: 400 })));
    expect(performance.now() - begin).toBeLessThan(2_500);
  });

  it('[engine H11] the site answers with what the HTTP action made of the request', async () => {
    const echo = await fetch(`${test.engine.siteUrl}/echo?a=1`, {
      method: 'POST',
      body: 'hello',
      headers: { 'x-sent': 'yes' },
    });
    expect([echo.status, await echo.text(), echo.headers.get('x-sent')]).toEqual([201, 'HELLO', 'yes']);
    expect(echo.headers.get('x-url')).toBe(`${test.engine.siteUrl}/echo?a=1`);
    await test.http().mutation(api.counters.increment, { name: 'h11' });
    expect(await (await fetch(`${test.engine.siteUrl}/count?name=h11`)).json()).toEqual({ value: 1 });
    const head = await fetch(`${test.engine.siteUrl}/count?name=h11`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(await (await fetch(`${test.engine.url}/http/count?name=h11`)).json()).toEqual({ value: 1 });
    const missing = await fetch(`${test.engine.siteUrl}/nowhere`);
    expect([missing.status, await missing.text()]).toEqual([404, 'No matching routes found']);
  });

  it('[engine H12] a response is streamed as it is made', async () => {
    const response = await fetch(`${test.engine.siteUrl}/stream`);
    const chunks: string[] = [];
    for await (const chunk of response.body!) chunks.push(new TextDecoder().decode(chunk));
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.join('')).toBe('part 0\npart 1\npart 2\n');
  });

  it('[engine H13] a good token gives the action an identity, a bad one gives it nobody', async () => {
    const who = async (authorization: string) =>
      (await fetch(`${test.engine.siteUrl}/who/x`, { headers: { authorization } })).text();
    expect(await who(`Bearer ${test.token('ann')}`)).toBe('ann');
    expect(await who(`Bearer ${test.token('ann', 3600, { forged: true })}`)).toBe('nobody');
    expect(await who('Basic abc')).toBe('nobody');
  });

  it('[engine H15] the 101st action that a credential has under way is 429; another credential is served, and later this one', async () => {
    const ask = (path: string, authorization: string, signal?: AbortSignal) =>
      fetch(test.engine.siteUrl + path, { headers: { authorization }, ...(signal && { signal }) });
    const held = new AbortController();
    const open = Array.from({ length: 100 }, () => ask('/unending', 'Basic busy', held.signal));
    for (const { status } of await Promise.all(open)) expect(status).toBe(200);
    const refused = await ask('/who/x', 'Basic busy');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ code: 'TooManyAtOnce' });
    expect((await ask('/who/x', 'Basic other')).status).toBe(200);
    held.abort();
    await expect.poll(async () => (await ask('/who/x', 'Basic busy')).status).toBe(200);
  });

  it('[engine H19] a body longer than the host lets HTTP actions have is 413, and the next one is served', async () => {
    const send = (bytes: number, path = '/echo') =>
      fetch(`${test.engine.siteUrl}${path}`, { method: 'POST', body: 'x'.repeat(bytes) });
    expect((await send(300_001)).status).toBe(413);
    expect((await send(300_000)).status).toBe(201);
    expect((await send(300_000, '/echo?of=query')).status).toBe(201);
    for (const other of ['/who/x', '/echo/more', '/who/x?/echo'])
      expect((await send(200_001, other)).status, other).toBe(413);
  });

  it('[engine H28] a call longer than the host lets the signed in have is 413, a frame closes its socket, and the next one is served', async () => {
    const authorization = `Bearer ${test.token('ann')}`;
    const body = JSON.stringify({ path: 'counters:get', args: { name: '' } });
    const call = (bytes: number) =>
      post('/api/query', body.replace('""', `"${'x'.repeat(bytes - body.length)}"`), { authorization });
    expect(await call(2_000_001)).toMatchObject({ status: 413, json: { code: 'RequestTooLarge' } });
    expect(await call(2_000_000)).toMatchObject({ status: 200 });
    const isTooLong = expect.stringContaining('Their texts have more than 1500000 characters');
    expect((await call(1_500_200)).json).toMatchObject({ status: 'error', errorMessage: isTooLong });
    expect((await call(1_400_000)).json).toMatchObject({ status: 'success' });
    const spread = { path: 'messages:list', args: { a: ['x'.repeat(800_000), { b: 'x'.repeat(800_000) }] } };
    expect((await post('/api/query', spread, { authorization })).json.errorMessage).toEqual(isTooLong);
    const byAdmin = { authorization: `Convex ${test.engine.adminKey}` };
    expect((await post('/api/query', spread, byAdmin)).json.errorMessage).not.toEqual(isTooLong);
    const raw = await test.raw();
    raw.hello();
    raw.say({ type: 'Authenticate', baseVersion: 0, tokenType: 'User', value: test.token('ann') });
    await raw.frame(({ type, endVersion }) => type === 'Transition' && endVersion.identity === 1);
    raw.say(JSON.stringify({ type: 'Event', text: 'x'.repeat(1_900_000) }));
    raw.say({ type: 'Mutation', requestId: 0, udfPath: 'counters:increment', args: [{ name: 'h28' }] });
    await raw.frame(({ type }) => type === 'MutationResponse');
    raw.say(JSON.stringify({ type: 'Event', text: 'x'.repeat(2_100_000) }));
    expect(await raw.closed).toMatchObject({ code: 1009 });
  });

  it('[engine H14] what an HTTP action throws is a 500 with a code and a trace', async () => {
    const response = await fetch(`${test.engine.siteUrl}/throws`);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      code: expect.stringMatching(/^\[Request ID: [0-9a-f]{16}\] Server Error: Uncaught Error: on purpose/),
      trace: expect.any(String),
    });
  });
});

describe('what every answer carries', () => {
  it('[engine H23] both ports say what the host asks and that nothing is to be sniffed, on every path', async () => {
    const { url, siteUrl } = test.engine;
    const asked: [string, RequestInit?][] = [
      [`${url}/`],
      [`${url}/nothing/here`],
      [`${url}//else.where/path`],
      [`${url}/health`],
      [`${url}/config.json`],
      [`${url}/api/nothing`],
      [`${url}/api/query`, { method: 'OPTIONS' }],
      [`${url}/api/query`, { method: 'POST', body: '{' }],
      [`${url}/api/storage/nothing`],
      [`${url}/metrics`],
      [`${url}/http/count?name=h23`],
      [`${siteUrl}/count?name=h23`],
      [`${siteUrl}/nothing`],
      [`${siteUrl}/throws`],
      [`${siteUrl}/echo`, { method: 'POST', body: 'x', headers: { 'x-sent': 'y' } }],
    ];
    for (const [address, init] of asked) {
      const { headers } = await fetch(address, init);
      const port = address.startsWith(siteUrl) ? 'site' : 'main';
      const path = address.replace(/\?.*/, '').replace(url, '').replace(siteUrl, '');
      expect(
        [headers.get('x-content-type-options'), headers.get('x-port'), headers.get('x-path')],
        address,
      ).toEqual(['nosniff', port, path]);
    }
  });

  it('[engine H23] what an answer says of itself wins', async () => {
    const answer = await fetch(`${test.engine.siteUrl}/echo`, { method: 'POST', body: 'x' });
    expect(answer.headers.get('x-url')).toBe(`${test.engine.siteUrl}/echo`);
    expect((await fetch(`${test.engine.siteUrl}/count?name=x`)).headers.get('x-url')).toBe('of the host');
  });

  it('[engine H24] the host asks a query of the app, internal ones too, and hears when it fails', async () => {
    await test.http().mutation(api.counters.increment, { name: 'h24' });
    expect(test.engine.query('counters:get', { name: 'h24' })).toBe(1);
    expect(test.engine.query('messages:secretCount', {})).toBeTypeOf('number');
    expect(() => test.engine.query('messages:nothing', {})).toThrow(/Could not find function/);
  });
});
