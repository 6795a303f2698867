/// <reference types="vite/client" />
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api } from './_generated/api';
import { openDesk, type OpenDesk, refused, startThread } from './desk.setup';
import { listRules } from './model/agents/handover';
import { openCaseWith } from './model/conversation/case';
import { walkTag } from './model/tickets/tagChanges';
import { recordTags } from './model/tickets/tickets';
import { readerOf } from './readShared.setup';
import { replayTicket } from './shared/tickets/ticketState';
import { followed } from './shared/tickets/tags';
import { transact } from './test.setup';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** So many tickets with these tags. */
async function tagMany(desk: OpenDesk, count: number, tags: string[]) {
  const threads = [];
  for (let n = 0; n < count; n++) {
    const thread = await startThread(desk, 'web');
    const { ticketId } = await thread.handsOver('agentAsked', { tags });
    threads.push({ ...thread, ticketId });
  }
  return threads;
}

/** Every tag that any ticket, any place or any count knows, with how many have it. */
async function everything({ t, teamId, ana }: OpenDesk) {
  const tickets = await t.run((ctx) => ctx.db.query('tickets').collect());
  const places = await t.run((ctx) => ctx.db.query('tagPlaces').collect());
  const count = (tags: string[]) =>
    Object.fromEntries([...Map.groupBy(tags, (tag) => tag)].map(([tag, of]) => [tag, of.length]).toSorted());
  const counted = await readerOf(ana.as, teamId)(api.tickets.tags, {});
  return {
    onTickets: count(tickets.flatMap(({ tags }) => tags)),
    inPlaces: count(places.map(({ tag }) => tag)),
    counted: Object.fromEntries(counted.map(({ tag, count: of }) => [tag, of])),
  };
}
const alike = (tags: Record<string, number>) => ({ onTickets: tags, inPlaces: tags, counted: tags });

/** One part of what was asked for after the other, with something in between. */
async function carriedOut({ t }: OpenDesk, between: () => Promise<unknown> = async () => {}) {
  for (let parts = 0; parts < 200; parts++) {
    vi.advanceTimersByTime(1);
    await t.finishInProgressScheduledFunctions();
    const pending = await t.run((ctx) =>
      ctx.db
        .query('tagChanges')
        .filter((q) => q.eq(q.field('doneAt'), undefined))
        .collect(),
    );
    if (pending.length === 0) return parts;
    await between();
  }
  throw new Error('It never ends.');
}

test('[T7] [T8] a renamed tag has its new name on every ticket, in rules, views and counts, and each ticket’s events say so', async () => {
  const desk = await openDesk();
  const { t, teamId, agentId, ana, manager } = desk;
  const many = await tagMany(desk, 60, ['vip', 'late', 'parcel']);
  const read = readerOf(ana.as, teamId);
  const outcome = { handOver: true as const, priority: 'high' as const, tags: ['late', 'refund'] };
  const when = [{ type: 'noAnswer' as const }];
  await manager.as.mutation(api.handoverRules.save, { teamId, agentId, name: 'Late', when, outcome });
  const list = { view: 'all', tag: 'late', sort: 'newest' };
  await ana.as.mutation(api.savedViews.save, { teamId, name: 'Late ones', list });
  await manager.as.mutation(api.savedViews.saveForTeam, { teamId, name: 'Late ones', list });
  await manager.as.mutation(api.tags.setColour, { teamId, tag: 'late', colour: 'rose' });

  await manager.as.mutation(api.tags.rename, { teamId, from: 'late', to: ' delayed ' });
  expect(await read(api.tags.changes, {})).toEqual([{ from: 'late', to: 'delayed', isDone: false }]);
  await carriedOut(desk);

  expect(await everything(desk)).toEqual(alike({ delayed: 60, parcel: 60, vip: 60 }));
  expect(await read(api.tags.colours, {})).toEqual([{ tag: 'delayed', colour: 'rose' }]);
  expect(await read(api.tags.changes, {})).toEqual([{ from: 'late', to: 'delayed', isDone: true }]);
  const rules = await t.run((ctx) => listRules(ctx, agentId));
  expect(rules[0]!.outcome).toMatchObject({ tags: ['delayed', 'refund'] });
  const followedList = { ...list, tag: 'delayed' };
  expect(await ana.as.query(api.savedViews.mine, { teamId })).toMatchObject([{ list: followedList }]);
  expect(await read(api.savedViews.ofTeam, {})).toMatchObject([{ list: followedList }]);
  const page = await read(api.tickets.list, { list: 'all', filters: { tag: 'delayed' } });
  expect(page.numbers.length).toBeGreaterThan(20);

  // Where it stood, and as the replay has it.
  for (const { ticketId, entries, tickets } of [many[0]!, many[59]!]) {
    const said = await entries();
    expect((await tickets())[0]!.tags).toEqual(['vip', 'delayed', 'parcel']);
    expect(replayTicket(said, ticketId)!.tags).toEqual(['vip', 'delayed', 'parcel']);
    expect(said.at(-1)!.event).toMatchObject({
      type: 'tagsChanged',
      renamed: { from: 'late', to: 'delayed', by: manager.memberId },
    });
  }
});

