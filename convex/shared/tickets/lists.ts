/**
 * Lists of tickets: a view, an order and filters, and which index of their places gives them. Pure.
 *
 * Every view in every order, narrowed by one filter, is read from an index: the view and the status by *lane*, the rest by
 * fields that are equal. Several lanes are merged. Where no index knows a further filter, rows are looked at one by one, in
 * bounds (`maxLooked`), and the list says so.
 *
 * A further order is one row of `sorts`, and a field of a place if it has one of its own; its indexes follow from here.
 */
import { isLonger } from '../kit/text';
import { type Infer, v } from 'convex/values';
import { isActive, maxTagLength, priorities, type TicketStatus, vPriority, vTicketStatus } from './tickets';
import type { Bucket, TicketList } from './places';

/** What a view and a filter by status are made of: the status, and of what is active whether its customer waits. */
export const vLane = v.union(
  v.literal('new'),
  v.literal('newWaits'),
  v.literal('open'),
  v.literal('openWaits'),
  v.literal('snoozedNew'),
  v.literal('snoozedOpen'),
  v.literal('resolved'),
  v.literal('closed'),
);
type Lane = Infer<typeof vLane>;

export function laneOf({
  status,
  snoozedUntil,
  waitingSince,
}: {
  status: TicketStatus;
  snoozedUntil?: number;
  waitingSince?: number;
}): Lane {
  if (!isActive(status)) return status;
  if (snoozedUntil !== undefined) return status === 'new' ? 'snoozedNew' : 'snoozedOpen';
  if (waitingSince === undefined) return status;
  return status === 'new' ? 'newWaits' : 'openWaits';
}

const active: Lane[] = ['newWaits', 'openWaits', 'new', 'open'];
const lanesOf: Record<TicketList, Lane[]> = {
  all: active,
  assigned: active,
  unassigned: active,
  needsReply: ['newWaits', 'openWaits'],
  snoozed: ['snoozedNew', 'snoozedOpen'],
  resolved: ['resolved'],
  closed: ['closed'],
};
const statusOf: Record<Lane, TicketStatus> = {
  new: 'new',
  newWaits: 'new',
  open: 'open',
  openWaits: 'open',
  snoozedNew: 'new',
  snoozedOpen: 'open',
  resolved: 'resolved',
  closed: 'closed',
};
/** Absent: the view is only a part of one. */
const bucketFor: Partial<Record<TicketList, Bucket>> = {
  all: 'active',
  assigned: 'active',
  unassigned: 'active',
  snoozed: 'snoozed',
  resolved: 'resolved',
  closed: 'closed',
};

/** `waiting`: since when it stands there, who waits longest or wakes next first; of what has ended the latest. */
export const vSort = v.union(
  v.literal('waiting'),
  v.literal('deadline'),
  v.literal('newest'),
  v.literal('priority'),
);
export type Sort = Infer<typeof vSort>;

type Key = 'sortAt' | 'number' | 'dueAt';

/** `byPriority`: the most pressing first, and each in this order. `isLatestFirst`: absent, as the view has it. */
const sorts: Record<Sort, { keys: Key[]; byPriority?: true; isLatestFirst?: true }> = {
  waiting: { keys: ['sortAt', 'number'] },
  deadline: { keys: ['dueAt', 'number'] },
  newest: { keys: ['number'], isLatestFirst: true },
  priority: { keys: ['sortAt', 'number'], byPriority: true },
};
export const sortNames = Object.keys(sorts) as Sort[];

export const nobody = 'none';

/** `assignee`: a member's id, or `nobody`. They come from addresses that anybody may have typed: what is no id fits nothing. */
export const vFilters = v.object({
  assignee: v.optional(v.string()),
  agentId: v.optional(v.string()),
  channel: v.optional(v.string()),
  priority: v.optional(vPriority),
  tag: v.optional(v.string()),
  status: v.optional(vTicketStatus),
});
export type Filters = Infer<typeof vFilters>;

/** What may be equal beside the lane, in the order of the fields of an index. */
const shapes: Record<'ticketPlaces' | 'tagPlaces', string[][]> = {
  ticketPlaces: [
    [],
    ['assignee'],
    ['agentId'],
    ['channel'],
    ['priority'],
    ['assignee', 'agentId'],
    ['assignee', 'channel'],
    ['assignee', 'priority'],
  ],
  tagPlaces: [[], ['assignee']],
};
type PlaceTable = keyof typeof shapes;

