/**
 * Figures as boards and reports read them (docs/rules.md B1–B4): from counters, never by counting what happened. Boards add the
 * facts that no counter has yet, so a number is right at any instant; reports are a few seconds behind.
 */
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import {
  addCounted,
  type By,
  countersOf,
  type Counted,
  type CountKind,
  dayOf,
  hourOf,
  minuteOf,
  type Span,
} from '../../shared/measures/counters';
import type { FactKind, TimeKind } from '../../shared/measures/facts';
import { countOf, percentile } from '../../shared/measures/histogram';
import { getHead } from '../conversation/case';
import { personName } from '../conversation/persons';
import { presentTicketOf } from '../conversation/presentTicket';
import { appError } from '../kit/errors';
import { countedOf } from './counterRows';
import { noZone, teamRow } from './folding';

type Reader = Pick<QueryCtx, 'db'>;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Far more than are ever new: the job counts a hundred at a time. */
const mostNew = 2_000;
const mostHours = 72;
/** What a date can say, and a year of hours before it. */
const latestMinute = 8.64e15 / minuteMs - 1_000_000;
/** Of one question; small rows. */
const mostCounters = 4_000;
/** Of one report. */
const mostDays = 92;

interface Counters {
  generation: number;
  timeZone: string;
}

async function countersNow(ctx: Reader, teamId: Id<'teams'>): Promise<Counters> {
  return (await teamRow(ctx, teamId)) ?? { generation: 0, timeZone: noZone };
}

/** `to` is part of it. One more than may be is read, so that whoever asks can tell. */
function counters(
  ctx: Reader,
  teamId: Id<'teams'>,
  { generation }: Counters,
  { span, by, from, to }: { span: Span; by: By; from: number; to: number },
): Promise<Doc<'measureCounters'>[]> {
  return ctx.db
    .query('measureCounters')
    .withIndex('by_teamId_and_generation_and_span_and_by_and_at_and_of', (q) =>
      q
        .eq('teamId', teamId)
        .eq('generation', generation)
        .eq('span', span)
        .eq('by', by)
        .gte('at', from)
        .lte('at', to),
    )
    .take(mostCounters + 1);
}

/** What no counter of now has yet. */
async function newFacts(ctx: Reader, teamId: Id<'teams'>, { generation }: Counters, kind: FactKind) {
  const facts = await ctx.db
    .query('measureFacts')
    .withIndex('by_teamId_and_isNew_and_kind_and_at', (q) =>
      q.eq('teamId', teamId).eq('isNew', true).eq('kind', kind),
    )
    .take(mostNew);
  return facts.filter((fact) => fact.generation >= generation);
}

const vCauses = v.array(v.object({ cause: v.string(), count: v.number() }));
export const vHandovers = v.object({
  /** In the last sixty minutes, this one included: most first. */
  lately: vCauses,
  /** Hours of UTC, oldest first, the last one unfinished; one without a handover has no causes. */
  hours: v.array(v.object({ at: v.number(), causes: vCauses })),
});

/** Sums by a name. */
class Sums {
  readonly #sums = new Map<string, number>();

  add(name: string, count: number): void {
    this.#sums.set(name, (this.#sums.get(name) ?? 0) + count);
  }

