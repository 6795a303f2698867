/** Why there is a ticket: reasons and the brief that comes with a handover (docs/rules.md H1, H2, T7). */
import { type Infer, v } from 'convex/values';

/** Why a ticket was opened or a reason was added to it. */
export const vHandoverReason = v.union(
  v.literal('customerAsked'),
  v.literal('rule'),
  v.literal('noAnswer'),
  v.literal('notSolved'),
  v.literal('agentAsked'),
  v.literal('agentFailed'),
  v.literal('takenOver'),
  /** [M3] Somebody besides the customer wrote in their thread. */
  v.literal('outsider'),
);
export type HandoverReason = Infer<typeof vHandoverReason>;

/** [H2] Each fact names the message (by sequence) it was read in. */
export const vBrief = v.object({
  asked: v.string(),
  facts: v.array(v.object({ text: v.string(), sequence: v.number() })),
  tried: v.array(v.string()),
  blockedBy: v.optional(v.string()),
  suggested: v.optional(v.string()),
});
export type Brief = Infer<typeof vBrief>;

/** Code units of the questions of a brief, and lines of what is known and was tried; what no longer fits stands in the thread. */
const mostAsked = 1_000;
const mostLines = 50;

/**
 * [H7] What a further handover knows is added to what is known: the first question stays first, a fact is told once, and what
 * stands in the way is as of now. It stays small, however often an agent hands over: of facts and tries it keeps the newest.
 */
export function addedBrief(known: Brief | undefined, further: Brief): Brief {
  if (known === undefined) return further;
  const both = `${known.asked}\n${further.asked}`;
  const isAdded = !known.asked.includes(further.asked) && both.length <= mostAsked;
  const isNew = (text: string) => !known.facts.some((fact) => fact.text === text);
  return {
    ...known,
    ...further,
    asked: isAdded ? both : known.asked,
    facts: [...known.facts, ...further.facts.filter(({ text }) => isNew(text))].slice(-mostLines),
    tried: [...new Set([...known.tried, ...further.tried])].slice(-mostLines),
  };
}
