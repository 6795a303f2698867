import { expect, it } from 'vitest';
import { EDGES } from '../values/edges.ts';
import { AHEAD_MS, READ_A_TURN, ReadTurns, type Sender, turnOfItsOwn } from './largeTurns.ts';

const turn = () => new Promise((done) => setImmediate(done));
const PIECE = 64 * 1024;

/** A socket that gives a piece a turn while nobody holds it. */
function sender(turns: ReadTurns, whose: Sender = null) {
  const source = {
    isHeld: false,
    read: 0,
    pause: () => void (source.isHeld = true),
    resume: () => void (source.isHeld = false),
    give() {
      if (source.isHeld) return;
      source.read += PIECE;
      turns.took(source, PIECE, whose);
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
  turns.forget(alone, null);
  await turn();
  await turn();
  expect(alone.isHeld).toBe(true);
});

it('[engine H27] an address is read at its pace however much it sends, each of its bodies alike, and no other waits for that', async () => {
  let now = 10_000;
  const turns = new ReadTurns(() => now);
  const flood = Array.from({ length: 20 }, () => sender(turns, '10.0.0.1'));
  const other = sender(turns, '10.0.0.2');
  const admin = sender(turns);
  const read = () => flood.reduce((sum, each) => sum + each.read, 0);
  const A_SECOND = EDGES.pace.most;
  const aheadBytes = (A_SECOND * AHEAD_MS) / 1_000;
  for (let at = 0; at < 20; at++) {
    for (const each of flood) each.give();
    await turn();
  }
  // What it may be ahead, and what a turn had let in by then; then nothing until time has passed.
  expect(read()).toBeGreaterThanOrEqual(aheadBytes);
  expect(read()).toBeLessThanOrEqual(aheadBytes + READ_A_TURN + flood.length * PIECE);
  expect(flood.every((each) => each.isHeld)).toBe(true);
  other.give();
  expect(other.isHeld).toBe(false);
  admin.give();
  expect(admin.isHeld).toBe(false);
  const [before, beginMs] = [read(), now];
  for (; now < beginMs + 2_000; now += 5) {
    other.give();
    // One of somebody else arms the turn, which a timer would have done in time that is real.
    await turn();
    for (const each of flood) each.give();
  }
  expect(read() - before).toBeLessThanOrEqual(2 * A_SECOND + READ_A_TURN + PIECE);
  expect(read() - before).toBeGreaterThanOrEqual(1.7 * A_SECOND);
  const shares = flood.map((each) => each.read / PIECE);
  expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(3);
  expect(other.read).toBeGreaterThan(aheadBytes);
});

it('[engine H27] who waits for its pace is gone on with when it is time, with nobody else there', async () => {
  const turns = new ReadTurns();
  const alone = sender(turns, '10.0.0.1');
  const begin = performance.now();
  const wanted = (EDGES.pace.most * (AHEAD_MS + 200)) / 1_000;
  while (alone.read < wanted) {
    alone.give();
    await turn();
  }
  expect(performance.now() - begin).toBeGreaterThan(150);
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
