/**
 * Handover: the agent, or the customer past it, asks for a person (docs/rules.md §3). Control stays with the agent (C3).
 *
 * The ticket half is model/tickets/tickets.ts and idempotent (T5). The line to the customer is said once per handover (H4): an
 * agent's farewell passes the door like any answer, so a takeover in between refuses it; the system's own line is said
 * only when a ticket was opened or reopened.
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { whenBack } from '../../shared/agents/whenBack';
import type { DoorOutcome } from '../../shared/conversation/door';
import type { Author } from '../../shared/conversation/entries';
import type { Brief, HandoverReason } from '../../shared/tickets/reasons';
import type { Priority } from '../../shared/tickets/tickets';
import { sendToCustomer } from '../control/door';
import type { Case, CaseCtx } from '../conversation/case';
import { calendarOfAgent } from '../kit/calendars';
import { isSomebodyHere } from '../routing/availability';
import { type OpenedOrAdded, openOrAddReason } from '../tickets/tickets';

/** More rules than anybody reads through. */
export const maxRules = 100;

export interface Handover {
  reason: HandoverReason;
  actor: Author;
  rule?: Pick<Doc<'handoverRules'>, '_id' | 'name' | 'outcome'> | null;
  brief?: Brief;
  /** Over what the rule says. */
  priority?: Priority;
  tags?: string[];
  farewell: Farewell;
}

export type Farewell =
  | {
      by: 'agent';
      agentId: Id<'agents'>;
      text: string;
      epoch: number;
      seenThrough: number;
      clientMessageId?: string;
    }
  | { by: 'system' }
  | { by: 'nobody' };

export interface HandedOver extends OpenedOrAdded {
  farewell: DoorOutcome | null;
}

export async function handOver(ctx: CaseCtx, opened: Case, handover: Handover): Promise<HandedOver> {
  const { rule, farewell } = handover;
  const outcome = rule?.outcome.handOver === true ? rule.outcome : undefined;
  const said = farewell.by === 'agent' ? await sayFarewell(ctx, opened, farewell) : null;
  const done = await openOrAddReason(ctx, opened, {
    actor: handover.actor,
    reason: handover.reason,
    ...(rule ? { rule: { _id: rule._id, name: rule.name } } : {}),
    ...(handover.brief ? { brief: handover.brief } : {}),
    ...withDefined('priority', handover.priority ?? outcome?.priority),
    tags: [...new Set([...(outcome?.tags ?? []), ...(handover.tags ?? [])])],
  });
  // An agent brings its own; nobody else has written one.
  const { _id: ticketId, brief } = done.ticket;
  if (handover.actor.kind !== 'agent' && done.how !== 'added' && brief === undefined) {
    await ctx.scheduler.runAfter(0, internal.agents.briefs.write, { ticketId });
  }
  if (farewell.by !== 'system' || done.how === 'added') return { ...done, farewell: said };
  const author = (await isSomebodyHere(ctx, opened.conversation.teamId))
    ? { kind: 'system' as const, text: 'handedOver' as const }
    : { kind: 'system' as const, text: 'nobodyHere' as const, back: await sayWhenBack(ctx, opened) };
  return { ...done, farewell: await sendToCustomer(ctx, opened, { author }) };
}

/** [H5] Undefined: nothing is promised. */
async function sayWhenBack(
  ctx: CaseCtx,
  { conversation: { agentId, customerId } }: Case,
): Promise<string | undefined> {
  const calendar = await calendarOfAgent(ctx, (await ctx.db.get(agentId))!);
  const customerZone = (await ctx.db.get(customerId))?.timeZone;
  return whenBack(calendar, customerZone, Date.now()) ?? undefined;
}

/** [H4] Nothing is said to a customer who has a ticket already and has not written since: they have heard it. */
async function sayFarewell(
  ctx: CaseCtx,
  opened: Case,
  farewell: Farewell & { by: 'agent' },
): Promise<DoorOutcome | null> {
  const { lastCustomerSequence = 0, answeredThrough } = opened.head;
  if (lastCustomerSequence <= answeredThrough && opened.activeTicket !== null) return null;
  const { text, agentId, epoch, seenThrough } = farewell;
  return sendToCustomer(ctx, opened, {
    author: { kind: 'agent', agentId, epoch, seenThrough },
    text,
    ...withDefined('clientMessageId', farewell.clientMessageId),
  });
}

function withDefined<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value });
}

/** [H1] An agent's rules in order. */
export function listRules(ctx: Pick<QueryCtx, 'db'>, agentId: Id<'agents'>): Promise<Doc<'handoverRules'>[]> {
  return ctx.db
    .query('handoverRules')
    .withIndex('by_agentId_and_position', (q) => q.eq('agentId', agentId))
    .take(maxRules);
}
