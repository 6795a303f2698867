import { expect, test } from 'vitest';
import { dueWords, nearnessOf } from './dueWords';

const minute = 60_000;
const at = 1_000 * minute;

test('[T7] what is due is said by how long is left of it, then by how long ago it was', () => {
  const said = [-3_000, -180, -12.5, -0.5, 0, 0.5, 59, 61, 3_000].map((minutes) =>
    dueWords({ at }, at + minutes * minute),
  );
  expect(said).toEqual([
    'due in 2d',
    'due in 3h',
    'due in 12m',
    'due in <1m',
    '<1m overdue',
    '<1m overdue',
    '59m overdue',
    '1h overdue',
    '2d overdue',
  ]);
});

test('[T7] it is near, then missed, from its instants on', () => {
  const due = { at, nearAt: at - minute };
  expect([at - minute - 1, at - minute, at - 1, at].map((now) => nearnessOf(due, now))).toEqual([
    'far',
    'near',
    'near',
    'missed',
  ]);
});
