/**
 * What a built-in agent reads before it answers (docs/rules.md C10, E4, H2; docs/goals.md L6, L7).
 *
 * A handback is a boundary: what was asked before it is settled and triggers nothing again; what the operator told and
 * promised the customer stays known, and what they wrote for the agent. The context ends at `seenThrough`: what came later is
 * not read, the door decides about it (C8). Messages, articles and their characters have bounds, whatever there is.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { orderValueOf } from '../../shared/agents/attributes';
import type { Spoken } from '../../shared/agents/brief';
import { judgedPart } from '../../shared/agents/judged';
import type { HumanStretch } from '../../shared/agents/knowledgeTurn';
import type { Article } from '../../shared/agents/library';
import type { Material } from '../../shared/agents/turnOutcome';
import { asArticle, findArticles } from './articles';
import { attachmentsOf } from '../conversation/attachments';
import { type ConversationState, getHead } from '../conversation/case';
import { presentTicketOf } from '../conversation/presentTicket';
import { newestRun } from '../conversation/runs';
import { listRules } from './handover';
import { calendarOfAgent } from '../kit/calendars';
import { usualWaitOf } from '../measures/usualWaits';
import { firstName } from '../kit/names';
import { isActive } from '../../shared/tickets/tickets';

type Reader = Pick<QueryCtx, 'db'>;

/** Newest entries that are read, and code units of text in them: more than a turn ever looks back (E4). */
const maxEntries = 120;
const maxUnits = 50_000;
/** Articles of earlier answers that a follow-up may mean, and messages that say what the talk is about. */
const maxCited = 8;
const topicMessages = 3;
/** Messages whose files are named, the newest. */
const maxWithFiles = 10;

/** Null when the turn is over. */
export async function readMaterial(
  ctx: Reader,
  about: { conversationId: Id<'conversations'>; number: number; seenThrough: number },
): Promise<Material | null> {
  const run = await newestRun(ctx, about.conversationId);
  if (run?.number !== about.number || run.state === 'done') return null;
  const conversation = (await ctx.db.get(about.conversationId))!;
  const agent = (await ctx.db.get(conversation.agentId))!;
  // Who speaks is asked for where it is carried out.
  const head = await getHead(ctx, conversation._id);
  const ticket = await presentTicketOf(ctx, head);
  const calendar = await calendarOfAgent(ctx, agent);
  const customer = await ctx.db.get(conversation.customerId);
  const { cited, ...context } = await readContext(ctx, { conversation, head }, about.seenThrough);
  const found = await findFor(ctx, conversation.teamId, context);
  const others = cited.filter(({ id }) => !found.some((article) => article.id === id));
  const hasActiveTicket = ticket !== null && isActive(ticket.status);
  const usual = hasActiveTicket ? await usualWaitOf(ctx, conversation.teamId) : null;
  return {
    turn: {
      ...context,
      names: [agent.name, customer?.name ?? '', context.operator?.name ?? ''],
      articles: [...found, ...others],
      rules: await listRules(ctx, agent._id),
      hasActiveTicket,
      resolvedAt: ticket?.status === 'resolved' ? ticket.resolvedAt : undefined,
    },
    calendar,
    customerZone: customer?.timeZone,
    usualWait: usual && { minutes: usual.minutes, until: usual.until },
    orderValue: orderValueOf(conversation.attributes, customer?.attributes),
  };
}

/** What is too long to be judged is not looked for. */
async function findFor(
  ctx: Reader,
  teamId: Id<'teams'>,
  { burst, spoken }: Pick<AgentContext, 'burst' | 'spoken'>,
): Promise<Article<Id<'articles'>>[]> {
  const asked = judgedPart(burst);
  if (!asked.isWhole) return [];
  const topic = spoken.filter(({ from }) => from === 'customer').slice(-topicMessages);
  return findArticles(ctx, teamId, [asked.text, judgedPart(topic).text]);
}

export interface AgentContext {
  /** Since the last boundary, oldest first. */
  spoken: Spoken[];
  /** The customer's messages nobody has answered; part of `spoken` unless they were written before the boundary. */
  burst: Spoken[];
  operator?: HumanStretch | undefined;
  /** Sequence of the last handover; 0: none. */
  handedOverAt: number;
  /** The articles cited last since the boundary. */
  cited: Article<Id<'articles'>>[];
}

