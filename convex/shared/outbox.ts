/** Outbox states and their total table (product.md M2). Pure. */
import { type Infer, v } from 'convex/values';

export const vOutboxState = v.union(
  v.literal('held'),
  v.literal('queued'),
  v.literal('claimed'),
  v.literal('sent'),
  v.literal('delivered'),
  v.literal('read'),
  v.literal('failed'),
  v.literal('unknown'),
  v.literal('cancelled'),
);
export type OutboxState = Infer<typeof vOutboxState>;
