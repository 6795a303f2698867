/**
 * A mail comes in (docs/rules.md M1, M3, M4): found again or begun, said by the customer, or stored as what no person wrote.
 * One transaction with the end of its event, so it stands in the thread exactly once.
 */
import type { Doc, Id } from '../../../_generated/dataModel';
import type { ReceivedMail } from '../../../shared/delivery/receivedMail';
import { mailFacts } from '../../../shared/delivery/mails';
import { loopBroken } from '../../../shared/delivery/loops';
import { type Case, type CaseCtx, openCase } from '../../conversation/case';
import { startConversation } from '../../conversation/conversations';
import { hasProven, setUnreachable } from '../../conversation/identities';
import { filesOf, idsOf, markSent, storeAttachment } from '../../conversation/attachments';
import { appendEntry, checkedPart, entriesSince, previewOfText } from '../../conversation/entries';
import type { Author } from '../../../shared/conversation/entries';
import { recordWaiting } from '../../tickets/overlays';
import { receiveCustomerMessage } from '../../control/customerMessages';
import { take } from '../../kit/requestWindows';
import { noteCameBack } from './cameBack';
import { addMail, hasMailOf, mailsUnderId } from '../../mail/mails';
import { ensureSender } from '../../customer/customers';
import { leaveToPeople, noteSilence } from '../floods';
import { noteTestReceived } from '../health';
import { answersForward, conversationOf, isSameDomain, onBehalf, type Written } from './senders';
import { isByTeam, takeTeamMail } from './teamMails';
import { keepSpam } from './spam';
import { findBlock, liftBounce } from '../../mail/suppressions';
import {
  changeThread,
  findThread,
  includesCustomer,
  noteReceivedMail,
  recipientsOf,
  takesPart,
} from '../../mail/threads';

type Channel = Doc<'channels'>;

/** What became of it; the entry it became, where there is one. */
export interface Accepted {
  state: 'done' | 'ignored';
  entryId?: Id<'entries'>;
  conversationId?: Id<'conversations'>;
  /** A mail stands in the thread, with the files it came as. */
  isMessage?: true;
}

export async function acceptMail(ctx: CaseCtx, channel: Channel, mail: ReceivedMail): Promise<Accepted> {
  const { teamId } = channel;
  if (await noteTestReceived(ctx, channel._id, mail.subject)) return { state: 'done' };
  if (await isKnown(ctx, teamId, mail)) return { state: 'ignored' };
  const block = await blockOf(ctx, teamId, mail);
  if (block) return storeBlocked(ctx, block, mail);
  // Whoever forges a report takes an address away from its owner.
  if (mail.dmarc === 'pass') await noteCameBack(ctx, teamId, mail.cameBack);
  const found = await conversationOf(ctx, teamId, mail);
  if (mail.automatic !== null) {
    if (found === null) return { state: 'ignored' };
    if (await isByTeam(ctx, found, mail)) return takeTeamMail(ctx, await openCase(ctx, found), channel, mail);
    return storeAutomatic(ctx, found, mail);
  }
  if (found !== null && (await answersForward(ctx, teamId, mail)))
    return takeForwardAnswer(ctx, await openCase(ctx, found), channel, mail);
  return takeWritten(ctx, channel, found, found === null ? onBehalf(mail) : mail);
}

async function takeWritten(
  ctx: CaseCtx,
  channel: Channel,
  found: Doc<'conversations'> | null,
  mail: Written,
): Promise<Accepted> {
  const opened = await openCase(ctx, found ?? (await begin(ctx, channel, mail)));
  const writer = mail.behalf ?? mail.from?.address;
  const isForeign = !(await takesPart(ctx, opened.conversation, writer));
  const isTheirs = found === null ? !isForeign : await includesCustomer(ctx, found, [writer]);
  // Written past the customer: neither their page, nor a quote, nor an answer that knows of it may tell them.
  const isPast =
    !isForeign && !isTheirs && !(await includesCustomer(ctx, opened.conversation, recipientsOf(mail)));
  const broken = isForeign ? null : await brokenLoop(ctx, opened, channel, mail);
  const isMachine = broken !== null;
  const isNew = found === null;
  const accepted = await takeMessage(ctx, opened, channel, {
    ...mail,
    isForeign,
    isTheirs,
    isForTeam: isForeign || isPast,
    isForPeople: isForeign || isMachine || isPast,
    isNew,
  });
  if (isMachine)
    await noteSilence(ctx, opened, { address: mail.from?.address ?? '', isFlood: broken === 'flood' });
  if (isForeign || isPast) await leaveToPeople(ctx, opened, 'outsider');
  else if (isMachine) await leaveToPeople(ctx, opened);
  return accepted;
}

