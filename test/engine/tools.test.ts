/** One-off queries, commit timestamps and signed tokens, with the real CLI and clients. */
import { anyApi } from 'convex/server';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convex, copyApp, removeFolder } from './cliSupport.ts';
import { startTestEngine, type TestEngine, until } from './harness.ts';

const api = anyApi as any;
let test: TestEngine;
let app: string;

beforeAll(async () => {
  test = await startTestEngine({}, 'records');
  app = copyApp('records');
}, 60_000);
afterAll(async () => {
  expect(test.violations).toEqual([]);
  expect(test.errors).toEqual([]);
  await test.stop();
  removeFolder(app);
});

const run = (...args: string[]) => convex(test.engine, app, ['run', ...args]);

describe('one-off queries', () => {
  it('[engine F44] read what is deployed, call its functions, and print', async () => {
    await test.http().mutation(api.notes.add, { note: { n: 1n, text: 'one' } });
    const one = await run('--inline-query', 'await ctx.db.query("notes").first()');
    expect([one.code, JSON.parse(one.stdout)]).toEqual([0, expect.objectContaining({ text: 'one' })]);
    const more = await run(
      '--inline-query',
      'const all = await ctx.runQuery("notes:all", {}); console.log("seen"); return all.length;',
    );
    expect([more.code, more.stdout.trim(), more.stderr]).toEqual([0, '1', expect.stringContaining("'seen'")]);
    const whole = 'export default query({ handler: async (ctx) => typeof ctx.db.insert + typeof fetch });';
    expect((await run('--inline-query', whole)).stdout).toContain('undefinedfunction');
  }, 30_000);

  it('[engine F44] cannot write, import, or be had without the admin key', async () => {
    const write = await run(
      '--inline-query',
      'await Convex.asyncSyscall("1.0/insert", JSON.stringify({table: "notes", value: {}}))',
    );
    expect([write.code, write.stderr]).toEqual([
      1,
      expect.stringContaining('Unknown async operation 1.0/insert'),
    ]);
    const post = async (source: string, headers: Record<string, string> = {}) => {
      const response = await fetch(`${test.engine.url}/api/run_test_function`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ args: {}, bundle: { path: 'testQuery.js', source } }),
      });
      return [response.status, JSON.stringify(await response.json())] as const;
    };
    expect(await post('export default 1')).toEqual([403, expect.stringContaining('AdminRequired')]);
    const admin = { authorization: `Convex ${test.engine.adminKey}` };
    for (const source of [
      'import x from "node:fs"; export default x;',
      'import x from "../server/engine.ts"; export default x;',
      'import x from "convex/server"; export default x;',
    ])
      expect(await post(source, admin)).toEqual([400, expect.stringContaining('can be imported')]);
    expect(await post('export default (', admin)).toEqual([400, expect.stringContaining('line 1')]);
    expect((await post('export default 1;', admin))[1]).toContain('"status":"error"');
    const loop =
      'import { query } from "convex:/_system/repl/wrappers.js"; export default query(() => { for (;;); });';
    expect((await post(loop, admin))[1]).toContain('Function execution timed out');
    expect(await test.http().query(api.notes.all, {})).toHaveLength(1);
  }, 30_000);
});

describe('commit timestamps', () => {
  it('[engine F17] are one int64 in documents, index keys, nested calls and the result, greater than every known one', async () => {
    const before = BigInt(Date.now()) * 1_000_000n;
    const first = (await test.http().mutation(api.stamps.write, { note: 'a' })) as Record<string, any>;
    expect(first.at).toBeTypeOf('bigint');
    expect(first.at).toBeGreaterThan(before - 10_000_000_000n);
    expect(first).toMatchObject({ deep: [first.at], found: 2, last: 'nested' });
    const rows = (await test.http().query(api.notes.all, { table: 'stamps' })) as { at: bigint }[];
    expect(rows.map(({ at }) => at)).toEqual([first.at, first.at]);
    const second = (await test.http().mutation(api.stamps.write, { note: 'b' })) as { at: bigint };
    expect(second.at).toBeGreaterThan(first.at);
    expect(await test.http().query(api.stamps.from, { at: second.at })).toHaveLength(2);
  });

  it('[engine F17] have no place in queries, scheduled functions and actions', async () => {
    await expect(test.http().query(api.stamps.inQuery, {})).rejects.toThrow();
    await expect(test.http().mutation(api.stamps.scheduled, {})).rejects.toThrow();
    await expect(test.http().action(api.stamps.inAction, {})).rejects.toThrow();
  });
});

describe('signed tokens', () => {
  it('[engine F43] verify against the published keys, and the server sets issuer and times', async () => {
    const token = (await test
      .http()
      .mutation(api.stamps.sign, { claims: { role: 'agent' }, seconds: 60 })) as string;
    const keys = createRemoteJWKSet(new URL(`${test.engine.url}/.well-known/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(token, keys, { issuer: test.engine.url });
    expect([protectedHeader.alg, payload.role, payload.exp! - payload.iat!]).toEqual(['ES256', 'agent', 60]);
    for (const [claims, seconds] of [
      [{ iss: 'me' }, 60],
      [{ convexAdmin: true }, 60],
      [{ nbf: 1 }, 60],
      [{}, 0],
      [{}, 3_601],
    ] as const)
      await expect(test.http().mutation(api.stamps.sign, { claims, seconds })).rejects.toThrow();
  });
});

describe('"use node" actions', () => {
  it('[engine F45] have Node and installed packages, the deployment’s variables and none of the host’s', async () => {
    process.env.HOST_SECRET = 'of the host';
    await test.engine.environment.set({ OF_DEPLOYMENT: 'yes' });
    const seen = (await test.http().action(api.nodeTools.look, {})) as Record<string, unknown>;
    expect(seen).toMatchObject({
      file: true,
      hash: 64,
      required: 'function',
      deployment: 'yes',
      secret: null,
      url: test.engine.url,
      realEnv: [],
      childEnv: [],
      buffer: 'function',
    });
  });

  it('[engine F45] run in a thread of their own: nothing of the engine is in it, and its end is not the engine’s', async () => {
    const seen = (await test.http().action(api.nodeTools.reach, {})) as Record<string, unknown>;
    expect(seen).toEqual({
      isMainThread: false,
      globals: [],
      handles: [],
    });
    await expect(test.http().action(api.nodeTools.exit, {})).rejects.toThrow();
    await until(
      async () =>
        (await test
          .http()
          .action(api.nodeTools.look, {})
          .catch(() => null)) !== null,
      'another worker has taken over',
    );
  }, 20_000);
});
