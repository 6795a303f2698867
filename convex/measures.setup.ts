/**
 * An oracle for figures (docs/rules.md B2, B3): what happened in whole threads, read off them with hindsight and added up
 * exactly. It shares no code with what measures. Two dots in the name: not bundled.
 */

interface OracleEntry {
  sequence: number;
  at: number;
  kind: string;
  author: { kind: string; memberId?: string };
  channel?: string;
  // Events of all kinds, of which a few fields are looked at.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  event?: any;
  ticketId?: string;
  isForeign?: true;
  neverSent?: true;
}

export interface OracleThread {
  agentId: string;
  channel: string;
  entries: OracleEntry[];
}

/** One thing that happened. */
export interface Happening {
  kind: string;
  at: number;
  agentId: string;
  channel: string;
  priority?: string;
  operator?: string;
  cause?: string;
  opens?: boolean;
  ms?: number;
  waitMs?: number;
}

const hour = 3_600_000;
const isEnd = (status: string) => status === 'resolved' || status === 'closed';

/** `hasTargets`: for every priority, since before anything happened. */
export function happeningsIn(
  { agentId, channel: startedOn, entries }: OracleThread,
  now: number,
  hasTargets = false,
) {
  const found: Happening[] = [];
  const messages = entries.filter(({ kind, neverSent }) => kind === 'message' && !neverSent);
  const customers = messages.filter(({ author, isForeign }) => author.kind === 'customer' && !isForeign);
  /** The customer's channel when this entry was made. */
  const channelAt = (sequence: number) =>
    customers.findLast((each) => each.sequence <= sequence && each.channel)?.channel ?? startedOn;
  const tell = (kind: string, { at, sequence }: OracleEntry, more: Partial<Happening> = {}) =>
    found.push({ kind, at, agentId, channel: channelAt(sequence), ...more });

  for (const message of messages) {
    const { author, channel, sequence } = message;
    const on = { channel: channel ?? channelAt(sequence) };
    if (author.kind === 'agent') tell('agentMessage', message, on);
    if (author.kind === 'operator') tell('operatorMessage', message, { ...on, operator: author.memberId });
    if (author.kind === 'customer' && !message.isForeign) tell('customerMessage', message, on);
  }
  episodes(entries, customers, now, tell);
  for (const ticketId of new Set(entries.map((entry) => entry.ticketId))) {
    if (ticketId !== undefined) ticket(entries, ticketId, hasTargets, tell);
  }
  return found;
}

type Tell = (kind: string, entry: OracleEntry, more?: Partial<Happening>) => void;

const concernsPerson = ({ kind, author, event, neverSent }: OracleEntry) =>
  event?.type === 'ticketOpened' ||
  event?.type === 'reasonAdded' ||
  (kind === 'message' && author.kind === 'operator' && !neverSent);

function episodes(entries: OracleEntry[], customers: OracleEntry[], now: number, tell: Tell): void {
  const groups: OracleEntry[][] = [];
  for (const message of customers) {
    const last = groups.at(-1)?.at(-1);
    if (last === undefined || message.at - last.at >= 72 * hour) groups.push([message]);
    else groups.at(-1)!.push(message);
  }
  for (const [index, group] of groups.entries()) {
    const [first, last] = [group[0]!, group.at(-1)!];
    const end = groups[index + 1]?.[0]?.sequence ?? Infinity;
    const persons = entries.filter((entry) => {
      if (entry.sequence < first.sequence || entry.sequence >= end || !concernsPerson(entry)) return false;
      const word = group.findLast(({ sequence }) => sequence <= entry.sequence)!;
      return entry.at < word.at + 72 * hour;
    });
    tell('begun', first);
    if (persons.length > 0) tell('withPerson', first);
    if (now < last.at + 72 * hour) continue;
    const cameBack = group.some((message, at) => at > 0 && message.at - group[at - 1]!.at >= hour);
    tell(persons.length > 0 || cameBack ? 'notContained' : 'contained', first);
  }
}

/** [T7] By the thread: said at its instant, so what nobody had said by then was kept. */
const isMiss = (event: OracleEntry['event']) => event?.type === 'targetMissed';

