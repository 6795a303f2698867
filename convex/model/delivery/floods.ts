/**
 * Whoever writes more than people do (docs/rules.md M4, E4): a program, or an automatic reply that answers our agent for ever, where
 * each answer may be billed. Nothing of it is refused, for it would be lost: the agent is silent, and a person looks.
 */
import type { Doc } from '../../_generated/dataModel';
import { type CustomerMessage, receiveCustomerMessage } from '../control/customerMessages';
import type { Case, CaseCtx } from '../conversation/case';
import { appendEntry } from '../conversation/entries';
import { take } from '../kit/requestWindows';
import { openOrAddReason } from '../tickets/tickets';

/** What came by a messenger, which vouches for its sender; `sender`: as the thread calls them. */
export async function receiveChatMessage(
  ctx: CaseCtx,
  opened: Case,
  sender: string,
  message: CustomerMessage,
): ReturnType<typeof receiveCustomerMessage> {
  const isFlood = opened.control.holder === 'agent' && (await isTooMuch(ctx, opened.conversation));
  const received = await receiveCustomerMessage(ctx, opened, { ...message, isForPeople: isFlood });
  if (!isFlood) return received;
  await noteSilence(ctx, opened, { address: sender, isFlood });
  await leaveToPeople(ctx, opened);
  return received;
}

async function isTooMuch(ctx: CaseCtx, { _id }: Doc<'conversations'>): Promise<boolean> {
  const waitMs = await take(ctx, [
    ['chatMessagesInHour', _id],
    ['chatMessagesInDay', _id],
  ]);
  return waitMs > 0;
}

/**
 * [E4] Whether what says nothing (a reaction, an edit, a block) still gets a line of its own, which everybody who watches is shown, and
 * an edit makes the agent think again. Beyond it only how things are now is kept.
 */
export async function mayNoteSign(
  ctx: CaseCtx,
  { conversation }: Pick<Case, 'conversation'>,
): Promise<boolean> {
  return (await take(ctx, [['chatSignsInHour', conversation._id]])) === 0;
}

/** [M4] What the agent is silent about is nobody's debt; its thread says why. */
export async function noteSilence(
  ctx: CaseCtx,
  opened: Case,
  { address, isFlood }: { address: string; isFlood: boolean },
): Promise<void> {
  const { lastCustomerSequence = 0, answeredThrough } = opened.head;
  opened.head = { ...opened.head, answeredThrough: Math.max(answeredThrough, lastCustomerSequence) };
  await appendEntry(ctx, opened, {
    kind: 'event',
    audience: 'team',
    author: { kind: 'system' },
    event: { type: 'loopBroken', address, ...(isFlood && { isFlood: true as const }) },
  });
}

/** The agent is silent, and a person looks: should it be somebody who types fast, or a colleague, they are not lost. */
export async function leaveToPeople(
  ctx: CaseCtx,
  opened: Case,
  reason: 'agentFailed' | 'outsider' = 'agentFailed',
): Promise<void> {
  if (opened.activeTicket !== null) return;
  await openOrAddReason(ctx, opened, { reason, actor: { kind: 'system' } });
}
