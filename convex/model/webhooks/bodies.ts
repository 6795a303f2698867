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

/** [Standard Webhooks] A body stays below 20 kB: each text of a person takes at most so much of it, files what is left. */
const maxBodyBytes = 19_900;
const maxTextBytes = 8_000;

export interface Told {
  type: SentType;
  /** Sequence of the entry that is the reason: grows with what happens in the conversation. */
  sequence: number;
  about: { entry: Entry } | { ticket: Doc<'tickets'>; changes: string[] };
}

type Reader = Pick<QueryCtx, 'db'>;
type Shown = NonNullable<Awaited<ReturnType<typeof viewEntry>>>;

export async function bodyOf(
  ctx: Reader,
  state: Pick<ConversationState, 'conversation' | 'control' | 'head'>,
  { type, sequence, about }: Told,
  now: number,
): Promise<string> {
  const { conversation, control, head } = state;
  const { _id: id, externalId = null, channel, agentId } = conversation;
  const where = {
    sequence,
    conversation: { id, externalId, channel },
    agent: { id: agentId },
    control: viewControl(control),
    lastSequence: head.lastSequence,
    mustAnswer: mustAnswer(state),
  };
  const timestamp = new Date(now).toISOString();
  const links = { conversation: `${process.env.CONVEX_SITE_URL ?? ''}/api/v1/conversations/${id}` };
  const bodyWith = (news: object) => ({ type, timestamp, data: { ...where, ...news, links } });
  if (!('entry' in about))
    return JSON.stringify(bodyWith({ ticket: viewTicket(about.ticket), changes: about.changes }));
  const entry = cutTexts(await viewEntry(ctx, about.entry, authorNames(ctx)));
  if (entry?.kind !== 'message') return JSON.stringify(bodyWith({ entry }));
  const without = { ...entry, attachments: [], attachmentsLeftOut: entry.attachments.length };
  const files = filesWithin(entry.attachments, maxBodyBytes - bytesOf(bodyWith({ entry: without })));
  return JSON.stringify(bodyWith({ entry: { ...entry, ...files } }));
}

/** As `GET …/entries` shows it; a text that is too long for a body is cut and says so. */
function cutTexts(entry: Shown | null): (Shown & { isCut?: true }) | null {
  if (entry?.kind === 'message') {
    const text = firstBytes(entry.text);
    return text === entry.text ? entry : { ...entry, text, isCut: true };
  }
  if (entry?.kind === 'handedBack') {
    const agentShouldKnow = entry.agentShouldKnow && firstBytes(entry.agentShouldKnow);
    const promised = entry.promised && firstBytes(entry.promised);
    const isSame = agentShouldKnow === entry.agentShouldKnow && promised === entry.promised;
    return isSame ? entry : { ...entry, agentShouldKnow, promised, isCut: true };
  }
  return entry;
}

function firstBytes(text: string): string {
  if (bytesOf(text) <= maxTextBytes) return text;
  let beginning = firstUnits(text, maxTextBytes);
  while (bytesOf(beginning) > maxTextBytes)
    beginning = firstUnits(beginning, Math.floor(beginning.length * 0.75));
  return beginning;
}

/** The first files that find room, and how many do not. */
function filesWithin<File>(
  files: File[],
  room: number,
): { attachments: File[]; attachmentsLeftOut?: number } {
  let left = room;
  const attachments = [];
  for (const file of files) {
    left -= bytesOf(file) + 1;
    if (left < 0) break;
    attachments.push(file);
  }
  const attachmentsLeftOut = files.length - attachments.length;
  return attachmentsLeftOut === 0 ? { attachments } : { attachments, attachmentsLeftOut };
}

/** On the wire, where a control character takes six. */
function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

export function testBody(agent: Doc<'agents'>, now: number): string {
  const data = { agent: { id: agent._id, name: agent.name } };
  return JSON.stringify({ type: 'webhook.test', timestamp: new Date(now).toISOString(), data });
}
