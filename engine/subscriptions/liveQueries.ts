/**
 * Live queries: one shared record for each distinct query anybody reads, kept fresh by commits.
 *
 * Owns: the records, the index from keys to records, the re-runs after commits, the cache that HTTP queries share (§6.4).
 * Promises: a record that is not `dirty` holds what a run at the latest committed timestamp would return; a commit makes
 * exactly the records dirty whose read set holds a written key or a written dependency; each dirty record with
 * subscribers re-runs once per batch of commits, and only subscribers whose result changed are woken.
 *
 *   (no record) --subscribe/fetch--> fresh --commit hits--> dirty --flush--> fresh
 *        ^                             | last subscriber leaves
 *        '--- invalidated or evicted --+-- idle (still fresh, answers HTTP and reconnects)
 *
 * Surprises: identity is part of the key only for queries that looked at it, which is known only after a run, and may
 * change with one: then subscribers with other identities move to records of their own. A re-run feeds the journal of
 * the run before (page ends stay where they are), so the record is re-listed under that journal; otherwise a busy first
 * page would grow for every later reader.
 */
import type { FunctionResult } from '../functions/failure.ts';
import type { JsonValue } from '../values/value.ts';
import { IntervalIndex, type KeyInterval } from './intervalIndex.ts';
import { QueryOutcome } from './queryOutcome.ts';

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
}

export interface ReadSetView {
  intervals(): Iterable<KeyInterval>;
  observedTime: boolean;
  observedIdentity: boolean;
  dependencies: ReadonlySet<string>;
}

export interface CommitNotice {
  keys: readonly Uint8Array[];
  dependencies: readonly string[];
  allInvalid?: boolean;
}

/** One subscriber may own many subscriptions; it is woken once per flush. */
export interface SubscriptionOwner {
  /** How many of its subscriptions are on dirty records; kept by LiveQueries. */
  dirtyCount: number;
  /** This subscription has another outcome than before. `wake` follows when the owner's records are all fresh. */
  changed(subscription: Subscription): void;
  /** Something changed (or was awaited) and every record the owner subscribes to is fresh. */
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

  constructor(call: QueryCall<C>) {
    this.call = call;
    this.identityKey = identityKeyOf(call.caller);
  }
}

export interface LiveQueriesOptions<C extends QueryCaller> {
  /** Runs queries on one committed state, all of them or (by throwing) none. */
  run: (calls: readonly QueryCall<C>[]) => QueryRun[];
  now?: () => number;
  /** Idle results kept for HTTP and reconnects, and the characters they may hold together. */
  idleRecords?: number;
  idleChars?: number;
  /** Tests: re-run every live query after every flush and report each one whose subscribers hold something else. */
  onViolation?: (violation: Error) => void;
}

/** Results that looked at the clock are reused for the query timeout and a second (§6.4). */
const TIME_DEPENDENT_MS = 17_000;
/** A flush yields to mutations after this long, but never stretches over more than the second figure. */
const SLICE_MS = 20;
const ROUND_MS = 250;
/** Queries handed to the runner at once: they share what it costs to watch over a run. */
const CHUNK = 16;

interface Listing<C extends QueryCaller> {
  shared: LiveQuery<C> | null;
  byIdentity: Map<string, LiveQuery<C>> | null;
}

export class LiveQueries<C extends QueryCaller = QueryCaller> {
  readonly stats = { runs: 0, shared: 0, invalidated: 0 };
  #options: LiveQueriesOptions<C>;
  #now: () => number;
  #listings = new Map<string, Listing<C>>();
  #index = new IntervalIndex<LiveQuery<C>>();
  #byDependency = new Map<string, Set<LiveQuery<C>>>();
  #live = new Set<LiveQuery<C>>();
  #idle = new Set<LiveQuery<C>>();
  #idleChars = 0;
  #dirty: LiveQuery<C>[] = [];
  #waiting = new Set<SubscriptionOwner>();
  #flushAt: NodeJS.Immediate | null = null;
  #roundBeganMs = 0;
  #closed = false;

  constructor(options: LiveQueriesOptions<C>) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Number of distinct queries with subscribers. */
  get liveCount(): number {
    return this.#live.size;
  }

  /** The fresh outcome of a query for one reply; reused while nothing it read has changed. */
  fetch(call: QueryCall<C>): QueryOutcome {
    const { record, outcome } = this.#find(call, true);
    if (record && record.subscriptions.size === 0) this.#rest(record);
    return outcome;
  }

  subscribe(call: QueryCall<C>, owner: SubscriptionOwner, queryId: number): Subscription<C> {
    const subscription = new Subscription(owner, call.caller, queryId);
    this.#attach(this.#find(call, false).record!, subscription);
    return subscription;
  }

