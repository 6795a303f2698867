/**
 * What the scheduler and the crons need from the function runner: run a mutation inside a given transaction, run an
 * action, and say what kind a target is. Jobs have no identity and may call internal functions.
 */
import type { Generation } from '../functions/code/generation.ts';
import { displayPath, parsePath } from '../functions/code/paths.ts';
import type { Rank } from '../transaction/order.ts';
import type { Transaction } from '../transaction/transaction.ts';
import type { JsonValue } from '../values/value.ts';
import type { JobRef } from './jobs.ts';

export interface JobCall {
  component: string;
  /** `mod.js:fn` */
  path: string;
  /** The one argument object. */
  args: JsonValue;
  /** The scheduled function this is, or null for a cron. */
  job: JobRef | null;
}

export type JobOutcome = { ok: true } | { ok: false; error: string };

export interface JobExecutor {
  /** Runs to the end inside `tx`. After a failure none of the function's effects are left in `tx`. */
  mutationIn(tx: Transaction, call: JobCall): JobOutcome;
  action(call: JobCall): Promise<JobOutcome>;
  generation(): Generation;
}

export type Target =
  | { kind: 'Mutation'; rank: Rank }
  | { kind: 'Action' }
  | { kind: 'missing'; error: string };

/** What a job's path means in the generation that is live now. */
export function resolveTarget(generation: Generation, component: string, text: string): Target {
  const path = parsePath(text);
  const info = path === null ? null : generation.findFunction(component, path.module, path.name);
  if (info === null) {
    const shown = path === null ? text : displayPath(path);
    return {
      kind: 'missing',
      error: `Could not find function for '${shown}'. Did you forget to run \`npx convex dev\`?`,
    };
  }
  if (info.udfType === 'Query') {
    return { kind: 'missing', error: `Trying to execute ${text} as Mutation, but it is defined as Query.` };
  }
  return info.udfType === 'Action'
    ? { kind: 'Action' }
    : { kind: 'Mutation', rank: info.writeRank ?? 'ordinary' };
}
