/** To which conversation a mail belongs, and how far its sender is known there (docs/rules.md M3, M9). */
import type { Doc, Id } from '../../../_generated/dataModel';
import type { QueryCtx } from '../../../_generated/server';
import type { MailCandidate, ReceivedMail } from '../../../shared/delivery/receivedMail';
import { mailByMessageId } from '../../mail/mails';
import { forwardedUnder } from './deskMails';
import { takesPart } from '../../mail/threads';

type Reader = Pick<QueryCtx, 'db'>;
type Conversation = Doc<'conversations'>;

/** The first that exists in this team; null: it begins one. */
export async function conversationOf(
  ctx: Reader,
  teamId: Id<'teams'>,
  { candidates, from, dmarc }: Pick<ReceivedMail, 'candidates' | 'from' | 'dmarc'>,
): Promise<Conversation | null> {
  for (const candidate of candidates) {
    const found = await lookUp(ctx, teamId, candidate);
    if (found?.teamId !== teamId) continue;
    // A number in a subject proves nothing: it counts for those who take part.
    const isKnown = dmarc === 'pass' && (await takesPart(ctx, found, from?.address));
    if (candidate.by !== 'subject' || isKnown) return found;
  }
  return null;
}

/**
 * [M3] Whether it answers what was passed on, or what was answered to that: then it is no word of the customer's, whoever it
 * says it is from and whatever else it names.
 */
export async function answersForward(
  ctx: Reader,
  teamId: Id<'teams'>,
  { candidates }: Pick<ReceivedMail, 'candidates'>,
): Promise<boolean> {
  for (const candidate of candidates) {
    if (candidate.by === 'forward') return true;
    if (candidate.by !== 'messageId') continue;
    const mail = await mailByMessageId(ctx, teamId, candidate.id);
    if (mail === null && (await forwardedUnder(ctx, teamId, candidate.id)) === null) continue;
    return mail === null || (await ctx.db.get(mail.entryId))?.event?.type === 'forwardAnswered';
  }
  return false;
}

async function lookUp(
  ctx: Reader,
  teamId: Id<'teams'>,
  candidate: MailCandidate,
): Promise<Conversation | null> {
  switch (candidate.by) {
    case 'forward':
    case 'address':
    case 'ownId': {
      const id = ctx.db.normalizeId('conversations', candidate.conversationId);
      return id && ctx.db.get(id);
    }
    case 'messageId': {
      const mail = await mailByMessageId(ctx, teamId, candidate.id);
      const id = mail?.conversationId ?? (await forwardedUnder(ctx, teamId, candidate.id));
      return id && ctx.db.get(id);
    }
    case 'subject': {
      const ticket = await ctx.db
        .query('tickets')
        .withIndex('by_teamId_and_number', (q) => q.eq('teamId', teamId).eq('number', candidate.ticketNumber))
        .unique();
      return ticket && ctx.db.get(ticket.conversationId);
    }
  }
}

/** `behalf`: for whom it was written, where that is not its sender. */
export type Written = ReceivedMail & { behalf?: string };

/**
 * [M9] A mail that begins a conversation and asks for answers in another domain was written for whoever is there, as forms on
 * pages do. That is the customer, by a claim alone and however well known the form is: otherwise all whom it writes for would be
 * one, and what is spam of one would silence all. Who joins speaks for nobody else: anybody may name the customer there.
 */
export function onBehalf(mail: ReceivedMail): Written {
  const { from, answersTo } = mail;
  if (from === null || answersTo === undefined || isSameDomain(from.address, answersTo)) return mail;
  return { ...mail, dmarc: 'none', behalf: answersTo };
}

/** Or a part of it: help desks write from one and take answers in at the other. */
export function isSameDomain(one: string, other: string): boolean {
  const [a, b] = [one, other].map((address) => `.${address.split('@')[1]}`) as [string, string];
  return a.endsWith(b) || b.endsWith(a);
}