  /** Runs those of the calls that nobody reads yet, together; subscribing to them afterwards costs no run. */
  preload(calls: readonly QueryCall<C>[]): void {
    const unknown = calls.filter((call) => !this.#lookup(call));
    if (unknown.length < 2) return;
    this.#run(unknown).forEach((run, at) => {
      if (this.#lookup(unknown[at]!)) return;
      const record = new LiveQuery(unknown[at]!);
      this.#adopt(record, run);
      this.#list(record);
      this.#rest(record);
    });
  }

  unsubscribe(subscription: Subscription<C>): void {
    const { record } = subscription;
    this.#detach(subscription);
    if (record.subscriptions.size > 0) return;
    if (record.dirty || !record.outcome.result.ok) this.#dispose(record);
    else this.#rest(record);
  }

  /** Wakes the owner as soon as none of its records is dirty, whether or not a result changes. */
  whenFresh(owner: SubscriptionOwner): void {
    this.#waiting.add(owner);
    this.#schedule();
  }

  onCommit(commit: CommitNotice): void {
    const hit = new Set<LiveQuery<C>>();
    if (commit.allInvalid) {
      for (const record of this.#live) hit.add(record);
      for (const record of this.#idle) hit.add(record);
    } else {
      const visit = (record: LiveQuery<C>) => void hit.add(record);
      if (!this.#index.isEmpty()) for (const key of commit.keys) this.#index.stab(key, visit);
      for (const name of commit.dependencies) this.#byDependency.get(name)?.forEach(visit);
    }
    for (const record of hit) this.#invalidate(record);
  }

  close(): void {
    this.#closed = true;
    if (this.#flushAt) clearImmediate(this.#flushAt);
    this.#flushAt = null;
  }

  #invalidate(record: LiveQuery<C>): void {
    this.stats.invalidated++;
    if (record.subscriptions.size === 0) {
      this.#dispose(record);
    } else if (!record.dirty) {
      this.#setDirty(record, true);
      this.#dirty.push(record);
      this.#schedule();
    }
  }

  #schedule(): void {
    if (this.#flushAt || this.#closed) return;
    if (this.#dirty.length > 0 && this.#roundBeganMs === 0) this.#roundBeganMs = performance.now();
    this.#flushAt = setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushAt = null;
    const begin = performance.now();
    let done = 0;
    while (done < this.#dirty.length) {
      const chunk = this.#dirty.slice(done, done + CHUNK);
      done += chunk.length;
      this.#rerun(chunk);
      const now = performance.now();
      if (now - begin > SLICE_MS && now - this.#roundBeganMs < ROUND_MS) break;
    }
    this.#dirty = this.#dirty.slice(done);
    if (this.#dirty.length === 0) this.#roundBeganMs = 0;
    for (const owner of [...this.#waiting]) {
      if (owner.dirtyCount > 0) continue;
      this.#waiting.delete(owner);
      owner.wake();
    }
    if (this.#dirty.length > 0) this.#schedule();
    else if (this.#options.onViolation) this.#check(this.#options.onViolation);
  }

  /** A live record and its outcome; for `oneShot`, failures are returned without being kept. */
  #find(call: QueryCall<C>, oneShot: boolean): { record: LiveQuery<C> | null; outcome: QueryOutcome } {
    const known = this.#lookup(call);
    if (known) {
      const stale = known.observedTime && this.#now() - known.ranAtMs > TIME_DEPENDENT_MS;
      if (stale && known.subscriptions.size === 0) {
        this.#dispose(known);
      } else {
        this.stats.shared++;
        if (stale && !known.dirty) this.#invalidate(known);
        if (known.dirty && oneShot) return this.#runAlone(call);
        return { record: known, outcome: known.outcome };
      }
    }
    if (oneShot) return this.#runAlone(call);
    const record = new LiveQuery(call);
    this.#compute(record);
    this.#list(record);
    return { record, outcome: record.outcome };
  }

  /** Runs for one reply. The record is kept (idle) only if it succeeded and nothing is listed in its place. */
  #runAlone(call: QueryCall<C>): { record: LiveQuery<C> | null; outcome: QueryOutcome } {
    const record = new LiveQuery(call);
    this.#compute(record);
    if (record.outcome.result.ok && !this.#lookup(call)) {
      this.#list(record);
      return { record, outcome: record.outcome };
    }
    this.#forgetReads(record);
    return { record: null, outcome: record.outcome };
  }

  #rerun(records: LiveQuery<C>[]): void {
    const due = records.filter(
      (record) => record.dirty && record.subscriptions.size > 0 && this.#prepare(record),
    );
    if (due.length === 0) return;
    let runs: QueryRun[];
    try {
      runs = this.#run(due.map((record) => record.call));
    } catch (error) {
      if (due.length > 1) return due.forEach((record) => this.#rerun([record]));
      // It stays dirty, so nobody is served from it, and goes with its last subscriber.
      for (const subscription of [...due[0]!.subscriptions]) subscription.owner.fail(error);
      return;
    }
    due.forEach((record, at) => this.#renew(record, runs[at]!));
  }

  /** Sets what the next run is called with; false if another record took the subscribers over. */
  #prepare(record: LiveQuery<C>): boolean {
    const [anyone] = record.subscriptions;
    if (!record.observedIdentity) record.call = { ...record.call, caller: anyone!.caller };
    const journal = record.outcome.journal ?? record.call.journal;
    if (journal !== record.call.journal) {
      this.#unlist(record);
      record.call = { ...record.call, journal };
      const twin = this.#lookup(record.call);
      if (twin) {
        this.#moveAll(record, twin);
        return false;
      }
      this.#list(record);
    }
    record.identityKey = identityKeyOf(record.call.caller);
    return true;
  }

  #renew(record: LiveQuery<C>, run: QueryRun): void {
    const before = record.outcome;
    const sawIdentity = record.observedIdentity;
    this.#adopt(record, run);
    this.#setDirty(record, false);
    if (record.observedIdentity && !sawIdentity) this.#split(record);
    if (before.sameAs(record.outcome)) record.outcome = before;
    else for (const subscription of record.subscriptions) this.#announce(subscription);
  }

  /** The record now depends on who asks: everyone else moves to a record of their own. */
  #split(record: LiveQuery<C>): void {
    this.#unlist(record);
    if (!this.#lookup(record.call)) this.#list(record);
    for (const subscription of [...record.subscriptions]) {
      if (identityKeyOf(subscription.caller) === record.identityKey) continue;
      this.#detach(subscription);
      try {
        this.#attach(
          this.#find({ ...record.call, caller: subscription.caller }, false).record!,
          subscription,
        );
        this.#announce(subscription);
      } catch (error) {
        subscription.owner.fail(error);
      }
    }
    if (record.subscriptions.size === 0) this.#dispose(record);
  }

  #moveAll(record: LiveQuery<C>, target: LiveQuery<C>): void {
    for (const subscription of [...record.subscriptions]) {
      this.#detach(subscription);
      this.#attach(target, subscription);
      this.#announce(subscription);
    }
    this.#dispose(record);
  }

  #announce(subscription: Subscription<C>): void {
    subscription.owner.changed(subscription);
    this.#waiting.add(subscription.owner);
  }

  #attach(record: LiveQuery<C>, subscription: Subscription<C>): void {
    subscription.record = record;
    record.subscriptions.add(subscription);
    if (record.dirty) subscription.owner.dirtyCount++;
    this.#live.add(record);
    if (this.#idle.delete(record)) this.#idleChars -= charsOf(record);
  }

  #detach(subscription: Subscription<C>): void {
    const { record } = subscription;
    if (!record.subscriptions.delete(subscription)) return;
    if (record.dirty) subscription.owner.dirtyCount--;
    if (record.subscriptions.size === 0) this.#live.delete(record);
  }

  #setDirty(record: LiveQuery<C>, dirty: boolean): void {
    if (record.dirty === dirty) return;
    record.dirty = dirty;
    for (const { owner } of record.subscriptions) owner.dirtyCount += dirty ? 1 : -1;
  }

  #run(calls: readonly QueryCall<C>[]): QueryRun[] {
    this.stats.runs += calls.length;
    return this.#options.run(calls);
  }

