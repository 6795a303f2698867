/**
 * Rows that may be what is looked for, out of the indexes (docs/rules.md T9, E3). Team, people, agent, channel and month narrow
 * inside the index. It finds rows that hold any of the words, the best first: the caller looks whether all of them are there.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { beginOf, type SearchQuery } from '../../shared/search/parseSearch';
import { isTelling, monthBefore, monthOf } from '../../shared/search/words';
import type { Scope, Within } from './scope';

type Reader = Pick<QueryCtx, 'db'>;
export type Match = Doc<'searchRows'>;

export interface Asked {
  teamId: Id<'teams'>;
  query: SearchQuery;
  /** What the clock of whoever asks says, and how many minutes it is behind UTC. */
  now: number;
  minutesBehind: number;
}

export interface Matches {
  rows: Match[];
  /** More may match than was looked at. */
  isCut: boolean;
  /** Of a search before a day: the month that was looked at last, where there may be more before it. */
  walkedTo: string | null;
}

/** Rows that one question to the index looks at. */
const mostRows = 100;
/** Those of now are asked for apart, so that the best of all years do not hide what has just been said. */
const mostNew = 50;
/** A search before a day goes back so many months, some at once, or until so many conversations are found. */
const mostMonths = 12;
const monthsAtOnce = 3;
const enough = 25;

/** What the index is asked; empty: nothing that it could tell apart. */
export const tellingWords = ({ words }: SearchQuery): string[] => words.filter(isTelling);

export const beforeOf = ({ query, minutesBehind }: Asked): number =>
  query.before === null ? Infinity : beginOf(query.before, minutesBehind);

export async function findMatches(ctx: Reader, asked: Asked, scope: Scope): Promise<Matches> {
  if (tellingWords(asked.query).length === 0) return { rows: [], isCut: false, walkedTo: null };
  if (asked.query.before !== null) return walkMonths(ctx, asked, scope);
  const ofAllTime = scope.within.map((within) => search(ctx, asked, { within, most: mostRows }));
  const month = monthOf(asked.now);
  const ofNow = scope.within.map((within) => search(ctx, asked, { within, most: mostNew, month }));
  const parts = await Promise.all(ofAllTime);
  const { rows } = together(asked, [...parts, ...(await Promise.all(ofNow))]);
  return { ...together(asked, parts), rows };
}

/** From the month of the day on, newest first. */
async function walkMonths(ctx: Reader, asked: Asked, { within }: Scope): Promise<Matches> {
  let month = monthOf(beforeOf(asked) - 1);
  const found: Part[] = [];
  for (let walked = 0; walked < mostMonths; walked += monthsAtOnce) {
    const parts: Promise<Part>[] = [];
    for (let at = 0; at < monthsAtOnce; at++) {
      for (const each of within) parts.push(search(ctx, asked, { within: each, most: mostRows, month }));
      month = monthBefore(month);
    }
    found.push(...(await Promise.all(parts)));
    const sofar = together(asked, found);
    if (new Set(sofar.rows.map(({ conversationId }) => conversationId)).size >= enough) {
      return { ...sofar, walkedTo: month };
    }
  }
  return { ...together(asked, found), walkedTo: month };
}

interface Part {
  rows: Match[];
  isCut: boolean;
}

async function search(
  ctx: Reader,
  { teamId, query }: Asked,
  { within, most, month }: { within: Within; most: number; month?: string },
): Promise<Part> {
  const rows = await ctx.db
    .query('searchRows')
    .withSearchIndex('search_words', (q) => {
      let filtered = q.search('words', tellingWords(query).join(' ')).eq('teamId', teamId);
      if (month !== undefined) filtered = filtered.eq('month', month);
      if (query.channel !== null) filtered = filtered.eq('channel', query.channel);
      for (const field of ['agentId', 'customerId', 'authorId'] as const) {
        const value = within[field];
        if (value !== undefined) filtered = filtered.eq(field, value as never);
      }
      return filtered;
    })
    .take(most);
  return { rows, isCut: rows.length === most };
}

function together(asked: Asked, parts: Part[]): Matches {
  const before = beforeOf(asked);
  const rows = new Map<string, Match>();
  for (const part of parts) for (const row of part.rows) if (row.at < before) rows.set(row._id, row);
  return { rows: [...rows.values()], isCut: parts.some(({ isCut }) => isCut), walkedTo: null };
}
