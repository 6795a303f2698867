/** One distinct query that somebody reads or has read, who subscribes to it, and the shapes it is asked and answered in. */
import type { FunctionResult } from '../functions/calls/failure.ts';
import type { Screen } from '../transaction/order.ts';
import type { JsonValue } from '../values/value.ts';
import type { KeyInterval } from './intervalIndex.ts';
import type { QueryOutcome } from './queryOutcome.ts';

export interface QueryCaller {
  identity: unknown;
  allowInternal: boolean;
}

export interface QueryCall<C extends QueryCaller = QueryCaller> {
  component: string;
  path: string;
  args: JsonValue;
  caller: C;
  journal: string | null;
}

export interface QueryRun {
  result: FunctionResult;
  logLines: string[];
  journal: string | null;
  ts: bigint;
  readSet: ReadSetView;
  /** Set for a failure that is not the data's doing: it is tried again after this long. */
  retryAfterMs?: number;
}

export interface ReadSetView {
  intervals(): Iterable<KeyInterval>;
  observedTime: boolean;
  observedIdentity: boolean;
  dependencies: ReadonlySet<string>;
}

/** One subscriber may own many subscriptions; it is woken once per flush, at its pace. */
export interface SubscriptionOwner extends Screen {
  /** How many of its subscriptions are on dirty records; kept by LiveQueries. */
  dirtyCount: number;
  subscriptions(): Iterable<Subscription>;
  /** This subscription has another outcome than before. `wake` follows when the owner may be told (`mayTell`). */
  changed(subscription: Subscription): void;
  /** Something changed (or was awaited), and the owner may be told. */
  wake(): void;
  /** The engine, not the function, failed while computing one of its queries. */
  fail(error: unknown): void;
}

export class Subscription<C extends QueryCaller = QueryCaller> {
  readonly owner: SubscriptionOwner;
  readonly caller: C;
  /** The owner's own number for it. */
  readonly queryId: number;
  record!: LiveQuery<C>;

  constructor(owner: SubscriptionOwner, caller: C, queryId: number) {
    this.owner = owner;
    this.caller = caller;
    this.queryId = queryId;
  }

  get outcome(): QueryOutcome {
    return this.record.outcome;
  }
}

export class LiveQuery<C extends QueryCaller = QueryCaller> {
  call: QueryCall<C>;
  identityKey: string;
  outcome!: QueryOutcome;
  dirty = false;
  observedIdentity = false;
  observedTime = false;
  ranAtMs = 0;
  intervals: KeyInterval[] = [];
  dependencies: ReadonlySet<string> = new Set();
  readonly subscriptions = new Set<Subscription<C>>();
  listed = false;
  /** Running when the last failure is to be tried again without a commit. */
  retry: NodeJS.Timeout | null = null;

  constructor(call: QueryCall<C>) {
    this.call = call;
    this.identityKey = identityKeyOf(call.caller);
  }
}

const identityKeys = new WeakMap<object, string>();

/** Equal for callers whom a query that looks at the identity would answer alike. */
export function identityKeyOf(caller: QueryCaller): string {
  const { identity } = caller;
  if (typeof identity !== 'object' || identity === null) return String(identity);
  let key = identityKeys.get(identity);
  if (key === undefined) identityKeys.set(identity, (key = JSON.stringify(identity)));
  return key;
}
