/** The ways in of a team (docs/rules.md M3, R3): made, changed, connected. The only writer of `channels`. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { isEmail, normalizeEmail } from '../../shared/kit/emails';
import type { MailSettings } from '../../shared/delivery/mailSettings';
import { firstCharacters, oneLine } from '../../shared/kit/text';
import { appError } from '../kit/errors';
import { audit } from '../kit/audit';
import { listChannels, listChannelsOn, maxChannels } from '../kit/channels';
import { cleanName } from '../kit/names';
import { newToken } from '../kit/secrets';
import { reopenAccount } from './account';
import { accountOfKey, setSecret } from './channelSecrets';
import { resumeChannel } from './drain';

type NewChannel = Pick<Doc<'channels'>, 'kind' | 'name' | 'agentId'>;

export async function addChannel(
  ctx: MutationCtx,
  actor: Doc<'members'>,
  { kind, name, agentId }: NewChannel,
): Promise<Id<'channels'>> {
  const { teamId } = actor;
  const existing = await listChannels(ctx, teamId);
  if (existing.length === maxChannels) {
    throw appError('INVALID_INPUT', `A team has at most ${maxChannels} channels.`);
  }
  const fields = { teamId, kind, name: cleanName(name, "The channel's name"), agentId };
  const channelId = await ctx.db.insert('channels', { ...fields, publicId: newToken(), active: true });
  await audit(ctx, { teamId, actor, action: 'channel.created', subject: channelId });
  return channelId;
}

export async function changeChannel(
  ctx: MutationCtx,
  channelId: Id<'channels'>,
  change: Partial<Pick<Doc<'channels'>, 'name' | 'agentId' | 'active' | 'origins' | 'look' | 'showsPage'>>,
): Promise<void> {
  const { name } = change;
  const named = name === undefined ? {} : { name: cleanName(name, "The channel's name") };
  const freed = change.active === true ? { trouble: undefined } : {};
  await ctx.db.patch(channelId, { ...change, ...named, ...freed });
  if (change.active === true) await resumeChannel(ctx, channelId);
}

/** Of a messenger: what it is connected to, and whose limits its sends share. */
export async function setConnection(
  ctx: MutationCtx,
  channelId: Id<'channels'>,
  connection: Partial<Pick<Doc<'channels'>, 'telegram' | 'whatsapp'>> & { account: string | undefined },
): Promise<void> {
  await ctx.db.patch(channelId, connection);
}

/** Its provider has closed it; it is over when the channel is opened again. */
export async function closeFor(ctx: MutationCtx, channelId: Id<'channels'>, said: string): Promise<void> {
  await ctx.db.patch(channelId, { active: false, trouble: { said, at: Date.now() } });
}

interface MailConnection {
  settings: MailSettings;
  /** Empty: taken out; undefined: as it is. */
  apiKey?: string | undefined;
  webhookSecret?: string | undefined;
}

/** Of the 64 octets that a local part may have, a signed id takes the rest (shared/mail/threading.ts). */
const maxLocalPart = 18;

export function checkMailSettings({ address, senderName, replyAddress }: MailSettings): MailSettings {
  const clean = (typed: string, what: string) => {
    const email = normalizeEmail(typed);
    if (!isEmail(email)) throw appError('INVALID_INPUT', `${what} is not an email address.`);
    if (email.includes('+')) throw appError('INVALID_INPUT', `${what} may not have a + in it.`);
    return email;
  };
  const answersTo = clean(replyAddress, 'The reply address');
  if (answersTo.indexOf('@') > maxLocalPart) {
    throw appError(
      'INVALID_INPUT',
      `The reply address has at most ${maxLocalPart} characters before the @: what names a conversation is hung on it.`,
    );
  }
  return {
    address: clean(address, 'The address'),
    senderName: firstCharacters(oneLine(senderName.replace(/[\p{Cc}\p{Cf}]/gu, '')), 100),
    replyAddress: answersTo,
  };
}

/** What was refused under an old key is tried at once under a new one. */
export async function connectMail(
  ctx: MutationCtx,
  channel: Doc<'channels'>,
  { settings, apiKey, webhookSecret }: MailConnection,
): Promise<void> {
  for (const secret of [apiKey, webhookSecret]) {
    if (secret !== undefined && !/^[\x21-\x7e]{0,300}$/.test(secret)) {
      throw appError('INVALID_INPUT', 'A key has letters, digits and signs alone, at most 300.');
    }
  }
  const { _id: channelId } = channel;
  const account = apiKey === undefined ? channel.account : await accountOf(apiKey);
  await requireFree(ctx, channel, settings, account);
  await ctx.db.patch(channelId, { mail: settings, account });
  if (webhookSecret !== undefined) {
    // Another account has nothing more to tell.
    if (account !== channel.account) await setSecret(ctx, channelId, 'webhookSecret', '');
    await setSecret(ctx, channelId, 'webhookSecret', webhookSecret);
  }
  if (apiKey === undefined) return;
  await setSecret(ctx, channelId, 'apiKey', apiKey);
  if (account === undefined) await resumeChannel(ctx, channelId);
  else await reopenAccount(ctx, account);
}

const accountOf = async (apiKey: string) => (apiKey === '' ? undefined : accountOfKey(apiKey));

/**
 * Two channels with one address would both take its mails: within a team, and in two teams whose channels share an account of
 * the provider. Elsewhere each team has the mails that its own account was given, and whoever types an address takes it away
 * from nobody. What stood like this before may stay.
 */
async function requireFree(
  ctx: MutationCtx,
  { _id, teamId, mail, account: before }: Doc<'channels'>,
  { address, replyAddress }: MailSettings,
  account: string | undefined,
): Promise<void> {
  const isAsBefore = mail?.address === address && mail.replyAddress === replyAddress && account === before;
  if (isAsBefore) return;
  const shared = account === undefined ? [] : await listChannelsOn(ctx, account);
  for (const other of [...(await listChannels(ctx, teamId)), ...shared]) {
    if (other._id === _id || other.mail === undefined) continue;
    const isSame = other.mail.address === address;
    if (!isSame && other.mail.replyAddress !== replyAddress) continue;
    const ofTeam = isSame
      ? `is the address of “${other.name}” already`
      : `is where answers of “${other.name}” come in already`;
    const why =
      other.teamId === teamId ? ofTeam : 'is connected with this key by another team of this desk already';
    throw appError('INVALID_INPUT', `${isSame ? address : replyAddress} ${why}.`);
  }
}
