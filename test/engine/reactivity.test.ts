/** Live queries of every shape against random writes: no subscriber may be left with an old answer. */
import { anyApi } from 'convex/server';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestEngine, until, type TestEngine } from './harness.ts';

const api = anyApi as any;
const SEED = Number(process.env.SEED ?? 20_261_123);
const STEPS = Number(process.env.STEPS ?? 400);
let test: TestEngine;

beforeAll(async () => {
  test = await startTestEngine({ chaosOcc: 0.2 });
}, 60_000);
afterAll(() => test.stop());

const channel = fc.constantFrom('a', 'b', 'c', 'body 1');
const shape = fc.record({
  how: fc.constantFrom(
    'first',
    'last',
    'range',
    'until',
    'filter',
    'newest',
    'search',
    'get',
    'follow',
    'nested',
  ),
  channel,
  n: fc.integer({ min: 1, max: 3 }),
});
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('send' as const), channel, n: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('edit' as const),
      pick: fc.nat(),
      channel: fc.option(channel),
      n: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('remove' as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('subscribe' as const), shape, pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unsubscribe' as const), pick: fc.nat() }) },
);

describe('live queries of the whole engine', () => {
  it(`[R3] every subscriber ends with what a fresh query returns, and none missed a commit on the way (seed ${SEED})`, async () => {
    const steps = fc.sample(step, { numRuns: STEPS, seed: SEED });
    const clients = [test.client(), test.client(), test.client()];
    const ids: string[] = [];
    const open: { query: any; args: any; value: unknown; stop: () => void }[] = [];
    const subscribe = (query: any, args: any, at: number) => {
      const entry = { query, args, value: undefined as unknown, stop: () => {} };
      entry.stop = clients[at % clients.length]!.onUpdate(
        query,
        args,
        (value) => (entry.value = value),
      ) as () => void;
      open.push(entry);
    };
    for (const channel of ['a', 'b', 'c']) {
      const paginationOpts = { numItems: 3, cursor: null };
      subscribe(api.messages.page, { channel, paginationOpts }, 0);
    }
    for (const [at, one] of steps.entries()) {
      const client = clients[at % clients.length]!;
      const id = 'pick' in one && ids.length > 0 ? ids[one.pick % ids.length] : undefined;
      if (one.do === 'send') {
        ids.push(
          (await client.mutation(api.messages.send, {
            channel: one.channel,
            body: `body ${one.n}`,
          })) as string,
        );
      } else if (one.do === 'edit' && id) {
        await client.mutation(api.messages.edit, {
          id,
          body: `body ${one.n}`,
          ...(one.channel ? { channel: one.channel } : {}),
        });
      } else if (one.do === 'remove' && id) {
        await client.mutation(api.messages.remove, { id });
      } else if (one.do === 'subscribe') {
        subscribe(api.messages.read, { ...one.shape, ...(id ? { id } : {}) }, at);
      } else if (one.do === 'unsubscribe' && open.length > 3) {
        open.splice(3 + (one.pick % (open.length - 3)), 1)[0]!.stop();
      }
      expect(test.violations.map((violation) => violation.message)).toEqual([]);
    }
    const reader = test.http();
    for (const entry of open.slice(3)) {
      const fresh = JSON.stringify(await reader.query(entry.query, entry.args));
      await until(
        () => JSON.stringify(entry.value) === fresh,
        `the client of ${JSON.stringify(entry.args)} holds ${fresh}`,
      );
    }
    for (const { value } of open.slice(0, 3)) expect((value as { page: unknown[] }).page).toBeDefined();
    expect(open.length).toBeGreaterThan(10);
    expect(test.errors).toEqual([]);
  }, 120_000);
});
