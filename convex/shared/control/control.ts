/**
 * Control: who may speak to the customer now, and every decision that rests on it (docs/rules.md §1). Pure, so that the
 * server, the client and the model test decide alike.
 *
 * `epoch` is a fencing token: each change of holder or operator adds 1. `holder: "operator"` without an
 * `operatorId` means the team holds: the agent is silent and any operator may take over without a steal.
 *
 *            takeover                     takeover (steal), reassign
 *   agent ─────────────▶ operator X ───────────────────────────────▶ operator Y
 *     ▲                     │   │ unassign, vanish (C12)                  │
 *     │   handback          │   ▼                                         │
 *     └─────────────────────┴─ team ◀──────────────────────────────────────
 *
 * A message that appears on the channel and that Baton did not send brings either of them to the team (C13).
 *
 * A decision is made from facts read in the transaction that acts on it; nothing here may be cached across two.
 */
import { type Infer, v } from 'convex/values';

export const vHolder = v.union(v.literal('agent'), v.literal('operator'));
export type Holder = Infer<typeof vHolder>;

/** What decisions need of the control record. Ids are plain strings here: `Id<"members">` fits. */
export interface ControlFacts {
  holder: Holder;
  operatorId?: string;
  epoch: number;
}

/** [C8] An agent may be superseded this often, or for this long, before it is heard. */
export const maxRefusals = 3;
export const starvationMs = 30_000;

export function isHeldBy(control: ControlFacts, memberId: string): boolean {
  return control.holder === 'operator' && control.operatorId === memberId;
}

/** True if a person other than `memberId` holds; the team holding is nobody in particular. */
export function isHeldByAnother(control: ControlFacts, memberId: string): boolean {
  return control.holder === 'operator' && control.operatorId !== undefined && control.operatorId !== memberId;
}

/** [C4, C5] `steal` carries the epoch the operator was shown when they confirmed. */
export function decideTakeOver(
  control: ControlFacts,
  memberId: string,
  steal?: { expectedEpoch: number },
): 'alreadyHeld' | 'take' | 'steal' | 'CONTROL_HELD' {
  if (isHeldBy(control, memberId)) return 'alreadyHeld';
  if (!isHeldByAnother(control, memberId)) return 'take';
  return steal?.expectedEpoch === control.epoch ? 'steal' : 'CONTROL_HELD';
}

/** [C5, C10] Resolve, close and "Return to agent": from the epoch that was shown; over another holder only confirmed. */
export function decideHandback(
  control: ControlFacts,
  memberId: string,
  expectedEpoch: number,
  confirmSteal: boolean,
): 'accept' | 'CONTROL_HELD' | 'CONTROL_CHANGED' {
  const shown = expectedEpoch === control.epoch;
  if (isHeldByAnother(control, memberId)) return confirmSteal && shown ? 'accept' : 'CONTROL_HELD';
  return shown ? 'accept' : 'CONTROL_CHANGED';
}

/** [C5] Giving a ticket to somebody while a third person holds its conversation is a steal as well. */
export function decideReassign(
  control: ControlFacts,
  memberId: string,
  confirmSteal?: { expectedEpoch: number },
): 'accept' | 'CONTROL_HELD' {
  if (!isHeldByAnother(control, memberId)) return 'accept';
  return confirmSteal?.expectedEpoch === control.epoch ? 'accept' : 'CONTROL_HELD';
}

/** What others added to the thread since an author last read it. */
export type Since = 'nothing' | 'customerOnly' | 'others';

/** [C2, C7, C8] `acceptUpTo`: the answer stands for what it has read, and the agent runs again for the rest. */
export function decideAgentSend(facts: {
  control: ControlFacts;
  epoch: number;
  since: Since;
  refusals: number;
  firstRefusedAt?: number;
  now: number;
}): 'accept' | 'acceptUpTo' | 'STALE_EPOCH' | 'SUPERSEDED' {
  const { control, epoch, since, refusals, firstRefusedAt, now } = facts;
  if (control.holder !== 'agent' || control.epoch !== epoch) return 'STALE_EPOCH';
  if (since === 'nothing') return 'accept';
  const starved =
    refusals >= maxRefusals || (firstRefusedAt !== undefined && now - firstRefusedAt >= starvationMs);
  return starved && since === 'customerOnly' ? 'acceptUpTo' : 'SUPERSEDED';
}

/** [C2, C6, C9, M6] `besideControl`: an email reply while the customer's channel is another one. */
export function decideOperatorSend(facts: {
  control: ControlFacts;
  memberId: string;
  epoch: number;
  moved: boolean;
  besideControl: boolean;
}): 'accept' | 'TAKE_OVER_FIRST' | 'CONTROL_HELD' | 'STALE_EPOCH' | 'THREAD_MOVED' {
  const { control, memberId, epoch, moved, besideControl } = facts;
  if (!besideControl) {
    if (isHeldByAnother(control, memberId)) return 'CONTROL_HELD';
    if (!isHeldBy(control, memberId)) return 'TAKE_OVER_FIRST';
    if (control.epoch !== epoch) return 'STALE_EPOCH';
  }
  return moved ? 'THREAD_MOVED' : 'accept';
}

/**
 * [C13] What follows from a message that appeared on the channel, `sentAt` by its provider's clock. `ours`: Baton sent it. `late`:
 * it is older than what holds now. `goesOn`: the team holds already.
 */
export function decideOutside(
  { holder, operatorId, since }: ControlFacts & { since: number },
  { sentAt, isOurs }: { sentAt: number; isOurs: boolean },
): 'ours' | 'late' | 'takes' | 'goesOn' {
  if (isOurs) return 'ours';
  if (sentAt <= since) return 'late';
  return holder === 'operator' && operatorId === undefined ? 'goesOn' : 'takes';
}

/** What the guards need of an entry. */
interface EntryFacts {
  kind: 'message' | 'note' | 'event';
  author:
    | { kind: 'customer' }
    | { kind: 'agent' }
    | { kind: 'operator'; memberId?: string | undefined }
    | { kind: 'system' };
  event?: { type: string };
}

/** What was written before these is over. */
const boundaries = ['controlTaken', 'controlReturned', 'chatEnded'];

/**
 * [C8] What supersedes an agent's answer: the customer's messages and their end of the chat, an operator's message, a boundary of
 * a human stretch. Notes and ticket bookkeeping are no part of what the agent reads.
 */
export function sinceForAgent(entries: readonly EntryFacts[]): Since {
  let since: Since = 'nothing';
  for (const { kind, author, event } of entries) {
    if (event !== undefined && boundaries.includes(event.type)) return 'others';
    // What they wrote means something else by now.
    if (event?.type === 'customerEdited') since = 'customerOnly';
    if (kind !== 'message') continue;
    if (author.kind === 'operator') return 'others';
    if (author.kind === 'customer') since = 'customerOnly';
  }
  return since;
}

/** [C9] What an operator must have seen before their reply goes out: all that anybody else said, notes included. */
export function isNewsFor(entry: EntryFacts, memberId: string): boolean {
  if (entry.event?.type === 'forwardAnswered' || entry.event?.type === 'customerEdited') return true;
  if (entry.kind === 'event' || entry.author.kind === 'system') return false;
  return entry.author.kind !== 'operator' || entry.author.memberId !== memberId;
}
