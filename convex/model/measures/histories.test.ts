/// <reference types="vite/client" />
/**
 * Random histories over days, clock changes and zones, in which every counter, histogram and outcome is a recount: by an oracle
 * that reads whole threads with hindsight, and by the desk's own recount. `MEASURES_SEED` and `MEASURES_RUNS` repeat or
 * lengthen a run.
 */
import { ConvexError } from 'convex/values';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api, internal } from '../../_generated/api';
import type { Id } from '../../_generated/dataModel';
import { type OpenDesk, openDesk, startThread } from '../../desk.setup';
import { expectedRows, happeningsIn } from '../../measures.setup';
import { readKeyOf } from '../../readShared.setup';
import { giveUpSent } from '../delivery/drain';
import { settlesAt } from '../../shared/measures/facts';
import { usualTargets } from '../../shared/tickets/targets';
import { transact } from '../../test.setup';
import { beginRecount } from './recount';

const seed = Number(process.env.MEASURES_SEED ?? Date.now() % 1_000_000_007);
const numRuns = Number(process.env.MEASURES_RUNS ?? 40);

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Shortly before the clocks change in Berlin. */
const begins = Date.UTC(2026, 2, 27, 21, 30);

const acts = [
  'customerWrites',
  'customerWrites',
  'agentAnswers',
  'handsOver',
  'handsOver',
  'takesOver',
  'replies',
  'replies',
  'replies',
  'resolves',
  'closes',
  'reopens',
  'waitsOn',
  'snoozes',
  'prioritises',
  'returns',
  'repeats',
  'neverSent',
  'recounts',
  'moves',
] as const;
const anyAct = fc.record({
  act: fc.constantFrom(...acts),
  thread: fc.nat({ max: 1 }),
  who: fc.nat({ max: 1 }),
  pick: fc.nat({ max: 99 }),
  pause: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 5 * minute }) },
    { weight: 3, arbitrary: fc.integer({ min: 5 * minute, max: 3 * hour }) },
    { weight: 1, arbitrary: fc.integer({ min: 3 * hour, max: 100 * hour }) },
  ),
});
type Act = typeof anyAct extends fc.Arbitrary<infer One> ? One : never;

/** A person who had it before the customer's first word is there by a reply alone, which never left. */
const onlyAnUnsentReply = (
  ['takesOver', 'customerWrites', 'customerWrites', 'replies', 'neverSent'] as const
).map((act): Act => ({ act, thread: 0, who: 1, pick: 0, pause: minute }));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const ruleName = 'Erstattung – groß';

interface World {
  ruleId: Id<'handoverRules'>;
  desk: OpenDesk;
  threads: Awaited<ReturnType<typeof startThread>>[];
  readKey: string;
}

async function openWorld(): Promise<World> {
  // What a world of before still waits for would go on in this one's time.
  vi.clearAllTimers();
  vi.setSystemTime(begins);
  const desk = await openDesk({ channel: 'api' });
  const threads = [desk, await startThread(desk, 'web')];
  const { teamId, agentId } = desk;
  const rule = { teamId, agentId, position: 1, name: ruleName, when: [] };
  const outcome = { handOver: false as const };
  const ruleId = await desk.t.run((ctx) => ctx.db.insert('handoverRules', { ...rule, outcome }));
  const targets = { ...usualTargets, isAroundTheClock: true };
  await desk.manager.as.mutation(api.teams.update, { teamId, targets });
  return { ruleId, desk, threads, readKey: await readKeyOf(desk.manager.as, desk.teamId, 'manager') };
}

/** Time passes, and what is scheduled for it happens. */
async function pass({ desk }: World, ms: number): Promise<void> {
  vi.advanceTimersByTime(ms);
  await desk.t.finishInProgressScheduledFunctions();
}