  listed(): Infer<typeof vCauses> {
    return [...this.#sums]
      .filter(([, count]) => count !== 0)
      .map(([cause, count]) => ({ cause, count }))
      .toSorted((a, b) => b.count - a.count || (a.cause < b.cause ? -1 : 1));
  }
}

interface Until {
  /** The present one, since 1970. */
  minute: number;
  hours: number;
}

/** So many hours of UTC, the unfinished one of that minute the last, each with a sum of its own. */
function hoursUntil<Sum>({ minute, hours }: Until, makeSum: () => Sum) {
  const span = checkWhole(hours, 1, mostHours, 'hours');
  const now = checkWhole(minute, 0, latestMinute, 'minute') * minuteMs;
  const firstHour = hourOf(now) - (span - 1) * hourMs;
  const byHour = new Map(Array.from({ length: span }, (_, at) => [firstHour + at * hourMs, makeSum()]));
  return { now, firstHour, byHour };
}

/** [B1] Handovers by why they were made. */
export async function handoversNow(
  ctx: Reader,
  teamId: Id<'teams'>,
  until: Until,
): Promise<Infer<typeof vHandovers>> {
  const { now, firstHour, byHour } = hoursUntil(until, () => new Sums());
  const team = await countersNow(ctx, teamId);
  const firstMinute = now - hourMs + minuteMs;
  const lately = new Sums();
  // The browser's clock may be behind: what is newer than its minute counts as of now.
  const add = (at: number, cause: string, count: number, spans: { minute: boolean; hour: boolean }) => {
    if (spans.minute && minuteOf(at) >= firstMinute) lately.add(cause, count);
    if (spans.hour) byHour.get(Math.min(hourOf(at), hourOf(now)))?.add(cause, count);
  };
  const ofCause = { by: 'cause' as const, to: Infinity };
  for (const { at, of, counts } of await counters(ctx, teamId, team, {
    ...ofCause,
    span: 'minute',
    from: firstMinute,
  }))
    add(at, of, counts.handover ?? 0, { minute: true, hour: false });
  for (const { at, of, counts } of await counters(ctx, teamId, team, {
    ...ofCause,
    span: 'hour',
    from: firstHour,
  }))
    add(at, of, counts.handover ?? 0, { minute: false, hour: true });
  for (const { at, cause, count } of await newFacts(ctx, teamId, team, 'handover'))
    add(at, cause!, count, { minute: true, hour: true });
  return {
    lately: lately.listed(),
    hours: [...byHour].map(([at, sums]) => ({ at, causes: sums.listed() })),
  };
}

const shareFields = { begun: v.number(), withPerson: v.number() };
export const vShare = v.object({
  /** Of the team's zone. */
  today: v.object(shareFields),
  /** By when a conversation began: hours of UTC, oldest first, the last one unfinished. */
  hours: v.array(v.object({ at: v.number(), ...shareFields })),
});

/** [B1] How many conversations began, and how many of those a person has had to do with: the rest agents handled. */
export async function shareNow(
  ctx: Reader,
  teamId: Id<'teams'>,
  until: Until,
): Promise<Infer<typeof vShare>> {
  const { now, firstHour, byHour } = hoursUntil(until, () => ({ begun: 0, withPerson: 0 }));
  const team = await countersNow(ctx, teamId);
  const day = dayOf(team.timeZone, now);
  const today = { begun: 0, withPerson: 0 };
  const add = (kind: 'begun' | 'withPerson', count: number, at: { day?: number; hour?: number }) => {
    if (at.day !== undefined && at.day >= day) today[kind] += count;
    if (at.hour === undefined) return;
    const hour = byHour.get(Math.min(at.hour, hourOf(now)));
    if (hour !== undefined) hour[kind] += count;
  };
  const ofTeam = { by: 'team' as const, to: Infinity };
  const ofToday = await counters(ctx, teamId, team, { ...ofTeam, span: 'day', from: day });
  const ofHours = await counters(ctx, teamId, team, { ...ofTeam, span: 'hour', from: firstHour });
  for (const kind of ['begun', 'withPerson'] as const) {
    for (const { at, counts } of ofToday) add(kind, counts[kind] ?? 0, { day: at });
    for (const { at, counts } of ofHours) add(kind, counts[kind] ?? 0, { hour: at });
    for (const { at, count } of await newFacts(ctx, teamId, team, kind))
      add(kind, count, { day: dayOf(team.timeZone, at), hour: hourOf(at) });
  }
  return { today, hours: [...byHour].map(([at, sums]) => ({ at, ...sums })) };
}

const vTime = v.object({
  count: v.number(),
  medianMs: v.union(v.number(), v.null()),
  p90Ms: v.union(v.number(), v.null()),
});
const figureFields = {
  /** What did not happen is not there. */
  counts: v.record(v.string(), v.number()),
  firstReply: vTime,
  nextReply: vTime,
  resolved: vTime,
  wait: vTime,
};
export const vFigures = v.object({
  rows: v.array(v.object({ of: v.string(), ...figureFields })),
  /** There are more than one question may read: of fewer days it can be told. */
  isTooMuch: v.boolean(),
});
export const vDays = v.array(v.object({ day: v.number(), ...figureFields }));

/** The first and the last date, in days since 1970-01-01. */
interface Range {
  from: number;
  to: number;
}

/** As counters of days have it. */
function instantsOf({ from, to }: Range): Range {
  if (!Number.isInteger(from) || !Number.isInteger(to) || to < from || to - from >= mostDays) {
    throw appError('INVALID_INPUT', `A report is of 1 to ${mostDays} days.`);
  }
  return { from: from * dayMs, to: to * dayMs };
}

/** [B3] A row for each that something happened to in these days. */
export async function figuresBy(
  ctx: Reader,
  teamId: Id<'teams'>,
  { by, ...range }: Range & { by: By },
): Promise<Infer<typeof vFigures>> {
  const asked = { ...instantsOf(range), span: 'day' as const, by };
  const rows = await counters(ctx, teamId, await countersNow(ctx, teamId), asked);
  if (rows.length > mostCounters) return { rows: [], isTooMuch: true };
  const sums = new Map<string, Counted>();
  for (const row of rows) {
    if (!sums.has(row.of)) sums.set(row.of, { counts: {}, times: {} });
    addCounted(sums.get(row.of)!, countedOf(row));
  }
  return { rows: [...sums].map(([of, sum]) => ({ of, ...figuresOf(sum) })), isTooMuch: false };
}

/** The team's, a row for each of these days in which something happened. */
export async function figuresOfDays(
  ctx: Reader,
  teamId: Id<'teams'>,
  range: Range,
): Promise<Infer<typeof vDays>> {
  const asked = { ...instantsOf(range), span: 'day' as const, by: 'team' as const };
  const rows = await counters(ctx, teamId, await countersNow(ctx, teamId), asked);
  return rows.map((row) => ({ day: row.at / dayMs, ...figuresOf(countedOf(row)) }));
}

function figuresOf({ counts, times }: Counted) {
  const timeOf = (kind: TimeKind) => {
    const histogram = times[kind] ?? {};
    const [medianMs, p90Ms] = [percentile(histogram, 0.5), percentile(histogram, 0.9)];
    return { count: countOf(histogram), medianMs, p90Ms };
  };
  return {
    counts: counts as Record<CountKind, number>,
    firstReply: timeOf('firstReply'),
    nextReply: timeOf('nextReply'),
    resolved: timeOf('resolved'),
    wait: timeOf('wait'),
  };
}

function checkWhole(value: number, least: number, most: number, name: string): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw appError('INVALID_INPUT', `"${name}" is a whole number from ${least} to ${most}.`);
}

