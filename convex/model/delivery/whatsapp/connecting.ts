/** A number is connected (docs/rules.md M7, R3): what names it at the provider, and what opens that, sealed. */
import type { Doc, Id } from '../../../_generated/dataModel';
import type { MutationCtx } from '../../../_generated/server';
import { appError } from '../../kit/errors';
import { listChannels } from '../../kit/channels';
import { newToken } from '../../kit/secrets';
import { reopenAccount } from '../account';
import { accountOfKey, setSecret } from '../channelSecrets';
import { setConnection } from '../channels';
import { hasThreads } from '../chatThreads';
import { resumeAfter } from '../troubles';

interface Connection {
  phoneNumberId: string;
  businessId: string;
  accessToken?: string | undefined;
  appSecret?: string | undefined;
}

/** What was refused under an old token is tried at once under a new one. */
export async function connectWhatsapp(
  ctx: MutationCtx,
  channel: Doc<'channels'>,
  { accessToken, appSecret, ...given }: Connection,
): Promise<void> {
  if (channel.kind !== 'whatsapp') throw appError('INVALID_INPUT', 'This channel is no number of WhatsApp.');
  const { _id: channelId, whatsapp: before } = channel;
  const phoneNumberId = cleanId(given.phoneNumberId, 'The phone number ID');
  const businessId = cleanId(given.businessId, 'The WhatsApp Business Account ID');
  for (const secret of [accessToken, appSecret])
    if (secret !== undefined && !/^[\x21-\x7e]{1,1000}$/.test(secret))
      throw appError('INVALID_INPUT', 'A token or secret has letters, digits and signs alone.');
  await requireFree(ctx, channel, phoneNumberId);
  if (before !== undefined && before.phoneNumberId !== phoneNumberId) await requireUnused(ctx, channel);
  const account = accessToken === undefined ? channel.account : await accountOfKey(accessToken);
  const number = before?.phoneNumberId === phoneNumberId ? before.number : '';
  await setConnection(ctx, channelId, { whatsapp: { phoneNumberId, businessId, number }, account });
  if (appSecret !== undefined) await setSecret(ctx, channelId, 'webhookSecret', appSecret);
  if (accessToken === undefined) return;
  await setSecret(ctx, channelId, 'accessToken', accessToken);
  await resumeAfter(ctx, channel);
  await reopenAccount(ctx, account!);
}

function cleanId(typed: string, what: string): string {
  const id = typed.trim();
  if (!/^\d{5,30}$/.test(id))
    throw appError('INVALID_INPUT', `${what} has digits alone: it is not the number itself.`);
  return id;
}

/** Two channels with one number would both take its messages. */
async function requireFree(
  ctx: MutationCtx,
  { _id, teamId }: Doc<'channels'>,
  phoneNumberId: string,
): Promise<void> {
  const channels = await listChannels(ctx, teamId);
  const other = channels.find(
    ({ _id: each, whatsapp }) => each !== _id && whatsapp?.phoneNumberId === phoneNumberId,
  );
  if (other !== undefined)
    throw appError('INVALID_INPUT', `This number is connected as “${other.name}” already.`);
}

/** Its chats, and the ids of its messages, are that number's: what was typed wrong is put right until somebody has written. */
async function requireUnused(ctx: MutationCtx, { _id, whatsapp }: Doc<'channels'>): Promise<void> {
  if (!(await hasThreads(ctx, _id))) return;
  const { number, phoneNumberId } = whatsapp!;
  throw appError(
    'INVALID_INPUT',
    `This channel is ${number || `the number with the ID ${phoneNumberId}`}. Another number is connected as a channel of its own.`,
  );
}

/** Told whoever connects it this once. */
export async function newVerifyToken(ctx: MutationCtx, channelId: Id<'channels'>): Promise<string> {
  const token = newToken();
  await setSecret(ctx, channelId, 'verifyToken', token);
  return token;
}

/** As WhatsApp writes it. */
export async function noteNumber(ctx: MutationCtx, channelId: Id<'channels'>, number: string): Promise<void> {
  const channel = (await ctx.db.get(channelId))!;
  const { whatsapp: settings, account } = channel;
  if (settings !== undefined && settings.number !== number)
    await setConnection(ctx, channelId, { whatsapp: { ...settings, number }, account });
}
