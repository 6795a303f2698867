/**
 * What a team wants to keep (docs/rules.md T7): by when a person first replies, replies to what the customer wrote then, and
 * resolves, by priority. Pure. What follows for a ticket is in clocks.ts.
 */
import { type Infer, v } from 'convex/values';
import { priorities } from './tickets';

export const vTargetKind = v.union(v.literal('firstReply'), v.literal('nextReply'), v.literal('resolution'));
export type TargetKind = Infer<typeof vTargetKind>;
export const targetKinds = ['firstReply', 'nextReply', 'resolution'] as const satisfies TargetKind[];

/** In minutes; absent: none. */
const vGoals = v.object({
  firstReply: v.optional(v.number()),
  nextReply: v.optional(v.number()),
  resolution: v.optional(v.number()),
});

const targetFields = {
  /** Else they count while the team is open by its calendar. */
  isAroundTheClock: v.boolean(),
  /** What the clocks of a ticket stand still for. */
  pauses: v.object({ customer: v.boolean(), thirdParty: v.boolean(), snoozed: v.boolean() }),
  goals: v.object({ low: vGoals, normal: vGoals, high: vGoals, urgent: vGoals }),
};
export const vTargets = v.object(targetFields);
export type Targets = Infer<typeof vTargets>;

/** `pausesSince`: when they were turned on, or what pauses them was last changed. */
export const vKeptTargets = v.object({ ...targetFields, pausesSince: v.number() });
export type KeptTargets = Infer<typeof vKeptTargets>;

/** Whoever sets targets begins with these: the waits that are too long for their priority, and working days of eight hours. */
export const usualTargets: Targets = {
  isAroundTheClock: false,
  pauses: { customer: true, thirdParty: false, snoozed: true },
  goals: {
    urgent: { firstReply: 15, nextReply: 15, resolution: 4 * 60 },
    high: { firstReply: 60, nextReply: 60, resolution: 8 * 60 },
    normal: { firstReply: 4 * 60, nextReply: 4 * 60, resolution: 24 * 60 },
    low: { firstReply: 8 * 60, nextReply: 8 * 60, resolution: 40 * 60 },
  },
};

export const goalRangeMinutes = { min: 1, max: 30 * 24 * 60 };

/** Why these cannot be kept, or null. */
export function faultOfTargets({ goals }: Targets): string | null {
  const { min, max } = goalRangeMinutes;
  const isGoal = (minutes: number) => Number.isInteger(minutes) && minutes >= min && minutes <= max;
  const all = priorities.flatMap((priority) => Object.values(goals[priority]));
  return all.every((minutes) => minutes === undefined || isGoal(minutes))
    ? null
    : 'A target is whole minutes, at most 30 days of them.';
}
