/**
 * One client on one socket: the sync protocol's state machine (§1.4–1.9), free of any socket.
 *
 *   new --Connect--> open --Authenticate--> verifying --ok--> open     (messages wait in arrival order while verifying)
 *                     |                        '--refused--> AuthError, closing
 *                     '--misuse--> FatalError, closing
 *
 * Promises: a Transition starts where the last one ended and its `ts` never falls; all results in the client's set are
 * valid at its end `ts`; only outcomes the client does not hold are sent; at most two Transitions wait unsent, later
 * changes coalesce; mutations run in arrival order and each success is answered before the Transition that reaches its
 * timestamp (calls.ts runs them).
 */
import { hash } from 'node:crypto';
import type { Identity } from '../auth/identity.ts';
import type { Caller } from '../functions/calls/services.ts';
import { EDGES } from '../values/edges.ts';
import { HttpError } from '../values/errors.ts';
import type {
  LiveQueries,
  QueryCall,
  Subscription,
  SubscriptionOwner,
} from '../subscriptions/liveQueries.ts';
import type { QueryOutcome } from '../subscriptions/queryOutcome.ts';
import { type CallBackend, SessionCalls, targetOf } from './calls.ts';
import { authError, fatalError, transitionFrame, type Modification } from './frames.ts';
import { parseClientMessage, ProtocolError } from './protocol.ts';
import type { FrameParts } from './textFrame.ts';
import type { AddQuery, AuthenticateMessage, ClientMessage, ModifyQuerySet } from './protocol.ts';

/** Who a verified token or key speaks for, and until when. */
export interface Credentials {
  identity: Identity | null;
  admin: boolean;
  expiresAtMs: number | null;
  /** The verified token itself. */
  token: string | null;
}

export interface SyncBackend extends CallBackend {
  live: LiveQueries<Caller>;
  latestTs(): bigint;
  authenticate(message: AuthenticateMessage): Promise<Credentials>;
  reportError(error: unknown): void;
}

export interface Transport {
  /** Queues one text frame; `flushed` is called once it and all before it have left the process. */
  send(frame: FrameParts, flushed?: () => void): void;
  close(code: number, reason: string): void;
  bufferedAmount(): number;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

const CLOSE = { protocolError: 1002, internal: 1011, tryAgainLater: 1013 } as const;

export const NOBODY: Credentials = { identity: null, admin: false, expiresAtMs: null, token: null };
const MAX_UNSENT_TRANSITIONS = 2;
/** With this much unsent already, not even a second Transition is queued. */
const SLOW_BYTES = 64 * 1024;
const MAX_MESSAGES_WHILE_VERIFYING = 5_000;
const MAX_CHARS_WHILE_VERIFYING = 32 * 1024 * 1024;
const MAX_QUERIES = EDGES.subscriptions.most;
/** Subscribing to many queries at once yields to other sessions after this long. */
const SUBSCRIBE_SLICE_MS = 5;
const SUBSCRIBE_CHUNK = 16;
/** The client closes after an AuthError; the server does if it has not by then. */
const AUTH_ERROR_GRACE_MS = 2_000;

interface Watch {
  add: AddQuery;
  subscription: Subscription<Caller> | null;
  sent: QueryOutcome | null;
}

function* subscriptionsOf(watches: ReadonlyMap<number, Watch>): Generator<Subscription<Caller>> {
  for (const { subscription } of watches.values()) if (subscription) yield subscription;
}

export class Session implements SubscriptionOwner {
  dirtyCount = 0;
  toldAtMs = -Infinity;
  inHurry = false;
  #backend: SyncBackend;
  #transport: Transport;
  #state: 'new' | 'open' | 'verifying' | 'closing' = 'new';
  #sessionId = '';
  #clientClockSkew: number | null = null;
  #credentials = NOBODY;
  #caller: Caller;
  #version = { querySet: 0, identity: 0, ts: 0n };
  #querySetVersion = 0;
  #identityVersion = 0;
  #reachTs = 0n;
  #watches = new Map<number, Watch>();
  #unsubscribed = new Set<Watch>();
  #changed = new Set<Watch>();
  #removed: number[] = [];
  #due = false;
  /** The client waits for the next Transition: it holds what it has just asked for. */
  #asked = false;
  #continuing = false;
  #unsentTransitions = 0;
  #backlog: string[] = [];
  #backlogChars = 0;
  readonly #calls: SessionCalls;

