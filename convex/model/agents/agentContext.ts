/**
 * What a built-in agent reads before it answers (docs/rules.md C10, H2; docs/goals.md L6, L7).
 *
 * A handback is a boundary: what was asked before it is settled and triggers nothing again, and what the operator told
 * and promised the customer stays known. The context ends at `seenThrough`: what came later is not read, the door
 * decides about it (C8).
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import type { Spoken } from '../../shared/agents/brief';
import type { Article } from '../../shared/agents/library';
import { asArticle } from './articles';
import type { ConversationState } from '../conversation/case';
import { firstName } from '../kit/names';

type Reader = Pick<QueryCtx, 'db'>;

/** Newest entries that are read, and code units of text in them: more than a turn ever looks back (E4). */
const maxEntries = 120;
const maxUnits = 50_000;

export interface AgentContext {
  /** Since the last boundary, oldest first. */
  spoken: Spoken[];
  /** The customer's messages nobody has answered; part of `spoken` unless they were written before the boundary. */
  burst: Spoken[];
  operator?: { name: string; said: string[]; promised?: string | undefined } | undefined;
  /** Sequence of the last handover; 0: none. */
  handedOverAt: number;
  /** Articles cited since the boundary. */
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
  const messages = entries.filter(({ kind }) => kind === 'message');
  const isOwed = ({ author, sequence }: Doc<'entries'>) =>
    author.kind === 'customer' && sequence > answeredThrough;
  const since = entries[boundary]?.sequence ?? 0;

  const cited = await loadCited(
    ctx,
    messages.filter(({ sequence }) => sequence > since),
  );
  const asSpoken = (entry: Doc<'entries'>): Spoken => {
    const sources = (entry.articleIds ?? []).flatMap((id) => cited.get(id)?.title ?? []);
    const spoken: Spoken = {
      sequence: entry.sequence,
      at: entry.at,
      from: entry.author.kind,
      text: entry.text ?? '',
    };
    return sources.length > 0 ? { ...spoken, sources } : spoken;
  };
  return {
    spoken: messages.filter((entry) => entry.sequence > since || isOwed(entry)).map(asSpoken),
    burst: messages.filter(isOwed).map(asSpoken),
    operator: boundary < 0 ? undefined : await readStretch(ctx, entries.slice(0, boundary + 1)),
    handedOverAt: entries.findLast(isHandover)?.sequence ?? 0,
    cited: [...cited.values()].map(asArticle),
  };
}

/** Oldest first. An unanswered burst that does not fit is too long to be judged anyhow (shared/judged.ts). */
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
  for (const id of new Set(messages.flatMap(({ articleIds }) => articleIds ?? []))) {
    const article = await ctx.db.get(id);
    if (article !== null) cited.set(id, article);
  }
  return cited;
}

/** The last human stretch: what operators wrote to the customer in it, and what its end says was promised. */
async function readStretch(ctx: Reader, until: Doc<'entries'>[]): Promise<AgentContext['operator']> {
  const end = until.at(-1)?.event;
  if (end?.type !== 'controlReturned') return undefined;
  const said = until.filter(
    ({ kind, author, at }) => kind === 'message' && author.kind === 'operator' && at >= end.startedAt,
  );
  const lastMember = end.members.at(-1);
  const person = lastMember === undefined ? null : await ctx.db.get(lastMember);
  return {
    name: firstName(person?.name ?? ''),
    said: said.flatMap(({ text }) => text ?? []),
    promised: end.promised,
  };
}
