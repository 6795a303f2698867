/** Vector search as actions use it, pushed by the real CLI, against a twin in ten lines. */
import { anyApi } from 'convex/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../engine/server/engine.ts';
import { removeFolder, temporaryFolder } from './cliSupport.ts';
import { startTestEngine, type TestEngine } from './harness.ts';

const api = anyApi.vectors as any;
let test: TestEngine;
let dataDir: string;

beforeAll(async () => {
  dataDir = temporaryFolder('vectors');
  test = await startTestEngine({ dataDir }, 'records');
}, 60_000);
afterAll(async () => {
  expect(test.violations).toEqual([]);
  expect(test.errors).toEqual([]);
  await test.stop();
  removeFolder(dataDir);
});

interface Article {
  title: string;
  embedding?: unknown;
  team?: string;
  lang?: string;
}
const put = (article: Article) => test.http().mutation(api.put, article) as Promise<string>;
const search = async (args: object) =>
  (await test.http().action(api.search, args)) as { _id: string; _score: number }[];

function cosine(a: number[], b: number[]): number {
  const dot = a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  return dot / (Math.hypot(...a) * Math.hypot(...b) || 1);
}

describe('vector search', () => {
  it('[engine X1] finds the nearest by cosine, filtered, like a sorted list does', async () => {
    let seed = 42;
    const random = () => ((seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff) / 0x7fffffff) * 2 - 1;
    const twin: (Article & { _id: string; embedding: number[] })[] = [];
    for (let i = 0; i < 120; i++) {
      const article = {
        title: `x1-${i}`,
        embedding: [random(), random(), random()],
        team: `t${i % 3}`,
        ...(i % 4 === 0 ? {} : { lang: `l${i % 2}` }),
      };
      twin.push({ ...article, _id: await put(article) });
    }
    const filters: { any?: (string | undefined)[][]; keep: (one: Article) => boolean }[] = [
      { keep: () => true },
      { any: [['team', 't1']], keep: ({ team }) => team === 't1' },
      {
        any: [
          ['team', 't1'],
          ['lang', 'l0'],
        ],
        keep: ({ team, lang }) => team === 't1' || lang === 'l0',
      },
      { any: [['lang']], keep: ({ lang }) => lang === undefined },
    ];
    for (const { any, keep } of filters) {
      for (const limit of [1, 10, 200]) {
        const vector = [random(), random(), random()];
        const expected = twin
          .filter(keep)
          .map(({ _id, embedding }) => ({ _id, _score: cosine(embedding, vector) }))
          .sort((a, b) => b._score - a._score)
          .slice(0, limit);
        const found = await search({ vector, limit, ...(any && { any }) });
        expect(found.map(({ _id }) => _id)).toEqual(expected.map(({ _id }) => _id));
        found.forEach(({ _score }, i) => expect(_score).toBeCloseTo(expected[i]!._score, 5));
      }
    }
    expect(await search({ vector: [1, 0, 0] })).toHaveLength(10);
  }, 30_000);

  it('[engine X2] sees every commit before it: inserts, changes of vector and filter, removals', async () => {
    const only = { any: [['team', 'x2']] };
    const ids = async () => (await search({ vector: [0, 0, 1], ...only })).map(({ _id }) => _id);
    expect(await ids()).toEqual([]);
    const a = await put({ title: 'a', embedding: [0, 0, 1], team: 'x2' });
    const b = await put({ title: 'b', embedding: [0, 1, 1], team: 'x2' });
    expect(await ids()).toEqual([a, b]);
    await put({ title: 'a', embedding: [0, 1, 0.1], team: 'x2' });
    expect(await ids()).toEqual([b, a]);
    await put({ title: 'b', embedding: [0, 1, 1], team: 'other' });
    expect(await ids()).toEqual([a]);
    await put({ title: 'b', embedding: [0, 1, 1], team: 'x2' });
    await test.http().mutation(api.remove, { id: a });
    expect(await ids()).toEqual([b]);
  });

  it('[engine X3] documents whose field is absent or no vector of the index are not in it', async () => {
    const only = { vector: [1, 1, 1], any: [['team', 'x3']] };
    const odd = [undefined, null, [1, 2], [1, 2, 3, 4], [1, 2, 'x'], { a: 1 }, 'text', [1n, 2n, 3n]];
    for (const [i, embedding] of odd.entries())
      await put({ title: `x3-${i}`, team: 'x3', ...(embedding !== undefined && { embedding }) });
    expect(await search(only)).toEqual([]);
    const zero = await put({ title: 'x3-0', team: 'x3', embedding: [0, 0, 0] });
    expect(await search(only)).toEqual([{ _id: zero, _score: 0 }]);
    await put({ title: 'x3-0', team: 'x3', embedding: 'no longer' });
    expect(await search(only)).toEqual([]);
  });

  it('[engine X4] a malformed search is refused with the official text', async () => {
    const refused = async (args: object, text: string) =>
      await expect(search({ vector: [1, 0, 0], ...args })).rejects.toThrow(text);
    await refused({ vector: [1, 0] }, 'Expected a vector with dimensions 3, received 2.');
    await refused({ limit: 257 }, 'Vector queries can fetch at most 256 results, requested 257.');
    await refused({ limit: 0 }, 'whole number from 1 to 256');
    await refused({ limit: 1.5 }, 'whole number from 1 to 256');
    await refused({ index: 'nothing' }, 'Index articles.nothing not found.');
    await refused({ index: 'by_title' }, 'Index articles.by_title is not a vector index');
    await refused(
      { any: [['title', 'x']] },
      'Vector query against articles.by_embedding contains a filter on "title" but that field isn\'t indexed for filtering in `filterFields`.',
    );
    const many = Array.from({ length: 65 }, (_, i) => ['team', `t${i}`]);
    await refused(
      { any: many },
      'Vector query against articles.by_embedding has too many conditions. Max: 64 Actual: 65',
    );
    await refused({ odd: true }, 'Filters should be a combination of `q.eq` and `q.or`.');
  });

  it('[engine X5] the index is there after a restart', async () => {
    const before = await search({ vector: [0.3, 0.2, -0.9] });
    await test.engine.stop();
    const again = await startEngine({ dataDir, port: 0 });
    const response = await fetch(`${again.url}/api/action`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ path: 'vectors:search', args: { vector: [0.3, 0.2, -0.9] } }),
    });
    expect(await response.json()).toMatchObject({ value: before });
    await again.stop();
  });
});
