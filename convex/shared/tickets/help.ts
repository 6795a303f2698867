/** The help flag (docs/rules.md B6): an operator asks somebody into a ticket. Pure. */
import { type Infer, v } from 'convex/values';

/** `to`: who is asked, a colleague or the managers there were; `by`: who asks. */
export const vHelp = v.object({
  by: v.id('members'),
  to: v.array(v.id('members')),
  why: v.string(),
  at: v.number(),
});
export type Help = Infer<typeof vHelp>;

/** Letters of the line that says why; and people who are asked at once. */
export const mostHelp = { why: 280, asked: 50 };
