/** The books whose ids the names of tests quote, read from where they stand. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Book } from './rules.ts';

const textOf = (file: string) =>
  readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');

/** Rules open a list item: `- **C5** …`. */
const rulesIn = (file: string) =>
  Array.from(textOf(file).matchAll(/^- \*\*([A-Z]\d+[a-z]?)\*\* /gm), ([, id]) => id!);

/** Goals and lessons open a row of a table: `| P2 | …`. */
const rowsIn = (file: string, heading: string) => {
  const chapter = textOf(file)
    .split(/^## /m)
    .find((part) => part.startsWith(heading));
  return Array.from(chapter?.matchAll(/^\| ([A-Z]\d+) \| /gm) ?? [], ([, id]) => id!);
};

const goals = 'docs/goals.md';

export const books: readonly Book[] = [
  { prefix: '', file: 'docs/rules.md', ids: rulesIn('docs/rules.md'), binding: true },
  { prefix: 'engine', file: 'engine/SPEC.md', ids: rulesIn('engine/SPEC.md'), binding: true },
  { prefix: 'ux', file: goals, ids: rowsIn(goals, 'Use'), binding: false },
  { prefix: 'lesson', file: goals, ids: rowsIn(goals, 'Lessons'), binding: false },
];