  constructor(backend: SyncBackend, transport: Transport) {
    this.#backend = backend;
    this.#transport = transport;
    this.#caller = this.#callerFor('');
    this.#calls = new SessionCalls(backend, {
      sessionId: () => this.#sessionId,
      callerOf: (requestId) => this.#callerFor(this.#requestIdFor('', requestId)),
      hasExpired: () => this.#expired(),
      answer: (frame, reachedTs) => this.#answer(frame, reachedTs),
      tooMany: (reason) => this.#close(CLOSE.tryAgainLater, reason),
      fail: (error) => this.fail(error),
    });
  }

  /** One text frame from the client. */
  receive(text: string): void {
    if (this.#state === 'closing') return;
    if (this.#state === 'verifying') {
      this.#backlogChars += text.length;
      this.#backlog.push(text);
      if (
        this.#backlog.length > MAX_MESSAGES_WHILE_VERIFYING ||
        this.#backlogChars > MAX_CHARS_WHILE_VERIFYING
      ) {
        this.#close(CLOSE.tryAgainLater, 'TooManyConcurrentRequests');
      }
      return;
    }
    try {
      this.#handle(parseClientMessage(text, this.isAdmin ? Infinity : EDGES.callParts.most), text.length);
    } catch (error) {
      if (error instanceof ProtocolError) this.misuse(error);
      else this.fail(error);
    }
  }

  misuse(error: ProtocolError): void {
    if (this.#state === 'closing') return;
    this.#transport.send([fatalError(error.message)]);
    this.#close(CLOSE.protocolError, error.code);
  }

  fail(error: unknown): void {
    if (this.#state === 'closing') return;
    if (error instanceof HttpError && error.status === 503)
      return this.#close(CLOSE.tryAgainLater, error.code);
    this.#backend.reportError(error);
    this.#close(CLOSE.internal, 'InternalServerError');
  }

  /** Whether it has shown a valid token, or is about to: strangers are listened to less. */
  get isStranger(): boolean {
    const { identity, admin } = this.#credentials;
    return identity === null && !admin && this.#state !== 'verifying';
  }

  get isAdmin(): boolean {
    return this.#credentials.admin;
  }

  /** The socket is gone; nothing is sent any more. Running mutations finish and are remembered for the reconnect. */
  closed(): void {
    this.#state = 'closing';
    // One by one as they are left: of tens of thousands not even a list is made in one turn.
    this.#backend.live.leave(subscriptionsOf(this.#watches));
    this.#watches = new Map();
    this.#unsubscribed = new Set();
    this.#changed = new Set();
    this.#backlog = [];
    this.#calls.forget();
  }

  changed(subscription: Subscription): void {
    const watch = this.#watches.get(subscription.queryId);
    if (watch?.subscription === subscription) this.#changed.add(watch);
    this.#due = true;
  }

  wake(): void {
    this.#advance();
  }

  subscriptions(): Generator<Subscription> {
    return subscriptionsOf(this.#watches);
  }

  #handle(message: ClientMessage, chars: number): void {
    if (message.type === 'Connect') return this.#connect(message);
    if (this.#state === 'new')
      throw new ProtocolError('ConnectMissing', 'The first message must be Connect.');
    switch (message.type) {
      case 'Authenticate':
        return void this.#authenticate(message);
      case 'ModifyQuerySet':
        return this.#modifyQuerySet(message);
      case 'Mutation':
        return this.#calls.mutation(message, chars);
      case 'Action':
        return this.#calls.action(message, chars);
      case 'Event':
        return;
    }
  }

  #connect(message: ClientMessage & { type: 'Connect' }): void {
    if (this.#state !== 'new') throw new ProtocolError('AlreadyConnected', 'Connect was sent twice.');
    // A client that has seen the future was connected to newer data than this: it must not be fed older results.
    if (message.maxObservedTs > this.#backend.latestTs())
      return this.#close(CLOSE.internal, 'InternalServerError');
    this.#state = 'open';
    this.#sessionId = message.sessionId;
    this.#caller = this.#callerFor(this.#requestIdFor('queries', 0));
    this.#clientClockSkew = message.clientTs === null ? null : message.clientTs - Date.now();
  }

  async #authenticate(message: AuthenticateMessage): Promise<void> {
    if (message.baseVersion !== this.#identityVersion) {
      const text = `Authenticate.baseVersion is ${message.baseVersion}, the identity version is ${this.#identityVersion}.`;
      return this.misuse(new ProtocolError('BaseVersionMismatch', text));
    }
    this.#state = 'verifying';
    let credentials: Credentials;
    try {
      credentials = await this.#backend.authenticate(message);
    } catch (error) {
      if (!(error instanceof HttpError) || ![400, 401, 403].includes(error.status)) return this.fail(error);
      return this.#refuse(error.message, true);
    }
    if (this.#isClosing()) return;
    this.#credentials = credentials;
    this.#identityVersion++;
    this.#caller = this.#callerFor(this.#requestIdFor('queries', this.#identityVersion));
    this.#release([...this.#watches.values()]);
    this.#state = 'open';
    this.#replayBacklog();
    this.#advanceNow();
  }

  #replayBacklog(): void {
    const waiting = this.#backlog;
    this.#backlog = [];
    this.#backlogChars = 0;
    for (const text of waiting) this.receive(text); // goes back to the backlog if another Authenticate is among them
  }

  #modifyQuerySet({ baseVersion, newVersion, modifications }: ModifyQuerySet): void {
    if (baseVersion !== this.#querySetVersion || newVersion !== baseVersion + 1) {
      const text = `ModifyQuerySet goes from ${baseVersion} to ${newVersion}, the query set version is ${this.#querySetVersion}.`;
      throw new ProtocolError('BaseVersionMismatch', text);
    }
    const gone: Watch[] = [];
    for (const change of modifications) {
      const { queryId } = change;
      const known = this.#watches.get(queryId);
      if (change.type === 'Remove') {
        if (known) gone.push(known);
        this.#watches.delete(queryId);
        this.#removed.push(queryId);
        continue;
      }
      if (known) throw new ProtocolError('DuplicateQueryId', `Query ${queryId} is in the query set already.`);
      const watch: Watch = { add: change, subscription: null, sent: null };
      this.#watches.set(queryId, watch);
      this.#unsubscribed.add(watch);
    }
    this.#release(gone);
    for (const watch of gone) this.#unsubscribed.delete(watch);
    if (this.#watches.size > MAX_QUERIES) return this.#close(CLOSE.tryAgainLater, 'TooManyQueries');
    this.#querySetVersion = newVersion;
    this.#advanceNow();
  }

  #release(watches: readonly Watch[]): void {
    const left: Subscription<Caller>[] = [];
    for (const watch of watches) {
      if (watch.subscription) left.push(watch.subscription);
      watch.subscription = null;
      this.#changed.delete(watch);
      this.#unsubscribed.add(watch);
    }
    this.#backend.live.leave(left);
  }

  /** Sends the next Transition if one is due, the socket takes it, everything in it is fresh and it is time for it. */
  #advance(): void {
    if (!this.#due || this.#state !== 'open' || this.#continuing) return;
    if (this.#expired()) return;
    if (!this.#subscribeNew()) return;
    if (this.#unsentTransitions >= MAX_UNSENT_TRANSITIONS) return;
    if (this.#unsentTransitions > 0 && this.#transport.bufferedAmount() > SLOW_BYTES) return;
    if (this.#backend.live.mayTell(this, this.#asked)) this.#sendTransition();
  }

  /** False if it waits (and will come back by itself) or failed. */
  #subscribeNew(): boolean {
    if (this.#unsubscribed.size === 0) return true;
    this.#continuing = true;
    const isReady = (): boolean => this.#state === 'open' && !this.#expired();
    this.#backend.live.preloadSoon(
      () => (isReady() ? this.#nextCalls() : []),
      () => {
        this.#continuing = false;
        if (isReady() && this.#subscribeSome()) this.#advance();
      },
    );
    return false;
  }

  /** For a slice of time; false if it failed. */
  #subscribeSome(): boolean {
    const begin = performance.now();
    do {
      try {
        this.#backend.live.preload(this.#nextCalls());
        for (const watch of this.#unsubscribed.values().take(SUBSCRIBE_CHUNK).toArray())
          this.#subscribe(watch);
      } catch (error) {
        this.fail(error);
        return false;
      }
    } while (this.#unsubscribed.size > 0 && performance.now() - begin < SUBSCRIBE_SLICE_MS);
    return true;
  }

  #nextCalls(): QueryCall<Caller>[] {
    const next = this.#unsubscribed.values().take(SUBSCRIBE_CHUNK);
    return next.map((watch) => this.#callOf(watch.add)).toArray();
  }

  #subscribe(watch: Watch): void {
    watch.subscription = this.#backend.live.subscribe(this.#callOf(watch.add), this, watch.add.queryId);
    this.#unsubscribed.delete(watch);
    this.#changed.add(watch);
  }

  #sendTransition(): void {
    const modifications: Modification[] = this.#removed.map((queryId) => ({ queryId, outcome: null }));
    for (const watch of this.#changed) {
      const { outcome } = watch.subscription!;
      if (!watch.sent?.sameAs(outcome)) modifications.push({ queryId: watch.add.queryId, outcome });
      watch.sent = outcome;
    }
    const ts = later(this.#backend.latestTs(), later(this.#reachTs, this.#version.ts));
    const end = { querySet: this.#querySetVersion, identity: this.#identityVersion, ts };
    const frame = transitionFrame(this.#version, end, modifications, this.#clientClockSkew);
    this.#version = end;
    this.#removed = [];
    this.#changed.clear();
    this.#due = false;
    this.#asked = false;
    this.#unsentTransitions++;
    this.#transport.send(frame, this.#transitionSent);
  }

  readonly #transitionSent = (): void => {
    this.#unsentTransitions--;
    this.#advance();
  };

  /** The answer to a call; what it changed up to `reachedTs` is in the Transition behind it. */
  #answer(frame: string, reachedTs: bigint | null): void {
    if (this.#isClosing()) return;
    this.#transport.send([frame]);
    if (reachedTs === null) return;
    if (reachedTs > this.#reachTs) this.#reachTs = reachedTs;
    this.#advanceNow();
  }

  /** The client has asked for the next Transition. */
  #advanceNow(): void {
    this.#due = true;
    this.#asked = true;
    this.#advance();
  }

  /** A token that ran out is noticed before anything is computed or sent under its name. */
  #expired(): boolean {
    const { expiresAtMs } = this.#credentials;
    if (expiresAtMs === null || Date.now() < expiresAtMs) return false;
    this.#refuse('The token has expired.', false);
    return true;
  }

  #refuse(message: string, authUpdateAttempted: boolean): void {
    if (this.#isClosing()) return;
    this.#transport.send([authError(message, this.#identityVersion, authUpdateAttempted)]);
    this.closed();
    setTimeout(() => this.#transport.close(CLOSE.protocolError, 'AuthError'), AUTH_ERROR_GRACE_MS).unref();
  }

  #close(code: number, reason: string): void {
    if (this.#isClosing()) return;
    this.closed();
    this.#transport.close(code, reason);
  }

  #isClosing(): boolean {
    return this.#state === 'closing';
  }

  #callOf(add: AddQuery): QueryCall<Caller> {
    return { ...targetOf(add), caller: this.#caller, journal: add.journal };
  }

  #callerFor(requestId: string): Caller {
    const { identity, admin, token: authToken } = this.#credentials;
    const { ip, userAgent } = this.#transport;
    return { identity, admin, allowInternal: admin, authToken, requestId, ip, userAgent };
  }

  /** Repeatable, so that a mutation sent again after a reconnect reports the same id (§1.7). */
  #requestIdFor(kind: string, counter: number): string {
    return hash('sha256', `${this.#sessionId}|${kind}${counter}`).slice(0, 16);
  }
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
