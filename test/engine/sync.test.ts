/** The sync protocol as the official clients speak it, against a real engine with an app pushed by the real CLI. */
import { ConvexReactClient } from 'convex/react';
import { anyApi } from 'convex/server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ChaosProxy } from './chaosProxy.ts';
import { startTestEngine, until, type TestEngine } from './harness.ts';

const api = anyApi as any;
let test: TestEngine;

beforeAll(async () => {
  test = await startTestEngine({ chaosOcc: 0.2 });
}, 60_000);
afterAll(() => test.stop());
afterEach(() => {
  expect(test.violations).toEqual([]);
  expect(test.errors).toEqual([]);
});

/** Every value a live query has had, newest last. */
function watch(client: ReturnType<TestEngine['client']>, query: any, args: object): any[] {
  const seen: any[] = [];
  client.onUpdate(
    query,
    args,
    (value) => seen.push(value),
    (error) => seen.push(error),
  );
  return seen;
}

describe('the sync protocol with official clients', () => {
  it('[engine W20] a mutation resolves only after the live queries of its client show it', async () => {
    const client = test.client();
    const seen = watch(client, api.counters.get, { name: 'w20' });
    await until(() => seen.length > 0, 'the first value arrives');
    for (let round = 1; round <= 30; round++) {
      expect(await client.mutation(api.counters.increment, { name: 'w20' })).toBe(round);
      expect(seen.at(-1)).toBe(round);
    }
    await client.mutation(api.counters.increment, { name: 'nobody watches this' });
  });

  it('[engine W20] other clients follow, through ConvexClient and ConvexReactClient alike', async () => {
    const react = new ConvexReactClient(test.engine.url, {
      webSocketConstructor: WebSocket as never,
      logger: false,
    });
    const watched = react.watchQuery(api.messages.list as never, { channel: 'w20' } as never);
    const stop = watched.onUpdate(() => {});
    const writer = test.client();
    await writer.mutation(api.messages.send, { channel: 'w20', body: 'hello' });
    await until(() => (watched.localQueryResult() as any)?.length === 1, 'the other client sees the message');
    stop();
    await react.close();
  });

  it('[engine W21] connections that are cut lose no mutation and run none twice', async () => {
    const proxy = new ChaosProxy(test.engine.port);
    const url = await proxy.listen();
    const { ConvexClient } = await import('convex/browser');
    const clients = Array.from(
      { length: 4 },
      () => new ConvexClient(url, { webSocketConstructor: WebSocket as never, logger: false }),
    );
    const seen = clients.map((client) => watch(client, api.counters.get, { name: 'w21' }));
    const results: number[] = [];
    await Promise.all(
      clients.map(async (client, at) => {
        for (let round = 0; round < 10; round++) {
          const sent = [1, 2].map(() => client.mutation(api.counters.increment, { name: 'w21' }));
          // With both on their way, or about to be.
          if (round % 3 === at % 3) setTimeout(() => proxy.cut(), at);
          results.push(...(await Promise.all(sent)));
          await new Promise((done) => setTimeout(done, 20));
        }
      }),
    );
    expect(proxy.cuts).toBeGreaterThan(10);
    expect(results.sort((a, b) => a - b)).toEqual(Array.from({ length: 80 }, (_, at) => at + 1));
    for (const values of seen) {
      await until(() => values.at(-1) === 80, 'every client converges');
      expect(values).toEqual([...values].sort((a, b) => a - b));
    }
    await Promise.all(clients.map((client) => client.close()));
    proxy.close();
  }, 60_000);

  it('[engine W13] errors keep their kind: a thrown Error is text, a ConvexError has its data, a query may recover', async () => {
    const client = test.client();
    await expect(client.mutation(api.messages.fail, { text: 'boom' })).rejects.toThrow(
      /Server Error\nUncaught Error: boom\n {4}at handler \(\.\.\/convex\/messages\.ts:/,
    );
    await expect(client.mutation(api.messages.refuse, {})).rejects.toMatchObject({
      data: { code: 'REFUSED', at: 7n },
    });
    await expect(client.mutation(api.counters.increment, { name: 3 })).rejects.toThrow(
      /ArgumentValidationError/,
    );
    await expect(client.query(api.messages.secretCount, {})).rejects.toThrow(
      /Could not find public function for 'messages:secretCount'/,
    );
    const seen = watch(client, api.messages.failingList, { channel: 'w13' });
    await until(() => seen.length === 1, 'the failure arrives');
    expect(String(seen[0])).toMatch(/nothing there yet/);
    await client.mutation(api.messages.send, { channel: 'w13', body: 'here' });
    expect(seen.at(-1)).toBe('here');
    expect(await client.query(api.messages.list, { channel: 'failed' })).toEqual([]);
  });

  it('[engine W14] a token signs in, a second one changes the user, a forged one does not get through', async () => {
    const client = test.client();
    const seen = watch(client, api.messages.whoAmI, {});
    await until(() => seen.at(-1) === null, 'nobody is signed in');
    const states: boolean[] = [];
    client.setAuth(
      async () => test.token('ann'),
      (signedIn) => states.push(signedIn),
    );
    await until(() => seen.at(-1) === 'ann' && states.at(-1) === true, 'ann is signed in');
    client.setAuth(async () => test.token('bob'));
    await until(() => seen.at(-1) === 'bob', 'bob is signed in');
    const liar = test.client();
    const refused: boolean[] = [];
    const claimed = watch(liar, api.messages.whoAmI, {});
    liar.setAuth(
      async () => test.token('bob', 3600, { forged: true }),
      (signedIn) => refused.push(signedIn),
    );
    await until(() => refused.at(-1) === false, 'the forged token is given up');
    await until(() => claimed.length > 0, 'the client goes on without identity');
    expect(claimed.every((name) => name === null)).toBe(true);
  }, 30_000);

  it('[engine W15] scheduled and internal work reaches subscribers like any other commit', async () => {
    const client = test.client();
    const seen = watch(client, api.messages.list, { channel: 'w15' });
    await client.mutation(api.messages.sendLater, { channel: 'w15', body: 'later', ms: 50 });
    await until(() => seen.at(-1)?.length === 1, 'the scheduled message arrives');
  });

  it('[engine W16] a changed environment variable re-runs the queries that read it', async () => {
    const client = test.client();
    const seen = watch(client, api.messages.setting, {});
    await until(() => seen.length > 0, 'the first value arrives');
    await test.engine.environment.set({ SETTING: 'dark' });
    await until(() => seen.at(-1) === 'dark', 'the new value arrives');
  });

  it('[engine W17] a query that never ends is cut off, its client hears so and others are served', async () => {
    const client = test.client();
    const seen = watch(client, api.messages.spin, {});
    await until(() => seen.length > 0, 'the failure arrives', 30_000);
    expect(String(seen[0])).toMatch(/Function execution timed out \(maximum duration: 1s\)/);
    expect(await test.client().query(api.counters.get, { name: 'w17' })).toBe(0);
  }, 40_000);
});

describe('the sync protocol by hand', () => {
  it('[engine W22] a stale base version is a FatalError for that socket', async () => {
    const raw = await test.raw();
    raw.hello();
    raw.add(0, 'counters:get', { name: 'x' }, 3);
    expect((await raw.frame((frame) => frame.type === 'FatalError')).error).toMatch(/^BaseVersionMismatch/);
    expect(await raw.closed).toEqual({ code: 1002, reason: 'BaseVersionMismatch' });
  });

  it('[engine W23] a mutation sent twice under one session and request id runs once and answers the same', async () => {
    const [first, second] = [await test.raw(), await test.raw()];
    const call = { type: 'Mutation', requestId: 7, udfPath: 'counters:increment', args: [{ name: 'w23' }] };
    first.hello();
    first.say(call);
    const answer = await first.frame((frame) => frame.type === 'MutationResponse');
    first.close();
    second.hello({ sessionId: first.sessionId, connectionCount: 1, maxObservedTimestamp: answer.ts });
    second.say(call);
    const repeated = await second.frame((frame) => frame.type === 'MutationResponse');
    expect(repeated).toMatchObject({ success: true, result: 1, ts: answer.ts });
    expect(await test.http().query(api.counters.get, { name: 'w23' })).toBe(1);
  });

  it('[engine W24] components are for admins: others get a failure of the function, not of the socket', async () => {
    const raw = await test.raw();
    raw.hello();
    const add = {
      type: 'Add',
      queryId: 0,
      udfPath: 'counters:get',
      args: [{ name: 'x' }],
      componentPath: 'child',
    };
    raw.say({ type: 'ModifyQuerySet', baseVersion: 0, newVersion: 1, modifications: [add] });
    raw.say({ type: 'Mutation', requestId: 0, udfPath: 'not/../a path', args: [{}] });
    const { modifications } = await raw.frame((frame) => frame.type === 'Transition');
    expect(modifications[0]).toMatchObject({
      type: 'QueryFailed',
      errorMessage: expect.stringMatching(/Only admin or system users/),
    });
    expect(await raw.frame((frame) => frame.type === 'MutationResponse')).toMatchObject({ success: false });
  });

  it('[engine W25] an admin may act as a user and call what is internal', async () => {
    const raw = await test.raw();
    raw.hello();
    const impersonating = { subject: 's', issuer: 'https://i', name: 'Zoe' };
    raw.say({
      type: 'Authenticate',
      baseVersion: 0,
      tokenType: 'Admin',
      value: test.engine.adminKey,
      impersonating,
    });
    raw.add(0, 'messages:whoAmI', {});
    raw.say({
      type: 'ModifyQuerySet',
      baseVersion: 1,
      newVersion: 2,
      modifications: [{ type: 'Add', queryId: 1, udfPath: 'messages:secretCount', args: [{}] }],
    });
    const update = (queryId: number) => (frame: Record<string, any>) =>
      frame.modifications?.some((m: any) => m.queryId === queryId);
    expect((await raw.frame(update(0))).modifications[0]).toMatchObject({
      type: 'QueryUpdated',
      value: 'Zoe',
    });
    expect((await raw.frame(update(1))).modifications.at(-1)).toMatchObject({
      type: 'QueryUpdated',
      value: expect.any(Number),
    });
    const wrong = await test.raw();
    wrong.hello();
    wrong.say({
      type: 'Authenticate',
      baseVersion: 0,
      tokenType: 'Admin',
      value: `${test.engine.adminKey}0`,
    });
    expect(await wrong.frame((frame) => frame.type === 'AuthError')).toMatchObject({
      baseVersion: 0,
      authUpdateAttempted: true,
    });
  });
});
