import { register } from '@convex-dev/migrations/test';
import { expect, test } from 'vitest';
import { api, internal } from '../../_generated/api';
import { openDesk } from '../../desk.setup';
import { readerOf, readList } from '../../readShared.setup';

test('[E5] [B2] a ticket of before stands in the lists of its agent, channel and tags, and is counted once', async () => {
  const desk = await openDesk();
  const { t, teamId, ana, agentId } = desk;
  register(t);
  const { ticketId } = await desk.handsOver();
  await ana.as.mutation(api.tickets.setTags, { teamId, ticketId, tags: ['vip'] });
  await t.run(async (ctx) => {
    const place = (await ctx.db.query('ticketPlaces').first())!;
    await ctx.db.patch(place._id, { lane: undefined, agentId: undefined, channel: undefined });
    for (const row of await ctx.db.query('tagPlaces').collect()) await ctx.db.delete(row._id);
    for (const row of await ctx.db.query('ticketCounts').collect())
      if (row.bucket === 'ofAgent' || row.bucket === 'tagged') await ctx.db.delete(row._id);
  });
  const read = readerOf(ana.as, teamId);
  expect(await readList(read, { list: 'all', filters: { agentId } })).toEqual([]);
  for (let isUpToDate = false; !isUpToDate;)
    ({ isUpToDate } = await t.mutation(internal.migrations.run.step, {}));
  for (const filters of [{ agentId }, { channel: 'web' }, { tag: 'vip' }, { status: 'new' as const }])
    expect(await readList(read, { list: 'all', filters })).toEqual([1]);
  expect(await read(api.tickets.countsOfAgents, {})).toEqual({ [agentId]: 1 });
  expect(await read(api.tickets.tags, {})).toEqual([{ tag: 'vip', count: 1 }]);
  expect(await read(api.tickets.counts, {})).toMatchObject({ all: 1, unassigned: 1 });
});

test('[B2] one that moves before the migration has come to it is counted right all the same', async () => {
  const desk = await openDesk();
  const { t, teamId, ana, agentId } = desk;
  const { ticketId } = await desk.handsOver();
  await t.run(async (ctx) => {
    const place = (await ctx.db.query('ticketPlaces').first())!;
    await ctx.db.patch(place._id, { lane: undefined, agentId: undefined, channel: undefined });
    for (const row of await ctx.db.query('ticketCounts').collect())
      if (row.bucket === 'ofAgent') await ctx.db.delete(row._id);
  });
  await desk.takesOver(ana);
  const read = readerOf(ana.as, teamId);
  expect(await read(api.tickets.countsOfAgents, {})).toEqual({ [agentId]: 1 });
  await desk.resolves(ana, ticketId);
  expect(await read(api.tickets.countsOfAgents, {})).toEqual({});
});