test('[T7] nothing is lost while a tag is renamed: what gets, or loses, the old name meanwhile follows', async () => {
  const desk = await openDesk();
  const { t, teamId, agentId, ana, manager } = desk;
  const many = await tagMany(desk, 55, ['late', 'vip']);
  await manager.as.mutation(api.tags.rename, { teamId, from: 'late', to: 'delayed' });
  const set = (at: number, tags: string[], from?: string[]) =>
    ana.as.mutation(api.tickets.setTags, {
      teamId,
      ticketId: many[at]!.ticketId,
      tags,
      ...(from && { from }),
    });
  // From the end, which the walk comes to last, on: every way to get the old name, each part of the way.
  let step = 0;
  let hasComeLate = false;
  const parts = await carriedOut(desk, async () => {
    const at = 54 - step++ * 2;
    // One who has the page from before adds another tag; one takes the old name off.
    await set(at, ['late', 'vip', 'seen'], ['late', 'vip']);
    await set(at - 1, ['vip'], ['late', 'vip']);
    // A handover, and a rule that was written with the old name.
    await tagMany(desk, 1, ['late']);
    const outcome = { handOver: true as const, priority: 'low' as const, tags: ['late'] };
    const when = [{ type: 'noAnswer' as const }];
    await manager.as.mutation(api.handoverRules.save, {
      teamId,
      agentId,
      name: `Rule ${step}`,
      when,
      outcome,
    });
    // And one that knows nothing of it, where the walk has been already.
    const first = many[0]!;
    const [ticket] = await first.tickets();
    if (hasComeLate || !ticket!.tags.includes('delayed')) return;
    hasComeLate = true;
    await first.inCase(async (ctx, opened) => {
      await recordTags(ctx, opened, opened.keep(ticket!), ['late', 'vip'], { kind: 'system' });
    });
  });
  expect(parts).toBeGreaterThan(4);
  expect(hasComeLate).toBe(true);
  const { onTickets, inPlaces, counted } = await everything(desk);
  expect(onTickets.late).toBeUndefined();
  expect(inPlaces).toEqual(onTickets);
  expect(counted).toEqual(onTickets);
  // As many were taken off as came anew.
  expect(onTickets.delayed).toBe(55);
  expect(onTickets.vip).toBe(55);
  expect(onTickets.seen).toBe(step);
  const rules = await t.run((ctx) => listRules(ctx, agentId));
  expect(rules.flatMap(({ outcome }) => (outcome.handOver ? outcome.tags : []))).toEqual(
    Array.from({ length: step }, () => 'delayed'),
  );
});

test('[T7] a tag becomes part of another one only when that is meant, and is on each ticket once', async () => {
  const desk = await openDesk();
  const { teamId, ana, manager } = desk;
  await tagMany(desk, 3, ['late', 'delayed', 'vip']);
  await tagMany(desk, 2, ['late']);
  const rename = (to: string, merge?: boolean) =>
    manager.as.mutation(api.tags.rename, { teamId, from: 'late', to, ...(merge && { merge }) });
  expect(await refused(rename('delayed'))).toMatchObject({ code: 'TAG_EXISTS', tag: 'delayed' });
  expect(await refused(rename('x'.repeat(10_000)))).toMatchObject({ code: 'INVALID_INPUT' });
  expect(await refused(rename('\u200b'))).toMatchObject({ code: 'INVALID_INPUT' });
  const long = 'x'.repeat(10_000);
  for (const asked of [
    manager.as.mutation(api.tags.rename, { teamId, from: long, to: 'other' }),
    manager.as.mutation(api.tags.remove, { teamId, tag: long }),
  ])
    expect(await refused(asked)).toMatchObject({ code: 'INVALID_INPUT' });
  await rename('delayed', true);
  // Neither of the two is changed again before that is done.
  for (const [from, to] of [
    ['late', 'other'],
    ['vip', 'late'],
    ['delayed', 'vip'],
  ] as const) {
    const again = manager.as.mutation(api.tags.rename, { teamId, from, to, merge: true });
    expect(await refused(again)).toMatchObject({ code: 'INVALID_INPUT' });
  }
  await carriedOut(desk);
  expect(await everything(desk)).toEqual(alike({ delayed: 5, vip: 3 }));

  // The old name can be had anew, and then it means that.
  await tagMany(desk, 1, ['late']);
  await manager.as.mutation(api.tags.rename, { teamId, from: 'vip', to: 'late', merge: true });
  await carriedOut(desk);
  expect(await everything(desk)).toEqual(alike({ delayed: 5, late: 4 }));
  expect(await readerOf(ana.as, teamId)(api.tags.changes, {})).toEqual([
    { from: 'vip', to: 'late', isDone: true },
  ]);
});

