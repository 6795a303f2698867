/**
 * Connecting an address, live (docs/rules.md M1, M7; resend.com/docs: Domains, Webhooks): whether the key works, which DNS
 * records the provider has found, and the webhook by which it tells the desk, made where it is missing. It may be done any time,
 * and changes nothing that is in order.
 */
import { v } from 'convex/values';
import { internal } from '../../_generated/api';
import type { Id } from '../../_generated/dataModel';
import { type ActionCtx, internalMutation, requireMember } from '../../functions';
import { appError } from '../../model/kit/errors';
import { loadChannelFor } from '../../model/kit/access';
import { audit } from '../../model/kit/audit';
import { readSecret, setSecret } from '../../model/delivery/channelSecrets';
import {
  checkDomain,
  type ConnectionCheck,
  type DomainCheck,
  mailEventsPath,
  neededDomains,
  readEvents,
} from '../../shared/delivery/connection';
import { inTime, isOnlyHere, lateAnswer } from '../provider';
import { clientFor } from './resend';

const resendUrl = () => process.env.RESEND_BASE_URL || 'https://api.resend.com';

type Client = ReturnType<typeof clientFor>;
/** As the SDK answers. */
interface Answer<Data> {
  data: Data | null;
  error: { statusCode: number | null; name: string; message: string } | null;
  headers: Record<string, string> | null;
}

/** What the check begins with; that it was done stands in the log. */
export const begin = internalMutation({
  args: { teamId: v.id('teams'), channelId: v.id('channels') },
  returns: v.object({
    apiKey: v.union(v.string(), v.null()),
    endpoint: v.string(),
    address: v.string(),
    replyAddress: v.string(),
  }),
  handler: async (ctx, { teamId, channelId }) => {
    const member = await requireMember(ctx, teamId, 'channels.manage');
    const { mail, publicId } = await loadChannelFor(ctx, member, channelId);
    if (mail === undefined) throw appError('INVALID_INPUT', 'This channel is no address.');
    await audit(ctx, { teamId, actor: member, action: 'channel.checked', subject: channelId });
    const apiKey = (await readSecret(ctx, channelId, 'apiKey')) ?? null;
    const { address, replyAddress } = mail;
    return {
      apiKey,
      endpoint: `${process.env.CONVEX_SITE_URL}${mailEventsPath}${publicId}`,
      address,
      replyAddress,
    };
  },
});

/** Unless the key has been changed meanwhile: then the secret is of another account. */
export const keepSecret = internalMutation({
  args: { channelId: v.id('channels'), apiKey: v.string(), secret: v.string() },
  returns: v.null(),
  handler: async (ctx, { channelId, apiKey, secret }) => {
    if ((await readSecret(ctx, channelId, 'apiKey')) !== apiKey) return null;
    if ((await readSecret(ctx, channelId, 'webhookSecret')) === secret) return null;
    await setSecret(ctx, channelId, 'webhookSecret', secret);
    return null;
  },
});

const nothing: Omit<ConnectionCheck, 'key'> = { domains: [], webhook: 'unknown', said: null };

export async function checkConnection(
  ctx: ActionCtx,
  of: { teamId: Id<'teams'>; channelId: Id<'channels'> },
): Promise<ConnectionCheck> {
  const { apiKey, endpoint, ...addresses } = await ctx.runMutation(
    internal.delivery.mail.connecting.begin,
    of,
  );
  if (apiKey === null) return { key: 'none', ...nothing };
  const resend = clientFor(apiKey);
  const listed = await listAll((after) => resend.domains.list({ limit: 100, ...after }));
  if ('refused' in listed) return { ...nothing, ...keyOf(listed.refused, endpoint) };
  const domains: DomainCheck[] = [];
  for (const needed of neededDomains(addresses)) {
    const known = listed.items.find(({ name }) => name === needed.name);
    const details = known && (await ask(() => resend.domains.get(known.id)));
    domains.push(checkDomain(needed, known, details?.data?.records ?? []));
  }
  const { secret, ...webhook } = await ensureWebhook(resend, endpoint);
  if (secret !== undefined) {
    const kept = { channelId: of.channelId, apiKey, secret };
    await ctx.runMutation(internal.delivery.mail.connecting.keepSecret, kept);
  }
  return { key: 'works', domains, ...webhook };
}

type Refusal = NonNullable<Answer<unknown>['error']>;

/** What a refused look at the domains says of the key. */
function keyOf(
  { statusCode, name, message }: Refusal,
  endpoint: string,
): Pick<ConnectionCheck, 'key' | 'webhook' | 'said'> {
  if (name === 'restricted_api_key')
    return {
      key: 'sendsOnly',
      webhook: isOnlyHere(endpoint, resendUrl()) ? 'local' : 'byHand',
      said: message,
    };
  const isRefused = statusCode === 401 || statusCode === 403 || statusCode === 400;
  return { key: isRefused ? 'refused' : 'unreachable', webhook: 'unknown', said: message };
}

/** The webhook of this channel at the provider, listening to all that the desk reads; its signing secret where there is one. */
async function ensureWebhook(
  resend: Client,
  endpoint: string,
): Promise<Pick<ConnectionCheck, 'webhook' | 'said'> & { secret?: string }> {
  if (isOnlyHere(endpoint, resendUrl())) return { webhook: 'local', said: null };
  const failed = ({ message }: Refusal) => ({ webhook: 'failed' as const, said: message });
  const listed = await listAll((after) => resend.webhooks.list({ limit: 100, ...after }));
  if ('refused' in listed) return failed(listed.refused);
  const known = listed.items.find((each) => each.endpoint === endpoint);
  const events = [...readEvents];
  if (known === undefined) {
    const made = await ask(() => resend.webhooks.create({ endpoint, events }));
    if (made.error !== null) return failed(made.error);
    return { webhook: 'listens', said: null, secret: made.data!.signing_secret };
  }
  const isAsIt = known.status === 'enabled' && events.every((each) => known.events?.includes(each) !== false);
  if (!isAsIt) {
    const changed = await ask(() => resend.webhooks.update(known.id, { events, status: 'enabled' }));
    if (changed.error !== null) return failed(changed.error);
  }
  const found = await ask(() => resend.webhooks.get(known.id));
  if (found.error !== null) return failed(found.error);
  return { webhook: 'listens', said: null, secret: found.data!.signing_secret };
}

const maxPages = 20;

async function listAll<Item extends { id: string }>(
  page: (after: { after?: string }) => Promise<Answer<{ data: Item[]; has_more: boolean }>>,
): Promise<{ items: Item[] } | { refused: Refusal }> {
  const items: Item[] = [];
  for (let pages = 0; pages < maxPages; pages++) {
    const last = items.at(-1);
    const { data, error } = await ask(() => page(last === undefined ? {} : { after: last.id }));
    if (error !== null) return { refused: error };
    items.push(...data!.data);
    if (!data!.has_more) break;
  }
  return { items };
}

const mostTries = 4;
const timeoutMs = 15_000;
const late = {
  data: null,
  error: { statusCode: null, name: 'late', message: lateAnswer },
  headers: null,
};

/** Patient where the provider asks for patience: these few calls share its limit with all that is sent. */
async function ask<Data>(call: () => Promise<Answer<Data>>): Promise<Answer<Data>> {
  for (let tries = 1; ; tries++) {
    const answer = await inTime(call, timeoutMs).catch((): Answer<Data> => late);
    if (answer.error?.statusCode !== 429 || tries === mostTries) return answer;
    await wait(Math.min(5, Number(answer.headers?.['retry-after']) || 1) * 1_000);
  }
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
