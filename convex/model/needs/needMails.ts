/**
 * Needs by mail: to who is away or offline, of what is still not handled so many minutes after it came up. One alarm a person; what
 * is due by then goes in one mail, each need once. A person who is there is not mailed: what is left when they go is looked at again.
 *
 * A customer waits since the first message that nobody has answered: an answer, also an agent's, takes back what was due.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { needsMail } from '../../shared/delivery/deskTexts';
import { noticeOf } from '../../shared/needs/choices';
import { needWords } from '../../shared/needs/words';
import { getHead } from '../conversation/case';
import { sendDeskMail } from '../delivery/mail/deskMails';
import { setAlarm } from '../kit/alarms';
import { pageAddress } from '../kit/pageAddresses';
import { choicesOf } from './choices';
import { noteMailed } from './needs';
import { isAbsent, minuteMs, unmailed } from './needWatch';

type Reader = Pick<QueryCtx, 'db'>;
type Need = Doc<'needs'>;

/** Of one mail. */
const maxLines = 100;

/** The alarm: one mail with all that is due, and the next look when the rest is. */
export async function mailNeeds(ctx: MutationCtx, memberId: Id<'members'>): Promise<void> {
  const member = await ctx.db.get(memberId);
  if (member === null || member.removedAt !== undefined || !(await isAbsent(ctx, memberId))) return;
  const now = Date.now();
  const choices = await choicesOf(ctx, memberId);
  const due: Need[] = [];
  let nextAt = Infinity;
  for await (const need of unmailed(ctx, memberId)) {
    // The rest goes with the next.
    if (due.length === maxLines) {
      nextAt = now;
      break;
    }
    const { mailAfterMin } = noticeOf(choices, need.kind);
    const since = mailAfterMin === null ? undefined : await openSince(ctx, need);
    if (since === undefined) continue;
    const dueAt = since + mailAfterMin! * minuteMs;
    if (dueAt <= now) due.push(need);
    else nextAt = Math.min(nextAt, dueAt);
  }
  if (due.length > 0) await mail(ctx, member, due);
  if (nextAt !== Infinity) await setAlarm(ctx, 'needs', memberId, nextAt);
}

/** Undefined: nobody waits for it at the moment. */
async function openSince(ctx: Reader, { kind, ticketId, at }: Need): Promise<number | undefined> {
  if (kind !== 'replied') return at;
  const ticket = await ctx.db.get(ticketId);
  return ticket === null ? undefined : (await getHead(ctx, ticket.conversationId)).unansweredSince;
}

async function mail(ctx: MutationCtx, { teamId, email }: Doc<'members'>, due: Need[]): Promise<void> {
  const lines: string[] = [];
  for (const need of due) lines.push(needWords(need, await nameOf(ctx, need.byMemberId)));
  const [first] = due;
  const isOne = due.length === 1;
  const path = isOne
    ? `/inbox/${first!.kind === 'mention' ? 'all' : 'mine'}/${first!.number}`
    : '/inbox/mine';
  const waits = isOne && first!.kind === 'replied' ? first!.number : undefined;
  const words = needsMail({ lines, waits, link: pageAddress(path) });
  const needIds = due.map(({ _id }) => _id);
  await sendDeskMail(ctx, { teamId, kind: 'needs', to: email, needIds, ...words });
  await noteMailed(ctx, needIds);
}

async function nameOf(ctx: Reader, memberId: Id<'members'> | undefined): Promise<string | undefined> {
  return memberId === undefined ? undefined : (await ctx.db.get(memberId))?.name;
}
