import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Room } from './unfinished.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const turn = () => new Promise((done) => setImmediate(done));
const outcomes: string[] = [];

/** A request whose body comes as the test says. */
function begin(room: Room, name: string, maxBytes = 1_000): PassThrough {
  const request = Object.assign(new PassThrough(), { headers: {} });
  room.read(request as unknown as IncomingMessage, maxBytes, null).then(
    (body) => outcomes.push(`${name}: ${body.length}`),
    (error: Error & { status: number }) => outcomes.push(`${name}: ${error.status}`),
  );
  return request;
}

const outcomesSoFar = async () => {
  await turn();
  return outcomes.splice(0);
};

it('[engine H9] beyond their number and their bytes, the body that began first is given up', async () => {
  const room = new Room({ bodies: 3, bytes: 100, idleMs: 1_000, totalMs: 5_000 });
  const [, second] = ['a', 'b', 'c'].map((name) => begin(room, name));
  begin(room, 'd').end('x'.repeat(10));
  expect(await outcomesSoFar()).toEqual(['a: 408', 'd: 10']);
  second!.write('x'.repeat(60));
  await turn();
  expect(room.size).toEqual({ bodies: 2, bytes: 60 });
  begin(room, 'e').end('x'.repeat(60));
  expect(await outcomesSoFar()).toEqual(['b: 408', 'e: 60']);
  for (let i = 0; i < 50; i++) begin(room, `half ${i}`).write('x');
  begin(room, 'honest').end('x'.repeat(50));
  expect((await outcomesSoFar()).at(-1)).toBe('honest: 50');
  expect(room.size.bodies).toBeLessThanOrEqual(3);
});

it('[engine H9] one that falls silent, takes too long, breaks off or is too long is given up, and nothing of it is kept', async () => {
  const room = new Room({ bodies: 10, bytes: 1_000, idleMs: 1_000, totalMs: 5_000 });
  const [silent, slow, broken, long] = ['silent', 'slow', 'broken', 'long'].map((name) =>
    begin(room, name, 100),
  );
  silent!.write('x');
  broken!.destroy();
  long!.write('x'.repeat(101));
  expect((await outcomesSoFar()).toSorted()).toEqual(['broken: 408', 'long: 413']);
  for (let ms = 0; ms < 5_500; ms += 500) {
    slow!.write('x');
    await turn();
    vi.advanceTimersByTime(500);
  }
  expect(await outcomesSoFar()).toEqual(['silent: 408', 'slow: 408']);
  expect(room.size).toEqual({ bodies: 0, bytes: 0 });
});
