/// <reference types="vite/client" />
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api } from '../../_generated/api';
import { openDesk, type OpenDesk, startThread } from '../../desk.setup';
import { readKeyOf } from '../../readShared.setup';
import { type By } from '../../shared/measures/counters';
import type { FactKind } from '../../shared/measures/facts';
import { usualTargets } from '../../shared/tickets/targets';
import { passTime, transact } from '../../test.setup';
import { giveUpSent } from '../delivery/drain';
import { beginRecount } from './recount';

const minute = 60_000;
const hour = 60 * minute;
const begins = Date.UTC(2026, 5, 10, 8);

beforeEach(() => {
  vi.useFakeTimers({ now: begins });
});
afterEach(() => {
  vi.useRealTimers();
});

/** First reply in 15 min, the next in 15, resolved in 4 h; nothing is wanted of low ones. */
const targets = {
  ...usualTargets,
  isAroundTheClock: true,
  goals: { ...usualTargets.goals, low: {}, high: usualTargets.goals.urgent },
};

async function openTimed(channel: 'web' | 'api' = 'web') {
  const desk = await openDesk({ channel });
  await desk.manager.as.mutation(api.teams.update, { teamId: desk.teamId, targets });
  await passTime(desk.t, 50, 10);
  return { ...desk, ...(await startThread(desk, channel)) };
}

const isOfTarget = (kind: string) => /(?:Met|Missed)$/.test(kind);

/** What was met and missed today, of each agent, say. */
async function told(
  { t, teamId, manager }: OpenDesk,
  by: By,
): Promise<Record<string, Record<string, number>>> {
  await passTime(t, 25_000);
  const readKey = await readKeyOf(manager.as, teamId, 'manager');
  const day = Math.floor(Date.now() / (24 * hour));
  const { rows } = await t.query(api.reports.figures, { teamId, readKey, by, from: day, to: day });
  return Object.fromEntries(
    rows.flatMap(({ of, counts }) => {
      const kept = Object.entries(counts).filter(([kind]) => isOfTarget(kind));
      return kept.length === 0 ? [] : [[of, Object.fromEntries(kept)]];
    }),
  );
}

async function behind({ t, teamId, manager }: OpenDesk, kind: FactKind, by: By = 'team', of = '') {
  const readKey = await readKeyOf(manager.as, teamId, 'manager');
  const day = Math.floor(Date.now() / (24 * hour));
  const { rows } = await t.query(api.reports.behind, { teamId, readKey, kind, by, of, from: day, to: day });
  return rows.map(({ number }) => number);
}

