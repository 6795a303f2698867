import { describe, expect, it } from 'vitest';
import { books } from './books.ts';
import { notYet } from './notYet.ts';
import { type Book, faultsOf, type Test } from './rules.ts';

const passed = (name: string): Test => ({ name, passed: true });
const book: Book = { prefix: '', file: 'docs/rules.md', ids: ['C1', 'C2'], binding: true };
const engine: Book = { prefix: 'engine', file: 'engine/SPEC.md', ids: ['C1'], binding: true };
const lessons: Book = { prefix: 'lesson', file: 'docs/goals.md', ids: ['L1', 'L2'], binding: false };
const both = [passed('[C1] one voice'), passed('a group > [C2] [engine C1] one door')];

describe('the law', () => {
  it('is kept when every rule stands in the name of a test that passed', () => {
    expect(faultsOf([book, engine, lessons], both, {})).toEqual([]);
  });

  it('misses a rule that no test names, and one that only a skipped or failed test names', () => {
    const fault = '[C2] stands in the name of no test that passed.';
    expect(faultsOf([book], [passed('[C1] one voice')], {})).toEqual([fault]);
    const skipped = { name: '[C2] one door', passed: false };
    expect(faultsOf([book], [passed('[C1] one voice'), skipped], {})).toEqual([fault]);
  });

  it('does not take an id of one book for the same id of another', () => {
    expect(faultsOf([engine], [passed('[C1] one voice')], {})).toEqual([
      '[engine C1] stands in the name of no test that passed.',
      '[C1] is in no book, and is quoted by "[C1] one voice".',
    ]);
  });

  // Without their brackets in the name of this test, which is held against the books like any other.
  it.each(['C3', 'C1, C2', 'lesson L9', 'uy C1'])('knows no rule %s', (id) => {
    const name = `[${id}] a`;
    // In a failed test too: who renames a rule hears of every test that quotes the old name.
    expect(faultsOf([book, engine, lessons], [...both, { name, passed: false }], {})).toEqual([
      `${name.slice(0, -2)} is in no book, and is quoted by "${name}".`,
    ]);
  });

  it('lets a rule be excused until a test shows it', () => {
    expect(faultsOf([book], [passed('[C1] one voice')], { C2: 'no channel yet' })).toEqual([]);
    expect(faultsOf([book], both.slice(0, 1), { C1: 'not built', C2: 'not built' })).toEqual([
      'notYet excuses [C1], which is tested: "[C1] one voice".',
    ]);
    expect(faultsOf([book], [...both.slice(0, 1), passed('[C2] a')], { C9: 'not built' })).toEqual([
      'notYet excuses [C9], which no book has.',
    ]);
  });

  it('hears of a number given twice, and of a book that cannot be read', () => {
    expect(faultsOf([{ ...book, ids: ['C1', 'C2', 'C1'] }, engine], both, {})).toEqual([
      'docs/rules.md numbers C1 twice.',
    ]);
    expect(faultsOf([{ ...lessons, ids: [] }], [], {})).toEqual([
      'docs/goals.md has no rules that can be read.',
    ]);
  });

  it('reads every chapter of every book', () => {
    const chapters = books.map(({ ids }) => [...new Set(ids.map((id) => id[0]))].join(''));
    expect(chapters).toEqual(['CTHAMPRBE', expect.any(String), 'PBAKCNWQ', 'L']);
    expect(books[1]!.ids.length).toBeGreaterThan(200);
  });

  it('excuses with a reason', () => {
    for (const [id, reason] of Object.entries(notYet))
      expect(`${id} ${reason}`).toMatch(/^[A-Z]\d+ .{20,110}$/);
  });
});
