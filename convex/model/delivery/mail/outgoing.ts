/** What an answer becomes as a mail (docs/rules.md M3, M6, M8): gathered in the transaction that begins to send it. */
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../../_generated/dataModel';
import { newToken } from '../../kit/secrets';
import { vPerson } from '../../../shared/delivery/mails';
import type { CaseCtx } from '../../conversation/case';
import { authorNames } from '../../conversation/news';
import { filesOf } from '../../conversation/attachments';
import { noteWithoutCopy } from '../../conversation/entries';
import { listChannels } from '../../kit/channels';
import { firstName } from '../../kit/names';
import { pageAddress } from '../../kit/pageAddresses';
import { makeMailLink } from '../../mail/links';
import { ensureOutgoing, mailOfEntry } from '../../mail/mails';
import { carriesLines, isToldWithNextMail } from '../../../shared/conversation/systemTexts';
import { findSuppression, writtenAmong } from '../../mail/suppressions';
import { changeThread, copiesIn, findThread, includesCustomer, recipientsOf } from '../../mail/threads';

/** What the request is rendered from, by a job that holds nobody up. */
export const vMailFacts = v.object({
  from: vPerson,
  to: v.string(),
  cc: v.array(v.string()),
  subject: v.string(),
  text: v.string(),
  /** [M8] Fixed lines since the last mail: a person joined, the agent is back. */
  systemLines: v.array(v.string()),
  /** Who signs. */
  authorName: v.string(),
  /** [M3] Their own; null: by their name and the team's. */
  signature: v.union(v.string(), v.null()),
  isAgent: v.boolean(),
  /** Each read from storage when the mail leaves. */
  files: v.array(v.object({ storageId: v.id('_storage'), name: v.string(), contentType: v.string() })),
  /** The customer's last words, quoted below. */
  quoted: v.union(v.object({ by: v.string(), at: v.number(), text: v.string() }), v.null()),
  inReplyTo: v.union(v.string(), v.null()),
  references: v.array(v.string()),
  replyAddress: v.string(),
  conversationId: v.string(),
  entryId: v.string(),
  /** Opens the conversation on a web page, and proves the address there once the mail has left; null: nowhere to open it. */
  link: v.union(v.string(), v.null()),
});
export type MailFacts = Infer<typeof vMailFacts>;

/** How far back the lines and the words that go with an answer are looked for. */
const lookBack = 30;

export async function gatherMail(
  ctx: CaseCtx,
  row: Doc<'outbox'>,
  channel: Doc<'channels'>,
): Promise<{ mail: Doc<'mails'>; facts: MailFacts } | { refused: string }> {
  const { mail: settings } = channel;
  const thread = await findThread(ctx, row.conversationId, channel._id);
  if (settings === undefined || thread === null)
    return { refused: 'The team has no address that mail could leave by.' };
  const entry = (await ctx.db.get(row.entryId))!;
  const before = await entriesBefore(ctx, row);
  const read = before.filter((each) => isReadBy(entry, each));
  const asked = read.find(({ isForeign }) => !isForeign);
  const answered = asked === undefined ? null : await mailOfEntry(ctx, asked._id);
  const isAgent = row.author.kind === 'agent';
  const refused = isAgent && row.state === 'claimed' && (await refusedToAgent(ctx, row, thread, read));
  if (refused) return { refused };
  const team = (await ctx.db.get(row.teamId))!;
  const { to, subject, references, lastMessageId } = thread;
  const seen =
    isAgent || answered?.channelId === thread.channelId ? answered : await newestOn(ctx, thread, read);
  const cc = await copiesOf(ctx, entry, copiesOn(seen, thread, isAgent));
  const from = { address: settings.address, name: settings.senderName || team.name };
  const mail = await ensureOutgoing(ctx, row, { from, to, cc, subject });
  const nameOf = authorNames(ctx);
  // [M4] Once: a second try says nothing of how fast its answer comes.
  if (isAgent && mail.request === undefined) await changeThread(ctx, thread, { lastAnswerAt: Date.now() });
  return {
    mail,
    facts: {
      from,
      to,
      cc,
      subject,
      text: entry.text ?? '',
      systemLines: linesSinceLastMail(before),
      authorName: firstName(await nameOf(row)),
      signature: await signatureOf(ctx, row.author),
      isAgent,
      files: await filesOf(ctx, entry),
      quoted:
        asked === undefined || !isKnownTo(cc, answered)
          ? null
          : { by: await nameOf(asked), at: asked.at, text: asked.text ?? '' },
      inReplyTo: lastMessageId ?? null,
      references,
      replyAddress: settings.replyAddress,
      conversationId: row.conversationId,
      entryId: row.entryId,
      // It proves the address of one: whoever reads along gets none.
      link: mail.request === undefined && cc.length === 0 ? await linkFor(ctx, mail, to) : null,
    },
  };
}

/** [C8] What came from the customer's side; before an agent's answer what it had read. */
const isReadBy = (answer: Doc<'entries'>, { kind, author, sequence }: Doc<'entries'>): boolean =>
  kind === 'message' && author.kind === 'customer' && sequence <= (answer.answersThrough ?? answer.sequence);

/** [M3] What is quoted goes to all: it tells nobody what was not written to them. `answered` null: it was no mail. */
const isKnownTo = (cc: string[], answered: Doc<'mails'> | null): boolean =>
  cc.every((address) => answered !== null && peopleOn(answered).includes(address));

