/**
 * The tiny twin of C1–C11 and T1–T6: docs/rules.md once more, in as few lines as it takes, sharing no code with the desk.
 * It says what every step must answer and how the thread, the control record and the tickets look afterwards.
 */
import type { Step } from './steps.ts';

/** An operator by position, the agent, or the team. */
type Holder = 'agent' | 'team' | number;
type Author = 'customer' | 'agent' | 'system' | number;

interface TwinEntry {
  what: string;
  by: Author;
}
interface TwinTicket {
  number: number;
  status: 'new' | 'open' | 'resolved' | 'closed';
  assignee: number | null;
  tags: string[];
}
interface Conversation {
  holder: Holder;
  epoch: number;
  thread: TwinEntry[];
  tickets: TwinTicket[];
  refusals: number;
  suppressed: number;
  /** Epoch and length of the thread after each act: what somebody with a lag looks at. */
  seen: { epoch: number; through: number }[];
}
export interface Twin {
  lastNumber: number;
  conversations: Conversation[];
}

export function newTwin(count: number): Twin {
  const conversation = (): Conversation => ({
    holder: 'agent',
    epoch: 1,
    thread: [],
    tickets: [],
    refusals: 0,
    suppressed: 0,
    seen: [{ epoch: 1, through: 0 }],
  });
  return { lastNumber: 0, conversations: Array.from({ length: count }, conversation) };
}

export function lookBack(twin: Twin, { conversation, lag }: Step): { epoch: number; through: number } {
  const { seen } = twin.conversations[conversation]!;
  return seen[Math.max(0, seen.length - 1 - lag)]!;
}

class Refused extends Error {}

/** The state after a step and what it answers. A refusal that throws changes nothing. */
export function play(
  before: Twin,
  step: Step,
  shown = lookBack(before, step),
): { twin: Twin; answer: string } {
  const twin = structuredClone(before);
  try {
    return { twin, answer: act(twin, twin.conversations[step.conversation]!, step, shown) };
  } catch (error) {
    if (error instanceof Refused) return { twin: before, answer: error.message };
    throw error;
  }
}

/** After an act (one step, or two at once) everybody may look. */
export function look(twin: Twin): Twin {
  for (const { seen, epoch, thread } of twin.conversations) {
    const last = seen.at(-1)!;
    if (last.epoch !== epoch || last.through !== thread.length) seen.push({ epoch, through: thread.length });
  }
  return twin;
}

type Shown = { epoch: number; through: number };

function act(twin: Twin, c: Conversation, step: Step, shown: Shown): string {
  const { operator: me } = step;
  switch (step.do) {
    case 'customerWrites':
      return say(c, 'message', 'customer', 'ok');
    case 'note':
      return say(c, 'note', me, 'ok');
    case 'agentAnswers':
      return agentAnswers(c, shown);
    case 'handOver':
      return handOver(twin, c);
    case 'takeOver':
      return takeOver(twin, c, me, step.confirm ? shown.epoch : null);
    case 'reply':
      return reply(c, me, shown.epoch, shown.through);
    case 'takeOverAndSend': {
      const taken = takeOver(twin, c, me, step.confirm ? shown.epoch : null);
      return `${taken}+${reply(c, me, c.epoch, shown.through)}`;
    }
    case 'resolve':
      return end(c, me, 'resolved', shown, step.confirm);
    case 'close':
      return end(c, me, 'closed', shown, step.confirm);
    case 'reopen':
      return reopen(c, step.ticket);
    case 'assign':
      return assign(c, me, step.to, step.confirm ? shown.epoch : null);
    case 'returnToAgent':
      return holdback(c, me, shown, step.confirm) ?? giveBack(c, me);
    case 'setTags':
      return setTags(c, me, step.tags);
  }
}

function say(c: Conversation, what: string, by: Author, answer: string): string {
  c.thread.push({ what, by });
  return answer;
}

const isActive = ({ status }: TwinTicket) => status === 'new' || status === 'open';
const active = (c: Conversation) => c.tickets.find(isActive);
const present = (c: Conversation) =>
  active(c) ?? c.tickets.findLast(({ status }) => status === 'resolved') ?? c.tickets.at(-1);

/** [C7, C8] */
function agentAnswers(c: Conversation, { epoch, through }: Shown): string {
  if (c.holder !== 'agent' || epoch !== c.epoch) {
    c.suppressed += 1;
    return 'STALE_EPOCH';
  }
  const since = c.thread.slice(through);
  const spoke = since.filter(
    ({ what, by }) => what === 'boundary' || (what === 'message' && by !== 'agent' && by !== 'system'),
  );
  const onlyCustomer = spoke.every(({ by, what }) => what === 'message' && by === 'customer');
  if (spoke.length > 0 && !(c.refusals >= 3 && onlyCustomer)) {
    c.refusals += 1;
    return 'SUPERSEDED';
  }
  c.refusals = 0;
  return say(c, 'message', 'agent', 'sent');
}

/** [T1, T5] */
function openTicket(twin: Twin, c: Conversation, by: Author): TwinTicket {
  const ticket: TwinTicket = { number: ++twin.lastNumber, status: 'new', assignee: null, tags: [] };
  c.tickets.push(ticket);
  say(c, 'ticketOpened', by, '');
  return ticket;
}

function setStatus(c: Conversation, ticket: TwinTicket, status: TwinTicket['status'], by: Author): void {
  ticket.status = status;
  say(c, 'statusChanged', by, '');
}