async function perform(world: World, { act, thread, who, pick }: Act): Promise<void> {
  const { desk, threads } = world;
  const { t, teamId } = desk;
  const at = threads[thread]!;
  const member = [desk.ana, desk.ben][who]!;
  const ticket = (await at.tickets()).at(-(1 + (pick % 2)));
  const ofTicket = { teamId, ticketId: ticket?._id as Id<'tickets'> };
  const confirmed = { ...(await at.shown()), confirmSteal: true };
  const steal = { expectedEpoch: confirmed.expectedEpoch };
  const { mutation } = member.as;
  switch (act) {
    case 'customerWrites':
      return void (await at.customerWrites(`Question ${pick}`));
    case 'agentAnswers':
      return void (await at.agentAnswers(
        `Answer ${pick}`,
        pick % 3 === 0 ? { epoch: 1, seenThrough: 0 } : {},
      ));
    case 'handsOver': {
      const rule = pick % 2 === 0 ? { rule: { _id: world.ruleId, name: ruleName } } : {};
      const priority = (['low', 'normal', 'high', 'urgent'] as const)[pick % 4]!;
      return void (await at.handsOver(pick % 5 === 0 ? 'noAnswer' : 'rule', { ...rule, priority }));
    }
    case 'takesOver':
      return void (await at.takesOver(member, steal));
    case 'replies':
      return void (await at.replies(member, `Reply ${pick}`));
    case 'repeats':
      return void (await at.replies(member, 'The same', { clientMessageId: 'same' }));
    case 'returns':
      return void (await mutation(api.tickets.returnToAgent, {
        teamId,
        conversationId: at.conversationId,
        ...confirmed,
      }));
    case 'neverSent':
      return neverSent(world, at.conversationId);
    case 'recounts':
      return transact(t, (ctx) => beginRecount(ctx, teamId, undefined));
    case 'moves':
      return void (await desk.manager.as.mutation(api.calendars.save, {
        teamId,
        calendar: {
          timeZone: zones[pick % zones.length]!,
          week: Array.from({ length: 7 }, () => []),
          holidays: [],
        },
      }));
  }
  if (ticket === undefined) return;
  switch (act) {
    case 'resolves':
      return void (await mutation(api.tickets.resolve, { ...ofTicket, ...confirmed }));
    case 'closes':
      return void (await mutation(api.tickets.close, { ...ofTicket, ...confirmed }));
    case 'reopens':
      return void (await mutation(api.tickets.reopen, ofTicket));
    case 'waitsOn':
      return void (await mutation(api.tickets.setWaiting, {
        ...ofTicket,
        waitingOn: (['customer', 'thirdParty', null] as const)[pick % 3]!,
      }));
    case 'snoozes':
      return void (await mutation(api.tickets.snooze, {
        ...ofTicket,
        until: pick % 4 === 0 ? null : Date.now() + (pick + 1) * 20 * minute,
      }));
    case 'prioritises':
      return void (await mutation(api.tickets.setPriority, {
        ...ofTicket,
        priority: (['low', 'normal', 'high', 'urgent'] as const)[pick % 4]!,
      }));
  }
}

const zones = ['Europe/Berlin', 'Asia/Kathmandu', 'America/Sao_Paulo', 'Australia/Lord_Howe'];

/** [M2] A person's message turns out never to have left. */
async function neverSent({ desk: { t } }: World, conversationId: Id<'conversations'>): Promise<void> {
  await transact(t, async (ctx) => {
    const rows = await ctx.db
      .query('outbox')
      .withIndex('by_conversationId_and_sequence', (q) => q.eq('conversationId', conversationId))
      .collect();
    const row = rows.findLast(({ author, state }) => author.kind === 'operator' && state === 'queued');
    if (row === undefined) return;
    await ctx.db.patch(row._id, { state: 'claimed' });
    await giveUpSent(ctx, { ...row, state: 'claimed' }, 'It never left.');
  });
}

async function happenings({ desk, threads }: World) {
  const found = [];
  for (const { entries, conversationId } of threads) {
    const conversation = (await desk.t.run((ctx) => ctx.db.get(conversationId)))!;
    const { agentId, channel } = conversation;
    found.push(...happeningsIn({ agentId, channel, entries: await entries() }, Date.now(), true));
  }
  return found;
}

const bys = ['team', 'agent', 'channel', 'priority', 'operator', 'cause'] as const;

/** Every report says what the oracle says. */
async function checkReports(world: World): Promise<number> {
  const { t, teamId } = world.desk;
  const row = await t.run((ctx) => ctx.db.query('measureTeams').first());
  const timeZone = row?.timeZone ?? 'UTC';
  const expected = await happenings(world);
  const key = { teamId, readKey: world.readKey };
  let checked = 0;
  for (const by of bys) {
    const rows = expectedRows(expected, timeZone, by);
    let found = 0;
    for (let from = Math.floor(begins / day) * day - day; from <= Date.now() + day; from += day) {
      const { rows: told } = await t.query(api.reports.figures, {
        ...key,
        by,
        from: from / day,
        to: from / day,
      });
      for (const { of, counts, ...times } of told) {
        const name = `${new Date(from).toISOString().slice(0, 10)} ${of}`;
        const { counts: exact, times: exactTimes } = rows.get(name) ?? { counts: {}, times: {} };
        const { refused: _r, suppressed: _s, duplicate: _d, loop: _l, ...thread } = counts;
        if (Object.keys(thread).length === 0 && rows.get(name) === undefined) continue;
        expect(thread, `${by} ${name}`).toEqual(exact);
        for (const [kind, time] of Object.entries(times))
          checkTime(`${by} ${name} ${kind}`, time, exactTimes[kind]);
        found++;
      }
    }
    expect(found, `rows by ${by}`).toBe(rows.size);
    checked += found;
  }
  return checked;
}