/** As every index is called, by its fields; Convex takes 64 letters. */
function nameOf(fields: readonly string[]): string {
  const name = `by_${fields.join('_and_')}`;
  return name.length <= 64 ? name : `by_${fields.join('_')}`;
}

const firstOf: Record<PlaceTable, string[]> = {
  ticketPlaces: ['teamId', 'lane'],
  tagPlaces: ['teamId', 'tag', 'lane'],
};

/** The indexes that lists are read from, by name. */
export function listIndexes(table: PlaceTable): Map<string, string[]> {
  const all = new Map<string, string[]>();
  for (const shape of shapes[table]) {
    for (const { keys, byPriority } of Object.values(sorts)) {
      const group = byPriority && !shape.includes('priority') ? ['priority'] : [];
      const fields = [...firstOf[table], ...shape, ...group, ...keys];
      all.set(nameOf(fields), fields);
    }
  }
  return all;
}
const known: Record<PlaceTable, Map<string, string[]>> = {
  ticketPlaces: listIndexes('ticketPlaces'),
  tagPlaces: listIndexes('tagPlaces'),
};

/** A place in the order of a list: of the last ticket of the page before. */
export const vPosition = v.object({
  sortAt: v.number(),
  number: v.number(),
  dueAt: v.optional(v.number()),
  /** In a list by priority. */
  priority: v.optional(vPriority),
});
export type Position = Infer<typeof vPosition>;

interface Listed {
  list: TicketList;
  /** Of the list `assigned`. */
  memberId?: string | undefined;
  sort: Sort;
  filters: Filters;
}

/** Fields that are equal, in the order of the index. */
export type Equal = readonly (readonly [field: string, value: string])[];

export interface Plan {
  table: PlaceTable;
  /** One after the other; each is several ranges to merge. */
  groups: Equal[][];
  keys: readonly Key[];
  isLatestFirst: boolean;
  /** What no index knows. */
  rest: Equal;
}

/** Which ranges a list is read from. Without any it holds nothing. */
export function planOf({ list, memberId, sort, filters }: Listed): Plan {
  const { keys, byPriority, isLatestFirst = list === 'resolved' || list === 'closed' } = sorts[sort];
  const { tag, status, agentId, channel, priority } = filters;
  const owner = list === 'assigned' ? (memberId ?? nobody) : list === 'unassigned' ? nobody : undefined;
  const assignee = owner ?? filters.assignee;
  const table = tag === undefined ? 'ticketPlaces' : 'tagPlaces';
  const of = { assignee, agentId, channel, priority: byPriority ? undefined : priority };
  const { equal, rest } = divide(table, of, byPriority ? ['priority', ...keys] : keys);
  const isNothing =
    (owner !== undefined && filters.assignee !== undefined && filters.assignee !== owner) ||
    (tag !== undefined && isLonger(tag, maxTagLength));
  const lanes = lanesOf[list].filter((lane) => status === undefined || statusOf[lane] === status);
  const bucket = bucketFor[list];
  // The lists that most look at are one range each, so that what moves in one moves no more than its page.
  const isPlain =
    sort === 'waiting' && status === undefined && equal.every(([field]) => field === 'assignee');
  const starts: Equal[] =
    isPlain && tag === undefined && bucket !== undefined
      ? [[['bucket', bucket]]]
      : lanes.map((lane) => [...(tag === undefined ? [] : [['tag', tag] as const]), ['lane', lane]]);
  const pressing = priority === undefined ? priorities.toReversed() : [priority];
  const ends: Equal[] = byPriority ? pressing.map((each) => [['priority', each]]) : [[]];
  const groups = ends.map((end) => starts.map((start) => [...start, ...equal, ...end]));
  return { table, groups: isNothing ? [] : groups, keys, isLatestFirst, rest };
}

/** As much as an index knows: of several filters the first that stand together in one. */
function divide(table: PlaceTable, of: Record<string, string | undefined>, keys: readonly string[]) {
  const equal: [string, string][] = [];
  const rest: [string, string][] = [];
  for (const [field, value] of Object.entries(of)) {
    if (value === undefined) continue;
    const fields = [...firstOf[table], ...equal.map(([each]) => each), field, ...keys];
    (known[table].has(nameOf(fields)) ? equal : rest).push([field, value]);
  }
  return { equal, rest };
}

/** The index that has these equal fields first and then this order. */
export const indexOf = (equal: Equal, keys: readonly string[]) =>
  nameOf(['teamId', ...equal.map(([field]) => field), ...keys]);
