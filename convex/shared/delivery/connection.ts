/** What a live check of an address finds (docs/rules.md M2, M7): its key, its domains, and where the provider tells. Pure. */
import { type Infer, v } from 'convex/values';

/** A DNS record as it is entered where the domain is kept. */
const vDnsRecord = v.object({
  type: v.string(),
  name: v.string(),
  value: v.string(),
  priority: v.union(v.number(), v.null()),
  isFound: v.boolean(),
});
export type DnsRecord = Infer<typeof vDnsRecord>;

const vDomainCheck = v.object({
  name: v.string(),
  sends: v.boolean(),
  receives: v.boolean(),
  /** `off`: the domain is there, but may not do what the address needs of it. */
  state: v.union(v.literal('ready'), v.literal('waiting'), v.literal('off'), v.literal('absent')),
  records: v.array(vDnsRecord),
});
export type DomainCheck = Infer<typeof vDomainCheck>;

export const vConnectionCheck = v.object({
  key: v.union(
    v.literal('none'),
    v.literal('works'),
    /** It may only send: domains, received mails and webhooks are closed to it. */
    v.literal('sendsOnly'),
    v.literal('refused'),
    v.literal('unreachable'),
  ),
  domains: v.array(vDomainCheck),
  /** Where the provider tells what happened: `local`: nobody outside reaches it. */
  webhook: v.union(
    v.literal('listens'),
    v.literal('byHand'),
    v.literal('local'),
    v.literal('failed'),
    v.literal('unknown'),
  ),
  /** In the provider's own words, where something was refused. */
  said: v.union(v.string(), v.null()),
});
export type ConnectionCheck = Infer<typeof vConnectionCheck>;

/** What a live check of a bot finds. */
export const vTelegramCheck = v.object({
  bot: v.union(v.literal('none'), v.literal('works'), v.literal('refused'), v.literal('unreachable')),
  /** `local`: nobody outside reaches it. */
  webhook: v.union(v.literal('listens'), v.literal('local'), v.literal('failed'), v.literal('unknown')),
  /** Updates that Telegram has not been able to tell. */
  pending: v.number(),
  /** Why it could not, the last time. */
  lastFailure: v.union(v.string(), v.null()),
  lastFailureAt: v.union(v.number(), v.null()),
  /** In Telegram's own words, where something was refused. */
  said: v.union(v.string(), v.null()),
});
export type TelegramCheck = Infer<typeof vTelegramCheck>;

/** Below the desk's own address: a channel's public id follows. */
export const mailEventsPath = '/channels/email/';
export const telegramPath = '/channels/telegram/';
export const whatsappPath = '/channels/whatsapp/';

/** What the desk reads of what a provider tells (shared/delivery/mailEvents.ts). */
export const readEvents = [
  'email.received',
  'email.sent',
  'email.delivered',
  'email.delivery_delayed',
  'email.bounced',
  'email.complained',
  'email.failed',
  'email.suppressed',
] as const;

/** As the provider lists it. */
interface Listed {
  name: string;
  status: string;
  capabilities?: { sending?: string; receiving?: string } | undefined;
}
interface ListedRecord {
  record: string;
  type: string;
  name: string;
  value: string;
  priority?: number | undefined;
  status: string;
}

const domainOf = (address: string): string => address.split('@')[1] ?? '';

/** The domains that an address needs, each once, with what it needs them for. */
export function neededDomains(of: {
  address: string;
  replyAddress: string;
}): Pick<DomainCheck, 'name' | 'sends' | 'receives'>[] {
  const [from, to] = [domainOf(of.address), domainOf(of.replyAddress)];
  if (from === to) return [{ name: from, sends: true, receives: true }];
  return [
    { name: from, sends: true, receives: false },
    { name: to, sends: false, receives: true },
  ];
}

export function checkDomain(
  needed: Pick<DomainCheck, 'name' | 'sends' | 'receives'>,
  listed: Listed | undefined,
  records: readonly ListedRecord[],
): DomainCheck {
  if (listed === undefined) return { ...needed, state: 'absent', records: [] };
  const { sending = 'enabled', receiving = 'disabled' } = listed.capabilities ?? {};
  const isOff = (needed.sends && sending !== 'enabled') || (needed.receives && receiving !== 'enabled');
  const shown = records
    .filter(({ record }) => (record === 'Receiving' ? needed.receives : isForSending(record) && needed.sends))
    .map(({ type, name, value, priority = null, status }) => ({
      type,
      name,
      value,
      priority,
      isFound: status === 'verified',
    }));
  // A domain may be verified for sending long before its mail arrives here: the records have the last word.
  const isReady = listed.status === 'verified' && shown.every(({ isFound }) => isFound);
  return { ...needed, state: isOff ? 'off' : isReady ? 'ready' : 'waiting', records: shown };
}

const isForSending = (record: string) => record === 'SPF' || record === 'DKIM';

/** Where answers come in, unless told otherwise: mail of the domain itself stays where it is. */
export function suggestReplyAddress(address: string): string {
  const [local = '', domain = ''] = address.trim().split('@');
  if (local === '' || domain === '') return '';
  return domain.startsWith('in.') ? `${local}@${domain}` : `${local}@in.${domain}`;
}
