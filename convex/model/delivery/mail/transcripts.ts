/**
 * A conversation by mail, for the customer who asks for it in the chat (docs/rules.md M9, E4): to an address that is shown to be
 * theirs, and with no word of another channel or of the team's own. To any other goes a link that opens the conversation for whoever
 * reads that mailbox, and nothing else; how many of either is limited by session, by mailbox and by channel.
 */
import type { Doc, Id } from '../../../_generated/dataModel';
import type { MutationCtx } from '../../../_generated/server';
import { transcriptLinkOf, transcriptOf, type TranscriptLine } from '../../../shared/customer/transcript';
import type { Language } from '../../../shared/customer/words/catalogue';
import { letter } from '../../../shared/delivery/deskTexts';
import { isEmail, normalizeEmail } from '../../../shared/kit/emails';
import { sentWith } from '../../conversation/attachments';
import { listIdentities } from '../../conversation/identities';
import { authorNames } from '../../conversation/news';
import { getConversationOf } from '../../customer/customerSessions';
import { appError } from '../../kit/errors';
import { firstName } from '../../kit/names';
import { pageAddress } from '../../kit/pageAddresses';
import { take, tooMany } from '../../kit/requestWindows';
import { hashToken, newToken } from '../../kit/secrets';
import { makeMailLink } from '../../mail/links';
import { findSuppression } from '../../mail/suppressions';
import { sendDeskMail } from './deskMails';

/** The newest that one mail holds. */
const mostEntries = 200;
const mostLetters = 200_000;

interface Asked {
  /** Where it shall go; absent: to the address that is proven. */
  email?: string | undefined;
  language: Language;
}

export type TranscriptOutcome =
  /** The conversation, or a link to it, is on its way there. */
  | { outcome: 'mailed' | 'linked'; address: string }
  /** No address is proven, and none was given. */
  | { outcome: 'noAddress' };

/** Refuses with INVALID_INPUT where nothing was said and for what is no address, and with RATE_LIMITED. */
export async function mailTranscript(
  ctx: MutationCtx,
  session: Doc<'customerSessions'>,
  { email, language }: Asked,
): Promise<TranscriptOutcome> {
  const conversation = await getConversationOf(ctx, session);
  if (conversation === null) throw appError('INVALID_INPUT', 'Nothing was said yet.');
  const proven = await provenAddresses(ctx, session);
  const address = email === undefined ? proven[0] : normalizeEmail(email);
  if (address === undefined) return { outcome: 'noAddress' };
  if (!isEmail(address)) throw appError('INVALID_INPUT', 'This is not an email address.');
  await spend(ctx, session, address);
  const isProven = proven.includes(address);
  // Where mail came back, or nobody wants any, none goes; a stranger learns nothing of that.
  if ((await findSuppression(ctx, session.teamId, address)) === null) {
    const channel = (await ctx.db.get(session.channelId))!;
    const team = channel.look?.name ?? (await ctx.db.get(session.teamId))!.name;
    const to = { teamId: session.teamId, to: address };
    if (isProven)
      await sendDeskMail(ctx, {
        kind: 'transcript',
        ...to,
        ...(await whole(ctx, conversation, team, language)),
      });
    else
      await sendDeskMail(ctx, {
        kind: 'transcriptLink',
        ...to,
        ...(await linked(ctx, conversation, channel, { team, language, address })),
      });
  }
  return { outcome: isProven ? 'mailed' : 'linked', address };
}

/** By this browser, or by whoever signed for its customer. */
async function provenAddresses(
  ctx: MutationCtx,
  { provenEmail, customerId }: Doc<'customerSessions'>,
): Promise<string[]> {
  const known = await listIdentities(ctx, customerId, 'email');
  const verified = known.filter(({ proof }) => proof === 'verified').map(({ value }) => value);
  return provenEmail === undefined ? verified : [provenEmail, ...verified];
}

async function spend(ctx: MutationCtx, session: Doc<'customerSessions'>, address: string): Promise<void> {
  const mailbox = await hashToken(`${session.teamId}:${address}`);
  const waitMs = await take(ctx, [
    ['transcriptsToMailbox', mailbox],
    ['transcriptsOnChannel', session.channelId],
  ]);
  if (waitMs > 0) throw tooMany(waitMs);
}

async function whole(
  ctx: MutationCtx,
  { _id, customerId }: Doc<'conversations'>,
  team: string,
  language: Language,
) {
  const { timeZone } = (await ctx.db.get(customerId))!;
  const { lines, isCut } = await linesOf(ctx, _id, team);
  return letter(transcriptOf({ language, team, timeZone, lines, isCut }));
}

/** What was said in the chat, as the chat shows it, oldest first. */
async function linesOf(ctx: MutationCtx, conversationId: Id<'conversations'>, team: string) {
  const nameOf = authorNames(ctx);
  const lines: TranscriptLine[] = [];
  let letters = 0;
  let looked = 0;
  const newest = ctx.db
    .query('entries')
    .withIndex('by_conversationId_and_audience_and_sequence', (q) =>
      q.eq('conversationId', conversationId).eq('audience', 'everyone'),
    )
    .order('desc');
  for await (const entry of newest) {
    const { kind, channel, author, at, text = '', neverSent, isForeign } = entry;
    letters += text.length;
    if (looked++ === mostEntries || letters > mostLetters) return { lines: lines.toReversed(), isCut: true };
    if (kind !== 'message' || channel !== 'web' || neverSent || isForeign) continue;
    const name = author.kind === 'system' ? team : author.kind === 'customer' ? '' : await nameOf({ author });
    const files = (await sentWith(ctx, entry)).map((file) => file.name);
    lines.push({ name: author.kind === 'operator' ? firstName(name) : name, at, text, files });
  }
  return { lines: lines.toReversed(), isCut: false };
}

async function linked(
  ctx: MutationCtx,
  { _id: conversationId }: Doc<'conversations'>,
  { publicId }: Doc<'channels'>,
  { team, language, address }: { team: string; language: Language; address: string },
) {
  const token = newToken();
  await makeMailLink(ctx, { token, conversationId, address });
  const { label, ending, ...words } = transcriptLinkOf(language, team);
  const href = pageAddress(`/widget.html?channel=${publicId}#mail=${token}`);
  return letter({ ...words, link: { label, href }, ending: [ending] });
}
