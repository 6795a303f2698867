import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvOf } from './csv';

test('a cell that a spreadsheet would work out begins with an apostrophe', () => {
  for (const text of [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    ' =1',
    '\u200b=1',
    '|cmd',
    '%0A',
    '＝1',
    '\r=1',
  ]) {
    const line = csvOf([[text]])
      .slice(1)
      .trimEnd();
    expect(line.replace(/^"/, ''), JSON.stringify(text)).toMatch(/^'/);
  }
});

test('numbers stay numbers, what is not known is empty, and quotes, commas and lines are kept', () => {
  expect(
    csvOf([
      ['Agent', 'n'],
      ['A, "B"\nC', -3.5],
      ['D', null],
    ]),
  ).toBe('\uFEFFAgent,n\r\n"A, ""B""\nC",-3.5\r\nD,\r\n');
});

test('whatever somebody is called, no cell begins a formula', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const [line] = [csvOf([[text]]).slice(1, -2)];
      const begins = line.startsWith('"') ? line.slice(1) : line;
      expect(/^[=+\-@\t\r|%]/.test(begins)).toBe(false);
    }),
  );
});
