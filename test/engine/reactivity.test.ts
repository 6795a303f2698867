/**
 * Live queries of every shape against random writes: no subscriber may be left with an old answer (docs/goals.md fault-22).
 *
 * `STEPS=20000` is the long run, about a million pairs of a commit and a live query; `SEED` repeats one.
 */
import { anyApi } from 'convex/server';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestEngine, until, type TestEngine } from './harness.ts';

const api = anyApi as any;
const SEED = Number(process.env.SEED ?? 20_261_123);
const STEPS = Number(process.env.STEPS ?? 300);
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
    'page',
    'counter',
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
  { weight: 1, arbitrary: fc.record({ do: fc.constant('count' as const), channel }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('subscribe' as const), shape, pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unsubscribe' as const), pick: fc.nat() }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;

interface Open {
  query: any;
  args: any;
  value: unknown;
  stop: () => void;
}

/** Pages that are open the whole time: their ends stay where they were, so that a fresh query is no measure for them. */
const PAGES = ['a', 'b', 'c'];

/** What a client asks for. */
function queryOf({ how, channel, n }: Shape, id: string | undefined): [query: any, args: object] {
  if (how === 'counter') return [api.counters.get, { name: channel }];
  if (how === 'page') return [api.messages.page, { channel, paginationOpts: { numItems: n, cursor: null } }];
  return [api.messages.read, { how, channel, n, ...(id ? { id } : {}) }];
}

/** An app's day: three clients write and read in turn. */
class Workload {
  readonly open: Open[] = [];
  /** Pairs of a commit and a live query that were compared. */
  pairs = 0;
  #clients = [test.client(), test.client(), test.client()];
  #ids: string[] = [];

  subscribe(query: any, args: object, at: number): void {
    const entry: Open = { query, args, value: undefined, stop: () => {} };
    const client = this.#clients[at % this.#clients.length]!;
    entry.stop = client.onUpdate(query, args, (value) => (entry.value = value)) as () => void;
    this.open.push(entry);
  }

  async take(one: Step, at: number): Promise<void> {
    const client = this.#clients[at % this.#clients.length]!;
    const id = 'pick' in one && this.#ids.length > 0 ? this.#ids[one.pick % this.#ids.length] : undefined;
    const write = async (mutation: any, args: object): Promise<unknown> => {
      const result = await client.mutation(mutation, args);
      this.pairs += test.engine.backend.live.liveCount;
      return result;
    };
    if (one.do === 'send') {
      this.#ids.push(
        (await write(api.messages.send, { channel: one.channel, body: `body ${one.n}` })) as string,
      );
    } else if (one.do === 'count') {
      await write(api.counters.increment, { name: one.channel });
    } else if (one.do === 'edit' && id) {
      const channel = one.channel ? { channel: one.channel } : {};
      await write(api.messages.edit, { id, body: `body ${one.n}`, ...channel });
    } else if (one.do === 'remove' && id) {
      await write(api.messages.remove, { id });
      this.#ids.splice(this.#ids.indexOf(id), 1);
    } else if (one.do === 'subscribe') {
      this.subscribe(...queryOf(one.shape, id), at);
    } else if (one.do === 'unsubscribe' && this.open.length > PAGES.length) {
      const rest = this.open.length - PAGES.length;
      this.open.splice(PAGES.length + (one.pick % rest), 1)[0]!.stop();
    }
  }

  close(): void {
    for (const { stop } of this.open) stop();
  }
}

describe('live queries of the whole engine', () => {
  it(`[engine R3] every subscriber ends with what a fresh query returns, and none missed a commit on the way (seed ${SEED})`, async () => {
    const workload = new Workload();
    for (const channel of PAGES) {
      workload.subscribe(api.messages.page, { channel, paginationOpts: { numItems: 3, cursor: null } }, 0);
    }
    for (const [at, one] of fc.sample(step, { numRuns: STEPS, seed: SEED }).entries()) {
      await workload.take(one, at);
      expect(test.violations.map((violation) => violation.message)).toEqual([]);
    }
    const reader = test.http();
    for (const entry of workload.open.filter(({ args }) => args.paginationOpts === undefined)) {
      const fresh = JSON.stringify(await reader.query(entry.query, entry.args));
      await until(
        () => JSON.stringify(entry.value) === fresh,
        `the client of ${JSON.stringify(entry.args)} holds ${fresh}`,
      );
    }
    for (const { value } of workload.open.slice(0, PAGES.length)) {
      expect((value as { page: unknown[] }).page).toBeDefined();
    }
    expect(workload.open.length).toBeGreaterThan(10);
    expect(workload.pairs).toBeGreaterThan(STEPS * 5);
    expect(test.errors).toEqual([]);
    if (process.env.STEPS) console.log(`${workload.pairs} pairs of a commit and a live query, none missed`);
    workload.close();
  }, 3_600_000);

  it('[engine R10] the checker sees when commits keep back a part of the keys they wrote', async () => {
    const { live } = test.engine.backend;
    const whole = live.onCommit.bind(live);
    live.onCommit = (commit) => whole({ ...commit, keys: commit.keys.filter((_, at) => at % 3 === 0) });
    const workload = new Workload();
    try {
      const steps = fc.sample(step, { numRuns: 300, seed: SEED });
      for (const how of ['first', 'last', 'range', 'search', 'follow', 'counter'] as const) {
        workload.subscribe(...queryOf({ how, channel: 'a', n: 2 }, undefined), 0);
      }
      for (const [at, one] of steps.entries()) {
        await workload.take(one, at);
        if (test.violations.length > 0) break;
      }
      expect(test.violations[0]?.message).toMatch(
        /^Missed invalidation: subscribers of (?:messages|counters):/,
      );
    } finally {
      delete (live as { onCommit?: unknown }).onCommit;
      test.violations.length = 0;
      workload.close();
    }
  });
});
