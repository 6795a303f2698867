/**
 * What leaves by WhatsApp (docs/rules.md M2, M8): one message of the desk as the fewest sends there are, since each costs; the bodies
 * they go out as, and what their answers say. Pure.
 */
import { type Infer, v } from 'convex/values';
import { z } from 'zod';
import { asWhatsapp, maxCaption, partsOf, withLines } from './markup';
import { mediaOf, type OutKind, takesCaption } from './media';
import type { WhatsappPerson } from './messages';

export const vOutFile = v.object({
  storageId: v.id('_storage'),
  name: v.string(),
  contentType: v.string(),
  size: v.number(),
});
type OutFile = Infer<typeof vOutFile>;

/** `template`: the JSON of what a send names it by. */
export type Part =
  | { what: 'text'; text: string }
  | { what: 'media'; kind: OutKind; type: string; file: OutFile; caption: string }
  | { what: 'template'; template: string };

export interface Message {
  text: string;
  /** [M8] Fixed lines since the last message of ours. */
  lines: readonly string[];
  files: readonly OutFile[];
  template?: string | undefined;
}

/** In the order in which they leave. */
export function sendsOf({ text, lines, files, template }: Message): Part[] {
  if (template !== undefined) return [{ what: 'template', template }];
  const words = withLines(lines, asWhatsapp(text));
  const media = files.map((file) => ({
    what: 'media' as const,
    // What it takes no file of was refused where it was written (model/control/door.ts).
    ...(mediaOf(file) ?? { kind: 'document' as const, type: file.contentType }),
    file,
    caption: '',
  }));
  const [first, ...others] = media;
  if (first !== undefined && takesCaption(first.kind) && words.length <= maxCaption)
    return [{ ...first, caption: words }, ...others];
  const texts = words === '' ? [] : partsOf(words).map((part) => ({ what: 'text' as const, text: part }));
  return [...texts, ...media];
}

/** `callback`: by which a status names its send, also where the answer never came. */
export interface Envelope {
  to: Pick<WhatsappPerson, 'phone' | 'userId'>;
  callback: string;
}

/** `mediaId`: of a file that was brought there before. A number wins where both are known (Meta). */
export function bodyOf(part: Part, { to, callback }: Envelope, mediaId?: string): object {
  return {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    ...(to.phone === undefined ? { recipient: to.userId } : { to: to.phone }),
    ...contentOf(part, mediaId),
    biz_opaque_callback_data: callback,
  };
}

function contentOf(part: Part, mediaId: string | undefined): object {
  if (part.what === 'text') {
    const hasLink = /https?:\/\//.test(part.text);
    return { type: 'text', text: { body: part.text, ...(hasLink && { preview_url: true }) } };
  }
  if (part.what === 'template') return { type: 'template', template: JSON.parse(part.template) as object };
  const { kind, caption, file } = part;
  return {
    type: kind,
    [kind]: {
      id: mediaId,
      ...(caption !== '' && { caption }),
      ...(kind === 'document' && { filename: file.name }),
    },
  };
}

const zAnswer = z.looseObject({
  contacts: z
    .array(
      z.looseObject({
        wa_id: z.string().optional().catch(undefined),
        user_id: z.string().optional().catch(undefined),
      }),
    )
    .catch([]),
  messages: z.array(z.looseObject({ id: z.string().min(1).max(500) })).min(1),
});

/** Null: it says not what was taken. */
export function readAnswer(body: unknown): { id: string; phone?: string; userId?: string } | null {
  const parsed = zAnswer.safeParse(body);
  if (!parsed.success) return null;
  const [contact] = parsed.data.contacts;
  return {
    id: parsed.data.messages[0]!.id,
    ...(contact?.wa_id !== undefined && { phone: contact.wa_id }),
    ...(contact?.user_id !== undefined && { userId: contact.user_id }),
  };
}