/** A person had said something there, sent or not, before the customer began to wait. */
const wasAnsweredBefore = (entries: OracleEntry[], since: number) =>
  entries.some(({ kind, author, at }) => kind === 'message' && author.kind === 'operator' && at < since);

function ticket(entries: OracleEntry[], ticketId: string, hasTargets: boolean, tell: Tell): void {
  const own = entries.filter((entry) => entry.ticketId === ticketId && entry.event !== undefined);
  const opening = own.find(({ event }) => event.type === 'ticketOpened');
  if (opening === undefined) return;
  const causeOf = (event: OracleEntry['event']) =>
    event.rule === undefined ? `reason/${event.reason}` : `rule/${event.rule}`;
  const priorityAt = (sequence: number) =>
    own.findLast((each) => each.sequence <= sequence && each.event.type === 'priorityChanged')?.event.to ??
    opening.event.priority;
  const starts = own.filter(
    ({ event }) =>
      event.type === 'ticketOpened' ||
      (event.type === 'statusChanged' && isEnd(event.from) && !isEnd(event.to)),
  );
  for (const start of starts) {
    const end = own.find(
      ({ sequence, event }) =>
        sequence > start.sequence && event.type === 'statusChanged' && isEnd(event.to) && !isEnd(event.from),
    );
    const until = end?.sequence ?? Infinity;
    const within = entries.filter(({ sequence }) => sequence >= start.sequence && sequence < until);
    const handovers = within.filter(
      ({ ticketId: of, event }) =>
        of === ticketId &&
        (event?.type === 'ticketOpened' || event?.type === 'reasonAdded') &&
        event.reason !== 'takenOver',
    );
    const replies = within.filter(
      ({ kind, author, neverSent }) => kind === 'message' && author.kind === 'operator' && !neverSent,
    );
    /** Said once more, of the same cause, before anybody replied. */
    const isRepeat = ({ sequence, event }: OracleEntry): boolean => {
      const before = handovers.findLast((each) => each.sequence < sequence);
      if (before === undefined || causeOf(before.event) !== causeOf(event)) return false;
      return !replies.some((reply) => reply.sequence > before.sequence && reply.sequence < sequence);
    };
    const facts = (sequence: number) => ({
      priority: priorityAt(sequence),
      cause: causeOf(handovers.findLast((each) => each.sequence <= sequence)?.event ?? opening.event),
    });
    if (start.event.type === 'statusChanged') tell('reopened', start, facts(start.sequence));
    for (const entry of within) if (entry.ticketId === ticketId) given(entry, facts(entry.sequence), tell);
    for (const entry of within) {
      const opens = entry.event?.type === 'ticketOpened' && entry.ticketId === ticketId;
      if (handovers.includes(entry) && !isRepeat(entry))
        tell('handover', entry, { ...facts(entry.sequence), opens });
      else if (entry.event?.reason === 'takenOver' && entry.ticketId === ticketId)
        tell('takenUp', entry, { ...facts(entry.sequence), opens });
    }
    /** Since when the customer waits at this entry, in which somebody replies or the ticket ends. */
    const waitsAt = (sequence: number): number | undefined => {
      const before = replies.findLast((reply) => reply.sequence < sequence)?.sequence;
      const from = within.filter(
        (each) => each.sequence < sequence && (before === undefined || each.sequence > before),
      );
      const begins = from.filter(
        (each) =>
          handovers.includes(each) ||
          (each.kind === 'message' && each.author.kind === 'customer') ||
          (each === start && startsWaiting(start)),
      );
      const since = begins[0];
      return since === start && start.event.waited ? start.event.waited : since?.at;
    };
    for (const reply of replies) {
      const before = replies.findLast(({ sequence }) => sequence < reply.sequence)?.sequence ?? 0;
      const asked = handovers.find(
        ({ sequence }) => sequence > before && sequence < reply.sequence && sequence >= start.sequence,
      );
      const since = waitsAt(reply.sequence);
      if (since === undefined) continue;
      tell(asked === undefined ? 'nextReply' : 'firstReply', reply, {
        ...facts(reply.sequence),
        operator: reply.author.memberId,
        ms: reply.at - (asked?.at ?? since),
        waitMs: reply.at - since,
      });
      const missed = own.some(
        ({ sequence, at, event }) =>
          isMiss(event) &&
          event.target !== 'resolution' &&
          sequence > before &&
          sequence < reply.sequence &&
          // Of this wait: one that ended with the ticket is over, and what comes after has its own.
          at >= since,
      );
      if (!hasTargets || missed) continue;
      tell(wasAnsweredBefore(entries, since) ? 'nextReplyMet' : 'firstReplyMet', reply, {
        ...facts(reply.sequence),
        operator: reply.author.memberId,
      });
    }
    for (const miss of within.filter((each) => each.ticketId === ticketId && isMiss(each.event))) {
      const { target, assigneeId } = miss.event;
      const whose = assigneeId === null ? {} : { operator: assigneeId };
      tell(`${target}Missed`, miss, { ...facts(miss.sequence), ...whose });
    }
    if (end === undefined) continue;
    const since = waitsAt(end.sequence);
    const ofEnd = {
      ...facts(end.sequence - 1),
      priority: priorityAt(end.sequence),
      ...(end.author.kind === 'operator' && { operator: end.author.memberId }),
    };
    const isLate = own.some(
      ({ sequence, event }) => isMiss(event) && event.target === 'resolution' && sequence < end.sequence,
    );
    if (hasTargets && !isLate) tell('resolutionMet', end, ofEnd);
    tell(end.event.to, end, {
      ...ofEnd,
      ms: end.at - start.at - pausedWithin(own, start, end),
      ...(since !== undefined && { waitMs: end.at - since }),
    });
  }
}

