/** Lists that somebody keeps under a name: as the address says them. Pure. */
import { type Infer, v } from 'convex/values';

/** A view with its order and filters, as they stand in the address; `assignee` may be "me", whoever looks. */
export const vSavedList = v.object({
  view: v.string(),
  sort: v.optional(v.string()),
  assignee: v.optional(v.string()),
  agent: v.optional(v.string()),
  channel: v.optional(v.string()),
  priority: v.optional(v.string()),
  tag: v.optional(v.string()),
  status: v.optional(v.string()),
});
export type SavedList = Infer<typeof vSavedList>;

/** Of one person, and of the team. */
export const maxSavedViews = 50;
/** Of each part of the address. */
export const maxPartLength = 64;
