/** The ways in. A deployment serves `web` and `api` itself; of the others, those that a provider serves are `ProviderKind`s. */
import { type Infer, v } from 'convex/values';

export const vChannelKind = v.union(
  v.literal('web'),
  v.literal('email'),
  v.literal('whatsapp'),
  v.literal('telegram'),
  v.literal('api'),
);
export type ChannelKind = Infer<typeof vChannelKind>;

/** What a provider brings to the customer and tells of (convex/delivery/, a folder each). */
export const vProviderKind = v.union(v.literal('email'), v.literal('telegram'), v.literal('whatsapp'));
export type ProviderKind = Infer<typeof vProviderKind>;
