/** Who gets the next ticket (product.md §4). Pure: used by routing, the UI and simulation alike. */
import { type Infer, v } from 'convex/values';

export const assignmentModes = ['manual', 'balanced', 'roundRobin'] as const;
export const vAssignmentMode = v.union(v.literal('manual'), v.literal('balanced'), v.literal('roundRobin'));
export type AssignmentMode = Infer<typeof vAssignmentMode>;