type Time = { count: number; medianMs: number | null; p90Ms: number | null };

function checkTime(what: string, time: Time, exact: number[] = []): void {
  expect(time.count, what).toBe(exact.length);
  if (exact.length === 0) return expect([time.medianMs, time.p90Ms], what).toEqual([null, null]);
  const inOrder = exact.toSorted((a, b) => a - b);
  for (const [share, told] of [
    [0.5, time.medianMs!],
    [0.9, time.p90Ms!],
  ] as const) {
    const at = inOrder[Math.max(1, Math.ceil(share * inOrder.length)) - 1]!;
    expect(Math.abs(told - at), `${what}: ${told} for ${at}`).toBeLessThanOrEqual(0.05 * at + 1e-6);
  }
}

/** [B1] The board is right at any instant, whatever has been counted by then. */
async function checkBoard(world: World): Promise<void> {
  const { t, teamId } = world.desk;
  const now = { teamId, readKey: world.readKey, minute: Math.floor(Date.now() / minute), hours: 24 };
  const handovers = (await happenings(world)).filter(({ kind }) => kind === 'handover');
  const since = (now.minute - 59) * minute;
  const board = await t.query(api.reports.handovers, now);
  expect(sum(board.lately)).toBe(handovers.filter(({ at }) => at >= since).length);
  for (const { at, causes } of board.hours) {
    const then = handovers.filter((each) => each.at >= at && each.at < at + hour);
    expect(sum(causes), `${new Date(at).toISOString()}`).toBe(then.length);
    for (const { cause, count } of causes)
      expect(then.filter((each) => each.cause === cause)).toHaveLength(count);
  }
  const row = await t.run((ctx) => ctx.db.query('measureTeams').first());
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: row?.timeZone ?? 'UTC', dateStyle: 'short' });
  const ofToday = (await happenings(world)).filter(({ at }) => today.format(at) === today.format(Date.now()));
  const share = await t.query(api.reports.share, now);
  for (const kind of ['begun', 'withPerson'] as const)
    expect(share.today[kind], kind).toBe(ofToday.filter((each) => each.kind === kind).length);
}

const isFinalSoon = ({ desk: { t } }: World): Promise<boolean> =>
  t.run(async (ctx) => {
    const heads = await ctx.db.query('threadHeads').collect();
    const finals = heads.flatMap(({ measured }) => (measured && settlesAt(measured)) ?? []);
    if (finals.some((at) => at > Date.now() && at <= Date.now() + 10 * minute)) return true;
    const alarms = await ctx.db
      .query('alarms')
      .withIndex('by_dueAt', (q) => q.gt('dueAt', Date.now()))
      .collect();
    return alarms.some(({ kind, dueAt }) => kind === 'target' && dueAt <= Date.now() + 10 * minute);
  });

const sum = (causes: { count: number }[]) => causes.reduce((all, { count }) => all + count, 0);

test('[B2] [B3] whatever happens over days and clock changes, every counter and percentile is a recount, and the board is right at any instant', async () => {
  console.log(`measures seed ${seed}, ${numRuns} runs`);
  let checked = 0;
  const property = fc.asyncProperty(fc.array(anyAct, { minLength: 5, maxLength: 40 }), async (history) => {
    const world = await openWorld();
    for (const each of history) {
      await pass(world, each.pause);
      try {
        await perform(world, each);
      } catch (error) {
        if (!(error instanceof ConvexError)) throw error;
      }
      await checkBoard(world);
    }
    // Nothing becomes final, and no target is missed, between the pass that looks for it and the checks: that may take ten minutes
    // (jobs/sweeps.ts), and what has happened is in the counters seconds later.
    while (await isFinalSoon(world)) await pass(world, 10 * minute);
    await world.desk.t.mutation(internal.jobs.sweeps.outcomes, {});
    for (let left = 12; left > 0; left--) await pass(world, 11_000);
    checked += await checkReports(world);
    // The desk's own recount finds the same.
    await transact(world.desk.t, (ctx) => beginRecount(ctx, world.desk.teamId, undefined));
    for (let left = 12; left > 0; left--) await pass(world, 11_000);
    expect(await world.desk.t.run((ctx) => ctx.db.query('measureTeams').first())).toMatchObject({
      generation: expect.any(Number) as number,
    });
    await checkReports(world);
  });
  await fc.assert(property, { seed, numRuns, examples: [[onlyAnUnsentReply]] });
  expect(checked).toBeGreaterThan(numRuns);
}, 600_000);
