/** What an outside agent does over /api/v1 (docs/rules.md P1), each within its caller's transaction. */
import type { z } from 'zod';
import type {
  zAnswer,
  zAnswered,
  zHandedOver,
  zHandover,
  zStartConversation,
} from '../../shared/agents/agentApi';
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { appError } from '../kit/errors';
import type { DoorOutcome } from '../../shared/conversation/door';
import {
  type HandoverFacts,
  type HeatMaterial,
  type JudgedRule,
  type zJudgedHandover,
} from '../../shared/agents/handoverJudging';
import { orderValueOf } from '../../shared/agents/attributes';
import { judgedPart } from '../../shared/agents/judged';
import { defaultFarewell } from '../../shared/agents/knowledgeTurn';
import {
  type Case,
  type CaseCtx,
  type ConversationState,
  openCase,
  readConversation,
} from '../conversation/case';
import { readContext } from './agentContext';
import { noteHandedOver } from '../control/agentRuns';
import { viewControl, viewTicket } from './agentViews';
import { saysOfIt, startConversation } from '../conversation/conversations';
import { ensureOutsideCustomer } from '../customer/customers';
import { fillInByName } from '../customer/fields';
import { calendarOfAgent } from '../kit/calendars';
import { sendToCustomer } from '../control/door';
import { type Farewell, handOver, listRules } from './handover';

type Answered = z.infer<typeof zAnswered>;

/** [P1] Start or find: the platform's id names one conversation of this agent for ever. */
export async function startOrFind(
  ctx: CaseCtx,
  agent: Doc<'agents'>,
  { externalId, customer, subject, attributes }: z.infer<typeof zStartConversation>,
): Promise<{ conversation: Doc<'conversations'>; isNew: boolean }> {
  const known = await ctx.db
    .query('conversations')
    .withIndex('by_agentId_and_externalId', (q) => q.eq('agentId', agent._id).eq('externalId', externalId))
    .unique();
  const customerId = await ensureOutsideCustomer(ctx, agent, customer);
  if (customer.fields !== undefined) await fillInByName(ctx, agent, customerId, customer.fields);
  if (known !== null) {
    if (known.customerId === customerId) {
      if (attributes !== undefined) saysOfIt(await openCase(ctx, known), attributes);
      return { conversation: known, isNew: false };
    }
    throw appError('INVALID_INPUT', 'The conversation with this externalId belongs to another customer.');
  }
  const conversation = await startConversation(ctx, {
    teamId: agent.teamId,
    agentId: agent._id,
    customerId,
    channel: 'api',
    externalId,
    ...(subject === undefined ? {} : { subject }),
  });
  if (attributes !== undefined) saysOfIt(await openCase(ctx, conversation), attributes);
  return { conversation, isNew: true };
}

export async function answer(
  ctx: CaseCtx,
  agent: Doc<'agents'>,
  opened: Case,
  { text, epoch, seenThrough, clientMessageId }: z.infer<typeof zAnswer>,
): Promise<Answered> {
  const author = { kind: 'agent' as const, agentId: agent._id, epoch, seenThrough };
  const message = clientMessageId === undefined ? { text } : { text, clientMessageId };
  return asAnswered(opened, await sendToCustomer(ctx, opened, { author, ...message }));
}

function asAnswered(opened: Case, outcome: DoorOutcome): Answered {
  if ('sent' in outcome) return { outcome: 'accepted', sequence: outcome.sent.sequence };
  const control = viewControl(opened.control);
  const { lastSequence } = opened.head;
  const refused = { outcome: 'refused' as const, control, lastSequence };
  switch (outcome.refused) {
    case 'STALE_EPOCH':
      return {
        ...refused,
        code: 'STALE_EPOCH',
        detail: 'Control has changed since you read. Your text was kept.',
      };
    case 'SUPERSEDED':
      return { ...refused, code: 'SUPERSEDED', detail: 'There is more to read. Read on and answer again.' };
    default:
      throw new Error(`The door gave an agent the answer ${outcome.refused}, which is for operators`);
  }
}

