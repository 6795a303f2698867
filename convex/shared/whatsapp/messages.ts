/**
 * A message as WhatsApp tells it, read (docs/rules.md M1, M7, C13): what a customer wrote, or what somebody of the team wrote by the
 * phone (an echo). Every kind becomes something that can be shown; what the desk cannot show says so, and where to open it. Pure.
 */
import { type Infer, v } from 'convex/values';
import { z } from 'zod';
import { saidAt } from '../kit/saidAt';
import { zError } from './errors';
import { isVisible } from '../kit/text';
import { contactLines, type Details, orderLines, placeLines, zDetails } from './details';

/** Who wrote, or was written to. A number may be withheld, and the user id is another one in each business. */
const vWhatsappPerson = v.object({
  phone: v.optional(v.string()),
  userId: v.optional(v.string()),
  parentUserId: v.optional(v.string()),
  name: v.optional(v.string()),
});
export type WhatsappPerson = Infer<typeof vWhatsappPerson>;

const vMediaKind = v.union(
  v.literal('image'),
  v.literal('video'),
  v.literal('audio'),
  v.literal('document'),
  v.literal('sticker'),
);
export type MediaKind = Infer<typeof vMediaKind>;

const vMedia = v.object({
  kind: vMediaKind,
  id: v.string(),
  sha256: v.optional(v.string()),
  filename: v.optional(v.string()),
});
export type Media = Infer<typeof vMedia>;

const vContent = v.union(
  v.object({
    what: v.literal('said'),
    /** Empty where there is none. */
    text: v.string(),
    media: v.optional(vMedia),
    /** What it is that nothing of ours can show, as WhatsApp names it. */
    unsupported: v.optional(v.string()),
  }),
  v.object({ what: v.literal('reaction'), to: v.string(), emoji: v.string() }),
  v.object({ what: v.literal('edit'), of: v.string(), text: v.string() }),
  v.object({ what: v.literal('revoke'), of: v.string() }),
  /** The person goes by other ids from now on. */
  v.object({ what: v.literal('newIds'), person: vWhatsappPerson }),
  /** Nothing that anybody would read. */
  v.object({ what: v.literal('nothing'), type: v.string() }),
);
export type Content = Infer<typeof vContent>;

export const vWhatsappMessage = v.object({
  id: v.string(),
  /** By the provider's clock (shared/kit/saidAt.ts). */
  at: v.number(),
  person: vWhatsappPerson,
  /** Of a group: stored, never answered. */
  isGroup: v.boolean(),
  /** The message it answers. */
  replyTo: v.optional(v.string()),
  content: vContent,
});
export type WhatsappMessage = Infer<typeof vWhatsappMessage>;

const zText = z.string().max(100_000);
const zShort = z.string().max(1_000).optional().catch(undefined);
const zMedia = z.looseObject({
  id: z.string().min(1).max(500),
  sha256: zShort,
  filename: zShort,
  caption: zText.optional().catch(undefined),
});

const zContact = z
  .looseObject({
    profile: z.looseObject({ name: zShort, username: zShort }).optional().catch(undefined),
    wa_id: zShort,
    user_id: zShort,
    parent_user_id: zShort,
  })
  .optional()
  .catch(undefined);

const zSystem = z.looseObject({
  type: zShort,
  wa_id: zShort,
  new_wa_id: zShort,
  user_id: zShort,
  parent_user_id: zShort,
});

/** What may stand in a message and in the new version of one. */
const zBodies = z.looseObject({
  type: z.string().max(100).catch('unknown'),
  text: z.looseObject({ body: zText }).optional().catch(undefined),
  image: zMedia.optional().catch(undefined),
  video: zMedia.optional().catch(undefined),
  audio: zMedia.optional().catch(undefined),
  document: zMedia.optional().catch(undefined),
  sticker: zMedia.optional().catch(undefined),
  unsupported: z.looseObject({ type: zShort }).optional().catch(undefined),
  ...zDetails,
});
type Bodies = z.infer<typeof zBodies>;

const zMessage = zBodies.extend({
  id: z.string().min(1).max(500),
  timestamp: z.coerce.number().optional().catch(undefined),
  from: zShort,
  from_user_id: zShort,
  from_parent_user_id: zShort,
  to: zShort,
  to_user_id: zShort,
  to_parent_user_id: zShort,
  group_id: zShort,
  context: z.looseObject({ id: zShort }).optional().catch(undefined),
  reaction: z
    .looseObject({ message_id: z.string().min(1), emoji: zShort })
    .optional()
    .catch(undefined),
  edit: z
    .looseObject({ original_message_id: z.string().min(1), message: zBodies.optional().catch(undefined) })
    .optional()
    .catch(undefined),
  revoke: z
    .looseObject({ original_message_id: z.string().min(1) })
    .optional()
    .catch(undefined),
  system: zSystem.optional().catch(undefined),
  errors: z.array(zError).optional().catch(undefined),
});
type Given = z.infer<typeof zMessage>;

