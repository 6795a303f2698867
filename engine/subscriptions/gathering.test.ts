import { expect, it } from 'vitest';
import { LiveQueries, type QueryCall, type QueryRun } from './liveQueries.ts';

const callOf = (path: string): QueryCall => ({
  component: '',
  path,
  args: {},
  caller: { identity: null, allowInternal: false },
  journal: null,
});

function answer({ path }: QueryCall): QueryRun {
  if (path === 'broken') throw new Error('the engine failed');
  const readSet = {
    intervals: () => [],
    observedTime: false,
    observedIdentity: false,
    dependencies: new Set<string>(),
  };
  return { result: { ok: true, value: path }, logLines: [], journal: null, ts: 1n, readSet };
}

function watched() {
  const runs: string[][] = [];
  const run = (calls: readonly QueryCall[]) => {
    runs.push(calls.map(({ path }) => path));
    return calls.map(answer);
  };
  return { runs, live: new LiveQueries({ run }) };
}

it('[engine R14] queries that arrive in one turn run together, the same one once', async () => {
  const { runs, live } = watched();
  const paths = ['a', 'b', 'a', 'c'];
  const outcomes = await Promise.all(paths.map((path) => live.fetchSoon(callOf(path))));
  expect(outcomes.map(({ result }) => result)).toEqual(paths.map((value) => ({ ok: true, value })));
  expect(runs).toHaveLength(1);
  expect(new Set(runs[0])).toEqual(new Set(['a', 'b', 'c']));
});

it('[engine R14] more than a few of them let others run in between', async () => {
  const { runs, live } = watched();
  const all = Promise.all(Array.from({ length: 40 }, (_, at) => live.fetchSoon(callOf(`q${at}`))));
  let turns = 0;
  const count = () => void (turns++, runs.flat().length < 40 && setImmediate(count));
  setImmediate(count);
  await all;
  expect(runs.map(({ length }) => length)).toEqual([16, 16, 8]);
  expect(turns).toBeGreaterThanOrEqual(2);
});

it('[engine R14] a query in which the engine fails takes no other with it', async () => {
  const { live } = watched();
  const outcomes = await Promise.allSettled(['a', 'broken', 'c'].map((path) => live.fetchSoon(callOf(path))));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
