/**
 * The one send door (docs/rules.md C2): every message to a customer passes `sendToCustomer`, whoever wrote it and by
 * whatever way. Whether it may is decided (shared/control/control.ts) from the control record and the thread as this very
 * transaction reads them, so nothing can slip between the decision and the write:
 *   1. an answer and a takeover both touch the control record and the thread head, so one of them commits first;
 *   2. answer first: the takeover's operator sees it. Takeover first: the answer finds another epoch and is refused.
 *
 * A refusal that must leave a trace is returned and commits (E1). Malformed input throws and changes nothing.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import { decideAgentSend, decideOperatorSend, sinceForAgent } from '../../shared/control/control';
import type { ChannelKind } from '../../shared/conversation/channels';
import type { DoorOutcome } from '../../shared/conversation/door';
import type { Author, SystemText } from '../../shared/conversation/entries';
import { type SystemTextFacts, systemTexts } from '../../shared/conversation/systemTexts';
import type { TargetKind } from '../../shared/tickets/targets';
import { idsOf, markSent } from '../conversation/attachments';
import type { Case, CaseCtx, Entry } from '../conversation/case';
import {
  appendEntry,
  checkText,
  entriesSince,
  findByClientMessageId,
  maxSince,
} from '../conversation/entries';
import { newsFor, showNews } from '../conversation/news';
import { enqueue } from '../conversation/outbox';
import { keepSuppressed } from '../conversation/suppressed';
import { appError } from '../kit/errors';
import { applyMessage } from '../tickets/events';
import { keptNow } from '../tickets/kept';
import { openIfNew } from '../tickets/tickets';
import { earliestOwed, liveRun, noteAnswered, noteSuperseded } from './agentRuns';
import { requireTaken } from './taken';

interface AgentAuthor {
  kind: 'agent';
  agentId: Id<'agents'>;
  epoch: number;
  seenThrough: number;
}
interface OperatorAuthor {
  kind: 'operator';
  member: Doc<'members'>;
  epoch: number;
  seenThrough: number;
  /** [C9] `through` of the refusal they were shown. */
  confirmedThrough?: number;
}
interface SystemAuthor extends SystemTextFacts {
  kind: 'system';
  text: SystemText;
}

interface Message {
  text: string;
  clientMessageId?: string;
  articleIds?: Id<'articles'>[];
  /** Loaded for this author; they go out with it. */
  attachments?: readonly Doc<'attachments'>[];
  /** [M2] What this says again: it never arrived. */
  lost?: Entry;
  channel?: ChannelKind;
  /** Which of the team's; absent: the one the customer wrote on. */
  channelId?: Id<'channels'>;
  /** [M3] Of a mail: who reads along and gets no copy. */
  withoutCopyTo?: string[];
  /** [M7] Words that WhatsApp has approved. */
  isTemplate?: boolean;
}

export interface Send extends Partial<Message> {
  author: AgentAuthor | OperatorAuthor | SystemAuthor;
}

export async function sendToCustomer(
  ctx: CaseCtx,
  opened: Case,
  { author, ...message }: Send,
): Promise<DoorOutcome> {
  if (author.kind === 'system') return sendAsSystem(ctx, opened, author, message);
  const checked = { ...message, text: checkText(message.text, message.attachments) };
  return author.kind === 'agent'
    ? sendAsAgent(ctx, opened, author, checked)
    : sendAsOperator(ctx, opened, author, checked);
}

async function sendAsAgent(
  ctx: CaseCtx,
  opened: Case,
  { agentId, epoch, seenThrough }: AgentAuthor,
  message: Message,
): Promise<DoorOutcome> {
  const { conversation, control, head } = opened;
  if (agentId !== conversation.agentId) throw appError('NOT_FOUND', 'No such conversation.');
  const author: Author = { kind: 'agent', agentId };
  const before = await findByClientMessageId(ctx, conversation._id, message.clientMessageId, author);
  if (before !== null) return saidBefore(opened, before);
  checkSeen(seenThrough, head);
  const all = seenThrough === head.lastSequence ? [] : await entriesSince(ctx, conversation._id, seenThrough);
  // [M3] What is the team's alone it does not read, and owes no answer.
  const entries = all.filter(({ isForeign }) => !isForeign);
  const since = all.length === maxSince ? 'others' : sinceForAgent(entries);
  const { refusals = 0, firstRefusedAt } = (await liveRun(ctx, opened)) ?? {};

  const decision = decideAgentSend({ control, epoch, since, refusals, firstRefusedAt, now: Date.now() });
  if (decision === 'STALE_EPOCH') {
    const { text, clientMessageId } = message;
    const draft = { agentId, epoch, seenThrough, text, clientMessageId };
    const { draftId, isNew } = await keepSuppressed(ctx, control, draft);
    if (isNew) opened.noted.push({ kind: 'suppressed' });
    return { refused: decision, epoch: control.epoch, draftId };
  }
  if (decision === 'SUPERSEDED') {
    opened.noted.push({ kind: 'refused', code: decision });
    await noteSuperseded(ctx, opened);
    return { refused: decision, lastSequence: head.lastSequence };
  }
  const owed = entries.filter(({ kind, author: by }) => kind === 'message' && by.kind === 'customer');
  const through = owed.length > 0 ? seenThrough : Math.max(seenThrough, head.lastCustomerSequence ?? 0);
  const entry = await deliver(ctx, opened, author, message, {
    epoch,
    answersThrough: seenThrough,
    headChange: {
      answeredThrough: Math.max(through, head.answeredThrough),
      unansweredSince: owed[0]?.at,
      answerDueAt: earliestOwed(opened, owed),
    },
  });
  await noteAnswered(ctx, opened, decision === 'acceptUpTo');
  return sent(entry);
}

