/**
 * The help flag (docs/rules.md B6): an operator asks a colleague, or whoever manages, into a ticket, with a line of why. It is part of the
 * ticket's state; which tickets have one is kept beside it. The only writer of `helpFlags`.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { firstCharacters, isVisible, oneLine } from '../../shared/kit/text';
import { mostHelp } from '../../shared/tickets/help';
import { isActive } from '../../shared/tickets/tickets';
import { isAllowed } from '../../shared/people/permissions';
import type { Case, CaseCtx } from '../conversation/case';
import { appError } from '../kit/errors';
import { recordOnTicket } from './events';
import { illegal } from './tickets';

type Reader = Pick<QueryCtx, 'db'>;
type Ticket = Doc<'tickets'>;

const manages = ({ role }: Doc<'members'>) => isAllowed(role, 'board.read');

/** More members than a team has. */
const maxMembers = 200;
/** Shown of one team's, who asked first first. */
const maxShown = 200;

/** Asked again, who asks and why is as said last. `of`: null, whoever manages. */
export async function askForHelp(
  ctx: CaseCtx,
  opened: Case,
  args: { ticket: Ticket; member: Doc<'members'>; of: Doc<'members'> | null; why: string },
): Promise<void> {
  const { ticket, member, of } = args;
  if (!isActive(ticket.status)) throw illegal(ticket, `is ${ticket.status}: reopen it first`);
  const why = oneLine(args.why.trim());
  if (!isVisible(why)) throw appError('INVALID_INPUT', 'Say in a line what you need help with.');
  if (firstCharacters(why, mostHelp.why) !== why)
    throw appError('INVALID_INPUT', `The line has at most ${mostHelp.why} characters.`);
  if (of?._id === member._id) throw appError('INVALID_INPUT', 'Ask somebody else than yourself.');
  const to = of === null ? await managersBut(ctx, member) : [of._id];
  if (to.length === 0) throw appError('INVALID_INPUT', 'Nobody else manages this team: ask a colleague.');
  const event = { type: 'helpAsked' as const, to, why };
  await recordOnTicket(ctx, opened, ticket, event, { kind: 'operator', memberId: member._id });
}

async function managersBut(ctx: Reader, { _id, teamId }: Doc<'members'>): Promise<Id<'members'>[]> {
  const members = await ctx.db
    .query('members')
    .withIndex('by_teamId_and_removedAt', (q) => q.eq('teamId', teamId).eq('removedAt', undefined))
    .take(maxMembers);
  return members
    .filter((each) => each._id !== _id && manages(each))
    .slice(0, mostHelp.asked)
    .map((each) => each._id);
}

/** By who asked, who was asked, or anybody who manages. */
export async function endHelp(
  ctx: CaseCtx,
  opened: Case,
  { ticket, member }: { ticket: Ticket; member: Doc<'members'> },
): Promise<void> {
  const { help } = ticket;
  if (help === undefined) return;
  const isTheirs = help.by === member._id || help.to.includes(member._id) || manages(member);
  if (!isTheirs) throw appError('NOT_ALLOWED', 'Whoever asked for help, or was asked, ends it.');
  await endHelpBy(ctx, opened, ticket, member);
}

/** Somebody has taken over what was theirs already: of one who comes nothing else would end it. */
export async function noteCome(
  ctx: CaseCtx,
  opened: Case,
  { ticket, member }: { ticket: Ticket; member: Doc<'members'> },
): Promise<void> {
  if (ticket.help !== undefined && ticket.help.by !== member._id)
    await endHelpBy(ctx, opened, ticket, member);
}

async function endHelpBy(
  ctx: CaseCtx,
  opened: Case,
  ticket: Ticket,
  { _id: memberId }: Doc<'members'>,
): Promise<void> {
  await recordOnTicket(ctx, opened, ticket, { type: 'helpEnded' }, { kind: 'operator', memberId });
}

/** A duty of the settling. */
export async function refreshHelp(ctx: CaseCtx, { tickets }: Case): Promise<void> {
  for (const { now, stored } of tickets.values()) {
    if (now.help === stored.help) continue;
    const row = await ctx.db
      .query('helpFlags')
      .withIndex('by_ticketId', (q) => q.eq('ticketId', now._id))
      .unique();
    const { _id: ticketId, teamId, number, help } = now;
    if (help === undefined) {
      if (row !== null) await ctx.db.delete(row._id);
    } else if (row === null) await ctx.db.insert('helpFlags', { teamId, ticketId, number, at: help.at });
    else await ctx.db.patch(row._id, { at: help.at });
  }
}

/** Numbers of tickets, who asked first first; at most so many. */
export async function listHelp(ctx: Reader, teamId: Id<'teams'>): Promise<number[]> {
  const rows = await ctx.db
    .query('helpFlags')
    .withIndex('by_teamId_and_at', (q) => q.eq('teamId', teamId))
    .take(maxShown);
  return rows.map(({ number }) => number);
}
