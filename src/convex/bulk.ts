/**
 * The same act on many tickets: each goes through the mutation that a single one goes through, with the rules of a single one,
 * and has an outcome of its own (docs/rules.md C5, C10).
 */
import { type ConvexReactClient, useConvex } from 'convex/react';
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import type { Priority } from '../../convex/shared/tickets/tickets';
import { describeError, refusalOf } from '../lib/errors';
import { Failed, type Live } from './live';
import { useMembership } from './session';
import { useSharedLives } from './useShared';

export type BulkAct =
  | { do: 'assign'; memberId: Id<'members'> | null }
  | { do: 'setPriority'; priority: Priority }
  | { do: 'addTag'; tag: string }
  | { do: 'snooze'; until: number }
  | { do: 'resolve' };

export interface BulkOutcome {
  number: number;
  /** Null: done. `heldAt`: another operator answers it, and this is the claim that was seen; it can be confirmed (C5). */
  refused: { why: string; heldAt?: number } | null;
  /** Makes it as it was before; absent where that would take it from somebody, or nothing was changed. */
  undo?: (() => Promise<unknown>) | undefined;
}

/** Told after each ticket, how many are done with. */
type OnProgress = (count: number) => void;

/** So many at once: a team's other work goes on between them. */
const abreast = 6;
const moved = 'Somebody wrote just now. Read it first.';
const gone = 'It is not there any more.';

/** `confirmed`: of tickets that others hold, the claims over which it is to be done. */
export function useBulk() {
  const convex = useConvex();
  const { teamId } = useMembership();
  const liveOf = useSharedLives();

  /** As it is now: what is decided on. */
  async function look(number: number) {
    const page = await once(liveOf(api.tickets.get, { number }));
    if (page === null) return null;
    const { conversationId } = page.ticket;
    const { lastSequence } = await once(liveOf(api.conversations.head, { conversationId }));
    return { number, ...page, lastSequence };
  }
  type Looked = NonNullable<Awaited<ReturnType<typeof look>>>;

  async function carryOut(act: BulkAct, { ticket, control, lastSequence }: Looked, heldAt?: number) {
    const at = { teamId, ticketId: ticket._id };
    const expectedEpoch = heldAt ?? control.epoch;
    const steal = heldAt === undefined ? {} : { confirmSteal: { expectedEpoch } };
    switch (act.do) {
      case 'assign':
        return convex.mutation(api.tickets.assign, { ...at, memberId: act.memberId, ...steal });
      case 'setPriority':
        return convex.mutation(api.tickets.setPriority, { ...at, priority: act.priority });
      case 'addTag': {
        // Many are looked at before the first is changed: what others tag meanwhile stays.
        const { tags: from } = ticket;
        return convex.mutation(api.tickets.setTags, { ...at, tags: [...from, act.tag], from });
      }
      case 'snooze':
        return convex.mutation(api.tickets.snooze, { ...at, until: act.until });
      case 'resolve': {
        const handback = { expectedEpoch, seenThrough: lastSequence, confirmSteal: heldAt !== undefined };
        return convex.mutation(api.tickets.resolve, { ...at, ...handback });
      }
    }
  }

  async function one(act: BulkAct, looked: Looked, heldAt?: number): Promise<BulkOutcome> {
    const { number, control } = looked;
    try {
      const answer = await carryOut(act, looked, heldAt);
      const isMoved = answer !== null && 'refused' in answer;
      return isMoved
        ? { number, refused: { why: moved } }
        : { number, refused: null, undo: undoOf(convex, teamId, act, looked) };
    } catch (error) {
      const isHeld = refusalOf(error)?.code === 'CONTROL_HELD';
      return { number, refused: { why: describeError(error), ...(isHeld && { heldAt: control.epoch }) } };
    }
  }

  return async (
    numbers: readonly number[],
    act: BulkAct,
    { confirmed, onProgress }: { confirmed?: ReadonlyMap<number, number>; onProgress?: OnProgress } = {},
  ): Promise<BulkOutcome[]> => {
    // All are looked at before the first is changed: what comes in meanwhile is not decided on unseen.
    const looked = await abreastOf(numbers, (number) =>
      look(number).catch((error: unknown) => ({ failed: describeError(error) })),
    );
    let count = 0;
    return abreastOf(
      looked.map((each, index) => [each, numbers[index]!] as const),
      async ([each, number]) => {
        const notSeen = each === null ? gone : 'failed' in each ? each.failed : null;
        const outcome =
          notSeen === null
            ? await one(act, each as Looked, confirmed?.get(number))
            : { number, refused: { why: notSeen } };
        onProgress?.(++count);
        return outcome;
      },
    );
  };
}

type Shown = NonNullable<FunctionReturnType<typeof api.tickets.get>>;

/** As a single one is taken back, and no further. */
function undoOf(
  convex: ConvexReactClient,
  teamId: Id<'teams'>,
  act: BulkAct,
  { ticket, control }: Pick<Shown, 'ticket' | 'control'>,
): BulkOutcome['undo'] {
  const at = { teamId, ticketId: ticket._id };
  switch (act.do) {
    case 'assign':
      if (control.holder === 'operator') return undefined;
      return () => convex.mutation(api.tickets.assign, { ...at, memberId: ticket.assigneeId ?? null });
    case 'setPriority':
      return () => convex.mutation(api.tickets.setPriority, { ...at, priority: ticket.priority });
    case 'addTag': {
      const { tags } = ticket;
      if (tags.includes(act.tag)) return undefined;
      return () => convex.mutation(api.tickets.setTags, { ...at, tags, from: [...tags, act.tag] });
    }
    case 'snooze':
      return () => convex.mutation(api.tickets.snooze, { ...at, until: ticket.snoozedUntil ?? null });
    case 'resolve':
      return () => convex.mutation(api.tickets.reopen, at);
  }
}

/** Takes back what was done; rejects with the first that could not be, when all have been tried. */
export async function undoAll(outcomes: readonly BulkOutcome[]): Promise<void> {
  let failure: unknown = null;
  await abreastOf(outcomes, async ({ undo }) => {
    try {
      await undo?.();
    } catch (error) {
      failure ??= error;
    }
  });
  if (failure !== null) throw failure;
}

/** What becomes of each, in their order; some at a time. */
async function abreastOf<Given, Result>(all: readonly Given[], work: (given: Given) => Promise<Result>) {
  const results: Result[] = [];
  let next = 0;
  const worker = async () => {
    while (next < all.length) {
      const index = next++;
      results[index] = await work(all[index]!);
    }
  };
  await Promise.all(Array.from({ length: abreast }, worker));
  return results;
}

/** Its value, once it has come. */
function once<Value>(live: Live<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    let end: (() => void) | undefined;
    const read = () => {
      const value = live.now();
      if (value === undefined) return;
      queueMicrotask(() => end?.());
      if (value instanceof Failed) reject(value.error);
      else resolve(value);
    };
    end = live.subscribe(read);
    read();
  });
}
