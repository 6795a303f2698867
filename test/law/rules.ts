/**
 * Holds the names of the tests that ran against the books of rules. Every rule is shown by a test that passed, or is
 * excused with a reason; no test quotes an id its book does not have. Pure: `books.ts` reads the files, `scripts/test.ts`
 * has the names of a whole run.
 */

export interface Test {
  /** With the names of the groups it stands in: an id may stand in any of them. */
  name: string;
  passed: boolean;
}

export interface Book {
  /** What stands in the bracket before the id: `engine` in `[engine R3]`, nothing for the product's rules. */
  prefix: string;
  file: string;
  /** In the order of the file, doubles and all. */
  ids: readonly string[];
  /** Each id needs a test. Goals and lessons need none, but only known ones are quoted. */
  binding: boolean;
}

/** One bracket per id; what stands there besides the id makes it an unknown one. */
const quotation = /\[(?:([a-z]+) )?([A-Z]\d[^\]]*)\]/g;

const quote = (prefix: string, id: string) => (prefix === '' ? `[${id}]` : `[${prefix} ${id}]`);

function quotedBy(tests: readonly Test[]): Map<string, string> {
  const quoted = new Map<string, string>();
  for (const { name } of tests) {
    for (const [, prefix = '', id = ''] of name.matchAll(quotation)) quoted.set(quote(prefix, id), name);
  }
  return quoted;
}

const numbersOf = ({ file, ids }: Book): string[] => [
  ...(ids.length === 0 ? [`${file} has no rules that can be read.`] : []),
  ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${file} numbers ${id} twice.`),
];

const quotesOf = ({ prefix, ids }: Book) => ids.map((id) => quote(prefix, id));

/**
 * What is wrong, a sentence each; nothing if books and tests agree.
 * @param notYet Product rules that no test shows (`C13`), each with the reason.
 */
export function faultsOf(
  books: readonly Book[],
  tests: readonly Test[],
  notYet: Readonly<Record<string, string>>,
): string[] {
  const shown = quotedBy(tests.filter(({ passed }) => passed));
  const known = new Set(books.flatMap(quotesOf));
  const excused = new Set(Object.keys(notYet).map((id) => quote('', id)));
  const owed = new Set(books.filter(({ binding }) => binding).flatMap(quotesOf)).difference(excused);
  return [
    ...books.flatMap(numbersOf),
    ...[...owed]
      .filter((rule) => !shown.has(rule))
      .map((rule) => `${rule} stands in the name of no test that passed.`),
    ...[...excused]
      .filter((rule) => !known.has(rule))
      .map((rule) => `notYet excuses ${rule}, which no book has.`),
    ...[...excused]
      .filter((rule) => shown.has(rule))
      .map((rule) => `notYet excuses ${rule}, which is tested: "${shown.get(rule)}".`),
    ...[...quotedBy(tests)]
      .filter(([rule]) => !known.has(rule))
      .map(([rule, test]) => `${rule} is in no book, and is quoted by "${test}".`),
  ];
}