/** Null: no message at all. `type`: of an echo the person is whom it went to. `toldAt`: when it came in. */
export function readMessage(
  type: 'message' | 'echo',
  payload: string,
  toldAt: number,
): WhatsappMessage | null {
  const { item, contact } = JSON.parse(payload) as { item: unknown; contact?: unknown };
  const parsed = zMessage.safeParse(item);
  if (!parsed.success) return null;
  const given = parsed.data;
  const replyTo = given.context?.id;
  return {
    id: given.id,
    at: saidAt(given.timestamp, toldAt),
    person: personOf(type, given, zContact.parse(contact)),
    isGroup: given.group_id !== undefined,
    ...(replyTo !== undefined && { replyTo }),
    content: contentOf(given),
  };
}

function personOf(type: 'message' | 'echo', given: Given, contact: z.infer<typeof zContact>): WhatsappPerson {
  const [phone, userId, parentUserId] =
    type === 'message'
      ? [given.from, given.from_user_id, given.from_parent_user_id]
      : [given.to, given.to_user_id, given.to_parent_user_id];
  const name = contact?.profile?.name ?? contact?.profile?.username;
  return compact({
    phone: digitsOf(phone ?? contact?.wa_id),
    userId: userId ?? contact?.user_id,
    parentUserId: parentUserId ?? contact?.parent_user_id,
    name: name?.trim() === '' ? undefined : name,
  });
}

/** Without what is not known: a field that is undefined is none in a document. */
function compact<Some extends object>(some: Some): { [Key in keyof Some]: Exclude<Some[Key], undefined> } {
  return Object.fromEntries(Object.entries(some).filter(([, value]) => value !== undefined)) as never;
}

/** E.164 without its plus; a user id has letters and is none. */
const digitsOf = (phone: string | undefined): string | undefined =>
  phone !== undefined && /^\+?\d{5,20}$/.test(phone) ? phone.replace('+', '') : undefined;

const mediaKinds = ['image', 'video', 'audio', 'document', 'sticker'] as const;

function contentOf(given: Given): Content {
  const { reaction, edit, revoke, system, type } = given;
  if (reaction !== undefined)
    return { what: 'reaction', to: reaction.message_id, emoji: reaction.emoji ?? '' };
  if (revoke !== undefined) return { what: 'revoke', of: revoke.original_message_id };
  if (edit !== undefined)
    return { what: 'edit', of: edit.original_message_id, text: (edit.message && textOf(edit.message)) ?? '' };
  if (type === 'system') return newIdsOf(system);
  if (type === 'request_welcome') return { what: 'nothing', type };
  const media = mediaOf(given);
  if (media !== undefined) return { what: 'said', text: given[media.kind]?.caption ?? '', media };
  const text = textOf(given);
  if (text !== undefined && isVisible(text)) return { what: 'said', text };
  return { what: 'said', text: '', unsupported: kindOf(given) };
}

const kindOf = ({ unsupported, type }: Bodies): string => {
  const kind = unsupported?.type ?? type;
  return kind === 'unsupported' ? 'a kind that WhatsApp does not name' : kind;
};

function newIdsOf(system: z.infer<typeof zSystem> | undefined): Content {
  const phone = digitsOf(system?.wa_id ?? system?.new_wa_id);
  const person = compact({ phone, userId: system?.user_id, parentUserId: system?.parent_user_id });
  if (Object.keys(person).length === 0) return { what: 'nothing', type: system?.type ?? 'system' };
  return { what: 'newIds', person };
}

function mediaOf(given: Bodies): Media | undefined {
  for (const kind of mediaKinds) {
    const media = given[kind];
    if (media !== undefined) {
      const { id, sha256, filename } = media;
      return { kind, id, ...compact({ sha256, filename }) };
    }
  }
  return undefined;
}

/** Undefined: nothing that could be read. */
function textOf(given: Bodies): string | undefined {
  const caption = mediaKinds.map((kind) => given[kind]?.caption).find((each) => each !== undefined);
  return given.text?.body ?? caption ?? detailsOf(given);
}

function detailsOf({ location, contacts, order, interactive, button }: Details): string | undefined {
  if (location !== undefined) return placeLines(location);
  if (contacts !== undefined && contacts.length > 0) return contactLines(contacts);
  if (order !== undefined) return orderLines(order);
  const reply = interactive?.button_reply ?? interactive?.list_reply;
  if (reply !== undefined) return [reply.title, reply.description].filter(Boolean).join('\n');
  if (interactive?.nfm_reply !== undefined) return interactive.nfm_reply.body ?? 'Sent a form.';
  if (interactive?.call_permission_reply !== undefined)
    return interactive.call_permission_reply.response === 'accept' ? 'Allows calls.' : 'Allows no calls.';
  return button?.text;
}