/**
 * [M3, M4] The agent leaves to people whom mail does not go to any more, and what was written past the customer; a person is warned
 * where they write. Not of what nobody knows the outcome of: that may be there.
 */
async function refusedToAgent(
  ctx: CaseCtx,
  { teamId, conversationId }: Doc<'outbox'>,
  { to }: Doc<'mailThreads'>,
  read: Doc<'entries'>[],
): Promise<string | null> {
  const conversation = (await ctx.db.get(conversationId))!;
  const last = await newestOfPart(ctx, read);
  if (last !== null && !(await includesCustomer(ctx, conversation, peopleOn(last))))
    return 'The mail it answers was not sent to the customer: only a person answers that.';
  const found = await findSuppression(ctx, teamId, to);
  if (found === null || found.reason === 'blocked') return null;
  return found.reason === 'complained'
    ? 'Mail to this address was marked as spam: only a person writes there.'
    : 'Mail to this address came back: only a person writes there.';
}

/** The newest mail of whoever takes part; null: what came last was none. */
async function newestOfPart(ctx: CaseCtx, newestFirst: Doc<'entries'>[]): Promise<Doc<'mails'> | null> {
  for (const { _id } of newestFirst) {
    const mail = await mailOfEntry(ctx, _id);
    if (mail?.sender !== 'foreign') return mail;
  }
  return null;
}

/** By which who reads along was shown, where it answers a chat or another address; null: long ago. */
async function newestOn(
  ctx: CaseCtx,
  { channelId }: Doc<'mailThreads'>,
  read: Doc<'entries'>[],
): Promise<Doc<'mails'> | null> {
  const last = read.find((each) => !each.isForeign && each.channelId === channelId);
  return last === undefined ? null : mailOfEntry(ctx, last._id);
}

/** [M3] Of those who read along, who was on the mail of then: others may have come since, and the agent asks nobody. */
function copiesOn(seen: Doc<'mails'> | null, thread: Doc<'mailThreads'>, isAgent: boolean): string[] {
  const cc = copiesIn(thread);
  if (seen === null) return isAgent ? [] : cc;
  return cc.filter((address) => peopleOn(seen).includes(address));
}

const peopleOn = (mail: Doc<'mails'>) => [mail.from.address, mail.answersTo, ...recipientsOf(mail)];

/** Who gets a copy: neither whom its writer left out, nor where mail does not go any more; the entry says so. */
async function copiesOf(ctx: CaseCtx, entry: Doc<'entries'>, cc: string[]): Promise<string[]> {
  if (cc.length === 0) return [];
  const kept = await mailOfEntry(ctx, entry._id);
  if (kept !== null) return kept.cc.map(({ address }) => address);
  const { withoutCopyTo: without = [] } = entry;
  const asked = cc.filter((address) => !without.includes(address));
  const written = await writtenAmong(ctx, entry.teamId, asked);
  const suppressed = asked.filter((address) => !written.includes(address));
  if (suppressed.length > 0) await noteWithoutCopy(ctx, entry._id, [...without, ...suppressed]);
  return written;
}

async function signatureOf(ctx: CaseCtx, author: Doc<'outbox'>['author']): Promise<string | null> {
  if (author.kind !== 'operator' || author.memberId === undefined) return null;
  return (await ctx.db.get(author.memberId))?.signature ?? null;
}

/** Newest first. */
function entriesBefore(ctx: CaseCtx, { conversationId, sequence }: Doc<'outbox'>): Promise<Doc<'entries'>[]> {
  return ctx.db
    .query('entries')
    .withIndex('by_conversationId_and_sequence', (q) =>
      q.eq('conversationId', conversationId).lt('sequence', sequence),
    )
    .order('desc')
    .take(lookBack);
}

/** [M8] They cost no mail of their own: they go with the next real one. */
function linesSinceLastMail(newestFirst: Doc<'entries'>[]): string[] {
  const last = newestFirst.findIndex((entry) => entry.channel === 'email' && carriesLines(entry));
  const since = last < 0 ? newestFirst : newestFirst.slice(0, last);
  return since
    .filter((entry) => entry.channel === 'email' && isToldWithNextMail(entry))
    .toReversed()
    .map(({ text = '' }) => text);
}

async function linkFor(ctx: CaseCtx, { _id: mailId, conversationId, teamId }: Doc<'mails'>, address: string) {
  const conversation = (await ctx.db.get(conversationId))!;
  const channel = await webChannelFor(ctx, conversation.channelId, teamId);
  if (channel === null) return null;
  const token = newToken();
  await makeMailLink(ctx, { token, conversationId, address, mailId });
  return pageAddress(`/widget.html?channel=${channel.publicId}#mail=${token}`);
}

/** Where the conversation is at home on the web, else the team's first open chat. */
async function webChannelFor(
  ctx: CaseCtx,
  own: Id<'channels'> | undefined,
  teamId: Id<'teams'>,
): Promise<Doc<'channels'> | null> {
  const home = own === undefined ? null : await ctx.db.get(own);
  if (home?.kind === 'web' && home.active) return home;
  const channels = await listChannels(ctx, teamId);
  return channels.find(({ kind, active }) => kind === 'web' && active) ?? null;
}