/** What an outside agent's handover is judged by, before it is made (E4). */
export async function readForHandover(
  ctx: Pick<QueryCtx, 'db'>,
  agent: Doc<'agents'>,
  conversation: Doc<'conversations'>,
): Promise<HandoverFacts<Doc<'handoverRules'>>> {
  return readFacts(ctx, agent, await readConversation(ctx, conversation));
}

/** [B5] What its heat is judged by; null: a person holds it. */
export async function readForHeat(
  ctx: Pick<QueryCtx, 'db'>,
  conversationId: Id<'conversations'>,
): Promise<HeatMaterial | null> {
  const conversation = (await ctx.db.get(conversationId))!;
  const state = await readConversation(ctx, conversation);
  if (state.control.holder !== 'agent') return null;
  const facts = await readFacts(ctx, (await ctx.db.get(conversation.agentId))!, state);
  const customer = await ctx.db.get(conversation.customerId);
  return { ...facts, orderValue: orderValueOf(conversation.attributes, customer?.attributes) };
}

async function readFacts(
  ctx: Pick<QueryCtx, 'db'>,
  agent: Doc<'agents'>,
  state: ConversationState,
): Promise<HandoverFacts<Doc<'handoverRules'>> & Pick<HeatMaterial, 'spoken'>> {
  const { spoken, burst } = await readContext(ctx, state, state.head.lastSequence);
  const lastWords = spoken.findLast(({ from }) => from === 'customer');
  const asking = burst.length > 0 ? burst : lastWords === undefined ? [] : [lastWords];
  return {
    spoken,
    text: judgedPart(asking).text,
    turns: spoken.filter(({ from }) => from === 'agent').length,
    calendar: await calendarOfAgent(ctx, agent),
    rules: await listRules(ctx, agent._id),
  };
}

/** [H1, H4] By the agent's own rules; a customer who asks for a person gets a ticket whatever they say. */
export async function handOverBy(
  ctx: CaseCtx,
  agent: Doc<'agents'>,
  opened: Case,
  { judged: { wantsPerson, rule }, ...handover }: z.infer<typeof zJudgedHandover>,
): Promise<z.infer<typeof zHandedOver>> {
  checkFacts(handover, opened.head.lastSequence);
  if (rule?.outcome.handOver === false && !wantsPerson) return { outcome: 'declined', rule: rule.name };
  const usable = rule?.outcome.handOver === true ? rule : null;
  const { ticket, how, farewell } = await handOver(ctx, opened, {
    actor: { kind: 'agent', agentId: agent._id },
    reason: wantsPerson ? 'customerAsked' : usable !== null ? 'rule' : handover.reason,
    rule: usable,
    tags: handover.tags,
    ...(handover.brief === undefined ? {} : { brief: handover.brief }),
    ...(handover.priority === undefined ? {} : { priority: handover.priority }),
    farewell: farewellOf(agent, usable, handover),
  });
  if (handover.farewell === undefined) await noteHandedOver(ctx, opened);
  return {
    outcome: 'handedOver',
    how,
    ticket: viewTicket(ticket),
    rule: usable?.name ?? null,
    farewell: handover.farewell === undefined || farewell === null ? null : asAnswered(opened, farewell),
  };
}

/** [H2] A fact names a message that exists. */
function checkFacts({ brief }: z.infer<typeof zHandover>, lastSequence: number): void {
  const beyond = brief?.facts.find(({ sequence }) => sequence > lastSequence);
  if (beyond !== undefined) {
    throw appError(
      'INVALID_INPUT',
      `A fact names entry ${beyond.sequence}; the last one is ${lastSequence}.`,
    );
  }
}

function farewellOf(
  agent: Doc<'agents'>,
  rule: JudgedRule | null,
  { farewell }: z.infer<typeof zHandover>,
): Farewell {
  if (farewell === undefined) return { by: 'system' };
  const ruleText = rule?.outcome.handOver === true ? rule.outcome.textToCustomer : undefined;
  const { epoch, seenThrough, clientMessageId } = farewell;
  const text = ruleText ?? farewell.text ?? defaultFarewell;
  const said = { by: 'agent' as const, agentId: agent._id, text, epoch, seenThrough };
  return clientMessageId === undefined ? said : { ...said, clientMessageId };
}
