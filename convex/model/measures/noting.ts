/**
 * What a transaction means in figures (docs/rules.md B2, B4): its facts are written when its case is settled, each a row of its
 * own, so that nobody waits for anybody else. A job adds them to the counters soon after (folding.ts).
 */
import type { Doc, Id } from '../../_generated/dataModel';
import { type Fact, type Measured, settlesAt } from '../../shared/measures/facts';
import { causeOf, measureEntry, type MeasuredTicket } from '../../shared/measures/measuring';
import type { Case, CaseCtx } from '../conversation/case';
import { insertFacts } from './factRows';
import { askForFolding, ensureTeamRow } from './folding';
import { measureAgain } from './recount';

/** The settling's duty: before the case is stored, for what is known of it is part of its head. */
export async function noteMeasures(ctx: CaseCtx, opened: Case): Promise<void> {
  const { added, unsaid, noted, conversation } = opened;
  if (added.length + unsaid.length + noted.length === 0) return;
  const { _id: conversationId, teamId, agentId, channel } = conversation;
  const row = opened.head.measured === undefined ? await ensureTeamRow(ctx, teamId) : undefined;
  let measured: Measured = opened.head.measured ?? { generation: firstGeneration(opened, row!) };
  const facts: Fact[] = [];
  for (const entry of added) {
    const step = measureEntry(measured, entry, channel, (id) => ticketBefore(opened, id));
    measured = step.measured;
    facts.push(...step.facts);
  }
  facts.push(...takenBack(unsaid, channel), ...notedFacts(opened, measured));
  if (measured !== opened.head.measured) {
    opened.head = { ...opened.head, measured, settlesAt: firstLook(opened.head, measured) };
  }
  if (facts.length > 0) {
    await insertFacts(ctx, { teamId, conversationId, agentId, generation: measured.generation }, facts);
    await askForFolding(ctx, row ?? (await ensureTeamRow(ctx, teamId)));
  }
  // [M2] What followed from a person's word that was never sent is read off the thread anew.
  if (unsaid.some(({ author }) => author.kind === 'operator')) await measureAgain(ctx, conversationId);
}

/** [B3] Whoever looks before the time looks again then: a message that puts it off moves no row of an index. */
function firstLook({ settlesAt: planned }: Doc<'threadHeads'>, measured: Measured): number | undefined {
  const at = settlesAt(measured);
  return at !== undefined && planned !== undefined && planned < at ? planned : at;
}

/** A conversation that begins now is counted as of now; one of before is counted anew with the rest. */
function firstGeneration({ stored }: Case, { generation, recount }: Doc<'measureTeams'>): number {
  return stored.head.lastSequence === 0 ? (recount?.generation ?? generation) : generation;
}

function ticketBefore({ tickets }: Case, id: Id<'tickets'>): MeasuredTicket | undefined {
  const kept = tickets.get(id);
  if (kept === undefined) return undefined;
  const { number, priority, reason, ruleName } = kept.stored;
  return { number, priority, cause: causeOf(reason, ruleName) };
}

/** [M2] What was never sent was not said. */
function takenBack(unsaid: Doc<'entries'>[], startedOn: Fact['channel']): Fact[] {
  return unsaid.flatMap(({ author, at, sequence, channel = startedOn }): Fact[] => {
    const said = { at, sequence, channel, count: -1 };
    if (author.kind === 'agent') return [{ kind: 'agentMessage', ...said }];
    if (author.kind !== 'operator') return [];
    return [{ kind: 'operatorMessage', ...said, ...(author.memberId && { memberId: author.memberId }) }];
  });
}

function notedFacts({ noted, head, conversation }: Case, { channel, clock }: Measured): Fact[] {
  const at = Date.now();
  const where = { at, sequence: head.lastSequence, channel: channel ?? conversation.channel, count: 1 };
  return noted.map(({ kind, code }) => ({ kind, ...where, code, number: clock?.number }));
}
