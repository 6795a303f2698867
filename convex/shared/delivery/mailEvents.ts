/**
 * What Resend tells by webhook, as far as the desk reads it (docs/rules.md M1, M2, M4; resend.com/docs, Webhooks). Pure, and
 * loose: what is not known is left out, and nothing but the kind and the mail's id must be there.
 */
import { type Infer, v } from 'convex/values';
import { z } from 'zod';

const zEvent = z.looseObject({
  type: z.string().max(100),
  created_at: z.string().max(100).optional(),
  data: z.looseObject({ email_id: z.string().min(1).max(200).optional() }).optional(),
});

const zAddresses = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

const zDelivery = z.looseObject({
  email_id: z.string(),
  message_id: z.string().max(1_000).optional().catch(undefined),
  to: zAddresses.optional().catch(undefined),
  tags: z
    .union([
      z.record(z.string(), z.string()),
      z
        .array(z.object({ name: z.string(), value: z.string() }))
        .transform((tags) => Object.fromEntries(tags.map(({ name, value }) => [name, value]))),
    ])
    .optional()
    .catch(undefined),
  bounce: z
    .looseObject({
      type: z.string().optional(),
      subType: z.string().optional(),
      message: z.string().optional(),
    })
    .optional()
    .catch(undefined),
  failed: z.looseObject({ reason: z.string().optional() }).optional().catch(undefined),
  suppressed: z
    .looseObject({ type: z.string().optional(), message: z.string().optional() })
    .optional()
    .catch(undefined),
});

const zReceived = z.looseObject({
  email_id: z.string(),
  received_for: zAddresses.optional().catch(undefined),
  created_at: z.string().max(100).optional().catch(undefined),
});

export const vMailReceipt = v.object({
  what: v.union(
    v.literal('sent'),
    v.literal('delivered'),
    v.literal('delayed'),
    v.literal('bounced'),
    v.literal('complained'),
    v.literal('failed'),
  ),
  providerId: v.string(),
  /** Our own tags, where they came back: a receipt may overtake the answer to the send. */
  entryId: v.optional(v.string()),
  deskMailId: v.optional(v.string()),
  messageId: v.optional(v.string()),
  recipient: v.optional(v.string()),
  detail: v.optional(v.string()),
});
export type MailReceipt = Infer<typeof vMailReceipt>;

export const receivedType = 'email.received';

/** Which mail to fetch, for whom it came and when, where the provider says so. */
export const vMailTold = v.object({
  providerId: v.string(),
  receivedFor: v.array(v.string()),
  receivedAt: v.optional(v.number()),
});
export type MailTold = Infer<typeof vMailTold>;

/** By which a mail that came in is stored once, whoever told of it. */
export const receivedKey = (id: string) => `${receivedType} ${id}`;

/** The body of a webhook: its kind and the key by which it is stored once. Null: no such body. */
export function readMailEvent(body: string): { type: string; key: string | null } | null {
  const parsed = zEvent.safeParse(parseJson(body));
  if (!parsed.success) return null;
  const { type, data, created_at: at } = parsed.data;
  const id = data?.email_id;
  // A mail may be delayed or opened more than once.
  return {
    type,
    key: id === undefined ? null : type === receivedType ? receivedKey(id) : `${type} ${id} ${at}`,
  };
}

/** Of `email.received`. */
export function readReceived(body: string): MailTold | null {
  const parsed = zReceived.safeParse(dataOf(body));
  if (!parsed.success) return null;
  const { email_id: providerId, received_for: receivedFor = [], created_at: at = '' } = parsed.data;
  const receivedAt = Date.parse(at);
  return { providerId, receivedFor, ...(Number.isNaN(receivedAt) ? {} : { receivedAt }) };
}

/** Of the events about a mail that was sent; null: none of them. */
export function readReceipt(body: string): MailReceipt | null {
  const type = readMailEvent(body)?.type ?? '';
  const parsed = zDelivery.safeParse(dataOf(body));
  if (!parsed.success) return null;
  const told = whatHappened(type, parsed.data);
  if (told === null) return null;
  const { email_id: providerId, message_id: id, to = [], tags = {} } = parsed.data;
  return {
    ...told,
    providerId,
    ...(id === undefined ? {} : { messageId: id.startsWith('<') ? id : `<${id}>` }),
    ...(tags.message === undefined ? {} : { entryId: tags.message }),
    ...(tags.desk === undefined ? {} : { deskMailId: tags.desk }),
    ...(to.length === 1 ? { recipient: to[0]!.toLowerCase() } : {}),
  };
}

function whatHappened(
  type: string,
  { bounce, failed, suppressed }: z.infer<typeof zDelivery>,
): Pick<MailReceipt, 'what' | 'detail'> | null {
  const say = (what: MailReceipt['what'], ...words: (string | undefined)[]) => {
    const detail = words.filter((word) => word !== undefined && word !== '').join(': ');
    return detail === '' ? { what } : { what, detail };
  };
  switch (type) {
    case 'email.sent':
      return say('sent');
    case 'email.delivered':
      return say('delivered');
    case 'email.delivery_delayed':
      return say('delayed');
    case 'email.bounced':
      // A full mailbox may have room tomorrow: it is a warning, and no reason to give the address up.
      return say(bounce?.type === 'Transient' ? 'delayed' : 'bounced', bounce?.subType, bounce?.message);
    case 'email.suppressed':
      return say('bounced', 'The provider does not deliver to this address any more', suppressed?.message);
    case 'email.complained':
      return say('complained');
    case 'email.failed':
      return say('failed', failed?.reason);
    default:
      return null;
  }
}

function dataOf(body: string): unknown {
  const event = parseJson(body);
  return typeof event === 'object' && event !== null && 'data' in event ? event.data : undefined;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