  #compute(record: LiveQuery<C>): void {
    this.#adopt(record, this.#run([record.call])[0]!);
  }

  #adopt(record: LiveQuery<C>, run: QueryRun): void {
    record.ranAtMs = this.#now();
    record.outcome = new QueryOutcome(run.result, run.logLines, run.journal);
    record.observedTime = run.readSet.observedTime;
    record.observedIdentity = run.readSet.observedIdentity;
    const intervals = [...run.readSet.intervals()];
    if (!sameIntervals(record.intervals, intervals)) {
      for (const interval of record.intervals) this.#index.remove(interval, record);
      record.intervals = intervals;
      for (const interval of intervals) this.#index.add(interval, record);
    }
    this.#depend(record, run.readSet.dependencies);
  }

  #depend(record: LiveQuery<C>, names: ReadonlySet<string>): void {
    for (const name of record.dependencies) {
      if (names.has(name)) continue;
      const records = this.#byDependency.get(name);
      if (records?.delete(record) && records.size === 0) this.#byDependency.delete(name);
    }
    for (const name of names) {
      const records = this.#byDependency.get(name);
      if (records) records.add(record);
      else this.#byDependency.set(name, new Set([record]));
    }
    record.dependencies = names;
  }

  #forgetReads(record: LiveQuery<C>): void {
    for (const interval of record.intervals) this.#index.remove(interval, record);
    record.intervals = [];
    this.#depend(record, new Set());
  }

  #dispose(record: LiveQuery<C>): void {
    if (this.#idle.delete(record)) this.#idleChars -= charsOf(record);
    this.#setDirty(record, false);
    this.#unlist(record);
    this.#forgetReads(record);
  }

  /** Keeps a record nobody subscribes to, evicting the ones idle for longest. */
  #rest(record: LiveQuery<C>): void {
    if (this.#idle.delete(record)) this.#idleChars -= charsOf(record);
    this.#idle.add(record);
    this.#idleChars += charsOf(record);
    const { idleRecords = 2_000, idleChars = 32_000_000 } = this.#options;
    for (const oldest of this.#idle) {
      if (this.#idle.size <= idleRecords && this.#idleChars <= idleChars) break;
      this.#dispose(oldest);
    }
  }

  #lookup(call: QueryCall<C>): LiveQuery<C> | null {
    const listing = this.#listings.get(listingKey(call));
    if (!listing) return null;
    return listing.shared ?? listing.byIdentity?.get(identityKeyOf(call.caller)) ?? null;
  }

  #list(record: LiveQuery<C>): void {
    const key = listingKey(record.call);
    const listing = this.#listings.get(key) ?? { shared: null, byIdentity: null };
    if (record.observedIdentity) (listing.byIdentity ??= new Map()).set(record.identityKey, record);
    else listing.shared = record;
    this.#listings.set(key, listing);
    record.listed = true;
  }

  #unlist(record: LiveQuery<C>): void {
    if (!record.listed) return;
    record.listed = false;
    const key = listingKey(record.call);
    const listing = this.#listings.get(key);
    if (!listing) return;
    if (listing.shared === record) listing.shared = null;
    if (listing.byIdentity?.get(record.identityKey) === record) listing.byIdentity.delete(record.identityKey);
    if (!listing.shared && !listing.byIdentity?.size) this.#listings.delete(key);
  }

  #check(onViolation: (violation: Error) => void): void {
    for (const record of [...this.#live, ...this.#idle]) {
      // System queries may say when they were read; that is not an answer that can go stale.
      if (record.dirty || record.observedTime || record.call.path.startsWith('_system/')) continue;
      const journal = record.outcome.journal ?? record.call.journal;
      const run = this.#options.run([{ ...record.call, journal }])[0]!;
      const fresh = new QueryOutcome(run.result, run.logLines, run.journal);
      if (!fresh.sameAs(record.outcome)) onViolation(staleRecord(record, fresh));
    }
  }
}

