/**
 * The built-in knowledge agent (docs/rules.md P4, E4): answers from the team's articles, without any network.
 *
 *   asked to think ──▶ think ──▶ read ──▶ judgeTurn ──▶ carryOut ──▶ the door
 *   (typing time)      action    query    in the action   mutation
 *
 * Only what must sit with the data does: `read` gathers no more than a turn looks at, `carryOut` does what was decided and
 * looks at no text. All judging and ranking is between them, where it holds nobody up.
 *
 * A turn fixes what it has seen and under which epoch when it begins, and answers exactly that. What happens in between is
 * the door's to judge, as for any other agent: a takeover makes the answer a suppressed draft (C7), a further message makes it
 * run again (C8). An action runs at most once: `carryOut` does nothing for a turn that is over, and a turn of which nothing
 * is heard is thought again (model/control/agentRuns.ts).
 */
import { v } from 'convex/values';
import { internal } from '../_generated/api';
import type { Doc, Id } from '../_generated/dataModel';
import { type CaseCtx, internalAction, internalMutation, internalQuery } from '../functions';
import { readMaterial } from '../model/agents/agentContext';
import { handOver } from '../model/agents/handover';
import { endTurn, noteHandedOver, noteSuperseded, pauseTurn, turnUnderWay } from '../model/control/agentRuns';
import { sendToCustomer } from '../model/control/door';
import { agentOf, type Case, openCaseOf } from '../model/conversation/case';
import { entriesSince } from '../model/conversation/entries';
import { emailOf } from '../model/conversation/identities';
import { noteEmail } from '../model/customer/customers';
import { isSomebodyHere } from '../model/routing/availability';
import { noteHeat } from '../model/live/liveConversations';
import { type Heat, vHeat } from '../shared/agents/heat';
import { judgeTurn, type Material, type TurnOutcome, vTurnOutcome } from '../shared/agents/turnOutcome';

/** Longer than any text of the allowed size takes; then a person reads it. */
const thinkAtMostMs = 5_000;

const ofTurn = {
  conversationId: v.id('conversations'),
  number: v.number(),
  epoch: v.number(),
  seenThrough: v.number(),
};

export const think = internalAction({
  args: ofTurn,
  returns: v.null(),
  handler: async (ctx, turn) => {
    const { conversationId, number, seenThrough } = turn;
    const about = { conversationId, number, seenThrough };
    const material = (await ctx.runQuery(internal.agents.knowledge.read, about)) as Material | null;
    if (material === null) return null;
    const carryOut = (judged: Judged) =>
      ctx.runMutation(internal.agents.knowledge.carryOut, { ...turn, ...judged });
    try {
      await carryOut(judge(material));
    } catch (error) {
      console.error('A turn could not be carried out.', error);
      await carryOut(failed);
    }
    return null;
  },
});

/** What the turn is about, or null when it is over. Checking its shape would cost more than reading it. */
export const read = internalQuery({
  args: { conversationId: v.id('conversations'), number: v.number(), seenThrough: v.number() },
  returns: v.any(),
  handler: (ctx, turn) => readMaterial(ctx, turn),
});

/** A turn that was told to stop still comes here: what it was about to say is kept by the door (C7). */
export const carryOut = internalMutation({
  args: { ...ofTurn, outcome: vTurnOutcome, heat: v.optional(vHeat) },
  returns: v.null(),
  handler: async (ctx, { conversationId, number, epoch, seenThrough, outcome, heat }) => {
    const opened = await openCaseOf(ctx, conversationId);
    const run = await turnUnderWay(ctx, opened, number);
    if (run === null) return null;
    const agent = (await agentOf(ctx, opened))!;
    if (run.state !== 'stopped' && !agent.active) pauseTurn(opened);
    else if (run.state !== 'stopped' && isOutdated(opened, outcome)) await noteSuperseded(ctx, opened);
    else await perform(ctx, opened, outcome, { agent, epoch, seenThrough });
    if (heat !== undefined) await noteHeat(ctx, opened, heat);
    return null;
  },
});

/** Somebody has opened or ended a ticket meanwhile, of which what was decided to be said speaks. */
function isOutdated({ activeTicket }: Case, outcome: TurnOutcome): boolean {
  return outcome.do === 'handOver' && outcome.isFirst !== (activeTicket === null);
}

interface Judged {
  outcome: TurnOutcome;
  heat?: Heat;
}
const failed: Judged = { outcome: { do: 'fail' } };

