/**
 * What somebody typed to find something, read: words, a ticket number, and operators (docs/rules.md T9). Pure; never throws.
 *
 * An operator is a name, a colon and a value without a space between; a value of several words stands in quotes. Whatever is
 * not understood is told (`unclear`) and left out, and what looks like an operator and is none is words: "re:invoice",
 * "https://…". Work is bounded by what is kept: the beginning of a long text, a dozen words, a few values.
 */
import { type ChannelKind, vChannelKind } from '../conversation/channels';
import { firstUnits } from '../kit/text';
import { foundWords, isNaming } from './words';

export const maxSearchUnits = 500;
const maxWords = 12;
const maxValues = 5;
const maxValueUnits = 100;

export const operators = ['from', 'to', 'agent', 'channel', 'tag', 'is', 'before'] as const;
export type Operator = (typeof operators)[number];

/** `open`: new ones, too; as the lists call it. */
export const states = [
  ...(['open', 'new', 'resolved', 'closed'] as const),
  ...(['mine', 'unassigned', 'snoozed', 'waiting', 'note'] as const),
  ...(['urgent', 'high', 'normal', 'low'] as const),
];
export type State = (typeof states)[number];

export interface Day {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
}

export interface SearchQuery {
  /** Folded, in the order they were typed, each once; of the last, what is typed may be a beginning. */
  words: string[];
  /** A ticket's, by its sign (#12) or alone. */
  number: number | null;
  from: string | null;
  to: string | null;
  agent: string | null;
  channel: ChannelKind | null;
  tags: string[];
  is: State[];
  /** The first day that counts no more. */
  before: Day | null;
  /** What has a value that says nothing here, as it was typed. */
  unclear: { operator: Operator; value: string }[];
  /** There was more than is looked at. */
  isCut: boolean;
}

const isOperator = (name: string): name is Operator => (operators as readonly string[]).includes(name);

interface Part {
  operator: Operator | null;
  value: string;
}

/** Each part begins at something visible, and takes it all up to a space or the end of its quotes. */
function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  for (const [whole, name, quoted, plain, phrase] of text.matchAll(
    /(\p{L}+):(?:"([^"]*)"?|(\S*))|"([^"]*)"?|\S+/gu,
  )) {
    const operator = name?.toLowerCase();
    if (operator !== undefined && isOperator(operator)) {
      parts.push({ operator, value: firstUnits((quoted ?? plain ?? '').trim(), maxValueUnits) });
    } else parts.push({ operator: null, value: phrase ?? whole });
  }
  return parts;
}

/** `2026`, `2026-11` or `2026-11-28`; null: no such day. */
function readDay(value: string): Day | null {
  const [, year, month = '01', day = '01'] = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(value) ?? [];
  if (year === undefined) return null;
  const read = { year: Number(year), month: Number(month), day: Number(day) };
  const at = new Date(Date.UTC(read.year, read.month - 1, read.day));
  const isReal = at.getUTCMonth() + 1 === read.month && at.getUTCDate() === read.day;
  return isReal && read.year >= 1970 ? read : null;
}

/** The instant a day begins for somebody whose clock is so many minutes behind UTC. */
export const beginOf = ({ year, month, day }: Day, minutesBehind: number): number =>
  Date.UTC(year, month - 1, day) + minutesBehind * 60_000;

const channelKinds = vChannelKind.members.map(({ value }) => value);
const channelNames: Record<string, ChannelKind> = { chat: 'web', mail: 'email' };

function readChannel(value: string): ChannelKind | null {
  const name = value.toLowerCase();
  return channelNames[name] ?? channelKinds.find((kind) => kind === name) ?? null;
}

function addOnce<Value>(values: Value[], value: Value): boolean {
  if (values.includes(value)) return true;
  if (values.length === maxValues) return false;
  values.push(value);
  return true;
}

/** False: its value says nothing here. */
function take(query: SearchQuery, operator: Operator, value: string): boolean {
  switch (operator) {
    case 'from':
    case 'to':
      query[operator] = value;
      // Of one letter nearly everybody's name has a word.
      return foundWords(value).some(isNaming);
    case 'agent':
      query[operator] = value;
      return foundWords(value).length > 0;
    case 'channel':
      query.channel = readChannel(value);
      return query.channel !== null;
    case 'before':
      query.before = readDay(value);
      return query.before !== null;
    case 'tag':
      if (!addOnce(query.tags, value.toLowerCase())) query.isCut = true;
      return true;
    case 'is': {
      const state = states.find((each) => each === value.toLowerCase());
      if (state === undefined) return false;
      if (!addOnce(query.is, state)) query.isCut = true;
      return true;
    }
  }
}

const numberIn = (value: string): number | null => {
  const digits = /^#?(\d{1,9})$/.exec(value)?.[1];
  return digits === undefined ? null : Number(digits);
};

export function parseSearch(text: string): SearchQuery {
  const read = firstUnits(text, maxSearchUnits);
  const query: SearchQuery = {
    ...{ words: [], number: null, from: null, to: null, agent: null, channel: null },
    ...{ tags: [], is: [], before: null, unclear: [], isCut: read !== text },
  };
  const said: string[] = [];
  for (const { operator, value } of partsOf(read)) {
    if (operator === null) said.push(value);
    // Not typed to its end yet.
    else if (value !== '' && !take(query, operator, value)) {
      if (query.unclear.length < maxValues) query.unclear.push({ operator, value });
      if (operator === 'from' || operator === 'to' || operator === 'agent') query[operator] = null;
    }
  }
  const signed = said.find((value) => /^#\d/.test(value));
  query.number = numberIn(signed ?? (said.length === 1 ? said[0]! : ''));
  const words = foundWords(said.join(' '));
  if (words.length > maxWords) query.isCut = true;
  query.words = words.slice(0, maxWords);
  return query;
}

/** Nothing is asked for yet. */
export function isEmptySearch({ words, number, ...query }: SearchQuery): boolean {
  const named = [query.from, query.to, query.agent, query.channel, query.before, number];
  return [...words, ...query.tags, ...query.is].length === 0 && named.every((each) => each === null);
}
