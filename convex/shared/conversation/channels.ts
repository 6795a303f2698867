/** The ways in. This deployment serves `web` and `api`; the others are adapters to come. */
import { type Infer, v } from 'convex/values';

export const vChannelKind = v.union(
  v.literal('web'),
  v.literal('email'),
  v.literal('whatsapp'),
  v.literal('telegram'),
  v.literal('api'),
);
export type ChannelKind = Infer<typeof vChannelKind>;
