import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { Rest } from './rest.ts';

const MB = 1024 * 1024;
const opened: Rest[] = [];
afterEach(() => opened.splice(0).forEach((rest) => rest.close()));

/** A thread that is as busy and as large as the test says. */
function open() {
  const body = { share: 0, heap: 100 * MB, collected: 0 };
  const rest = new Rest({
    heapBytes: () => body.heap,
    busyShare: () => body.share,
    collect() {
      body.collected++;
      body.heap = 110 * MB;
    },
  });
  opened.push(rest);
  const look = (share: number, heap: number): number => {
    Object.assign(body, { share, heap: heap * MB });
    rest.look();
    return body.collected;
  };
  return look;
}

describe('an engine that rests', () => {
  it('[engine O11] collects what a busy time has left, once, and never while it is busy', () => {
    const look = open();
    expect(look(0.6, 300)).toBe(0);
    expect(look(0.2, 400)).toBe(0);
    expect(look(0.01, 400)).toBe(1);
    expect(look(0.01, 112)).toBe(1);
    expect(look(0.01, 130)).toBe(1);
    expect(look(0.01, 150)).toBe(2);
  });

  it('[engine O11] leaves no such function in any realm', () => {
    const rest = new Rest();
    opened.push(rest);
    expect(runInNewContext('typeof gc')).toBe('undefined');
  });
});
