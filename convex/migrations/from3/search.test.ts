import { expect, test } from 'vitest';
import { internal } from '../../_generated/api';
import { openDesk } from '../../desk.setup';

test('[T9] what was said before there was a search is found, once, and goes on as new', async () => {
  const desk = await openDesk();
  const { t, ana } = desk;
  await desk.customerWrites('The parcel has not arrived');
  await desk.handsOver();
  await desk.takesOver(ana);
  await desk.replies(ana, 'Carrier says Tuesday');
  const rows = async () => {
    const found = await t.run((ctx) => ctx.db.query('searchRows').collect());
    const plain = found.map(({ entryId, kind, authorId, words }) =>
      JSON.stringify([entryId, kind, authorId, words]),
    );
    const people = await t.run((ctx) => ctx.db.query('searchPeople').collect());
    return { rows: plain.toSorted(), people: people.map(({ words }) => words) };
  };
  const made = await rows();
  expect(made.rows.length).toBeGreaterThan(2);
  expect(made.people).toEqual(['carla']);
  await t.run(async (ctx) => {
    for (const { _id } of await ctx.db.query('searchRows').collect()) await ctx.db.delete(_id);
    for (const { _id } of await ctx.db.query('searchPeople').collect()) await ctx.db.delete(_id);
  });
  const batch = { cursor: null, dryRun: false, oneBatchOnly: true };
  for (let turn = 1; turn <= 2; turn++) {
    await t.mutation(internal.migrations.from3.search.entries, batch);
    await t.mutation(internal.migrations.from3.search.conversations, batch);
    expect(await rows()).toEqual(made);
  }
});
