/**
 * Where a backend answers otherwise than Convex does, and why.
 *
 * A difference that is gone fails the suite, and so does one that is not in this list. What the engine itself owes stands in
 * `engine/knownGaps.ts` besides.
 */
export interface Difference {
  backend: 'engine' | 'convex-test';
  /** `area: title` of the behaviour. */
  behaviour: string;
  /** What it answers instead. */
  gets: unknown;
  why: string;
}

const FAILS = 'refused';

/** One reason for many behaviours. */
function double(why: string, gets: Record<string, unknown>): Difference[] {
  return Object.entries(gets).map(([behaviour, value]) => ({
    backend: 'convex-test',
    behaviour,
    gets: value,
    why,
  }));
}

const ENGINE_COMMIT_TS: [behaviour: string, gets: unknown][] = [
  ['meta: commitTs in a document is greater than every other int64 of the transaction', 'other'],
  ['meta: a document that is read back still has the placeholder', false],
];

export const differences: Difference[] = [
  ...double('It compares filter operands with the language’s own < and >, not in Convex’s order of values.', {
    'filters: a missing field is less than every number': '0',
    'filters: comparisons cross types': '1',
  }),
  ...double('It takes whatever the language makes of an operand, and knows no $neg.', {
    'filters: neg': FAILS,
    'filters: arithmetic with a missing field is refused': { gave: 1 },
    'filters: a filter that is a value and not true passes none': '0123',
  }),
  ...double('It computes a whole result when a query begins.', {
    'filters: a mutation that walks sees what it writes ahead of itself': [1, 5],
    'meta: documents that a filter drops are read': 1,
  }),
  ...double('It checks no limits of values and no system fields.', {
    'writes: insert refuses field names that start with an underscore': false,
    'writes: insert refuses a chosen _id': false,
    'writes: insert refuses a chosen _creationTime': false,
    'writes: insert refuses a document nested 17 deep': false,
    'writes: insert refuses a document above 1 MiB': false,
    'writes: insert refuses an array of more than 8192 items': false,
    'writes: insert refuses an object of more than 1024 fields': false,
    'writes: insert refuses a lone surrogate': false,
  }),
  ...double('Its ids are a counter and the name of the table, and it asks nothing of them.', {
    'ids: get refuses text that is no id': { gave: null },
    'ids: a user document cannot be read through db.system': { gave: { a: 1 } },
    'ids: a system document cannot be read through db': { gave: 'tools:nothing' },
  }),
  ...double('It checks a result after the transaction was kept.', {
    'nested: a callee’s result is checked, and it is undone': [FAILS, [1]],
    'components: a component’s result is checked, and it is undone': [FAILS, [1]],
    'args: and leaves nothing': 1,
  }),
  ...double(
    'It decodes the data of an error twice on its way through a nested call, which int64 and bytes do not survive.',
    {
      'reading: an error of a callee can be caught': FAILS,
      'errors: a ConvexError passes through a query that called': FAILS,
      'errors: a ConvexError passes through a mutation that called': FAILS,
    },
  ),
  ...double('It takes anything for a function handle.', {
    'args: a function handle, and what is none': ['taken', 'taken', 'taken', 'taken', 'taken'],
    'validation: a field that is a function handle': [0, false],
  }),
  ...double('Its validators have no records.', {
    'validation: a record with a value of another type': { name: 'Ann', scores: { a: 'x' } },
    'args: an object of a union': ['taken', 'taken', 'taken'],
  }),
  ...double('It makes no difference between what is public and what is internal.', {
    'errors: an internal query is not for everybody': 'secret',
    'errors: an internal mutation is not for everybody': 'secret',
    'errors: an internal action is not for everybody': 'secret',
    'components: an internal function of a component is out of reach': { gave: 'hidden' },
    'components: and cannot be scheduled': { gave: 'accepted' },
    'components: and the app gets no handle of it': { gave: 'accepted' },
    'componentActions: an internal function of a component is out of reach': { gave: 'hidden' },
  }),
  ...double('A cursor is the plain key, of no query in particular.', {
    'pages: a cursor that is none is InvalidCursor': FAILS,
    'pages: a cursor of another query is InvalidCursor': 'accepted',
    'pages: a page of no documents is refused': [[], true],
    'pages: a page read again up to its end shrinks with what was deleted': [[10], true],
  }),
  ...double('Its job records are simpler.', {
    'scheduling: a job that waits is pending, with its name, arguments and time': [
      'tools:insert',
      [{ table: 'items', documents: [{ a: 'job' }] }],
      { kind: 'pending' },
      true,
    ],
    'scheduling: a job that ended has the time it ended': 'undefined',
    'scheduling: and says why': false,
    'scheduling: cancelling what is done changes nothing': 'canceled',
    'scheduling: a function nobody knows cannot be scheduled': 'accepted',
    'components: a component’s job has the name of its function there': 'lib:hiddenPut',
    'scheduling: jobs can be listed': ['tools:nothing', 'tools:chain'],
  }),
  ...double('It looks for the beginnings of words between spaces, in no order.', {
    'search: an earlier word must be whole': ['elephant', 'mouse'],
    'search: punctuation parts words': [],
    'search: what fits better comes first': 'apple',
    'reading: an index that is no search index cannot be searched': { gave: [] },
    'reading: a search on another field is refused': { gave: [] },
  }),
  ...double('It computes with vectors of any length.', {
    'acting: a vector of another length is refused': { gave: 'accepted' },
  }),
  ...double('A handle is the text of a path, and nobody asks what is there.', {
    'components: a component gets no handle of a function it does not have': {
      gave: 'function://left;lib:nobody',
    },
  }),
  ...double('Modules are those of the tests, one of each.', {
    'components: what a module remembers, it remembers for its own instance at most': 'left',
    'componentActions: what a module remembers, it remembers for its own instance at most': 'left',
  }),
  ...double('It is told of modules and schemas, not of definitions: it knows no variables and no mounts.', {
    'components: a component sees the variable that is passed to it, and passes it on': [null, null, null],
    'components: a component answers HTTP requests under its prefix': FAILS,
    'components: its routes see the whole path': 'No HttpAction routed for /left/under/here',
    'components: its child answers under both prefixes': 'No HttpAction routed for /left/drawer/hook',
  }),
  ...double('It keeps size and hash only.', {
    'files: a file has a document': { size: 3, sha256: 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=' },
  }),
  ...double('Functions run in the process of the tests, with its clock and as deep as they like.', {
    'meta: time stands still within a function': 'moved',
    'nested: calls do not go on for ever': { gave: 30 },
    'components: calls over a border and back do not go on for ever': [{ gave: 2 }, { gave: 20 }],
  }),
  ...ENGINE_COMMIT_TS.map(([behaviour, gets]) => ({
    backend: 'engine' as const,
    behaviour,
    gets,
    why: 'The engine knows its commit timestamp from the start and stores that, not a placeholder. (knownGaps: T-commitTsPending)',
  })),
];