async function sendAsOperator(
  ctx: CaseCtx,
  opened: Case,
  { member, epoch, seenThrough, confirmedThrough = 0 }: OperatorAuthor,
  message: Message,
): Promise<DoorOutcome> {
  const { conversation, control, head } = opened;
  const author: Author = { kind: 'operator', memberId: member._id };
  const before = await findByClientMessageId(ctx, conversation._id, message.clientMessageId, author);
  if (before !== null) return saidBefore(opened, before);
  checkSeen(seenThrough, head);
  checkSeen(confirmedThrough, head);
  const read = Math.max(seenThrough, confirmedThrough);
  const news = await newsFor(ctx, conversation._id, member._id, read);
  const besideControl = message.channel === 'email' && head.customerChannel !== 'email';
  const facts = { control, memberId: member._id, epoch, moved: news.length > 0, besideControl };

  const decision = decideOperatorSend(facts);
  if (decision !== 'accept') opened.noted.push({ kind: 'refused', code: decision });
  switch (decision) {
    case 'TAKE_OVER_FIRST':
      return { refused: decision };
    case 'STALE_EPOCH':
      return { refused: decision, epoch: control.epoch };
    case 'CONTROL_HELD': {
      const holder = control.operatorId ? await ctx.db.get(control.operatorId) : null;
      return { refused: decision, holderName: holder?.name ?? '', epoch: control.epoch };
    }
    case 'THREAD_MOVED':
      return { refused: decision, newSince: await showNews(ctx, news), through: head.lastSequence };
  }
  const headChange = {
    answeredThrough: head.lastSequence,
    unansweredSince: undefined,
    answerDueAt: undefined,
  };
  const kept = await keptNow(ctx, opened, opened.activeTicket, 'reply');
  const entry = await deliver(ctx, opened, author, message, { headChange, ...kept });
  await applyReply(ctx, opened, entry, author);
  return sent(entry);
}

/** [T2, T7] A person's reply stops the waiting clock and opens a ticket that is still new. */
async function applyReply(ctx: CaseCtx, opened: Case, entry: Entry, author: Author): Promise<void> {
  const ticket = opened.activeTicket;
  if (ticket !== null) await openIfNew(ctx, opened, applyMessage(opened, ticket, entry, 'operator'), author);
}

/** [C2] Fixed words only, whoever holds. */
async function sendAsSystem(
  ctx: CaseCtx,
  opened: Case,
  { text: systemText, ...facts }: SystemAuthor,
  { channel, channelId }: Partial<Message>,
): Promise<DoorOutcome> {
  const message = {
    text: systemTexts[systemText](facts),
    ...(channel === undefined ? {} : { channel }),
    ...(channelId === undefined ? {} : { channelId }),
  };
  const saidOf = facts.name === undefined ? {} : { saidOf: facts.name };
  return sent(await deliver(ctx, opened, { kind: 'system' }, message, { systemText, ...saidOf }));
}

async function deliver(
  ctx: CaseCtx,
  opened: Case,
  author: Author,
  {
    channel = opened.head.customerChannel,
    channelId,
    attachments = [],
    lost,
    isTemplate = false,
    ...message
  }: Message,
  { epoch, headChange, ...how }: Delivery,
): Promise<Entry> {
  const { answeredThrough, unansweredSince } = opened.head;
  const before = { answeredThrough, unansweredSince, waitingSince: opened.activeTicket?.waitingSince };
  const by =
    channelId ?? (channel === opened.head.customerChannel ? opened.head.customerChannelId : undefined);
  if (author.kind !== 'system')
    await requireTaken(ctx, opened.conversation, { channel, channelId: by, attachments, isTemplate });
  const said = {
    ...message,
    ...how,
    ...idsOf(attachments),
    ...(isTemplate && { isTemplate: true as const }),
  };
  const entry = await appendEntry(
    ctx,
    opened,
    { ...said, author, channel, channelId: by, kind: 'message', audience: 'everyone' },
    headChange,
  );
  await markSent(ctx, attachments, entry, lost);
  await enqueue(ctx, entry, { agentId: opened.conversation.agentId, epoch, before });
  return entry;
}

interface Delivery {
  epoch?: number;
  answersThrough?: number;
  systemText?: SystemText;
  kept?: TargetKind;
  saidOf?: string;
  headChange?: Partial<Pick<Doc<'threadHeads'>, 'answeredThrough' | 'unansweredSince' | 'answerDueAt'>>;
}

function checkSeen(sequence: number, { lastSequence }: Doc<'threadHeads'>): void {
  if (Number.isInteger(sequence) && sequence >= 0 && sequence <= lastSequence) return;
  throw appError('INVALID_INPUT', `seenThrough must be between 0 and ${lastSequence}, the last entry.`);
}

/** [B4] The same message again is one message. */
function saidBefore({ noted }: Case, entry: Entry): DoorOutcome {
  noted.push({ kind: 'duplicate' });
  return sent(entry);
}

function sent({ _id: entryId, sequence }: Entry): DoorOutcome {
  return { sent: { entryId, sequence } };
}