test('[T7] [R3] a deleted tag is on no ticket and in no rule, and the audit log has who did it', async () => {
  const desk = await openDesk();
  const { t, teamId, agentId, ana, manager, owner } = desk;
  await tagMany(desk, 30, ['late', 'vip']);
  const outcome = { handOver: true as const, priority: 'high' as const, tags: ['late'] };
  const when = [{ type: 'noAnswer' as const }];
  await manager.as.mutation(api.handoverRules.save, { teamId, agentId, name: 'Late', when, outcome });
  await manager.as.mutation(api.tags.setColour, { teamId, tag: 'late', colour: 'blue' });
  await manager.as.mutation(api.tags.remove, { teamId, tag: 'late' });
  await carriedOut(desk);
  expect(await everything(desk)).toEqual(alike({ vip: 30 }));
  const rules = await t.run((ctx) => listRules(ctx, agentId));
  expect(rules[0]!.outcome).toMatchObject({ tags: [] });
  expect(await readerOf(ana.as, teamId)(api.tags.colours, {})).toEqual([]);
  await manager.as.mutation(api.tags.rename, { teamId, from: 'vip', to: 'important' });
  const paginationOpts = { numItems: 10, cursor: null };
  const { page } = await owner.as.query(api.audit.list, { teamId, paginationOpts });
  expect(page.map(({ action, detail, actorMemberId }) => [action, detail, actorMemberId])).toEqual([
    ['tag.renamed', 'vip → important', manager.memberId],
    ['tag.removed', 'late', manager.memberId],
    ['tag.coloured', 'late: blue', manager.memberId],
    ['handoverRule.saved', 'Late', manager.memberId],
  ]);
  for (const act of [
    ana.as.mutation(api.tags.remove, { teamId, tag: 'vip' }),
    ana.as.mutation(api.tags.rename, { teamId, from: 'vip', to: 'x' }),
    ana.as.mutation(api.tags.setColour, { teamId, tag: 'vip', colour: 'rose' }),
  ])
    expect(await refused(act)).toMatchObject({ code: 'NOT_ALLOWED' });
});

test('[T7] [E5] while it goes from ticket to ticket, what every page reads of a change is not written', async () => {
  const desk = await openDesk();
  const { t, teamId, manager } = desk;
  const many = await tagMany(desk, 60, ['late']);
  await manager.as.mutation(api.tags.rename, { teamId, from: 'late', to: 'delayed' });
  const read = async () => (await t.run((ctx) => ctx.db.query('tagChanges').first()))!;
  const { _id: changeId } = await read();
  const written: { step?: string; doneAt?: number }[] = [];
  for (let part = 0; part < 20 && (await read()).doneAt === undefined; part++) {
    await many[0]!.inCase(async (ctx) => {
      const { patch } = ctx.db;
      const noting = (id: never, value: never) => {
        if (id === changeId) written.push(value);
        return patch.call(ctx.db, id, value);
      };
      const db = new Proxy(ctx.db, {
        get: (of, name) => (name === 'patch' ? noting : Reflect.get(of, name)),
      });
      await walkTag({ ...ctx, db }, changeId, async () => {});
    });
  }
  expect((await everything(desk)).onTickets).toEqual({ delayed: 60 });
  const steps = written.map(({ step, doneAt }) => (doneAt === undefined ? step : 'done'));
  // Of three parts with tickets the last.
  expect(steps.slice(steps.indexOf('tickets'))).toEqual(['tickets', 'done']);
});

