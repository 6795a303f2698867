/**
 * A webhook of WhatsApp taken apart (docs/rules.md M1, E2; Meta's webhook reference). One body carries many things for many
 * numbers, batched as the provider likes: each becomes a telling of its own, with the key by which it is stored once. Pure, and
 * loose: nothing essential hangs on a field that is not known, and what makes no sense is a telling as well, so none is lost.
 */
import { type Infer, v } from 'convex/values';
import { z } from 'zod';

export const vTellingType = v.union(
  v.literal('message'),
  /** What somebody of the team wrote on the phone with the number. */
  v.literal('echo'),
  v.literal('status'),
  v.literal('userId'),
  v.literal('account'),
  v.literal('template'),
  /** Of months before the number was connected. */
  v.literal('history'),
  v.literal('other'),
);
type TellingType = Infer<typeof vTellingType>;

export interface Telling {
  /** The number it was told to; undefined: it is about the whole account. */
  phoneNumberId: string | undefined;
  /** The WhatsApp Business Account. */
  accountId: string;
  type: TellingType;
  /** The same however often it comes: of a message its id, of a status the id and how far it is, else what it says. */
  key: string;
  /** As it came, with the contact it is about: what messages.ts and statuses.ts read. */
  payload: string;
}

const zId = z.union([z.string().min(1).max(500), z.number().transform(String)]);

const zBody = z.looseObject({
  object: z.literal('whatsapp_business_account'),
  entry: z.array(
    z.looseObject({ id: zId.optional().catch(undefined), changes: z.array(z.unknown()).catch([]) }),
  ),
});

const zList = z.array(z.unknown()).optional().catch(undefined);
const zChange = z.looseObject({
  field: z.string().max(200),
  value: z.looseObject({
    metadata: z.looseObject({ phone_number_id: zId }).optional().catch(undefined),
    contacts: zList,
    messages: zList,
    message_echoes: zList,
    statuses: zList,
    user_id_update: zList,
  }),
});
type Change = z.infer<typeof zChange>;

const zItem = z.looseObject({
  id: z.string().min(1).max(500).optional().catch(undefined),
  status: z.string().max(100).optional().catch(undefined),
  from: zId.optional().catch(undefined),
  from_user_id: zId.optional().catch(undefined),
  to: zId.optional().catch(undefined),
  to_user_id: zId.optional().catch(undefined),
  recipient_id: zId.optional().catch(undefined),
  recipient_user_id: zId.optional().catch(undefined),
});

/** Null: no body of this provider. */
export async function readTellings(body: string): Promise<Telling[] | null> {
  const parsed = zBody.safeParse(parseJson(body));
  if (!parsed.success) return null;
  const tellings: Telling[] = [];
  for (const { id: accountId = '', changes } of parsed.data.entry)
    for (const change of changes) tellings.push(...(await tellingsOf(accountId, change)));
  return tellings;
}

/** Which lists of a change hold things of their own. */
const lists = [
  ['messages', 'message'],
  ['message_echoes', 'echo'],
  ['statuses', 'status'],
  ['user_id_update', 'userId'],
] as const;

const wholeFields: Record<string, TellingType> = {
  account_update: 'account',
  account_review_update: 'account',
  message_template_status_update: 'template',
  message_template_quality_update: 'template',
  template_category_update: 'template',
  history: 'history',
};

async function tellingsOf(accountId: string, change: unknown): Promise<Telling[]> {
  const parsed = zChange.safeParse(change);
  if (!parsed.success) return [await whole(accountId, undefined, 'other', change)];
  const { field, value } = parsed.data;
  const phoneNumberId = value.metadata?.phone_number_id;
  const items = lists.flatMap(([list, type]) => (value[list] ?? []).map((item) => ({ type, item })));
  if (items.length === 0)
    return [await whole(accountId, phoneNumberId, wholeFields[field] ?? 'other', change)];
  return Promise.all(
    items.map(async ({ type, item }) => {
      const payload = JSON.stringify({ item, contact: contactOf(parsed.data, item) });
      return {
        phoneNumberId,
        accountId,
        type,
        key: keyOf(type, item) ?? (await hashed(type, item)),
        payload,
      };
    }),
  );
}

async function whole(
  accountId: string,
  phoneNumberId: string | undefined,
  type: TellingType,
  change: unknown,
): Promise<Telling> {
  return {
    phoneNumberId,
    accountId,
    type,
    key: await hashed(type, change),
    payload: JSON.stringify({ item: change }),
  };
}

function keyOf(type: TellingType, item: unknown): string | null {
  const { data } = zItem.safeParse(item);
  if (data?.id === undefined) return null;
  if (type === 'status') return data.status === undefined ? null : `status ${data.id} ${data.status}`;
  return type === 'message' || type === 'echo' ? `${type} ${data.id}` : null;
}

/** By what it says: the same words told twice are one telling. */
async function hashed(type: TellingType, told: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(told) ?? '');
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return `${type} ${Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** Of several people in one batch the one this is about. */
function contactOf({ value: { contacts = [] } }: Change, item: unknown): unknown {
  const { data = {} as z.infer<typeof zItem> } = zItem.safeParse(item);
  const named = [
    data.from_user_id,
    data.from,
    data.to_user_id,
    data.to,
    data.recipient_user_id,
    data.recipient_id,
  ].filter((id) => id !== undefined);
  const isAbout = (contact: unknown) => {
    const known = zContactIds.safeParse(contact);
    return known.success && named.some((id) => id === known.data.wa_id || id === known.data.user_id);
  };
  return contacts.find(isAbout) ?? (contacts.length === 1 ? contacts[0] : undefined);
}

const zContactIds = z.looseObject({
  wa_id: zId.optional().catch(undefined),
  user_id: zId.optional().catch(undefined),
});

function parseJson(body: string): unknown {
  try {
    // Half a character is no text that can be stored.
    return JSON.parse(body, (_, value: unknown) =>
      typeof value === 'string' ? value.toWellFormed() : value,
    );
  } catch {
    return undefined;
  }
}
