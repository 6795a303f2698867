/** The thread as a flat list: days, messages, notes, folded events and what the agent was about to say. Pure. */
import {
  carriesLines,
  goesByWhatsapp,
  isToldWithNextMail,
} from '../../../convex/shared/conversation/systemTexts';
import type { Entry } from '../../convex/threads';

export interface SuppressedDraft {
  _id: string;
  text: string;
  at: number;
}

/** [M8] Of a line of the system's; `untold`: another took its place, or the channel has none of its kind. */
export type LineFate = 'told' | 'toCome' | 'untold';

export type ThreadItem =
  | { type: 'day'; key: string; at: number }
  | {
      type: 'message';
      key: string;
      entry: Entry;
      startsGroup: boolean;
      showsSubject: boolean;
      line: LineFate;
    }
  /** `isUnfolded`: with its text. */
  | { type: 'events'; key: string; entries: Entry[]; isUnfolded: boolean }
  | { type: 'suppressed'; key: string; draft: SuppressedDraft };

const groupMs = 5 * 60_000;

/** `entries` oldest first. Consecutive events fold into one item. */
export function buildThread(entries: Entry[], drafts: SuppressedDraft[]): ThreadItem[] {
  const items: ThreadItem[] = [];
  const waiting = [...drafts].sort((a, b) => a.at - b.at);
  let day = '';
  let subject = '';
  const untold = linesNotTold(entries);
  // [M4] What came while its sender was taken for spam is read once they are not.
  const heardSince = entries.findLast(({ event }) => event?.type === 'notSpam')?.sequence ?? 0;
  const startDay = (at: number) => {
    const next = new Date(at).toDateString();
    if (next !== day) items.push({ type: 'day', key: `day-${next}`, at });
    day = next;
  };
  const addDrafts = (before: number) => {
    while (waiting[0] && waiting[0].at < before) {
      const draft = waiting.shift()!;
      startDay(draft.at);
      items.push({ type: 'suppressed', key: draft._id, draft });
    }
  };
  for (const entry of withEditsAtTheirPlace(withoutRepeats(asOneAct(entries)))) {
    // A draft older than the oldest loaded entry belongs to a page that is not here yet.
    if (entry === entries[0]) while (waiting[0] && waiting[0].at < entry.at) waiting.shift();
    addDrafts(entry.at);
    startDay(entry.at);
    const last = items.at(-1);
    if (entry.kind === 'event') {
      const isUnfolded = entry.event?.type === 'spamMail' && entry.sequence < heardSince;
      if (last?.type === 'events' && last.isUnfolded === isUnfolded) last.entries.push(entry);
      else items.push({ type: 'events', key: entry._id, entries: [entry], isUnfolded });
      continue;
    }
    const showsSubject = entry.mail !== undefined && bareSubject(entry.mail.subject) !== subject;
    if (showsSubject) subject = bareSubject(entry.mail!.subject);
    items.push({
      type: 'message',
      key: entry.clientMessageId ?? entry._id,
      entry,
      startsGroup: !continues(last, entry),
      showsSubject,
      line: untold.get(entry._id) ?? 'told',
    });
  }
  addDrafts(Infinity);
  return items;
}

/** [M8] Which lines no answer has taken along; read backwards, from what might have. */
function linesNotTold(entries: Entry[]): Map<string, LineFate> {
  const fates = new Map<string, LineFate>();
  const next = new Map<string | undefined, LineFate>();
  for (const entry of entries.toReversed()) {
    const { _id, channel } = entry;
    if (carriesLines(entry) && hasLeft(entry)) next.set(channel, 'told');
    if (!isToldWithNextMail(entry)) continue;
    const isTold = channel !== 'whatsapp' || goesByWhatsapp(entry);
    fates.set(_id, isTold ? (next.get(channel) ?? 'toCome') : 'untold');
    if (goesByWhatsapp(entry)) next.set(channel, 'untold');
  }
  return fates;
}

/** A send that is long past has no row any more. */
const hasLeft = ({ delivery }: Entry) => !delivery || ['sent', 'delivered', 'read'].includes(delivery.state);

/** Who takes a ticket over takes it with that, and who takes it has taken it up: one act is one line, that which says most. */
function asOneAct(entries: Entry[]): Entry[] {
  const acts = new Map<string, number>();
  for (const entry of entries) {
    const act = actOf(entry);
    if (act !== null) acts.set(act, Math.max(weightOf(entry), acts.get(act) ?? 0));
  }
  return entries.filter((entry) => {
    const act = actOf(entry);
    return act === null || weightOf(entry) === acts.get(act);
  });
}

/** What one operator does to make a ticket theirs is of one instant. */
function actOf(entry: Entry): string | null {
  const { author, at } = entry;
  return author.kind === 'operator' && weightOf(entry) > 0 ? `${author.memberId} ${at}` : null;
}

/** 0: none of these. From whom they have it is said with a line of its own. */
function weightOf({ author, event }: Entry): number {
  const by = author.kind === 'operator' ? author.memberId : undefined;
  if (event?.type === 'controlTaken') return event.to === by ? 3 : 0;
  if (event?.type === 'assigned') return event.to === by && event.from === undefined ? 2 : 0;
  return event?.type === 'statusChanged' && event.from === 'new' && event.to === 'open' ? 1 : 0;
}

/** What the agent reports again, for the same reason and with nothing settled since, is one fact: it has one row. */
function withoutRepeats(entries: Entry[]): Entry[] {
  let reported = '';
  return entries.filter(({ event }) => {
    if (event?.type === 'statusChanged') reported = '';
    // It stands above the thread, and says nothing that is not in it.
    if (event?.type === 'briefed') return false;
    if (event?.type !== 'ticketOpened' && event?.type !== 'reasonAdded') return true;
    const report = `${event.reason} ${event.rule ?? ''}`;
    const isRepeat = event.type === 'reasonAdded' && report === reported;
    reported = report;
    return !isRepeat;
  });
}

/** A message that is here shows what it says now and what it said first: the line of its edit need not say either. */
function withEditsAtTheirPlace(entries: Entry[]): Entry[] {
  const shown = new Map(entries.map((entry) => [entry.sequence, entry]));
  return entries.map((entry) => {
    const { text: _, event, ...rest } = entry;
    const edited = event?.type === 'customerEdited' ? shown.get(event.sequence) : undefined;
    if (event?.type !== 'customerEdited' || edited === undefined) return entry;
    const { text = '', isCut } = edited;
    const isFirst = isCut ? event.before.startsWith(text) : event.before === text;
    return { ...rest, event: isFirst ? { ...event, before: '' } : event };
  });
}

function continues(last: ThreadItem | undefined, entry: Entry): boolean {
  if (last?.type !== 'message') return false;
  const before = last.entry;
  return (
    before.kind === entry.kind &&
    before.author.kind === entry.author.kind &&
    before.authorName === entry.authorName &&
    before.outside?.isLate === entry.outside?.isLate &&
    isByMail(before) === isByMail(entry) &&
    senderOf(before) === senderOf(entry) &&
    entry.at - before.at < groupMs
  );
}

/** An answer has the subject of what it answers. */
const bareSubject = (subject: string) => subject.replace(/^(?:\s*(?:re|fwd?|aw|wg)\s*:)+/i, '').trim();

const isByMail = ({ channel }: Entry) => channel === 'email';
/** Others write into a thread as well: a mail from another address begins a group of its own. */
const senderOf = ({ author, event, mail }: Entry) =>
  author.kind === 'customer' || event !== undefined ? mail?.from.address : undefined;
