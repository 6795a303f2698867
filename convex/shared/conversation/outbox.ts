/**
 * Outbox states and their total table (docs/rules.md M2). Pure.
 *
 *   held ─▶ queued ─▶ claimed ─▶ sent ─▶ delivered ─▶ read
 *              ▲        │  │
 *              │        │  └▶ unknown: the lease ran out, or a timeout came after bytes were sent. Reconciled with the
 *              │        ▼             provider into sent or failed, never blindly resent.
 *              └────  failed: cause and next try; without a next try it is given up
 *   cancelled: before any claim only. What is claimed cannot be recalled (C11).
 *
 * A receipt may overtake the acknowledgement, so a row may skip forward; it never goes back. What comes back after it was
 * delivered stays `delivered`, and its entry says that it was never sent (model/delivery/drain.ts, takeBack).
 */
import { type Infer, v } from 'convex/values';
import type { ChannelKind, ProviderKind } from './channels';

export const outboxStates = [
  'held',
  'queued',
  'claimed',
  'sent',
  'delivered',
  'read',
  'failed',
  'unknown',
  'cancelled',
] as const;
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

/** A claim not settled within this is `unknown`. */
export const leaseMs = 30_000;

const none: Record<OutboxState, boolean> = {
  held: false,
  queued: false,
  claimed: false,
  sent: false,
  delivered: false,
  read: false,
  failed: false,
  unknown: false,
  cancelled: false,
};

/** Every move that may happen. */
export const outboxTransitions: Record<OutboxState, Record<OutboxState, boolean>> = {
  held: { ...none, queued: true, cancelled: true },
  queued: { ...none, claimed: true, cancelled: true },
  claimed: { ...none, sent: true, delivered: true, read: true, failed: true, unknown: true },
  sent: { ...none, delivered: true, read: true, failed: true },
  delivered: { ...none, read: true },
  read: none,
  failed: { ...none, queued: true, cancelled: true },
  unknown: { ...none, sent: true, delivered: true, read: true, failed: true },
  cancelled: none,
};

/**
 * Which sends must be brought to the customer. On `web` the commit is the delivery. On `api` an agent's own answer is shown by
 * its platform once Baton's 2xx says accepted (P1); only what others say there must be brought to the platform.
 */
export function needsDelivery(channel: string, authorKind: 'agent' | 'operator' | 'system'): boolean {
  if (channel === 'web') return false;
  // [M8] Where a message costs or rings, the fixed lines are part of the next real reply.
  if (channel === 'email' || channel === 'whatsapp') return authorKind !== 'system';
  return channel !== 'api' || authorKind !== 'agent';
}

/** Whether the desk brings it there itself (delivery/send.ts). */
export function isCarried(channel: string): channel is ProviderKind {
  return channel === 'email' || channel === 'telegram' || channel === 'whatsapp';
}

/**
 * Whether its provider knows a send by a key of ours: one nobody knows the outcome of is asked about under it. Elsewhere nobody
 * can be asked. It stays `unknown`, for a person to see, unless the provider tells of it by itself, and what stands behind it goes.
 */
export function isAskable(channel: ChannelKind): boolean {
  return channel === 'email' || channel === 'api';
}

/** It has not reached the customer, and will not: it counts as not said. */
export const isLost = ({
  neverSent,
  state,
  nextTryAt,
}: {
  neverSent?: boolean | undefined;
  state?: OutboxState | undefined;
  nextTryAt?: number | null | undefined;
}): boolean => neverSent === true || state === 'cancelled' || (state === 'failed' && nextTryAt == null);

/** Under which client message id a lost one goes out again. */
export const againId = (entryId: string) => `again-${entryId}`;
