import { expect, it } from 'vitest';
import { READ_A_TURN, ReadTurns, turnOfItsOwn } from './largeTurns.ts';

const turn = () => new Promise((done) => setImmediate(done));
const PIECE = 64 * 1024;

/** A socket that gives a piece a turn while nobody holds it. */
function sender(turns: ReadTurns) {
  const source = {
    isHeld: false,
    read: 0,
    pause: () => void (source.isHeld = true),
    resume: () => void (source.isHeld = false),
    give() {
      if (source.isHeld) return;
      source.read += PIECE;
      turns.took(source, PIECE);
    },
  };
  return source;
}

it('[engine H16] of large bodies that come together so much is read a turn, of each alike', async () => {
  const turns = new ReadTurns();
  const senders = Array.from({ length: 40 }, () => sender(turns));
  const read = () => senders.reduce((sum, each) => sum + each.read, 0);
  // Of the first turn nothing is known before it is there.
  for (let at = 0; at < 2; at++) {
    for (const each of senders) each.give();
    await turn();
  }
  for (let at = 0; at < 100; at++) {
    const before = read();
    for (const each of senders) each.give();
    expect(read() - before).toBeLessThanOrEqual(READ_A_TURN + PIECE);
    expect(read() - before).toBeGreaterThanOrEqual(READ_A_TURN / 2);
    await turn();
  }
  const shares = senders.map((each) => each.read / PIECE);
  expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(2);
});

it('[engine H16] one that comes alone is hardly held, and one that has gone is left alone', async () => {
  const turns = new ReadTurns();
  const alone = sender(turns);
  for (let at = 0; at < READ_A_TURN / PIECE; at++) alone.give();
  expect(alone.isHeld).toBe(false);
  alone.give();
  expect(alone.isHeld).toBe(true);
  turns.forget(alone);
  await turn();
  await turn();
  expect(alone.isHeld).toBe(true);
});

it('[engine H16] what is large is worked on once a turn, in order, and others come in between', async () => {
  const done: string[] = [];
  const large = Array.from({ length: 5 }, async (_, at) => {
    await turnOfItsOwn();
    done.push(`large ${at}`);
  });
  for (let at = 0; at < 5; at++) {
    await turn();
    done.push('other');
  }
  await Promise.all(large);
  expect(done.filter((each) => each !== 'other')).toEqual([0, 1, 2, 3, 4].map((at) => `large ${at}`));
  for (const [at, each] of done.entries())
    expect([each, done[at + 1]].filter((e) => e?.startsWith('large')).length).toBeLessThan(2);
});
