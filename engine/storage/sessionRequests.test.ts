import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openTestEngine, tableScan, type TestEngine } from '../transaction/testKit.ts';

const request = fc.record({
  session: fc.constantFrom('s', 't'),
  id: fc.integer({ min: 0, max: 5 }),
  fails: fc.constantFrom('no', 'before', 'after'),
});
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('ask' as const), requests: fc.array(request) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const), fails: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ do: 'cut' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
);

it('[engine W21] a request has its effect once and always the same answer, wherever the answers lie and whatever was undone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.constantFrom(0, 0.5), async (steps, chaosOcc) => {
      let cuts = 0;
      const options = {
        chaosOcc,
        guardBatch: (run: () => void) => {
          run();
          if (cuts-- > 0) throw new Error('cut');
        },
      };
      let engine: TestEngine = openTestEngine(options);
      const answered = new Map<string, string>();
      let count = 0;
      const ask = async (session: string, id: number, fails: string): Promise<void> => {
        const { sessionRequests } = engine.store;
        const { value } = await engine.committer.write((tx) => {
          const known = sessionRequests.get(session, id);
          if (known !== null) return known.result;
          tx.db('').insert('effects', { session, id });
          if (fails === 'before') throw new Error('refused');
          const result = String(count++);
          sessionRequests.put(session, id, { ts: tx.commitTs, result, logLines: [] });
          if (fails === 'after') throw new Error('refused');
          return result;
        });
        const key = `${session}${id}`;
        expect(answered.get(key) ?? value).toBe(value);
        answered.set(key, value);
      };
      let waiting: Promise<unknown>[] = [];
      const over = async (): Promise<void> => {
        const ends = (await Promise.allSettled(waiting)) as PromiseRejectedResult[];
        waiting = [];
        for (const { status, reason } of ends)
          if (status === 'rejected') expect(String(reason)).toBe('Error: refused');
      };
      try {
        for (const each of steps) {
          if (each.do === 'cut') cuts = 1;
          else if (each.do === 'settle') {
            const settled = engine.committer.write(() => {
              engine.store.sessionRequests.settle();
              if (each.fails) throw new Error('refused');
            });
            // In one batch with what is asked next.
            waiting.push(settled);
          } else if (each.do === 'restart') {
            await over();
            engine.store.close();
            engine = openTestEngine(options, engine.dir);
          } else {
            waiting.push(...each.requests.map(({ session, id, fails }) => ask(session, id, fails)));
            await over();
          }
        }
        await over();
        const effects = engine.committer.read((tx) => tx.db('').collect(tableScan('effects')));
        const keys = effects.map(({ session, id }) => `${session as string}${id as number}`);
        expect(keys.sort()).toEqual([...answered.keys()].sort());
      } finally {
        engine.dispose();
      }
    }),
    { numRuns: Number(process.env.RUNS ?? 60) },
  );
});

it('[engine W21] what was moved in a transaction that is gone is found where it was before', () => {
  const engine = openTestEngine();
  const { store } = engine;
  store.sessionRequests.put('s', 1, { ts: 1n, result: '1', logLines: [] });
  store.db.begin();
  store.sessionRequests.settle();
  expect(store.sessionRequests.get('s', 2)).toBeNull();
  store.rolledBack();
  store.db.rollback();
  expect(store.sessionRequests.get('s', 1)).toMatchObject({ result: '1' });
  engine.dispose();
});

it('settles a thousand answers by itself, and finds them afterwards', async () => {
  const engine = openTestEngine();
  const { sessionRequests, db } = engine.store;
  const rows = (table: string) => db.get(`SELECT count(*) FROM ${table}`)![0];
  for (let id = 0; id < 1_100; id++) {
    const answer = { ts: BigInt(id), result: `${id}`, logLines: [] };
    void engine.committer.write(() => sessionRequests.put(`s${id % 7}`, id, answer));
  }
  await engine.committer.drain();
  expect(rows('session_requests')).toBeGreaterThan(1_000);
  expect(rows('recent_requests')).toBeLessThan(100);
  for (let id = 0; id < 1_100; id++)
    expect(sessionRequests.get(`s${id % 7}`, id)).toMatchObject({ result: `${id}` });
  engine.dispose();
});

it('[engine S5] does not ask a disk again at every commit that had no room for settling', () => {
  const engine = openTestEngine();
  const { sessionRequests, db } = engine.store;
  let next = 0;
  const putUntil = (count: number): void => {
    for (; next < count; next++) sessionRequests.put('s', next, { ts: 1n, result: '1', logLines: [] });
  };
  const run = db.run.bind(db);
  db.begin();
  putUntil(1_024);
  expect(sessionRequests.isFull).toBe(true);
  db.run = (sql, ...params) => {
    if (sql.startsWith('INSERT INTO session_requests')) throw new Error('full');
    return run(sql, ...params);
  };
  expect(() => sessionRequests.settle()).toThrow('full');
  putUntil(2_047);
  expect(sessionRequests.isFull).toBe(false);
  putUntil(2_048);
  expect(sessionRequests.isFull).toBe(true);
  db.run = run;
  sessionRequests.settle();
  expect(sessionRequests.isFull).toBe(false);
  expect(sessionRequests.get('s', 2_047)).toMatchObject({ result: '1' });
  db.rollback();
  engine.dispose();
});

it('leaves answers where they are when the store is closed before it settles them', async () => {
  const engine = openTestEngine();
  const { sessionRequests, db } = engine.store;
  await engine.committer.write(() => {
    for (let id = 0; id < 1_024; id++) sessionRequests.put('s', id, { ts: 1n, result: '1', logLines: [] });
  });
  engine.store.close();
  let begun = 0;
  db.begin = () => {
    begun++;
    throw new Error('closed');
  };
  await new Promise((done) => setTimeout(done, 20));
  expect(begun).toBe(0);
  const again = openTestEngine({}, engine.dir);
  expect(again.store.sessionRequests.get('s', 1_023)).toMatchObject({ result: '1' });
  again.dispose();
});
