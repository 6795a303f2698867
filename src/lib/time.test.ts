import { expect, test } from 'vitest';
import { clockOf } from '../widget/speech';
import { formatClock, formatFull, formatSoon } from './time';

test('the time of day is written one way, in the desk and in the chat', () => {
  const at = new Date(2026, 10, 27, 9, 5).getTime();
  const clock = formatClock(at);
  expect(formatFull(at)).toContain(clock);
  expect(formatSoon(at, at - 86_400_000)).toBe(`tomorrow, ${clock}`);
  expect(formatSoon(at, at - 3 * 86_400_000)).toMatch(new RegExp(`^\\S+, ${clock}$`, 'u'));
  expect(clockOf(at)).toBe(clock);
});
