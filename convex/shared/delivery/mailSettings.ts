/** What a team says of one of its addresses (docs/rules.md M3). Pure. */
import { type Infer, v } from 'convex/values';

export const vMailSettings = v.object({
  /** What customers see in From: `help@shop.example`. */
  address: v.string(),
  /** The name beside it; empty: the team's. */
  senderName: v.string(),
  /** Where answers come in: every local part of its domain must arrive here. Plus tokens are hung on it. */
  replyAddress: v.string(),
});
export type MailSettings = Infer<typeof vMailSettings>;