/** To whom it came and how, or from whom it went back. */
function given(entry: OracleEntry, facts: Partial<Happening>, tell: Tell): void {
  const { event, author } = entry;
  if (event?.type !== 'assigned') return;
  const { from, to, how, mode } = event;
  if (how === 'notPickedUp') tell('letGo', entry, { ...facts, operator: from });
  else if (to === undefined || how === 'reopen') return;
  else if (how === 'automatic') {
    if (mode !== undefined)
      tell(mode === 'balanced' ? 'givenByLoad' : 'givenByTurn', entry, { ...facts, operator: to });
  } else if (how === 'takeover' || author.memberId === to) tell('tookUp', entry, { ...facts, operator: to });
  else tell('givenByHand', entry, { ...facts, operator: to });
}

const startsWaiting = ({ event }: OracleEntry) =>
  event.type === 'ticketOpened' || event.waited === undefined || event.waited !== null;

/** Moment by moment: what lies between two events of the ticket is paused or it is not. */
function pausedWithin(own: OracleEntry[], start: OracleEntry, end: OracleEntry): number {
  let paused = 0;
  const moments = own.filter(({ sequence }) => sequence >= start.sequence && sequence <= end.sequence);
  for (const [index, moment] of moments.entries()) {
    const next = moments[index + 1];
    if (next === undefined) break;
    const seen = moments.slice(0, index + 1);
    const of = (type: string) => seen.findLast(({ event }) => event.type === type)?.event.to !== undefined;
    if (of('waitingChanged') || of('snoozed')) paused += next.at - moment.at;
  }
  return paused;
}

/** What a report of one day says of one agent, say; times exactly. */
export interface ExpectedRow {
  counts: Record<string, number>;
  times: Record<string, number[]>;
}

/** As "day of": the date as the wall clock of the zone shows it, then whose. */
export function expectedRows(
  happenings: Happening[],
  timeZone: string,
  by: 'team' | 'agent' | 'channel' | 'priority' | 'operator' | 'cause',
): Map<string, ExpectedRow> {
  const rows = new Map<string, ExpectedRow>();
  const date = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  for (const each of happenings) {
    const { agentId: agent, channel, priority, operator, cause } = each;
    const of = { team: '', agent, channel, priority, operator, cause }[by];
    if (of === undefined) continue;
    const name = `${date.format(each.at)} ${of}`;
    if (!rows.has(name)) rows.set(name, { counts: {}, times: {} });
    const { counts, times } = rows.get(name)!;
    counts[each.kind] = (counts[each.kind] ?? 0) + 1;
    if (each.opens) counts.opened = (counts.opened ?? 0) + 1;
    if (each.ms !== undefined && each.kind !== 'closed') (times[each.kind] ??= []).push(each.ms);
    if (each.waitMs !== undefined) (times.wait ??= []).push(each.waitMs);
  }
  return rows;
}