/** What a number opens. */
const mostBehind = 200;
/** Looked through for them: of a part there may be few among many of the team. */
const mostLooked = 4_000;
/** No zone is further from UTC. */
const zonesMs = 15 * hourMs;

export const vBehind = v.object({
  rows: v.array(
    v.object({
      at: v.number(),
      /** Of the ticket, or of the one that the conversation has got since; null: it has none. */
      number: v.union(v.number(), v.null()),
      /** What the conversation is about, or whose it is, where it has no ticket that says it. */
      about: v.union(v.string(), v.null()),
      ms: v.union(v.number(), v.null()),
      /** Why the door refused. */
      code: v.union(v.string(), v.null()),
    }),
  ),
  /** There are more than are told, or older ones that were not looked at. */
  hasMore: v.boolean(),
});

/** [B4] What a figure counts in these days, newest first: at most 200. `of`: only this agent's, say. */
export async function behindFigure(
  ctx: Reader,
  teamId: Id<'teams'>,
  { kind, by, of, ...range }: Range & { kind: FactKind; by: By; of: string },
): Promise<Infer<typeof vBehind>> {
  const days = instantsOf(range);
  const { timeZone } = await countersNow(ctx, teamId);
  const isMeant = (fact: Doc<'measureFacts'>) => {
    const day = dayOf(timeZone, fact.at);
    const isThen = day >= days.from && day <= days.to;
    const keys = countersOf(fact, timeZone);
    return (
      fact.count > 0 && isThen && keys.some((key) => key.span === 'day' && key.by === by && key.of === of)
    );
  };
  const found: Doc<'measureFacts'>[] = [];
  let hasMore = false;
  for (const isNew of [true, false]) {
    const part = await lookThrough(factsOf(ctx, teamId, { kind, isNew, ...days }), isMeant);
    found.push(...part.found);
    hasMore ||= part.hasMore;
  }
  const rows = found.toSorted((a, b) => b.at - a.at).slice(0, mostBehind);
  return {
    rows: await Promise.all(
      rows.map(async ({ at, ms = null, code = null, ...fact }) => ({
        ...(await whereItIs(ctx, fact)),
        ...{ at, ms, code },
      })),
    ),
    hasMore: hasMore || found.length > mostBehind,
  };
}

async function whereItIs(
  ctx: Reader,
  { number, conversationId }: Pick<Doc<'measureFacts'>, 'number' | 'conversationId'>,
): Promise<{ number: number | null; about: string | null }> {
  if (number !== undefined) return { number, about: null };
  const ticket = await presentTicketOf(ctx, await getHead(ctx, conversationId));
  if (ticket !== null) return { number: ticket.number, about: null };
  const { subject, customerId } = (await ctx.db.get(conversationId))!;
  return { number: null, about: subject || (await personName(ctx, await ctx.db.get(customerId))) };
}

const factsOf = (
  ctx: Reader,
  teamId: Id<'teams'>,
  { kind, isNew, from, to }: Range & { kind: FactKind; isNew: boolean },
) =>
  ctx.db
    .query('measureFacts')
    .withIndex('by_teamId_and_isNew_and_kind_and_at', (q) =>
      q
        .eq('teamId', teamId)
        .eq('isNew', isNew)
        .eq('kind', kind)
        .gte('at', from - zonesMs)
        .lt('at', to + dayMs + zonesMs),
    )
    .order('desc');

/** As far as it takes to find as many as are told. */
async function lookThrough<Row>(rows: AsyncIterable<Row>, isMeant: (row: Row) => boolean) {
  const found: Row[] = [];
  let looked = 0;
  for await (const row of rows) {
    if (found.length === mostBehind || looked === mostLooked) return { found, hasMore: true };
    looked++;
    if (isMeant(row)) found.push(row);
  }
  return { found, hasMore: false };
}
