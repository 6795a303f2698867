import { setImmediate } from 'node:timers/promises';
import { beforeEach, expect, test, vi } from 'vitest';
import { mostWaiting, Turns } from './turns';

beforeEach(() => void vi.useRealTimers());

/** Work that ends when it is told to, and notes that it was done. */
function workshop() {
  const done: string[] = [];
  const work = (name: string) => async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    done.push(name);
    return name;
  };
  return { done, work, turns: new Turns(setImmediate) };
}

test('[E4] one is done at a time, in the order they came', async () => {
  const { turns } = workshop();
  let underWay = 0;
  const alone = async () => {
    expect(++underWay).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 1));
    underWay--;
  };
  await Promise.all(Array.from({ length: 20 }, (_, at) => turns.take(at % 2 === 0, alone)));
});

test('[E4] whoever is known goes before all strangers', async () => {
  const { done, work, turns } = workshop();
  const strangers = Array.from({ length: 30 }, (_, at) => turns.take(false, work(`stranger ${at}`)));
  await turns.take(true, work('owner'));
  expect(done.length).toBeLessThanOrEqual(2);
  await Promise.all(strangers);
  expect(done).toHaveLength(31);
});

test('[E4] a full line takes nobody, and leaves the other line alone', async () => {
  const { done, work, turns } = workshop();
  const all = Array.from({ length: 400 }, (_, at) => turns.take(false, work(`${at}`)));
  expect(await turns.take(true, work('owner'))).toBe('owner');
  const answers = await Promise.all(all);
  expect(answers.filter((answer) => answer === null)).toHaveLength(400 - mostWaiting);
  expect(done).toHaveLength(mostWaiting + 1);
});

test('what fails is told, and the next has its turn', async () => {
  const { work, turns } = workshop();
  const failing = turns.take(false, () => Promise.reject(new Error('no memory')));
  const next = turns.take(false, work('next'));
  await expect(failing).rejects.toThrow('no memory');
  expect(await next).toBe('next');
});