/** Who wrote it, or for whom it was written: that no domain vouches for. */
async function blockOf(ctx: CaseCtx, teamId: Id<'teams'>, { from, answersTo, dmarc }: ReceivedMail) {
  const isProven = dmarc === 'pass';
  const block = from && (await findBlock(ctx, teamId, { address: from.address, isProven }));
  if (block || answersTo === undefined) return block;
  return findBlock(ctx, teamId, { address: answersTo, isProven: false });
}

/**
 * [M1] The same mail by another of the team's addresses, or told anew under another name. One that says something else is
 * another mail, whatever id its sender's program gives to all.
 */
async function isKnown(ctx: CaseCtx, teamId: Id<'teams'>, mail: ReceivedMail): Promise<boolean> {
  if (mail.automatic !== null) return false;
  if (await hasMailOf(ctx, teamId, mail.providerId)) return true;
  if (mail.messageId === null) return false;
  for (const known of await mailsUnderId(ctx, teamId, mail.messageId)) {
    if (known.from.address !== (mail.from?.address ?? '')) continue;
    const entry = (await ctx.db.get(known.entryId))!;
    if (!isSameText(entry.text, saidIn(mail)) || !isSameText(known.whole, mail.whole)) continue;
    if ((await hashesOf(ctx, await filesOf(ctx, entry))) === (await hashesOf(ctx, mail.files))) return true;
  }
  return false;
}

/** Whoever forwards a mail may break its lines anew. */
function isSameText(one: string | undefined, other: string | undefined): boolean {
  if (one === other) return true;
  const words = (text: string) => text.replaceAll(/\s+/gu, ' ').trim();
  return one !== undefined && other !== undefined && words(one) === words(other);
}

async function hashesOf(ctx: CaseCtx, files: { storageId: Id<'_storage'> }[]): Promise<string> {
  const stored = await Promise.all(files.map(({ storageId }) => ctx.db.system.get(storageId)));
  return stored.map((file) => file?.sha256).join();
}

/** What stands in the thread: what is new in it, else its subject, for an entry without files has a text. */
function saidIn({ text, subject, files }: ReceivedMail): string {
  const said = checkedPart(text) || (files.length > 0 ? '' : checkedPart(subject));
  return said || (files.length > 0 ? '' : 'An empty mail.');
}

async function begin(ctx: CaseCtx, channel: Channel, mail: Written): Promise<Doc<'conversations'>> {
  const { teamId, agentId, _id: channelId } = channel;
  const from = mail.behalf === undefined ? mail.from : { address: mail.behalf, name: '' };
  const customerId = await ensureSender(ctx, teamId, { ...mail, from });
  const { subject, receivedAt: since } = mail;
  const begun = { teamId, customerId, agentId, channelId, channel: 'email' as const, subject, since };
  return startConversation(ctx, begun);
}

type Taken = Written & {
  isForeign: boolean;
  isTheirs: boolean;
  isForTeam: boolean;
  isForPeople: boolean;
  isNew: boolean;
};

