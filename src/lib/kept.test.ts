import { afterEach, expect, test, vi } from 'vitest';
import { kept } from './kept';

afterEach(() => vi.unstubAllGlobals());

const number = () => kept('n', 1, (stored) => JSON.parse(stored) as number, String);

function storageOf(entries: Record<string, string>) {
  const stored = new Map(Object.entries(entries));
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, text: string) => void stored.set(key, text),
    removeItem: (key: string) => void stored.delete(key),
  });
  return stored;
}

test('what was kept is there again, and whoever listens hears of what is set', () => {
  const stored = storageOf({ n: '7' });
  const value = number();
  const heard: number[] = [];
  const stop = value.listen(() => heard.push(value.now()));
  value.set(8);
  stop();
  value.set(9);
  expect([heard, stored.get('n'), number().now()]).toEqual([[8], '9', 9]);
});

test('what cannot be read is not there', () => {
  storageOf({ n: '{' });
  expect(number().now()).toBe(1);
});

test('where storing is forbidden it is kept for the page', () => {
  const forbid = () => {
    throw new DOMException('denied', 'SecurityError');
  };
  vi.stubGlobal('localStorage', { getItem: forbid, setItem: forbid, removeItem: forbid });
  const value = number();
  value.set(5);
  expect(value.now()).toBe(5);
});
