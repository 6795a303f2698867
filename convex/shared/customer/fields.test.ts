import { expect, test } from 'vitest';
import { type FieldOf, maxFieldText, readFieldValue } from './fields';

test.each<[FieldOf, string | number, string | number | null]>([
  [{ kind: 'text' }, '  Gold  ', 'Gold'],
  [{ kind: 'text' }, '\u200b', null],
  [{ kind: 'text' }, 'x'.repeat(maxFieldText), 'x'.repeat(maxFieldText)],
  [{ kind: 'text' }, 'x'.repeat(maxFieldText + 1), null],
  [{ kind: 'text' }, 5, null],
  [{ kind: 'number' }, 0, 0],
  [{ kind: 'number' }, -1.5, -1.5],
  [{ kind: 'number' }, Number.NaN, null],
  [{ kind: 'number' }, Infinity, null],
  [{ kind: 'number' }, '5', null],
  [{ kind: 'date' }, '2028-02-29', '2028-02-29'],
  [{ kind: 'date' }, '2026-02-29', null],
  [{ kind: 'date' }, '2026-2-1', null],
  [{ kind: 'date' }, '2026-13-01', null],
  [{ kind: 'choice', choices: ['Gold', 'Silver'] }, 'Gold', 'Gold'],
  [{ kind: 'choice', choices: ['Gold', 'Silver'] }, 'gold', null],
  [{ kind: 'choice' }, '', null],
])('[E2] %o holds %o only as it is meant', (field, given, kept) => {
  const read = readFieldValue(field, given);
  expect('value' in read ? read.value : null).toBe(kept);
});
