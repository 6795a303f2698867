/// <reference types="vite/client" />
/** Rules M2, C4, C7 and C11: sends that a delivery worker carries out. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { internal } from '../../_generated/api';
import type { Id } from '../../_generated/dataModel';
import { openDesk } from '../../desk.setup';
import { leaseMs, outboxStates, outboxTransitions } from '../../shared/conversation/outbox';
import { readTicket } from '../../readShared.setup';
import { refusal, transact } from '../../test.setup';
import { beginPart } from '../delivery/chatMessages';
import { settle, type Settlement } from './outbox';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

async function openPhone() {
  const desk = await openDesk({ channel: 'telegram' });
  const { t, conversationId } = desk;
  return {
    ...desk,
    rows: () => t.run((ctx) => ctx.db.query('outbox').collect()),
    states: async () => (await t.run((ctx) => ctx.db.query('outbox').collect())).map(({ state }) => state),
    claim: () => t.mutation(internal.jobs.outbox.claim, { conversationId }),
    /** What a worker has now. */
    claimed: () =>
      t.run(async (ctx) => {
        const rows = await ctx.db.query('outbox').collect();
        const held = rows.filter(({ state }) => state === 'claimed');
        return Promise.all(
          held.map(async ({ entryId, attempts: attempt }) => ({
            text: (await ctx.db.get(entryId))!.text,
            attempt,
          })),
        );
      }),
    /** Its call is announced: from then on it may have left. */
    announces: async (outboxId: Id<'outbox'>) => {
      const { teamId, entryId } = (await t.run((ctx) => ctx.db.get(outboxId)))!;
      const channelId = await t.run((ctx) =>
        ctx.db.insert('channels', {
          teamId,
          agentId: desk.agentId,
          kind: 'telegram',
          name: 'Bot',
          publicId: 'bot',
          active: true,
        }),
      );
      await transact(t, (ctx) =>
        beginPart(ctx, { teamId, conversationId, channelId, entryId, chat: '1' }, 0),
      );
    },
    settles: (outboxId: Id<'outbox'>, attempt: number, settlement: Settlement) =>
      transact(t, async (ctx) => settle(ctx, (await ctx.db.get(outboxId))!, attempt, settlement)),
  };
}

test('[M2] the table is total and never leads back from what the customer has', () => {
  const rank = { sent: 1, delivered: 2, read: 3 };
  for (const from of outboxStates) {
    expect(Object.keys(outboxTransitions[from])).toEqual([...outboxStates]);
    expect(outboxTransitions[from][from]).toBe(false);
    for (const to of outboxStates) {
      if (!outboxTransitions[from][to] || !(from in rank)) continue;
      const forward = (rank as Record<string, number>)[to] ?? (from === 'sent' && to === 'failed' ? 9 : 0);
      expect(forward).toBeGreaterThan((rank as Record<string, number>)[from]!);
    }
  }
});

test('[M2] on web the commit is the delivery: no row', async () => {
  const desk = await openDesk();
  await desk.customerWrites('hi');
  await desk.agentAnswers('hello');
  await desk.takesOver(desk.ana);
  await desk.replies(desk.ana, 'hello');
  expect(await desk.t.run((ctx) => ctx.db.query('outbox').collect())).toEqual([]);
});

test('[P1] on api an agent’s own answer needs no row, what an operator says does', async () => {
  const desk = await openDesk({ channel: 'api' });
  await desk.customerWrites('hi');
  await desk.agentAnswers('hello');
  expect(await desk.t.run((ctx) => ctx.db.query('outbox').collect())).toEqual([]);
  await desk.takesOver(desk.ana);
  await desk.replies(desk.ana, 'Ana here');
  const rows = await desk.t.run((ctx) => ctx.db.query('outbox').collect());
  expect(rows.map(({ author, state }) => [author.kind, state])).toEqual([
    ['system', 'queued'],
    ['operator', 'queued'],
  ]);
});

test('[M2] [E2] a closed desk gives nothing to a worker: what waits is sent where the desk has moved', async () => {
  const desk = await openPhone();
  await desk.customerWrites('hi');
  await desk.agentAnswers('one');
  await desk.agentAnswers('two');
  const { outboxId, attempt } = (await desk.claim())!;
  await desk.settles(outboxId, attempt, { to: 'sent' });
  const before = await desk.rows();
  vi.stubEnv('DESK_CLOSED', 'moving');
  expect(await refusal(desk.claim())).toBe('DESK_CLOSED');
  vi.unstubAllEnvs();
  expect(await desk.rows()).toEqual(before);
  expect(await desk.claim()).toMatchObject({ text: 'two' });
});

test('[M2] sends of one conversation go out one at a time, in order', async () => {
  const desk = await openPhone();
  await desk.customerWrites('hi');
  await desk.agentAnswers('one');
  await desk.agentAnswers('two');
  const first = (await desk.claim())!;
  expect(first).toMatchObject({ text: 'one', attempt: 1 });
  expect(await desk.claim()).toBeNull();
  await desk.settles(first.outboxId, 1, { to: 'sent' });
  expect(await desk.claim()).toMatchObject({ text: 'two' });
});

