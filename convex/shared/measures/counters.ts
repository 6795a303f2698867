/** In which counters a fact counts, and as what (docs/rules.md B2). Pure. */
import { type Infer, v } from 'convex/values';
import { dayIn } from '../kit/openTimes';
import type { Fact, FactKind, TimeKind } from './facts';
import { addHistogram, bucketOf, type Histogram } from './histogram';

/** Minutes and hours are of UTC, days of the team's zone: `at` of a day is midnight UTC of its date. */
export const vSpan = v.union(v.literal('minute'), v.literal('hour'), v.literal('day'));
export type Span = Infer<typeof vSpan>;

export const vBy = v.union(
  v.literal('team'),
  v.literal('agent'),
  v.literal('channel'),
  v.literal('priority'),
  v.literal('operator'),
  v.literal('cause'),
);
export type By = Infer<typeof vBy>;

/** Which counter: of an agent, say, on a day. `of` is empty for the team as a whole. */
export interface CounterKey {
  span: Span;
  by: By;
  of: string;
  at: number;
}

/** `scores`: of all ratings together. */
export type CountKind = FactKind | 'opened' | 'scores';

/** What a counter holds. What is not there is 0. */
export interface Counted {
  counts: Partial<Record<CountKind, number>>;
  times: Partial<Record<TimeKind, Histogram>>;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

export const minuteOf = (at: number): number => Math.floor(at / minuteMs) * minuteMs;
export const hourOf = (at: number): number => Math.floor(at / hourMs) * hourMs;
export const dayOf = (timeZone: string, at: number): number => dayIn(timeZone, at) * dayMs;

/** Only what is read: hours and minutes of handovers by why, hours of what agents had to do with and of how much was said. */
export function countersOf(fact: Fact & { agentId: string }, timeZone: string): CounterKey[] {
  const { kind, at, agentId, channel, priority, memberId, cause } = fact;
  const day = dayOf(timeZone, at);
  const keys: CounterKey[] = [
    { span: 'day', by: 'team', of: '', at: day },
    { span: 'day', by: 'agent', of: agentId, at: day },
    { span: 'day', by: 'channel', of: channel, at: day },
  ];
  if (priority !== undefined) keys.push({ span: 'day', by: 'priority', of: priority, at: day });
  if (memberId !== undefined) keys.push({ span: 'day', by: 'operator', of: memberId, at: day });
  if (cause !== undefined) keys.push({ span: 'day', by: 'cause', of: cause, at: day });
  if (kind === 'handover') {
    keys.push({ span: 'minute', by: 'cause', of: cause!, at: minuteOf(at) });
    keys.push({ span: 'hour', by: 'cause', of: cause!, at: hourOf(at) });
  }
  if (hourly.has(kind)) keys.push({ span: 'hour', by: 'team', of: '', at: hourOf(at) });
  return keys;
}

const hourly: ReadonlySet<FactKind> = new Set(['handover', 'begun', 'withPerson', 'customerMessage']);

/** Adds what the fact says to `sum`, in place. */
export function count(sum: Counted, { kind, count: by, opens, score, ms, waitMs }: Fact): void {
  add(sum.counts, kind, by);
  if (opens) add(sum.counts, 'opened', by);
  if (score !== undefined) add(sum.counts, 'scores', by * score);
  if (ms !== undefined && (kind === 'firstReply' || kind === 'nextReply' || kind === 'resolved')) {
    addTime(sum, kind, ms, by);
  }
  if (waitMs !== undefined) addTime(sum, 'wait', waitMs, by);
}

/** Adds one counter to another, in place. */
export function addCounted(sum: Counted, other: Counted): void {
  for (const [kind, more] of Object.entries(other.counts)) add(sum.counts, kind as CountKind, more);
  for (const [kind, histogram] of Object.entries(other.times)) {
    addHistogram((sum.times[kind as TimeKind] ??= {}), histogram);
  }
  for (const kind of Object.keys(sum.times) as TimeKind[]) {
    if (Object.keys(sum.times[kind]!).length === 0) delete sum.times[kind];
  }
}

function add(counts: Counted['counts'], kind: CountKind, by: number): void {
  const now = (counts[kind] ?? 0) + by;
  if (now === 0) delete counts[kind];
  else counts[kind] = now;
}

function addTime({ times }: Counted, kind: TimeKind, ms: number, by: number): void {
  const histogram = (times[kind] ??= {});
  addHistogram(histogram, { [bucketOf(ms)]: by });
  if (Object.keys(histogram).length === 0) delete times[kind];
}

export const nameOf = ({ span, by, at, of }: CounterKey): string => `${span} ${by} ${at} ${of}`;
