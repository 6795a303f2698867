import { expect, it } from 'vitest';
import { A_TURN, FairTurns } from './fairTurns.ts';

const turn = () => new Promise((done) => setImmediate(done));

it('[engine H16] of a burst a few are begun a turn, in order, and who comes from elsewhere does not stand behind it', async () => {
  const turns = new FairTurns();
  const begun: string[] = [];
  for (let i = 0; i < 3_000; i++) turns.begin('10.0.0.1', () => begun.push(`${i}`));
  expect(begun).toHaveLength(A_TURN);
  turns.begin('10.0.0.2', () => begun.push('other'));
  turns.begin('', () => begun.push('unknown'));
  await turn();
  expect(begun.slice(A_TURN)).toHaveLength(A_TURN);
  expect(begun.slice(A_TURN, A_TURN + 3)).toEqual([`${A_TURN}`, 'other', 'unknown']);
  for (let turns = 1; begun.length < 3_002; turns++) {
    const before = begun.length;
    await turn();
    expect(begun.length - before).toBeLessThanOrEqual(A_TURN);
    expect(turns).toBeLessThan(3_002 / A_TURN);
  }
  const burst = begun.filter((name) => !Number.isNaN(Number(name)));
  expect(burst).toEqual(Array.from({ length: 3_000 }, (_, i) => `${i}`));
});

it('[engine H16] who comes alone is begun at once, and one that is begun may begin another', async () => {
  const turns = new FairTurns();
  const begun: string[] = [];
  turns.begin('a', () => turns.begin('a', () => begun.push('within')));
  expect(begun).toEqual(['within']);
  await turn();
  for (let i = 0; i < A_TURN + 1; i++) turns.begin('a', () => begun.push(`${i}`));
  await turn();
  expect(begun).toHaveLength(A_TURN + 2);
});
