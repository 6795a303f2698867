/** What WhatsApp tells of a message that it took (docs/rules.md M2): how far it is, why it failed, what it cost. Pure. */
import { type Infer, v } from 'convex/values';
import { z } from 'zod';
import { type Failure, failureOf, vFailure, zError } from './errors';

export const vPricing = v.object({
  category: v.string(),
  isBillable: v.boolean(),
});
export type Pricing = Infer<typeof vPricing>;

/** `read` is also a voice message that was played. */
export const vStatusKind = v.union(
  v.literal('sent'),
  v.literal('delivered'),
  v.literal('read'),
  v.literal('failed'),
);

export const vStatus = v.object({
  /** The provider's id of the message. */
  id: v.string(),
  what: vStatusKind,
  failure: v.optional(vFailure),
  pricing: v.optional(vPricing),
  /** What the send carried: it may overtake the answer to the send. */
  callback: v.optional(v.string()),
});
export type Status = Infer<typeof vStatus>;

const zStatus = z.looseObject({
  id: z.string().min(1),
  status: z.enum(['sent', 'delivered', 'read', 'played', 'failed']),
  recipient_type: z.string().optional().catch(undefined),
  biz_opaque_callback_data: z.string().max(512).optional().catch(undefined),
  pricing: z
    .looseObject({ category: z.string().max(100), billable: z.boolean().optional().catch(undefined) })
    .optional()
    .catch(undefined),
  errors: z.array(zError).optional().catch(undefined),
});

/** Null: no status that means anything to the desk. */
export function readStatus(payload: string): Status | null {
  const { item } = JSON.parse(payload) as { item: unknown };
  const parsed = zStatus.safeParse(item);
  // Of a group each member tells: we are in none (docs/whatsapp.md).
  if (!parsed.success || parsed.data.recipient_type === 'group') return null;
  const { id, status, pricing, errors = [], ...more } = parsed.data;
  return {
    id,
    what: status === 'played' ? 'read' : status,
    ...(status === 'failed' && { failure: failedBy(errors) }),
    ...(pricing !== undefined && {
      pricing: { category: pricing.category.toLowerCase(), isBillable: pricing.billable ?? true },
    }),
    ...(more.biz_opaque_callback_data !== undefined && { callback: more.biz_opaque_callback_data }),
  };
}

const failedBy = ([first]: z.infer<typeof zError>[]): Failure =>
  failureOf(first ?? { message: 'WhatsApp did not deliver it, and does not say why.' });

/** How far a message is: told in any order, it never goes back. What WhatsApp had may still fail, what arrived has not failed. */
const ranks: Record<Status['what'], number> = { sent: 0, failed: 1, delivered: 2, read: 3 };

export const isFurther = (told: Status['what'], known: Status['what'] | undefined): boolean =>
  known === undefined || ranks[told] > ranks[known];
