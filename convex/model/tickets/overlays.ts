/**
 * Snooze and "waiting on", the overlays of a ticket (docs/rules.md T3), and what else a person sets on it without moving it:
 * priority and tags. A snooze's end is scheduled with it and names it; a later snooze leaves the older end without effect.
 */
import { isLonger } from '../../shared/kit/text';
import { internal } from '../../_generated/api';
import type { Doc } from '../../_generated/dataModel';
import { appError } from '../kit/errors';
import type { Author } from '../../shared/conversation/entries';
import { cleanTags } from '../../shared/tickets/tags';
import { isActive, maxTagLength, maxTags, type Priority, type WaitingOn } from '../../shared/tickets/tickets';
import type { Case, CaseCtx } from '../conversation/case';
import { recordOnTicket } from './events';
import { namesToBe } from './tagChanges';
import { illegal, recordTags } from './tickets';

/** Nothing that is scheduled lies further away than five years, and nobody means that. */
const maxSnoozeMs = 366 * 86_400_000;

export async function setPriority(
  ctx: CaseCtx,
  opened: Case,
  ticket: Doc<'tickets'>,
  priority: Priority,
  actor: Author,
): Promise<void> {
  if (ticket.priority === priority) return;
  const event = { type: 'priorityChanged' as const, from: ticket.priority, to: priority };
  await recordOnTicket(ctx, opened, ticket, event, actor);
}

/**
 * Trimmed, unique, in the order given. `from`: those that were seen when it was decided; only what differs from them is added or
 * removed, so that nobody takes back what somebody else did meanwhile.
 */
export async function setTags(
  ctx: CaseCtx,
  opened: Case,
  ticket: Doc<'tickets'>,
  { tags, from }: { tags: string[]; from?: string[] | undefined },
  actor: Author,
): Promise<void> {
  const toBe = await namesToBe(ctx, ticket.teamId);
  // What is there, or was seen there, is meant as it is.
  const wanted = toBe(cleanTags(tags, [...ticket.tags, ...(from ?? [])]));
  const clean = from === undefined ? wanted : merged(toBe(ticket.tags), toBe(from), wanted);
  // What it has of before, beyond the bounds, may be lessened.
  const isMany = clean.length > Math.max(maxTags, ticket.tags.length);
  if (isMany || clean.some((tag) => isLonger(tag, maxTagLength) && !ticket.tags.includes(tag))) {
    const limit = `A ticket has at most ${maxTags} tags of at most ${maxTagLength} characters.`;
    throw appError('INVALID_INPUT', limit);
  }
  const isSame =
    clean.length === ticket.tags.length && clean.every((tag, index) => tag === ticket.tags[index]);
  if (isSame) return;
  await recordTags(ctx, opened, ticket, clean, actor);
}

/** The name of one, as it may be given. */
export function cleanTag(name: string): string {
  const [tag] = cleanTags([name]);
  if (tag === undefined || isLonger(tag, maxTagLength))
    throw appError('INVALID_INPUT', `A tag has 1 to ${maxTagLength} characters.`);
  return tag;
}

/** Those of now, without what was removed of what was seen, and with what was added to it. */
function merged(now: string[], seen: string[], wanted: string[]): string[] {
  const kept = now.filter((tag) => wanted.includes(tag) || !seen.includes(tag));
  return [...new Set([...kept, ...wanted.filter((tag) => !seen.includes(tag))])];
}

/** [T3] An overlay, not a status. */
export async function setWaiting(
  ctx: CaseCtx,
  opened: Case,
  ticket: Doc<'tickets'>,
  waitingOn: WaitingOn | undefined,
  actor: Author,
): Promise<void> {
  if (!isActive(ticket.status)) throw illegal(ticket, `is ${ticket.status}: reopen it first`);
  if (ticket.waitingOn === waitingOn) return;
  await recordWaiting(ctx, opened, ticket, waitingOn, actor);
}

export function recordWaiting(
  ctx: CaseCtx,
  opened: Case,
  ticket: Doc<'tickets'>,
  to: WaitingOn | undefined,
  actor: Author,
): Promise<Doc<'tickets'>> {
  return recordOnTicket(ctx, opened, ticket, { type: 'waitingChanged', from: ticket.waitingOn, to }, actor);
}

/** [T3] Ends exactly at `until`, or at once when the customer writes; without `until` it ends now. */
export async function snooze(
  ctx: CaseCtx,
  opened: Case,
  ticket: Doc<'tickets'>,
  until: number | undefined,
  actor: Author,
): Promise<void> {
  if (!isActive(ticket.status)) throw illegal(ticket, `is ${ticket.status}: reopen it first`);
  const now = Date.now();
  if (until !== undefined && !(until > now && until <= now + maxSnoozeMs)) {
    throw appError('INVALID_INPUT', 'A snooze ends in the future, within a year.');
  }
  if (ticket.snoozedUntil === until) return;
  await recordSnooze(ctx, opened, ticket, until, actor);
  if (until !== undefined) {
    await ctx.scheduler.runAt(until, internal.jobs.tickets.endSnooze, { ticketId: ticket._id, until });
  }
}

export function recordSnooze(
  ctx: CaseCtx,
  opened: Case,
  ticket: Doc<'tickets'>,
  to: number | undefined,
  actor: Author,
): Promise<Doc<'tickets'>> {
  return recordOnTicket(ctx, opened, ticket, { type: 'snoozed', from: ticket.snoozedUntil, to }, actor);
}

/** [T3] The scheduled end names the snooze it belongs to: a later snooze, or none, is left alone. */
export async function endSnooze(
  ctx: CaseCtx,
  opened: Case,
  ticket: Doc<'tickets'>,
  until: number,
): Promise<void> {
  if (ticket.snoozedUntil === until) await snooze(ctx, opened, ticket, undefined, { kind: 'system' });
}