async function takeMessage(ctx: CaseCtx, opened: Case, channel: Channel, mail: Taken): Promise<Accepted> {
  const { _id: conversationId, customerId } = opened.conversation;
  const { _id: channelId } = channel;
  const from = mail.from ?? { address: '', name: '' };
  const { isForeign } = mail;
  const isPart = !isForeign;
  const isProven = mail.dmarc === 'pass';
  const sender = !isPart ? 'foreign' : isProven ? 'proven' : 'claimed';
  const by = { kind: 'customer' as const, customerId };
  const attachments = await storeFiles(ctx, opened, mail, by);
  const before = opened.head;
  const text = saidIn(mail);
  const { entryId } = await receiveCustomerMessage(ctx, opened, {
    text,
    channel: 'email',
    channelId,
    attachments,
    isForPeople: mail.isForPeople,
    isForTeam: mail.isForTeam,
    writtenBy: mail.isTheirs ? undefined : (isPart && isProven && from.name) || from.address,
  });
  const thread = await findThread(ctx, conversationId, channelId);
  const to = await answersSince(ctx, opened, thread, mail);
  const answersTo = to === thread?.to || to === from.address ? undefined : to;
  await keepMail(ctx, channel, entryId, { ...mail, from, sender, answersTo, conversationId });
  if (mail.isForTeam) markForTeam(opened, before);
  if (isProven && isPart) {
    await setUnreachable(ctx, customerId, from.address, undefined);
    await liftBounce(ctx, channel.teamId, from.address);
  }
  if (!mail.isForTeam) {
    const others = recipientsOf(mail).filter((each) => !isOurs(each, mail));
    await noteReceivedMail(ctx, opened, { channelId, from: from.address, others, isProven, to, mail });
  }
  return { state: 'done', entryId, conversationId, isMessage: true };
}

/**
 * Where answers go since this mail: from the start as it asks. Later where the customer has written from, whose address is proven
 * and whose domain vouches for them, or asks within that domain. Undefined: where they went before.
 */
async function answersSince(
  ctx: CaseCtx,
  { conversation: { customerId } }: Case,
  thread: Doc<'mailThreads'> | null,
  { from, answersTo, dmarc, isForeign, isNew }: Taken,
): Promise<string | undefined> {
  if (isNew) return answersTo;
  if (from === null || isForeign || dmarc !== 'pass') return undefined;
  const { address } = from;
  if (thread?.to !== address && !(await hasProven(ctx, customerId, address))) return undefined;
  return answersTo !== undefined && isSameDomain(address, answersTo) ? answersTo : address;
}

async function storeFiles(ctx: CaseCtx, { conversation }: Case, { files }: ReceivedMail, by: Author) {
  const stored = [];
  for (const file of files) stored.push(await storeAttachment(ctx, conversation, { ...file, by }));
  return stored;
}

type Kept = Pick<Doc<'mails'>, 'from' | 'conversationId' | 'sender' | 'answersTo'>;

/** As it came, beside its entry. */
async function keepMail(
  ctx: CaseCtx,
  { _id: channelId, teamId }: Channel,
  entryId: Id<'entries'>,
  mail: Omit<ReceivedMail, 'from' | 'answersTo'> & Kept,
): Promise<void> {
  const { providerId, messageId, from, sender, answersTo, conversationId } = mail;
  const where = { teamId, conversationId, entryId, channelId, direction: 'in' as const };
  const known = { providerId, messageId: messageId ?? undefined, from, sender, answersTo };
  await addMail(ctx, { ...mailFacts(mail), ...known, ...where });
}

/**
 * [M3] Somebody outside answers what was passed on to them: for the team alone, and no word of the customer's. The thread with
 * the customer stays as it is; a ticket that waited for a third party waits no more.
 */
async function takeForwardAnswer(
  ctx: CaseCtx,
  opened: Case,
  channel: Channel,
  mail: ReceivedMail,
): Promise<Accepted> {
  const { _id: conversationId } = opened.conversation;
  const from = mail.from ?? { address: '', name: '' };
  const by = { kind: 'system' as const };
  const attachments = await storeFiles(ctx, opened, mail, by);
  const entry = await appendEntry(ctx, opened, {
    kind: 'note',
    audience: 'team',
    author: by,
    text: saidIn(mail),
    ...idsOf(attachments),
    channel: 'email',
    channelId: channel._id,
    event: { type: 'forwardAnswered', from },
  });
  await markSent(ctx, attachments, entry);
  opened.head = {
    ...opened.head,
    answeredOutside: { at: entry.at, preview: previewOfText(`${from.address}: ${entry.text}`) },
  };
  const sender = mail.dmarc === 'pass' ? 'proven' : 'claimed';
  await keepMail(ctx, channel, entry._id, { ...mail, from, sender, answersTo: undefined, conversationId });
  const { activeTicket: ticket } = opened;
  if (ticket?.waitingOn === 'thirdParty') await recordWaiting(ctx, opened, ticket, undefined, by);
  return { state: 'done', entryId: entry._id, conversationId, isMessage: true };
}

