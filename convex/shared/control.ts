/**
 * Control: who may speak to the customer now (product.md §1).
 *
 * `epoch` is a fencing token: each change of holder or operator adds 1. `holder: "operator"` without an
 * `operatorId` means the team holds: the agent is silent and any operator may take over without a steal.
 */
import { type Infer, v } from 'convex/values';

export const vHolder = v.union(v.literal('agent'), v.literal('operator'));
export type Holder = Infer<typeof vHolder>;