/** What cannot be judged is a handover. */
function judge(material: Material): Judged {
  const now = Date.now();
  try {
    const { outcome, heat } = judgeTurn(material, now, () => Date.now() - now > thinkAtMostMs);
    return { outcome, ...(heat && { heat }) };
  } catch (error) {
    console.error('A turn could not be judged.', error);
    return failed;
  }
}

interface Seen {
  agent: Doc<'agents'>;
  epoch: number;
  seenThrough: number;
}

async function perform(ctx: CaseCtx, opened: Case, outcome: TurnOutcome, seen: Seen): Promise<void> {
  switch (outcome.do) {
    case 'nothing':
      return endTurn(ctx, opened);
    case 'fail':
      return fail(ctx, opened, seen);
    case 'answer':
      await say(ctx, opened, seen, {
        ...outcome,
        text: `${outcome.text}${await howLong(ctx, opened, outcome)}`,
      });
      return;
    case 'noteEmail':
      return takeEmail(ctx, opened, outcome, seen);
    case 'handOver': {
      const { reason, rule, brief, text } = outcome;
      if (!(await say(ctx, opened, seen, { text: `${text}${await ifAlone(ctx, opened, outcome)}` }))) return;
      const actor = { kind: 'agent', agentId: seen.agent._id } as const;
      await handOver(ctx, opened, { actor, reason, rule, brief, farewell: { by: 'nobody' } });
    }
  }
}

/** [M9] Whom a mailed link let in changes no address: they may be somebody it was passed on to. */
async function takeEmail(
  ctx: CaseCtx,
  opened: Case,
  outcome: Extract<TurnOutcome, { do: 'noteEmail' }>,
  seen: Seen,
): Promise<void> {
  const { customerId } = opened.conversation;
  const isKnown = (await emailOf(ctx, (await ctx.db.get(customerId))!)) !== null;
  if (isKnown && (await wasByLink(ctx, opened))) {
    await say(ctx, opened, seen, { text: keepsAddress });
    return;
  }
  if (await say(ctx, opened, seen, outcome)) await noteEmail(ctx, customerId, outcome.email);
}

const keepsAddress =
  'This page was opened by a link in a mail, so I cannot change where answers go from here. If you would like to, ask for a person.';

/** What the customer said last. */
async function wasByLink(ctx: CaseCtx, { conversation, head }: Case): Promise<boolean> {
  const last = head.lastCustomerSequence;
  const [entry] = last === undefined ? [] : await entriesSince(ctx, conversation._id, last - 1);
  return entry?.isByLink === true;
}

/** [H5] When somebody will be there, as it is now. */
async function howLong(
  ctx: CaseCtx,
  { conversation: { teamId } }: Case,
  { when }: Extract<TurnOutcome, { do: 'answer' }>,
): Promise<string> {
  if (when === undefined) return '';
  return (await isSomebodyHere(ctx, teamId)) ? when.somebodyIsHere : when.nobodyIsHere;
}

/** [H5] What is said as well, as it is now. */
async function ifAlone(
  ctx: CaseCtx,
  { conversation: { teamId, customerId } }: Case,
  { ifNobodyIsHere, ifWithoutEmail }: Extract<TurnOutcome, { do: 'handOver' }>,
): Promise<string> {
  if (ifNobodyIsHere === '' || (await isSomebodyHere(ctx, teamId))) return '';
  const hasEmail = ifWithoutEmail === '' || (await emailOf(ctx, (await ctx.db.get(customerId))!)) !== null;
  return hasEmail ? ifNobodyIsHere : `${ifNobodyIsHere}${ifWithoutEmail}`;
}

/** True when it was said. What a takeover refuses is kept, once (C7). */
async function say(
  ctx: CaseCtx,
  opened: Case,
  { agent, epoch, seenThrough }: Seen,
  { text, articleIds = [] }: { text: string; articleIds?: Id<'articles'>[] },
): Promise<boolean> {
  const author = { kind: 'agent', agentId: agent._id, epoch, seenThrough } as const;
  const outcome = await sendToCustomer(ctx, opened, { author, text, articleIds });
  if ('refused' in outcome && outcome.refused === 'STALE_EPOCH') await endTurn(ctx, opened);
  return 'sent' in outcome;
}

/** [H6] At once: waiting for the deadline would change nothing. */
async function fail(ctx: CaseCtx, opened: Case, { epoch }: Seen): Promise<void> {
  if (opened.control.epoch !== epoch) return endTurn(ctx, opened);
  await noteHandedOver(ctx, opened);
  const actor = { kind: 'system' } as const;
  await handOver(ctx, opened, { reason: 'agentFailed', actor, farewell: { by: 'system' } });
}
