/**
 * Live queries: one shared record for each distinct query anybody reads, kept fresh by commits.
 *
 * Owns: the records, the index from keys to records, the re-runs after commits, the cache that HTTP queries share (§6.4).
 * Promises: a record that is not `dirty` holds what a run at the latest committed timestamp would return; a commit makes
 * exactly the records dirty whose read set holds a written key or a written dependency; each dirty record with
 * subscribers re-runs once per batch of commits, or once for all commits while its subscribers are held back
 * (transaction/order.ts), and only subscribers whose result changed are woken.
 *
 *   (no record) --subscribe/fetch--> fresh --commit hits--> dirty and due --flush--> fresh
 *        ^                             | last subscriber      |  all who look were told a moment ago
 *        |                             | leaves               '--> dirty and held --tick, or one asks--> due
 *        '--- invalidated or evicted --+-- idle (still fresh, answers HTTP and reconnects)
 *
 * Surprises: identity is part of the key only for queries that looked at it, which is known only after a run, and may
 * change with one: then subscribers with other identities move to records of their own. A re-run feeds the journal of
 * the run before (page ends stay where they are), so the record is re-listed under that journal; otherwise a busy first
 * page would grow for every later reader.
 */
import { type Clock, givesWay, Pace, realClock, REFRESH_SLICE_MS } from '../transaction/order.ts';
import { Gathering } from './gathering.ts';
import { charsOfCall, Listings } from './listings.ts';
import { identityKeyOf, LiveQuery, Subscription } from './liveQuery.ts';
import type { QueryCall, QueryCaller, QueryRun, SubscriptionOwner } from './liveQuery.ts';
import { QueryOutcome } from './queryOutcome.ts';
import { ReadIndex, type CommitNotice } from './readIndex.ts';

export type { QueryCall, QueryCaller, QueryRun, Subscription, SubscriptionOwner } from './liveQuery.ts';

export interface LiveQueriesOptions<C extends QueryCaller> {
  /** Runs queries on one committed state, all of them or (by throwing) none. */
  run: (calls: readonly QueryCall<C>[]) => QueryRun[];
  now?: () => number;
  /** Of the pace at which screens are told. */
  clock?: Clock;
  /** Whether mutations wait for the turn that re-runs would take. */
  mutationsWait?: () => boolean;
  /** Idle results kept for HTTP and reconnects, and the characters they and their calls may hold together. */
  idleRecords?: number;
  idleChars?: number;
  /** Tests: re-run every live query after every flush and report each one whose subscribers hold something else. */
  onViolation?: (violation: Error) => void;
}

/** Results that looked at the clock are reused for the query timeout and a second (§6.4). */
const TIME_DEPENDENT_MS = 17_000;
/** Queries handed to the runner at once: they share what it costs to watch over a run. */
const CHUNK = 4;
/** Subscriptions that are left in one turn: some milliseconds. */
const LEAVE_CHUNK = 250;

export class LiveQueries<C extends QueryCaller = QueryCaller> {
  readonly stats = { runs: 0, shared: 0, invalidated: 0 };
  #options: LiveQueriesOptions<C>;
  #now: () => number;
  #listings = new Listings<C>();
  #reads = new ReadIndex<C>();
  #live = new Set<LiveQuery<C>>();
  #idle = new Set<LiveQuery<C>>();
  #idleChars = 0;
  /** Dirty, with subscribers, and due since. */
  #due: LiveQuery<C>[] = [];
  #dueSinceMs = 0;
  /** Dirty, with subscribers who were all told a moment ago. */
  #held = new Set<LiveQuery<C>>();
  #waiting = new Set<SubscriptionOwner>();
  #flushAt: NodeJS.Immediate | null = null;
  #closed = false;
  readonly #pace: Pace;
  readonly #gathering = new Gathering<C>((calls) => this.preload(calls));