function staleRecord<C extends QueryCaller>(record: LiveQuery<C>, fresh: QueryOutcome): Error {
  const show = (outcome: QueryOutcome) => JSON.stringify(outcome.result).slice(0, 400);
  return new Error(
    `Missed invalidation: subscribers of ${record.call.path}(${JSON.stringify(record.call.args)}) hold ${show(record.outcome)}, ` +
      `a fresh run returns ${show(fresh)}.`,
  );
}

function listingKey({ component, path, args, caller, journal }: QueryCall): string {
  return `${caller.allowInternal ? 1 : 0}\n${component}\n${canonicalPath(path)}\n${journal ?? ''}\n${JSON.stringify(args)}`;
}

/** `a/b.js:c`, `a/b:c` and a bare `a/b` (the default export) name functions; equal names share records. */
function canonicalPath(path: string): string {
  const at = path.lastIndexOf(':');
  const module = at < 0 ? path : path.slice(0, at);
  return `${module.endsWith('.js') ? module.slice(0, -3) : module}:${at < 0 ? 'default' : path.slice(at + 1)}`;
}

const identityKeys = new WeakMap<object, string>();

function identityKeyOf(caller: QueryCaller): string {
  const { identity } = caller;
  if (typeof identity !== 'object' || identity === null) return String(identity);
  let key = identityKeys.get(identity);
  if (key === undefined) identityKeys.set(identity, (key = JSON.stringify(identity)));
  return key;
}

function charsOf<C extends QueryCaller>(record: LiveQuery<C>): number {
  const { result } = record.outcome;
  return 500 + (result.ok ? result.value.length : result.errorMessage.length);
}

function sameIntervals(a: KeyInterval[], b: KeyInterval[]): boolean {
  return (
    a.length === b.length &&
    a.every((interval, at) => sameBytes(interval.start, b[at]!.start) && sameBytes(interval.end, b[at]!.end))
  );
}

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a === b || Buffer.compare(a, b) === 0;
}