export async function readContext(
  ctx: Reader,
  { conversation, head }: Pick<ConversationState, 'conversation' | 'head'>,
  seenThrough: number,
): Promise<AgentContext> {
  const entries = await readNewest(ctx, conversation._id, seenThrough);
  const boundary = entries.findLastIndex(({ event }) => event?.type === 'controlReturned');
  const { answeredThrough } = head;
  // [M2, M3] What was never sent was not said, and what a stranger wrote was not said by the customer.
  const messages = entries.filter(
    ({ kind, neverSent, isForeign }) => kind === 'message' && !neverSent && !isForeign,
  );
  const isOwed = ({ author, sequence }: Doc<'entries'>) =>
    author.kind === 'customer' && sequence > answeredThrough;
  const since = entries[boundary]?.sequence ?? 0;

  const cited = await loadCited(
    ctx,
    messages.filter(({ sequence }) => sequence > since),
  );
  const files = await loadFiles(ctx, messages);
  const asSpoken = (entry: Doc<'entries'>): Spoken => {
    const { _id, sequence, at, author, writtenBy: by, articleIds = [] } = entry;
    const text = entry.edited?.text ?? entry.text ?? '';
    const named = files.get(_id);
    const spoken: Spoken = {
      sequence,
      at,
      from: author.kind,
      text,
      ...(by && { by }),
      ...(named && { files: named }),
    };
    if (articleIds.length === 0) return spoken;
    return { ...spoken, sources: articleIds.flatMap((id) => cited.get(id)?.title ?? []) };
  };
  return {
    spoken: messages.filter((entry) => entry.sequence > since || isOwed(entry)).map(asSpoken),
    burst: messages.filter(isOwed).map(asSpoken),
    operator:
      boundary < 0
        ? undefined
        : await readStretch(ctx, entries.slice(0, boundary + 1), mayRepeat(conversation, head)),
    handedOverAt: entries.findLast(isHandover)?.sequence ?? 0,
    cited: [...cited.values()].map(asArticle),
  };
}

/** Oldest first. An unanswered burst that does not fit is too long to be judged anyhow (shared/agents/judged.ts). */
async function readNewest(
  ctx: Reader,
  conversationId: Id<'conversations'>,
  seenThrough: number,
): Promise<Doc<'entries'>[]> {
  const newest: Doc<'entries'>[] = [];
  let units = 0;
  const backwards = ctx.db
    .query('entries')
    .withIndex('by_conversationId_and_sequence', (q) =>
      q.eq('conversationId', conversationId).lte('sequence', seenThrough),
    )
    .order('desc');
  for await (const entry of backwards) {
    newest.push(entry);
    units += entry.text?.length ?? 0;
    if (newest.length === maxEntries || units > maxUnits) break;
  }
  return newest.reverse();
}

function isHandover({ event }: Doc<'entries'>): boolean {
  return event?.type === 'ticketOpened' || event?.type === 'reasonAdded';
}

async function loadCited(
  ctx: Reader,
  messages: Doc<'entries'>[],
): Promise<Map<Id<'articles'>, Doc<'articles'>>> {
  const cited = new Map<Id<'articles'>, Doc<'articles'>>();
  const ids = messages.toReversed().flatMap(({ articleIds }) => articleIds ?? []);
  for (const id of [...new Set(ids)].slice(0, maxCited).toReversed()) {
    const article = await ctx.db.get(id);
    if (article !== null) cited.set(id, article);
  }
  return cited;
}

/** Names of what came with the newest messages that have something. */
async function loadFiles(ctx: Reader, messages: Doc<'entries'>[]): Promise<Map<Id<'entries'>, string[]>> {
  const files = new Map<Id<'entries'>, string[]>();
  const having = messages.filter(({ attachmentIds }) => attachmentIds !== undefined);
  for (const entry of having.slice(-maxWithFiles)) {
    files.set(
      entry._id,
      (await attachmentsOf(ctx, entry)).map(({ name }) => name),
    );
  }
  return files;
}

/**
 * [M9] Whoever began a chat may have typed anybody's address there: what went to that mailbox is not said again in the chat, nor what
 * went to a messenger. Where a mail began it, who is on the page has the mailbox.
 */
const mayRepeat =
  (conversation: Doc<'conversations'>, head: ConversationState['head']) =>
  ({ channel }: Doc<'entries'>): boolean =>
    (channel !== 'email' && channel !== 'telegram' && channel !== 'whatsapp') ||
    head.customerChannel === channel ||
    conversation.channel === channel;

/** The last human stretch: what operators wrote to the customer in it, and what its end says was promised. */
async function readStretch(
  ctx: Reader,
  until: Doc<'entries'>[],
  mayBeSaid: (entry: Doc<'entries'>) => boolean,
): Promise<AgentContext['operator']> {
  const { event: end, sequence = 0 } = until.at(-1) ?? {};
  if (end?.type !== 'controlReturned') return undefined;
  const said = until.filter(
    (entry) =>
      entry.kind === 'message' &&
      !entry.neverSent &&
      entry.author.kind === 'operator' &&
      entry.at >= end.startedAt &&
      mayBeSaid(entry),
  );
  const lastMember = end.members.at(-1);
  const person = lastMember === undefined ? null : await ctx.db.get(lastMember);
  return {
    name: firstName(person?.name ?? ''),
    said: said.flatMap(({ text }) => text ?? []),
    promised: end.promised,
    noted: end.agentShouldKnow === undefined ? undefined : { sequence, text: end.agentShouldKnow },
  };
}
