/** What is told beside messages, as it goes from where it is read to where it is taken (docs/rules.md M7, M9). Pure. */
import { type Infer, v } from 'convex/values';
import { vAccountNews } from './accounts';

export const vNews = v.union(
  v.object({ of: v.literal('account'), account: vAccountNews }),
  v.object({
    of: v.literal('template'),
    template: v.object({
      name: v.string(),
      language: v.string(),
      status: v.string(),
      reason: v.optional(v.string()),
    }),
  }),
  v.object({
    of: v.literal('userId'),
    update: v.object({ previous: v.string(), current: v.string(), phone: v.optional(v.string()) }),
  }),
);
export type News = Infer<typeof vNews>;