test('[B3] [T7] what is met and missed counts by kind, agent, operator, channel and priority, opens its tickets, and a recount finds the same', async () => {
  const desk = await openTimed();
  const { t, teamId, agentId, ana, ben } = desk;
  const open = async (priority: 'urgent' | 'high' | 'low') => {
    const thread = await startThread(desk, 'web');
    await thread.customerWrites('Where is my tent?');
    const { ticketId, number } = await thread.handsOver('agentAsked', { priority });
    const assign = (memberId: typeof ana.memberId) =>
      ana.as.mutation(api.tickets.assign, { teamId, ticketId, memberId });
    return { ...thread, ticketId, number, assign };
  };
  // Answered in time, again in time, and resolved in time.
  const quick = await open('urgent');
  await passTime(t, 5 * minute);
  await quick.takesOver(ana);
  await quick.replies(ana, 'Here.');
  await quick.customerWrites('Which one?');
  await passTime(t, 10 * minute);
  await quick.replies(ana, 'The red one.');
  await quick.resolves(ana, quick.ticketId);
  // Nobody's when its first reply was due; Ben answers late, and resolves in time.
  const late = await open('high');
  await passTime(t, 16 * minute);
  await late.assign(ben.memberId);
  // Pausing takes nothing back.
  await ben.as.mutation(api.tickets.setWaiting, { teamId, ticketId: late.ticketId, waitingOn: 'customer' });
  await late.takesOver(ben);
  await late.replies(ben, 'Sorry.');
  await late.resolves(ben, late.ticketId);
  // Ben's, and not resolved in time; what is paused for the customer is none the later for it.
  const slow = await open('urgent');
  await slow.assign(ben.memberId);
  await slow.takesOver(ben);
  await slow.replies(ben, 'One moment.');
  await passTime(t, 4 * hour, minute);
  await slow.resolves(ben, slow.ticketId);
  const paused = await open('urgent');
  await ana.as.mutation(api.tickets.setWaiting, { teamId, ticketId: paused.ticketId, waitingOn: 'customer' });
  await passTime(t, 5 * hour, minute);
  await paused.takesOver(ana);
  await paused.replies(ana, 'Any news?');
  // Of a low one nothing is wanted; one that is resolved without a reply keeps no reply.
  const low = await open('low');
  await low.takesOver(ana);
  await low.replies(ana, 'Hello.');
  await low.resolves(ana, low.ticketId);
  const unanswered = await open('urgent');
  await unanswered.resolves(ana, unanswered.ticketId);

  const expected = {
    firstReplyMet: 3,
    firstReplyMissed: 1,
    nextReplyMet: 1,
    resolutionMet: 3,
    resolutionMissed: 1,
  };
  const everywhere = async () => ({
    team: await told(desk, 'team'),
    agent: await told(desk, 'agent'),
    channel: await told(desk, 'channel'),
    operator: await told(desk, 'operator'),
    priority: await told(desk, 'priority'),
  });
  const before = await everywhere();
  expect(before).toEqual({
    team: { '': expected },
    agent: { [agentId]: expected },
    channel: { web: expected },
    operator: {
      [ana.memberId]: { firstReplyMet: 2, nextReplyMet: 1, resolutionMet: 2 },
      [ben.memberId]: { firstReplyMet: 1, resolutionMet: 1, resolutionMissed: 1 },
    },
    priority: {
      urgent: { firstReplyMet: 3, nextReplyMet: 1, resolutionMet: 2, resolutionMissed: 1 },
      high: { firstReplyMissed: 1, resolutionMet: 1 },
    },
  });
  expect(await behind(desk, 'firstReplyMissed')).toEqual([late.number]);
  expect(await behind(desk, 'resolutionMissed', 'operator', ben.memberId)).toEqual([slow.number]);
  expect(await behind(desk, 'nextReplyMet', 'operator', ana.memberId)).toEqual([quick.number]);

  await transact(t, (ctx) => beginRecount(ctx, teamId, undefined));
  await passTime(t, 5_000, 100);
  expect(await t.run((ctx) => ctx.db.query('measureTeams').first())).toMatchObject({ generation: 1 });
  expect(await everywhere()).toEqual(before);
});

test('[M2] [T7] a reply that never left has kept nothing', async () => {
  const desk = await openTimed('api');
  const { t, ana, conversationId } = desk;
  await desk.customerWrites('Where is my tent?');
  await desk.handsOver('agentAsked', { priority: 'urgent' });
  await desk.takesOver(ana);
  await desk.replies(ana, 'Here.');
  expect(await told(desk, 'team')).toEqual({ '': { firstReplyMet: 1 } });
  await transact(t, async (ctx) => {
    const row = (await ctx.db
      .query('outbox')
      .withIndex('by_conversationId_and_sequence', (q) => q.eq('conversationId', conversationId))
      .filter((q) => q.eq(q.field('author.kind'), 'operator'))
      .first())!;
    await ctx.db.patch(row._id, { state: 'claimed' });
    await giveUpSent(ctx, { ...row, state: 'claimed' }, 'It never left.');
  });
  expect(await told(desk, 'team')).toEqual({});
  await passTime(t, 16 * minute);
  expect(await told(desk, 'team')).toEqual({ '': { firstReplyMissed: 1 } });
});

test('[B3] what was missed before it was also counted what is kept is not counted', async () => {
  const desk = await openTimed();
  const { ticketId } = await desk.handsOver('agentAsked', { priority: 'low' });
  await desk.inCase(async (ctx, opened) => {
    const { recordOnTicket } = await import('../tickets/events');
    const event = { type: 'targetMissed' as const, target: 'firstReply' as const, dueAt: Date.now() };
    await recordOnTicket(ctx, opened, opened.tickets.get(ticketId)!.now, event, { kind: 'system' });
  });
  expect(await told(desk, 'team')).toEqual({});
});