test('[M2] a failed send holds the later ones back until it is tried again, or given up', async () => {
  const desk = await openPhone();
  await desk.customerWrites('hi');
  await desk.agentAnswers('one');
  await desk.agentAnswers('two');
  const { outboxId } = (await desk.claim())!;
  const failed = { to: 'failed' as const, failure: 'Too many requests' };
  await desk.settles(outboxId, 1, { ...failed, retryInMs: 5_000 });
  expect(await desk.claim()).toBeNull();
  vi.advanceTimersByTime(5_000);
  await desk.t.finishInProgressScheduledFunctions();
  expect(await desk.claimed()).toEqual([{ text: 'one', attempt: 2 }]);
  expect(await desk.claim()).toBeNull();
  await desk.settles(outboxId, 2, failed);
  expect(await desk.claim()).toMatchObject({ text: 'two' });
});

test('[M2] an expired lease is unknown, never resent blindly; a late settlement reconciles it', async () => {
  const desk = await openPhone();
  await desk.customerWrites('hi');
  await desk.agentAnswers('one');
  const { outboxId } = (await desk.claim())!;
  await desk.announces(outboxId);
  vi.setSystemTime(Date.now() + leaseMs);
  await desk.t.mutation(internal.jobs.outbox.expireLease, { outboxId, attempt: 1 });
  expect(await desk.states()).toEqual(['unknown']);
  expect(await desk.claim()).toBeNull();
  expect(await desk.settles(outboxId, 1, { to: 'sent' })).toBe(true);
  expect(await desk.states()).toEqual(['sent']);
});

test('[M2] statuses never go backwards, and another attempt’s settlement changes nothing', async () => {
  const desk = await openPhone();
  await desk.customerWrites('hi');
  await desk.agentAnswers('one');
  const { outboxId } = (await desk.claim())!;
  const told = (to: Settlement['to'], attempt = 1) => desk.settles(outboxId, attempt, { to });
  expect(await told('read', 2)).toBe(false);
  expect(await told('read')).toBe(true);
  expect(await told('sent')).toBe(false);
  expect(await told('delivered')).toBe(false);
  expect(await desk.states()).toEqual(['read']);
});

test('[C4] a takeover cancels unclaimed agent sends and keeps them as suppressed drafts', async () => {
  const desk = await openPhone();
  await desk.customerWrites('hi');
  await desk.agentAnswers('not yet out');
  const taken = await desk.takesOver(desk.ana);
  expect(taken.onTheirWay).toBe(0);
  expect(await desk.states()).toEqual(['cancelled', 'queued']);
  expect(await desk.suppressed()).toMatchObject([{ text: 'not yet out', epoch: 1 }]);
  expect(await desk.claim()).toMatchObject({ text: 'Ana joined the conversation.' });
});

test('[C11] a claimed send cannot be recalled: the takeover says how many are on their way', async () => {
  const desk = await openPhone();
  await desk.customerWrites('hi');
  await desk.agentAnswers('just leaving');
  const { outboxId } = (await desk.claim())!;
  const { onTheirWay, number } = await desk.takesOver(desk.ana);
  expect(onTheirWay).toBe(1);
  const page = () => readTicket(desk.ana.as, { teamId: desk.teamId, number });
  expect(await page()).toMatchObject({ onTheirWay: 1 });
  await desk.settles(outboxId, 1, { to: 'sent' });
  expect(await page()).toMatchObject({ onTheirWay: 0 });
  expect(await desk.suppressed()).toEqual([]);
});

test('[M2] an agent row is checked at each claim: a retry after a takeover and handback is stale', async () => {
  const desk = await openPhone();
  await desk.customerWrites('hi');
  await desk.agentAnswers('old claim');
  const { outboxId } = (await desk.claim())!;
  const { ticketId } = await desk.takesOver(desk.ana);
  await desk.resolves(desk.ana, ticketId);
  await desk.settles(outboxId, 1, { to: 'failed', retryInMs: 1_000 });
  vi.advanceTimersByTime(1_000);
  await desk.t.finishInProgressScheduledFunctions();
  expect(await desk.claimed()).toMatchObject([{ text: 'Ana joined the conversation.' }]);
  expect(await desk.states()).toContain('cancelled');
  expect(await desk.suppressed()).toMatchObject([{ text: 'old claim' }]);
});

test('[M2] operator rows outlive a loss of control', async () => {
  const desk = await openPhone();
  const { epoch } = await desk.takesOver(desk.ana);
  await desk.replies(desk.ana, 'from Ana');
  await desk.takesOver(desk.ben, { expectedEpoch: epoch });
  expect(await desk.states()).toEqual(['queued', 'queued', 'queued']);
});
