import { register } from '@convex-dev/migrations/test';
import { expect, test } from 'vitest';
import { internal } from '../_generated/api';
import { createTeam, setupTest, type TestDesk } from '../test.setup';
import { batchSize } from './migrations';

function setup(): TestDesk {
  const t = setupTest();
  register(t);
  return t;
}

test('a desk without data of before is up to date in one step, and stays so', async () => {
  const t = setup();
  const upToDate = { isUpToDate: true, migrated: 0 };
  expect(await t.mutation(internal.migrations.run.step, {})).toEqual(upToDate);
  expect(await t.mutation(internal.migrations.run.step, {})).toEqual(upToDate);
});

test('more than a transaction should hold is brought over in batches, each document once', async () => {
  const t = setup();
  const { teamId } = await createTeam(t);
  const count = 2 * batchSize + 1;
  await t.run(async (ctx) => {
    for (let n = 0; n < count; n++) {
      const article = { teamId, title: `Tents ${n}`, body: 'Waterproof.', searchText: '', updatedAt: n };
      await ctx.db.insert('articles', article);
    }
  });
  const steps: number[] = [];
  for (let isUpToDate = false; !isUpToDate;) {
    const step = await t.mutation(internal.migrations.run.step, {});
    ({ isUpToDate } = step);
    steps.push(step.migrated);
    const done = await t.run((ctx) => ctx.db.query('articles').take(count));
    expect(done.filter(({ searchText }) => searchText !== '').length).toBe(
      Math.min(count, articlesIn(steps)),
    );
  }
  // Two versions cut their words in another way; the team comes twice more, to be measured, and its three people twice.
  expect(articlesIn(steps)).toBe(2 * count + 2 + 2 * 3);
});

/** What the steps so far went through; a team, its three people and their statuses, which come before, are no articles. */
function articlesIn([, , , ...articles]: number[]): number {
  return articles.reduce((sum, each) => sum + each, 0);
}
