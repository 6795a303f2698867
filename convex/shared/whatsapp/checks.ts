/** What a live check of a number finds (docs/rules.md M7). Pure. */
import { type Infer, v } from 'convex/values';

export const vNumberCheck = v.object({
  /** Whether the token may use the number. */
  state: v.union(v.literal('works'), v.literal('refused'), v.literal('unreachable'), v.literal('none')),
  /** In words, where something is not right. */
  said: v.union(v.string(), v.null()),
  /** As customers see it. */
  name: v.union(v.string(), v.null()),
  /** As WhatsApp rates what leaves by it: GREEN, YELLOW, RED. */
  quality: v.union(v.string(), v.null()),
  templates: v.number(),
});
export type NumberCheck = Infer<typeof vNumberCheck>;
