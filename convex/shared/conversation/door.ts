/** What the one send door answers (docs/rules.md C2, E1): refusals here leave a trace, so they are returned, not thrown. */
import { type Infer, v } from 'convex/values';
import { vAuthor } from './entries';

/** [C9] What somebody else said since, as the held reply's author is shown it. */
const vNews = v.object({
  sequence: v.number(),
  at: v.number(),
  kind: v.union(v.literal('message'), v.literal('note')),
  author: vAuthor,
  authorName: v.string(),
  text: v.string(),
});
export type News = Infer<typeof vNews>;

const vSent = v.object({
  sent: v.object({ entryId: v.id('entries'), sequence: v.number() }),
});

/** `through` is what a confirmation has to carry (C9). */
const vThreadMoved = v.object({
  refused: v.literal('THREAD_MOVED'),
  newSince: v.array(vNews),
  through: v.number(),
});
export type ThreadMoved = Infer<typeof vThreadMoved>;

/** Of who ends their part (C10): the epoch from then on, or held once. */
export const vHandbackOutcome = v.union(v.object({ done: v.object({ epoch: v.number() }) }), vThreadMoved);

export const vDoorOutcome = v.union(
  vSent,
  /** Agent: kept as a suppressed draft (C7). Operator: their claim is an older one. */
  v.object({
    refused: v.literal('STALE_EPOCH'),
    epoch: v.number(),
    draftId: v.optional(v.id('suppressedDrafts')),
  }),
  v.object({ refused: v.literal('SUPERSEDED'), lastSequence: v.number() }),
  v.object({ refused: v.literal('TAKE_OVER_FIRST') }),
  v.object({ refused: v.literal('CONTROL_HELD'), holderName: v.string(), epoch: v.number() }),
  vThreadMoved,
);
export type DoorOutcome = Infer<typeof vDoorOutcome>;
