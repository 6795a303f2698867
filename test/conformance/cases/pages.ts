/** Pages and their cursors. */
import type { Backend, Outside } from '../backend.ts';
import { answer, FAILS, fill } from './support.ts';

interface Page {
  page: { a: unknown }[];
  isDone: boolean;
  continueCursor: string;
}

const page = async (
  backend: Backend,
  cursor: string | null,
  numItems: number,
  more: object = {},
  args: object = {},
) => (await backend.query('tools:page', { opts: { cursor, numItems, ...more }, ...args })) as Page;
const show = ({ page, isDone }: Page) => [page.map(({ a }) => a), isDone];

async function allPages(backend: Backend, size: number, args: object = {}): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  for (let cursor: string | null = null; ;) {
    const next: Page = await page(backend, cursor, size, {}, args);
    pages.push(next.page.map(({ a }) => a));
    if (next.isDone) return pages;
    cursor = next.continueCursor;
  }
}

export const pages: Record<string, Outside> = {
  'pages put together are the query': {
    does: async (backend) => (await fill(backend, [1, 2, 3, 4, 5]), (await allPages(backend, 2)).flat()),
    gives: [1, 2, 3, 4, 5],
  },
  'and downwards': {
    does: async (backend) => (
      await fill(backend, [1, 2, 3, 4, 5]),
      (await allPages(backend, 2, { order: 'desc' })).flat()
    ),
    gives: [5, 4, 3, 2, 1],
  },
  'the first page has as many documents as were asked for': {
    does: async (backend) => (await fill(backend, [1, 2, 3]), show(await page(backend, null, 2))),
    gives: [[1, 2], false],
  },
  'a page that reaches the end says so': {
    does: async (backend) => (await fill(backend, [1, 2]), show(await page(backend, null, 5))),
    gives: [[1, 2], true],
  },
  'a page of an empty query is done': {
    does: async (backend) => show(await page(backend, null, 5)),
    gives: [[], true],
  },
  'the cursor of the end gives an empty page that is done': {
    does: async (backend) => {
      await fill(backend, [1]);
      return show(await page(backend, (await page(backend, null, 5)).continueCursor, 5));
    },
    gives: [[], true],
  },
  'pages of a range': {
    does: async (backend) => (
      await fill(backend, [1, 2, 3, 4]),
      (await allPages(backend, 1, { from: 3 })).flat()
    ),
    gives: [3, 4],
  },
  'pages of a filtered query': {
    does: async (backend) => (
      await fill(backend, [1, 5, 2, 6]),
      (await allPages(backend, 1, { over: 4 })).flat()
    ),
    gives: [5, 6],
  },
  'pages cross values of every type': {
    does: async (backend) => {
      await backend.mutation('tools:insert', {
        table: 'items',
        documents: [{}, { a: null }, { a: 3n }, { a: -0 }, { a: 'x' }, { a: [] }, { a: {} }],
      });
      return (await allPages(backend, 1)).flat();
    },
    gives: [undefined, null, 3n, -0, 'x', [], {}],
  },
  'a document inserted behind the cursor is not seen': {
    does: async (backend) => {
      await fill(backend, [10, 20, 30]);
      const first = await page(backend, null, 2);
      await fill(backend, [5]);
      return show(await page(backend, first.continueCursor, 5));
    },
    gives: [[30], true],
  },
  'a document inserted after the cursor is seen': {
    does: async (backend) => {
      await fill(backend, [10, 20, 30]);
      const first = await page(backend, null, 2);
      await fill(backend, [25]);
      return show(await page(backend, first.continueCursor, 5));
    },
    gives: [[25, 30], true],
  },
  'the cursor’s own document may be deleted': {
    does: async (backend) => {
      const ids = (await fill(backend, [10, 20, 30])) as string[];
      const first = await page(backend, null, 2);
      await backend.mutation('tools:remove', { id: ids[1] });
      return show(await page(backend, first.continueCursor, 5));
    },
    gives: [[30], true],
  },
  'a page read again up to its end grows with what was inserted': {
    does: async (backend) => {
      await fill(backend, [10, 20, 30]);
      const first = await page(backend, null, 2);
      await fill(backend, [15]);
      return show(await page(backend, null, 2, { endCursor: first.continueCursor }));
    },
    gives: [[10, 15, 20], false],
  },
  'a page read again up to its end shrinks with what was deleted': {
    does: async (backend) => {
      const ids = (await fill(backend, [10, 20, 30])) as string[];
      const first = await page(backend, null, 2);
      await backend.mutation('tools:remove', { id: ids[1] });
      return show(await page(backend, null, 2, { endCursor: first.continueCursor }));
    },
    gives: [[10], false],
  },
  'a page between two cursors continues at the second': {
    does: async (backend) => {
      await fill(backend, [10, 20, 30]);
      const first = await page(backend, null, 2);
      await fill(backend, [15]);
      const again = await page(backend, null, 2, { endCursor: first.continueCursor });
      return show(await page(backend, again.continueCursor, 5));
    },
    gives: [[30], true],
  },
  'the last page read again up to its end takes in what was appended': {
    does: async (backend) => {
      await fill(backend, [10]);
      const first = await page(backend, null, 5);
      await fill(backend, [20]);
      return show(await page(backend, null, 5, { endCursor: first.continueCursor }));
    },
    gives: [[10, 20], true],
  },
  'a cursor that is none is InvalidCursor': {
    does: async (backend) => {
      const result = await answer(page(backend, 'made up', 1));
      return (result as { threw?: { paginationError?: string } }).threw?.paginationError ?? result;
    },
    gives: 'InvalidCursor',
  },
  'a cursor of another query is InvalidCursor': {
    does: async (backend) => {
      await fill(backend, [1, 2, 3]);
      const other = await page(backend, null, 1, {}, { order: 'desc' });
      const result = await answer(page(backend, other.continueCursor, 1));
      return (result as { threw?: { paginationError?: string } }).threw?.paginationError ?? 'accepted';
    },
    gives: 'InvalidCursor',
  },
  'a page of no documents is refused': {
    does: (backend) => answer(page(backend, null, 0).then(show)),
    gives: FAILS,
  },
  'two paginated queries in one function are refused': {
    does: (backend) => answer(backend.query('tools:twoPages')),
    gives: FAILS,
  },
  'a page that may read few rows ends early': {
    does: async (backend) => {
      await fill(backend, [1, 2, 3, 9]);
      const first = await page(backend, null, 5, { maximumRowsRead: 2 }, { over: 5 });
      return [
        show(first),
        (await page(backend, first.continueCursor, 5, {}, { over: 5 })).page.map(({ a }) => a),
      ];
    },
    gives: [[[], false], [9]],
  },
};
