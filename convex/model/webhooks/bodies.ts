/**
 * What an event says: `{type, timestamp, data}`, made once and sent as these bytes (docs/webhooks.md). It holds what a
 * receiver needs to act at once, in the words of the API; the rest is behind the link.
 */
import type { Doc } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { firstUnits } from '../../shared/kit/text';
import type { SentType } from '../../shared/webhooks/events';
import { mustAnswer, viewControl, viewEntry, viewTicket } from '../agents/agentViews';
import type { ConversationState, Entry } from '../conversation/case';
import { authorNames } from '../conversation/news';

/** [Standard Webhooks] A body stays below 20 kB: the text of a message takes at most so much of it, its files the rest. */
const maxTextBytes = 8_000;

export interface Told {
  type: SentType;
  /** Sequence of the entry that is the reason: grows with what happens in the conversation. */
  sequence: number;
  about: { entry: Entry } | { ticket: Doc<'tickets'>; changes: string[] };
}

type Reader = Pick<QueryCtx, 'db'>;

export async function bodyOf(
  ctx: Reader,
  state: Pick<ConversationState, 'conversation' | 'control' | 'head'>,
  { type, sequence, about }: Told,
  now: number,
): Promise<string> {
  const { conversation, control, head } = state;
  const { _id: id, externalId = null, channel, agentId } = conversation;
  const data = {
    sequence,
    conversation: { id, externalId, channel },
    agent: { id: agentId },
    control: viewControl(control),
    lastSequence: head.lastSequence,
    mustAnswer: mustAnswer(state),
    ...('entry' in about
      ? { entry: await entryOf(ctx, about.entry) }
      : { ticket: viewTicket(about.ticket), changes: about.changes }),
    links: { conversation: `${process.env.CONVEX_SITE_URL ?? ''}/api/v1/conversations/${id}` },
  };
  return JSON.stringify({ type, timestamp: new Date(now).toISOString(), data });
}

/** As `GET …/entries` shows it; a text that is too long for a body is cut and says so. */
async function entryOf(ctx: Reader, entry: Entry) {
  const shown = await viewEntry(ctx, entry, authorNames(ctx));
  if (shown?.kind !== 'message' || bytesOf(shown.text) <= maxTextBytes) return shown;
  let text = firstUnits(shown.text, maxTextBytes);
  while (bytesOf(text) > maxTextBytes) text = firstUnits(text, Math.floor(text.length * 0.75));
  return { ...shown, text, isCut: true };
}

/** On the wire, where a control character takes six. */
function bytesOf(text: string): number {
  return new TextEncoder().encode(JSON.stringify(text)).length;
}

export function testBody(agent: Doc<'agents'>, now: number): string {
  const data = { agent: { id: agent._id, name: agent.name } };
  return JSON.stringify({ type: 'webhook.test', timestamp: new Date(now).toISOString(), data });
}
