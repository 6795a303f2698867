/**
 * Settling a transaction: what must always happen at its end happens here, for everything it has opened, and nowhere else
 * (docs/style.md, "The case"). The builders of convex/functions.ts call it when a mutation's handler has returned; one that
 * threw leaves nothing to settle.
 *
 * Each duty looks at what the case was, what it is and what was said in it, so no path can forget one. Their order matters:
 * the alarm and the measures are part of the head that is stored, deadlines of its tickets, rows are derived from what was stored.
 * The counts of lists and members' loads are written and bells rung once for all cases.
 */
import type { Doc, Id } from '../_generated/dataModel';
import type { MutationCtx } from '../_generated/server';
import { noteAwaited } from './agents/awaited';
import { armAnswerAlarm } from './control/agentRuns';
import { type Case, type CaseCtx, storeCase, type Unsettled } from './conversation/case';
import { clearDraft } from './conversation/drafts';
import { setTyping } from './conversation/typing';
import { leaveLive } from './live/liveConversations';
import { watchDeadlines } from './needs/nearDeadlines';
import { noteNeeds } from './needs/needs';
import { noteMeasures } from './measures/noting';
import { noteLoads, settleLoads } from './routing/load';
import { hurryPickUps, noteActed } from './routing/pickUps';
import { ringIfMoved, requestRouting } from './routing/routing';
import { keepClocks } from './tickets/clocks';
import { makeFindable } from './search/searchRows';
import { refreshHelp } from './tickets/helpFlags';
import { refreshTakeovers } from './tickets/liveTakeovers';
import { refreshPlaces, settleCounts } from './tickets/ticketPlaces';
import { refreshRows } from './tickets/ticketRows';
import { tellAgent } from './webhooks/tell';

export const duties: Record<string, (ctx: CaseCtx, opened: Case) => Promise<void>> = {
  armAnswerAlarm,
  noteAwaited,
  noteMeasures,
  keepClocks,
  storeCase,
  refreshPlaces,
  refreshTakeovers,
  leaveLive,
  refreshHelp,
  refreshRows,
  noteLoads,
  noteNeeds,
  watchDeadlines,
  noteActed,
  hurryPickUps,
  ringIfMoved,
  clearWritten,
  makeFindable,
  tellAgent,
};

/** Runs a mutation's work and settles what it opened. */
export async function settled<Ctx extends MutationCtx, Result>(
  ctx: Ctx,
  work: (ctx: Ctx & CaseCtx) => Result | Promise<Result>,
): Promise<Result> {
  const unsettled: Unsettled = { cases: new Map(), bells: new Set(), counts: new Map(), loads: new Map() };
  const caseCtx: Ctx & CaseCtx = { ...ctx, unsettled };
  const result = await work(caseCtx);
  for (const opened of unsettled.cases.values()) {
    for (const duty of Object.values(duties)) await duty(caseCtx, opened);
  }
  await settleCounts(caseCtx);
  await settleLoads(caseCtx);
  for (const teamId of unsettled.bells) await requestRouting(ctx, teamId, knownTeam(unsettled, teamId));
  return result;
}

/** As one of the cases has read it already. */
function knownTeam({ cases }: Unsettled, teamId: Id<'teams'>): Doc<'teams'> | undefined {
  return [...cases.values()].find(({ team }) => team?._id === teamId)?.team;
}

/** [C5] What somebody has sent or noted is no draft any more, and they are not writing it; nor is a silenced agent. */
async function clearWritten(ctx: CaseCtx, { added, agent, conversation: { _id } }: Case): Promise<void> {
  for (const { author, kind, event } of added) {
    // What is passed on was written elsewhere.
    if (event?.type === 'forwarded') continue;
    if (event?.type === 'controlTaken' || (author.kind === 'agent' && kind === 'message')) {
      // A built-in agent leaves no mark: it types while its turn runs.
      if (agent?.kind !== 'knowledge') await setTyping(ctx, _id, { who: 'agent' }, false);
    } else if (author.kind === 'operator' && author.memberId !== undefined && kind !== 'event') {
      const { memberId } = author;
      await clearDraft(ctx, memberId, _id, kind === 'note' ? 'note' : 'reply');
      await setTyping(ctx, _id, { who: 'operator', memberId }, false);
    }
  }
}