/** [C3, T5, H4] The customer is told once; what the agent owed so far is settled. */
function handOver(twin: Twin, c: Conversation): string {
  c.refusals = 0;
  const ticket = present(c);
  if (ticket === undefined || ticket.status === 'closed') {
    openTicket(twin, c, 'agent');
    return say(c, 'message', 'system', 'opened');
  }
  if (isActive(ticket)) return say(c, 'reasonAdded', 'agent', 'added');
  setStatus(c, ticket, 'open', 'agent');
  say(c, 'reasonAdded', 'agent', '');
  return say(c, 'message', 'system', 'reopened');
}

/** [C4, C5] */
function takeOver(twin: Twin, c: Conversation, me: number, confirmed: number | null): string {
  if (c.holder === me) return 'unchanged';
  if (typeof c.holder === 'number' && confirmed !== c.epoch) throw new Refused('CONTROL_HELD');
  let ticket = present(c);
  if (ticket === undefined || ticket.status === 'closed') ticket = openTicket(twin, c, me);
  else if (!isActive(ticket)) {
    setStatus(c, ticket, 'open', me);
    say(c, 'reasonAdded', me, '');
  }
  passControl(c, me, me);
  if (ticket.status === 'new') setStatus(c, ticket, 'open', me);
  setAssignee(c, ticket, me, me);
  return 'changed';
}

/** [C1] Each change of holder or operator adds 1. */
function passControl(c: Conversation, to: number | 'team', by: Author): void {
  c.holder = to;
  c.epoch += 1;
  c.refusals = 0;
  say(c, 'boundary', by, '');
  if (to !== 'team') say(c, 'message', 'system', '');
}

function setAssignee(c: Conversation, ticket: TwinTicket, to: number | null, by: Author): void {
  if (ticket.assignee === to) return;
  ticket.assignee = to;
  say(c, 'assigned', by, '');
}

const isNews = (me: number) => (entry: TwinEntry) =>
  (entry.what === 'message' || entry.what === 'note') && entry.by !== me && entry.by !== 'system';

/** [C2, C6, C9] */
function reply(c: Conversation, me: number, epoch: number, through: number): string {
  if (typeof c.holder === 'number' && c.holder !== me) return 'CONTROL_HELD';
  if (c.holder !== me) return 'TAKE_OVER_FIRST';
  if (epoch !== c.epoch) return 'STALE_EPOCH';
  if (c.thread.slice(through).some(isNews(me))) return 'THREAD_MOVED';
  return say(c, 'message', me, 'sent');
}

/** [C5, C10] What keeps an operator from ending the human part, or null. */
function holdback(c: Conversation, me: number, shown: Shown, confirm: boolean): string | null {
  const byAnother = typeof c.holder === 'number' && c.holder !== me;
  if (byAnother && !(confirm && shown.epoch === c.epoch)) throw new Refused('CONTROL_HELD');
  if (shown.epoch !== c.epoch) throw new Refused('CONTROL_CHANGED');
  return c.holder !== 'agent' && c.thread.slice(shown.through).some(isNews(me)) ? 'THREAD_MOVED' : null;
}

function giveBack(c: Conversation, me: number): string {
  if (c.holder === 'agent') return 'done';
  c.holder = 'agent';
  c.epoch += 1;
  c.refusals = 0;
  say(c, 'boundary', me, '');
  return say(c, 'message', 'system', 'done');
}

/** [T2, T4, C10] Acts on the present ticket. */
function end(c: Conversation, me: number, to: 'resolved' | 'closed', shown: Shown, confirm: boolean): string {
  const ticket = present(c);
  if (ticket === undefined) return 'none';
  if (!isActive(ticket)) {
    if (ticket.status === 'closed' || to === 'resolved') throw new Refused('ILLEGAL_TRANSITION');
    setStatus(c, ticket, to, me);
    return 'done';
  }
  const held = holdback(c, me, shown, confirm);
  if (held !== null) return held;
  setStatus(c, ticket, to, me);
  return giveBack(c, me);
}

/** [T2] */
function reopen(c: Conversation, position: number): string {
  const ticket = c.tickets[position];
  if (ticket === undefined) return 'none';
  if (isActive(ticket)) throw new Refused('ILLEGAL_TRANSITION');
  if (active(c) !== undefined) throw new Refused('ACTIVE_TICKET_EXISTS');
  setStatus(c, ticket, 'open', -1);
  return 'ok';
}

/** [C5, T2] Acts on the present ticket. */
function assign(c: Conversation, me: number, to: number | null, confirmed: number | null): string {
  const ticket = present(c);
  if (ticket === undefined) return 'none';
  if (!isActive(ticket)) throw new Refused('ILLEGAL_TRANSITION');
  if (ticket.assignee === to) return 'ok';
  const byAnother = typeof c.holder === 'number' && c.holder !== me;
  if (byAnother && confirmed !== c.epoch) throw new Refused('CONTROL_HELD');
  const holder = to ?? 'team';
  if (c.holder !== 'agent' && c.holder !== holder) passControl(c, holder, me);
  if (to === me && ticket.status === 'new') setStatus(c, ticket, 'open', me);
  setAssignee(c, ticket, to, me);
  return 'ok';
}

/** Acts on the present ticket, whatever its status. */
function setTags(c: Conversation, me: number, tags: string[]): string {
  const ticket = present(c);
  if (ticket === undefined) return 'none';
  if (ticket.tags.join() === tags.join()) return 'ok';
  ticket.tags = tags;
  return say(c, 'tagsChanged', me, 'ok');
}