test('[C5] whose tickets a manager’s rename goes through still have to be seen to by them', async () => {
  const desk = await openDesk();
  const { teamId, ana, manager } = desk;
  const [thread] = await tagMany(desk, 1, ['late']);
  await ana.as.mutation(api.tickets.assign, {
    teamId,
    ticketId: thread!.ticketId,
    memberId: manager.memberId,
  });
  const needs = async () =>
    (await manager.as.query(api.needs.mine, { teamId })).needs.map(({ kind }) => kind);
  expect(await needs()).toEqual(['assigned']);
  await manager.as.mutation(api.tags.rename, { teamId, from: 'late', to: 'delayed' });
  await carriedOut(desk);
  expect(await needs()).toEqual(['assigned']);
});

test('[T7] names that changed more than once, in a circle or to none, are followed to the last', () => {
  const changes = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'c' },
    { from: 'gone', to: null },
    { from: 'x', to: 'y' },
    { from: 'y', to: 'x' },
  ];
  expect(followed(['a', 'gone', 'c', 'z'], changes)).toEqual(['c', 'z']);
  expect(followed(['x'], changes)).toHaveLength(1);
});

test('[T7] [E3] a handover brings no more tags than a ticket takes, and what has too many or too long ones of before is still set right', async () => {
  const desk = await openDesk();
  const { t, teamId, agentId, ana, manager } = desk;
  const long = 'x'.repeat(10_000);
  const when = [{ type: 'noAnswer' as const }];
  const rule = (tags: string[]) => ({ handOver: true as const, priority: 'high' as const, tags });
  const saved = manager.as.mutation(api.handoverRules.save, {
    ...{ teamId, agentId, name: 'Long', when, outcome: rule([long]) },
  });
  expect(await refused(saved)).toMatchObject({ code: 'INVALID_INPUT' });

  // As a rule of before and an agent of now may bring them together.
  const many = Array.from({ length: 40 }, (_, at) => `tag ${at}`);
  const thread = await startThread(desk, 'web');
  const { ticketId } = await thread.handsOver('agentAsked', { tags: [long, ...many] });
  const tags = async () => (await t.run((ctx) => ctx.db.get(ticketId)))!.tags;
  expect(await tags()).toEqual(many.slice(0, 30));
  await thread.handsOver('noAnswer', { tags: [long, 'one more'] });
  expect(await tags()).toEqual(many.slice(0, 30));

  // Of before: more than thirty, one of them longer than any may be.
  await transact(t, async (ctx) => {
    const { opened, ticket } = await openCaseWith(ctx, (await ctx.db.get(ticketId))!);
    await recordTags(ctx, opened, ticket, [...many, long], { kind: 'system' });
  });
  const set = (to: string[], from?: string[]) =>
    ana.as.mutation(api.tickets.setTags, { teamId, ticketId, tags: to, ...(from && { from }) });
  expect(await refused(set([...many, long, 'new'], [...many, long]))).toMatchObject({
    code: 'INVALID_INPUT',
  });
  await set([...many.slice(1), long], [...many, long]);
  expect(await tags()).toEqual([...many.slice(1), long]);
  await manager.as.mutation(api.tags.remove, { teamId, tag: long });
  await carriedOut(desk);
  expect(await tags()).toEqual(many.slice(1));
  expect(await refused(manager.as.mutation(api.tags.remove, { teamId, tag: long }))).toMatchObject({
    code: 'INVALID_INPUT',
  });
  // What reads alike is one, whoever brings it; one of before that hides something goes as it is.
  await set(['vip']);
  await thread.handsOver('customerAsked', { tags: ['vi\u200bp', '\u202elate'] });
  expect(await tags()).toEqual(['vip', 'late']);
  await transact(t, async (ctx) => {
    const { opened, ticket } = await openCaseWith(ctx, (await ctx.db.get(ticketId))!);
    await recordTags(ctx, opened, ticket, ['vip', 'la\u200bte'], { kind: 'system' });
  });
  await set(['vip', 'la\u200bte', 'n\u200bew'], ['vip', 'la\u200bte']);
  expect(await tags()).toEqual(['vip', 'la\u200bte', 'new']);
  await set(['vip', 'new'], ['vip', 'la\u200bte', 'new']);
  expect(await tags()).toEqual(['vip', 'new']);
  // Two that were one line are not one of two lines.
  await set(['a', 'b']);
  await set(['a\nb']);
  expect(await tags()).toEqual(['a\nb']);
});
