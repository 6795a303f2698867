import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyone, componentData, generationOf, startApp, type TestApp, textOf } from '../testing/app.ts';
import { fixtureFolder } from '../testing/bundle.ts';

let app: TestApp;
const failures: unknown[] = [];
beforeAll(async () => {
  app = await startApp('runtime', {
    env: { GREETING: 'hi' },
    config: { spinLimitMs: 8000, idleLimitMs: 400, onInternalError: (error) => void failures.push(error) },
  });
}, 60_000);
afterAll(async () => {
  await app.close();
  expect(failures).toEqual([]);
});

const act = (path: string, args = {}, caller = {}) =>
  app.runner.action({ component: '', path, args, caller: { ...anyone, allowInternal: true, ...caller } });
const value = (run: { result: { ok: boolean } }): any => {
  const result = run.result as unknown as { ok: boolean; value: string; errorMessage: string };
  if (!result.ok) throw new Error(result.errorMessage);
  return JSON.parse(result.value);
};
const message = (run: { result: { ok: boolean } }): string =>
  (run.result as unknown as { errorMessage: string }).errorMessage;

describe('actions', () => {
  it.each(['at the end', 'while it waits', 'in a timer'])(
    '[engine F42] fail by a rejection nobody handles: %s',
    async (how) => {
      expect(message(await act('actions:abandons', { how }))).toContain('Uncaught Error: nobody listens');
      expect(value(await act('actions:abandons', { how: 'not' }))).toBe('caught later');
    },
  );

  it('[engine F32] call mutations and queries as transactions of their own and print to their own log', async () => {
    const run = await act('actions:roundTrip', { body: 'x' });
    expect(value(run)).toEqual(['x']);
    expect(run.logLines).toEqual(["[LOG] 'before' 'x'"]);
  });

  it('[engine F32] see a callee’s failure as an error with its text, and a ConvexError with its data', async () => {
    expect(message(await act('actions:failsInCallee'))).toMatch(
      /^\[Request ID: \w+\] Server Error\nUncaught Error: Uncaught Error: broken on purpose\n {4}at handler \(\.\.\/convex\/basics\.ts:10:11\)\n {4}at async handler \(\.\.\/convex\/actions\.ts:\d+:\d+\)\n$/,
    );
    expect((await act('actions:fails')).result).toMatchObject({
      ok: false,
      errorData: { code: 'NOPE', n: { $integer: 'AQAAAAAAAAA=' } },
    });
    expect(value(await act('actions:catches'))).toEqual({ code: 'NOPE', n: { $integer: 'AQAAAAAAAAA=' } });
  });

  it('[engine F32] have their arguments and results checked like everybody', async () => {
    expect(message(await act('actions:roundTrip', { body: 1 }))).toContain('ArgumentValidationError');
    expect(message(await act('actions:spins', {}, { allowInternal: false }))).toContain(
      "Could not find public function for 'actions:spins'.",
    );
    expect(message(await act('basics:add', { a: 1, b: 1 }))).toContain(
      'Trying to execute basics.js:add as Action, but it is defined as Query.',
    );
  });

  it('[engine F33] see the web’s APIs and none of Node’s, unless they "use node"', async () => {
    expect(value(await act('actions:globals'))).toEqual({
      process: ['env'],
      versions: 'undefined',
      buffer: 'undefined',
      require: 'undefined',
      fetch: 'function',
      greeting: 'hi',
      bytes: true,
      uuid: 36,
      digest: 32,
    });
    expect(value(await act('nodeActions:hash', { text: 'a' }))).toMatchObject({
      hex: 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
      base: 'b',
    });
  });

  it('[engine F34] wait side by side on one worker', async () => {
    await act('actions:sleeps', { ms: 1 });
    const started = performance.now();
    await Promise.all(Array.from({ length: 40 }, () => act('actions:sleeps', { ms: 200 })));
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('[engine F35] lose their worker when one of them never yields; only that one is blamed, and new ones run meanwhile', async () => {
    const spinning = act('actions:spins');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const another = act('actions:sleeps', { ms: 1 });
    expect(await Promise.race([another, spinning])).toBe(await another);
    expect(value(await another)).toBeTypeOf('number');
    expect(message(await spinning)).toContain('Function execution timed out: it did not yield for 8s');
    expect(value(await act('actions:roundTrip', { body: 'after' }))).toContain('after');
  });

  it('[engine F48] share a worker that ends when it has had nothing to do for long, never while one of them runs', async () => {
    const thread = async (ms = 1): Promise<number> => value(await act('nodeActions:thread', { ms }));
    const first = await thread(1500);
    expect(await thread()).toBe(first);
    await sleep(2000);
    expect(await thread()).not.toBe(first);
  });

  it('[engine F36] schedule through the engine', async () => {
    const id = value(await act('actions:later')) as string;
    const job = app.committer.read((tx) =>
      tx.db('').get(id, { table: '_scheduled_functions', isSystem: true }),
    );
    expect(JSON.parse(job!)).toMatchObject({
      name: 'basics.js:insert',
      args: [{ body: 'later' }],
      state: { kind: 'pending' },
    });
  });

  it('[engine F37] run at a lower priority than the thread that serves everybody', async () => {
    const { getPriority } = await import('node:os');
    expect(getPriority()).toBeLessThan(value(await act('nodeActions:priority')) as number);
  });
});

describe('HTTP actions', () => {
  const http = (method: string, path: string, body: string | null = null, headers: [string, string][] = []) =>
    app.runner.http(
      { method, url: `https://site.test${path}`, headers, body: body === null ? null : Buffer.from(body) },
      anyone,
    );

  it('[engine F38] get the request as it came and answer with status, headers and body', async () => {
    const response = await http('POST', '/echo?q=1', 'hello', [['x-token', 't']]);
    expect(response.status).toBe(201);
    expect(response.headers).toContainEqual(['x-answer', 'yes']);
    expect(JSON.parse(await textOf(response))).toEqual({
      body: 'hello',
      url: 'https://site.test/echo?q=1',
      token: 't',
    });
  });

  it('[engine F38] are found by exact path, then by the longest prefix; HEAD asks like GET', async () => {
    expect(await textOf(await http('GET', '/files/a/b'))).toBe('/files/a/b');
    expect((await http('HEAD', '/files/a')).status).toBe(200);
    const missing = await http('GET', '/nothing');
    expect([missing.status, await textOf(missing)]).toEqual([404, 'No matching routes found']);
  });

  it('[engine F38] say so where an app has none', async () => {
    const bare = await startApp(
      await generationOf({
        info: { path: '', children: {}, env: null, httpMounts: {} },
        modules: new Map(),
        functions: [],
      }),
    );
    const response = await bare.runner.http(
      { method: 'GET', url: 'https://site.test/', headers: [], body: null },
      anyone,
    );
    expect([response.status, await textOf(response)]).toEqual([
      404,
      'This Convex deployment does not have HTTP actions enabled.',
    ]);
    await bare.close();
  });

  it('[engine F39] stream a body chunk by chunk, and end the work of a reader who leaves', async () => {
    expect(await textOf(await http('GET', '/stream'))).toBe('part 0;part 1;part 2;');
    const endless = await http('GET', '/endless');
    let seen = 0;
    for await (const chunk of endless.body as AsyncIterable<Uint8Array>) {
      seen += chunk.length;
      if (seen > 100_000) break;
    }
    await expect.poll(async () => textOf(await http('GET', '/endless/stopped'))).toBe('stopped');
  });

  it('[engine F39] that answer at once in one piece hand it over whole', async () => {
    expect((await http('POST', '/echo', 'hello')).body).toBeInstanceOf(Uint8Array);
    expect((await http('GET', '/stream')).body).not.toBeInstanceOf(Uint8Array);
  });

  it('[engine F39] end with an error, not with half an answer, when the body is too large', async () => {
    const response = await http('GET', '/huge');
    await expect(textOf(response)).rejects.toThrow('larger than 20971520 bytes');
  });

  it('[engine F40] answer 500 with code and trace when they throw', async () => {
    const response = await http('GET', '/throws');
    expect(response.status).toBe(500);
    expect(JSON.parse(await textOf(response))).toEqual({
      code: '[Request ID: 0123456789abcdef] Server Error: Uncaught Error: no answer',
      trace: expect.stringMatching(
        /^Uncaught Error: no answer\n {4}at .*\(\.\.\/convex\/http\.ts:\d+:\d+\)\n$/,
      ),
    });
    expect(app.entries.at(-1)).toMatchObject({ identifier: 'GET /throws', udfType: 'HttpAction' });
  });
});

describe('Convex Auth', () => {
  it('[engine F31] signs up with a password and gives tokens that its own published keys verify', async () => {
    const { createPublicKey, verify } = await import('node:crypto');
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwks = JSON.stringify({ keys: [{ use: 'sig', ...publicKey.export({ format: 'jwk' }) }] });
    const env = {
      JWT_PRIVATE_KEY: String(privateKey.export({ format: 'pem', type: 'pkcs8' }))
        .trimEnd()
        .replace(/\n/g, ' '),
      JWKS: jwks,
      SITE_URL: 'http://localhost',
    };
    const auth = await startApp(await generationOf(await componentData(fixtureFolder('convexAuth'))), {
      env,
      // Hashing takes a good part of the second that it has.
      config: { userTimeMs: 20_000 },
    });
    const params = { email: 'a@b.test', password: 'correct horse', flow: 'signUp' };
    const run = await auth.runner.action({
      component: '',
      path: 'auth:signIn',
      args: { provider: 'password', params },
      caller: anyone,
    });
    const { tokens } = value(run) as { tokens: { token: string; refreshToken: string } };
    const [header, payload, signature] = tokens.token.split('.') as [string, string, string];
    const served = await auth.runner.http(
      { method: 'GET', url: 'http://site.test/.well-known/jwks.json', headers: [], body: null },
      anyone,
    );
    const { keys } = JSON.parse(await textOf(served)) as { keys: object[] };
    const key = createPublicKey({ key: keys[0] as never, format: 'jwk' });
    expect(
      verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')),
    ).toBe(true);
    const wrong = await auth.runner.action({
      component: '',
      path: 'auth:signIn',
      args: { provider: 'password', params: { ...params, flow: 'signIn', password: 'wrong horse' } },
      caller: anyone,
    });
    expect(wrong.result.ok).toBe(false);
    await auth.close();
  }, 60_000);
});