/** Addresses of the desk among the recipients are no copies. */
const isOurs = (address: string, { ownAddresses }: ReceivedMail): boolean => ownAddresses.includes(address);

/** [M4] Of a blocked sender nothing is taken in; of one who sends spam it is kept for whoever looks. */
async function storeBlocked(
  ctx: CaseCtx,
  { teamId, spam }: Doc<'mailSuppressions'>,
  mail: ReceivedMail,
): Promise<Accepted> {
  if (spam === undefined) return { state: 'ignored' };
  const { conversationId } = spam;
  const found = (await conversationOf(ctx, teamId, mail)) ?? (await ctx.db.get(conversationId));
  const entryId = await keepSpam(ctx, found, mail);
  return entryId === null ? { state: 'ignored' } : { state: 'done', entryId, conversationId: found!._id };
}

/** [M4] In the thread where it belongs, for people to see; nobody is answered, woken or assigned by it. */
async function storeAutomatic(
  ctx: CaseCtx,
  conversation: Doc<'conversations'>,
  mail: ReceivedMail,
): Promise<Accepted> {
  const opened = await openCase(ctx, conversation);
  const from = mail.from?.address ?? '';
  const { messageId } = mail;
  if (messageId !== null && (await hasAutomatic(ctx, opened, { messageId, from })))
    return { state: 'ignored' };
  const { _id: entryId } = await appendEntry(ctx, opened, {
    kind: 'event',
    audience: 'team',
    author: { kind: 'customer', customerId: conversation.customerId },
    text: checkedPart(mail.text),
    channel: 'email',
    event: {
      type: 'automaticMail',
      from,
      subject: mail.subject,
      why: mail.automatic!.reason,
      messageId: messageId ?? undefined,
    },
  });
  return { state: 'done', entryId, conversationId: conversation._id };
}

/** [M1] The same by two of the team's addresses comes within moments. */
async function hasAutomatic(
  ctx: CaseCtx,
  { conversation, head }: Case,
  { messageId, from }: { messageId: string; from: string },
): Promise<boolean> {
  const newest = await entriesSince(ctx, conversation._id, head.lastSequence - mostBetween);
  return newest.some(
    ({ event }) => event?.type === 'automaticMail' && event.messageId === messageId && event.from === from,
  );
}

const mostBetween = 20;

type Broken = 'quick' | 'flood';

/**
 * [M4] An address that answers at once, again and again, is a machine whatever its mails say; so is one that the agent would
 * answer more often than any person asks, however slow it is and however many conversations it begins. Null: neither.
 */
async function brokenLoop(
  ctx: CaseCtx,
  opened: Case,
  channel: Channel,
  { from, behalf, dmarc }: Written,
): Promise<Broken | null> {
  if (opened.control.holder !== 'agent') return null;
  if (await isQuick(ctx, opened, channel)) return 'quick';
  // [E4] Whoever forges an address uses up nothing of its owner's.
  const sender = `${channel.teamId} ${dmarc === 'pass' ? 'proven' : 'claimed'} ${behalf ?? from?.address ?? ''}`;
  const waitMs = await take(ctx, [
    ['mailsOfSenderInHour', sender],
    ['mailsOfSenderInDay', sender],
  ]);
  return waitMs > 0 ? 'flood' : null;
}

async function isQuick(ctx: CaseCtx, opened: Case, { _id: channelId }: Channel): Promise<boolean> {
  const thread = await findThread(ctx, opened.conversation._id, channelId);
  if (thread === null) return false;
  const { quickAnswers, isBroken } = loopBroken(thread, Date.now());
  if (thread.lastAnswerAt !== undefined)
    await changeThread(ctx, thread, { quickAnswers, lastAnswerAt: undefined });
  return isBroken;
}

/** Somebody else's mail says nothing of where the customer is. */
function markForTeam(opened: Case, before: Case['head']): void {
  const { customerChannel, customerChannelId, answeredThrough, lastCustomerSequence = 0 } = before;
  const hasAnswered = answeredThrough >= lastCustomerSequence;
  opened.head = {
    ...opened.head,
    customerChannel,
    customerChannelId,
    answeredThrough: hasAnswered ? opened.head.lastSequence : answeredThrough,
  };
}
