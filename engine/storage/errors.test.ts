import { expect, it } from 'vitest';
import { sqliteFailure } from './errors.ts';

const thrown = (errcode: number): Error =>
  Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode });

it('[engine S5] a file that could not be cut at a checkpoint is no reason to stop: the next checkpoint tries again', () => {
  expect(sqliteFailure(thrown(1546))).toBe('full');
});

it('[engine S6] any other input or output that failed is', () => {
  for (const errcode of [10, 266, 778, 1034, 1290]) expect(sqliteFailure(thrown(errcode))).toBe('fatal');
});