  constructor(options: LiveQueriesOptions<C>) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#pace = new Pace(options.clock ?? realClock, () => this.#letGo());
  }

  /** Number of distinct queries with subscribers. */
  get liveCount(): number {
    return this.#live.size;
  }

  /**
   * The fresh outcome of a query for one reply; reused while nothing it read has changed. `isOfNow`: nor has the clock, where it
   * looked at that.
   */
  fetch(call: QueryCall<C>, { isOfNow = false } = {}): QueryOutcome {
    const known = isOfNow ? this.#listings.find(call) : null;
    const isOfBefore = known?.observedTime === true && known.ranAtMs < this.#now();
    const { record, outcome } = isOfBefore ? this.#runAlone(call) : this.#find(call, true);
    if (record && record.subscriptions.size === 0) this.#rest(record);
    return outcome;
  }

  /** The same at the latest committed state of the turn it runs in (R14); rejects when the engine itself fails. */
  fetchSoon(call: QueryCall<C>, how?: { isOfNow: boolean }): Promise<QueryOutcome> {
    return new Promise((resolve, reject) => {
      this.#gathering.add(
        () => [call],
        () => {
          try {
            resolve(this.fetch(call, how));
          } catch (error) {
            reject(error as Error);
          }
        },
      );
    });
  }

  /** Calls `onRun` when these have been preloaded together with what others ask for in this turn (R14). */
  preloadSoon(calls: () => readonly QueryCall<C>[], onRun: () => void): void {
    this.#gathering.add(calls, onRun);
  }

  subscribe(call: QueryCall<C>, owner: SubscriptionOwner, queryId: number): Subscription<C> {
    const subscription = new Subscription(owner, call.caller, queryId);
    this.#attach(this.#find(call, false).record!, subscription);
    return subscription;
  }

  /** Runs those of the calls that nobody reads yet, together; subscribing to them afterwards costs no run. */
  preload(calls: readonly QueryCall<C>[]): void {
    const unknown = calls.filter((call) => !this.#listings.find(call));
    if (unknown.length < 2) return;
    this.#run(unknown).forEach((run, at) => {
      if (this.#listings.find(unknown[at]!)) return;
      const record = new LiveQuery(unknown[at]!);
      this.#adopt(record, run);
      this.#listings.add(record);
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

  /**
   * Leaves many subscriptions, some each turn, so that whoever goes with thousands holds up nobody. Until then their owner may
   * still be told of them.
   */
  leave(subscriptions: Iterable<Subscription<C>>): void {
    const each = subscriptions[Symbol.iterator]();
    const some = (): void => {
      for (let left = 0; left < LEAVE_CHUNK; left++) {
        const { value, done } = each.next();
        if (done) return;
        this.unsubscribe(value);
      }
      setImmediate(some);
    };
    some();
  }

  /**
   * Whether the owner may be told now: none of its records is dirty, nor is it held back, which nobody is who has `asked`. If
   * not, it is woken when it may.
   */
  mayTell(owner: SubscriptionOwner, asked: boolean): boolean {
    owner.inHurry = asked;
    if (owner.dirtyCount === 0 && !this.#pace.isHeld(owner)) {
      this.#pace.told(owner);
      return true;
    }
    this.#waiting.add(owner);
    if (owner.dirtyCount === 0) this.#pace.hold();
    else if (asked) this.#hurry(owner);
    return false;
  }

  onCommit(commit: CommitNotice): void {
    const hit = commit.allInvalid ? [...this.#live, ...this.#idle] : this.#reads.hits(commit);
    for (const record of hit) this.#invalidate(record);
  }

  /** Whether a query is due that somebody subscribes to. */
  get isDue(): boolean {
    return this.#due.length > 0;
  }

  /**
   * Re-runs queries that are due, one by one, for as long as it is not `isOver`: whoever waits for that waits for one of them at most.
   * Subscribers hear of them after this turn.
   */
  refresh(isOver: () => boolean): void {
    while (this.#due.length > 0 && !isOver()) this.#rerun(this.#due.splice(0, 1));
    if (this.#due.length > 0 || this.#flushAt === null) return;
    clearImmediate(this.#flushAt);
    // Behind the answers to the mutations that made them dirty, however many promises those go through.
    queueMicrotask(() => process.nextTick(() => this.#flush()));
  }

  /** Nobody hears of anything any more, and no answer comes from memory. */
  close(): void {
    this.#closed = true;
    this.#listings = new Listings();
    if (this.#flushAt) clearImmediate(this.#flushAt);
    this.#flushAt = null;
    this.#pace.close();
  }

  #invalidate(record: LiveQuery<C>): void {
    this.stats.invalidated++;
    if (record.subscriptions.size === 0) {
      this.#dispose(record);
    } else if (!record.dirty) {
      this.#setDirty(record, true);
      if ([...record.subscriptions].some(({ owner }) => !this.#pace.isHeld(owner))) this.#setDue([record]);
      else this.#hold(record);
    }
  }

  #setDue(records: Iterable<LiveQuery<C>>): void {
    if (this.#due.length === 0) this.#dueSinceMs = performance.now();
    this.#due.push(...records);
    this.#schedule();
  }

  #hold(record: LiveQuery<C>): void {
    this.#held.add(record);
    this.#pace.hold();
  }

  /** The tick: everything that was held back is due. */
  #letGo(): void {
    this.#setDue(this.#held);
    this.#held = new Set();
  }

  /** One owner waits for an answer: what holds it up is due. */
  #hurry(owner: SubscriptionOwner): void {
    const own = [...owner.subscriptions()].map(({ record }) => record as LiveQuery<C>);
    this.#setDue(own.filter((record) => this.#held.delete(record)));
  }

  #schedule(): void {
    if (this.#flushAt || this.#closed) return;
    this.#flushAt = setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushAt = null;
    if (this.#closed) return;
    const begin = performance.now();
    const { mutationsWait, onViolation } = this.#options;
    const first = givesWay(begin - this.#dueSinceMs) && mutationsWait?.() === true;
    const until = first ? begin : begin + REFRESH_SLICE_MS;
    while (this.#due.length > 0 && performance.now() < until) this.#rerun(this.#due.splice(0, CHUNK));
    this.#wakeReady();
    if (this.#due.length > 0) this.#schedule();
    else if (onViolation) this.#check(onViolation);
  }

  #wakeReady(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const owner of waiting) {
      if (owner.dirtyCount > 0) {
        this.#waiting.add(owner);
      } else if (this.#pace.isHeld(owner)) {
        this.#waiting.add(owner);
        this.#pace.hold();
      } else {
        owner.wake();
      }
    }
  }

  /** A live record and its outcome; for `oneShot`, failures are returned without being kept. */
  #find(call: QueryCall<C>, oneShot: boolean): { record: LiveQuery<C> | null; outcome: QueryOutcome } {
    const known = this.#listings.find(call);
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
    this.#listings.add(record);
    return { record, outcome: record.outcome };
  }

  /** Runs for one reply. The record is kept (idle) only if it succeeded and nothing is listed in its place. */
  #runAlone(call: QueryCall<C>): { record: LiveQuery<C> | null; outcome: QueryOutcome } {
    const record = new LiveQuery(call);
    this.#compute(record);
    if (record.outcome.result.ok && !this.#listings.find(call)) {
      this.#listings.add(record);
      return { record, outcome: record.outcome };
    }
    this.#reads.remove(record);
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
      this.#listings.remove(record);
      record.call = { ...record.call, journal };
      const twin = this.#listings.find(record.call);
      if (twin) {
        this.#moveAll(record, twin);
        return false;
      }
      this.#listings.add(record);
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
    this.#listings.remove(record);
    if (!this.#listings.find(record.call)) this.#listings.add(record);
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
    this.#reads.set(record, run.readSet);
    this.#retryLater(record, run.retryAfterMs);
  }

  /** A function that ran out of time on a busy machine must not stay failed until its data happens to change. */
  #retryLater(record: LiveQuery<C>, afterMs: number | undefined): void {
    if (record.retry) clearTimeout(record.retry);
    record.retry = null;
    if (afterMs === undefined) return;
    record.retry = setTimeout(() => {
      record.retry = null;
      if (record.subscriptions.size > 0) this.#invalidate(record);
    }, afterMs).unref();
  }

  #dispose(record: LiveQuery<C>): void {
    if (this.#idle.delete(record)) this.#idleChars -= charsOf(record);
    this.#setDirty(record, false);
    this.#retryLater(record, undefined);
    this.#listings.remove(record);
    this.#reads.remove(record);
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

  #check(onViolation: (violation: Error) => void): void {
    for (const record of [...this.#live, ...this.#idle]) {
      // System queries may say when they were read; that is not an answer that can go stale.
      if (record.dirty || record.observedTime || record.retry || record.call.path.startsWith('_system/'))
        continue;
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

function charsOf<C extends QueryCaller>(record: LiveQuery<C>): number {
  const { result } = record.outcome;
  return 500 + charsOfCall(record.call) + (result.ok ? result.value.length : result.errorMessage.length);
}
