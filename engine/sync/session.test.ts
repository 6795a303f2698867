import { describe, expect, it } from 'vitest';
import { keyAfter } from '../query/readSet.ts';
import { LiveQueries, type QueryCall, type QueryRun } from '../subscriptions/liveQueries.ts';
import type { Caller } from '../functions/calls/services.ts';
import { type Clock, realClock } from '../transaction/order.ts';
import { CommitError, HttpError } from '../values/errors.ts';
import { decodeTs, encodeTs } from './protocol.ts';
import type { FrameParts } from './textFrame.ts';
import { NOBODY, Session, type SyncBackend, type Transport } from './session.ts';

const SESSION_ID = '0f3b6c1e-1111-4222-8333-444455556666';
const settled = () => new Promise((done) => setTimeout(done, 5));
const key = (cell: number) => Uint8Array.from([0, 0, 0, 1, cell]);

/** Cells read by `get {cell}` and written by `set {cell, value}`, at the seam a session sees. */
class Cells implements SyncBackend {
  values: unknown[] = [0, 0, 0, 0];
  ts = 100n;
  order: number[] = [];
  errors: unknown[] = [];
  tokens: Record<string, { name: string; expiresAtMs: number | null }> = {};
  live: LiveQueries<Caller>;

  /** By default so much time passes between any two looks at the clock that nobody is held back. */
  constructor(clock: Clock = { ...realClock, now: () => (this.#nowMs += 1_000) }) {
    this.live = new LiveQueries<Caller>({ run: (calls) => calls.map((call) => this.run(call)), clock });
  }
  #nowMs = 0;

  run({ args, path, caller }: QueryCall<Caller>): QueryRun {
    const { cell } = args as { cell: number };
    const value = path === 'who' ? caller.identity : this.values[cell];
    const result =
      path === 'fail'
        ? { ok: false as const, errorMessage: 'no', code: 'FunctionFailed', text: 'no' }
        : { ok: true as const, value: JSON.stringify(value) };
    const intervals = () => [{ start: key(cell), end: keyAfter(key(cell)) }];
    const readSet = {
      intervals,
      observedTime: false,
      observedIdentity: path === 'who',
      dependencies: new Set<string>(),
    };
    return { result, logLines: [], journal: null, ts: this.ts, readSet };
  }

  latestTs = () => this.ts;
  reportError = (error: unknown) => void this.errors.push(error);

  set(cell: number, value: unknown): bigint {
    this.values[cell] = value;
    this.ts++;
    this.live.onCommit({ keys: [key(cell)], dependencies: [] });
    return this.ts;
  }

  mutation: SyncBackend['mutation'] = async ({ args, path, session }) => {
    await settled();
    this.order.push(session.requestId);
    if (path === 'full') throw new CommitError('DISK_FULL', 'The disk is full.');
    if (path === 'busy') throw new HttpError(503, 'TooManyConcurrentRequests', 'Busy.');
    if (path === 'bug') throw new Error('a bug');
    if (path === 'fail')
      return {
        result: { ok: false, errorMessage: 'no', code: 'FunctionFailed', text: 'no' },
        logLines: [],
        ts: 0n,
      };
    const { cell, value } = args as { cell: number; value: unknown };
    return { result: { ok: true, value: 'null' }, logLines: ['[LOG] set'], ts: this.set(cell, value) };
  };

  action: SyncBackend['action'] = async () => ({ result: { ok: true, value: '7' }, logLines: [] });

  authenticate: SyncBackend['authenticate'] = async (message) => {
    await settled();
    if (message.tokenType === 'None') return NOBODY;
    const token = this.tokens[message.value];
    if (!token) throw new HttpError(401, 'Unauthenticated', 'The token is wrong.');
    return {
      identity: { name: token.name } as never,
      admin: false,
      expiresAtMs: token.expiresAtMs,
      token: message.value,
    };
  };
}

/** The client's side: checks what the official client checks on every Transition. */
class Client implements Transport {
  ip = null;
  userAgent = null;
  frames: Record<string, any>[] = [];
  closed: [number, string] | null = null;
  held = new Map<number, unknown>();
  version = { querySet: 0, identity: 0, ts: encodeTs(0n) };
  pendingFlushes: (() => void)[] = [];
  stalled = false;
  buffered = 0;
  session: Session;

  constructor(backend: SyncBackend, connect = true) {
    this.session = new Session(backend, this);
    if (connect)
      this.say({
        type: 'Connect',
        sessionId: SESSION_ID,
        connectionCount: 0,
        lastCloseReason: 'InitialConnect',
        clientTs: 1,
      });
  }

  send(parts: FrameParts, flushed?: () => void): void {
    const json = JSON.parse(parts.map(String).join('')) as Record<string, any>;
    this.frames.push(json);
    if (json.type === 'Transition') this.#apply(json);
    if (this.stalled && flushed) this.pendingFlushes.push(flushed);
    else if (flushed) setImmediate(flushed);
  }

  #apply({ startVersion, endVersion, modifications }: Record<string, any>): void {
    expect(startVersion).toEqual(this.version);
    expect(decodeTs(endVersion.ts) >= decodeTs(startVersion.ts)).toBe(true);
    for (const { type, queryId, value, errorMessage } of modifications) {
      if (type === 'QueryRemoved') this.held.delete(queryId);
      else this.held.set(queryId, type === 'QueryUpdated' ? value : { errorMessage });
    }
    this.version = endVersion;
  }

  close(code: number, reason: string): void {
    this.closed = [code, reason];
    this.session.closed();
  }
  bufferedAmount = () => this.buffered;

  say(message: object | string): void {
    this.session.receive(typeof message === 'string' ? message : JSON.stringify(message));
  }
  add(queryId: number, path: string, cell: number, baseVersion = queryId): void {
    const add = { type: 'Add', queryId, udfPath: path, args: [{ cell }] };
    this.say({ type: 'ModifyQuerySet', baseVersion, newVersion: baseVersion + 1, modifications: [add] });
  }
  mutate(requestId: number, cell: number, value: unknown, path = 'set'): void {
    this.say({ type: 'Mutation', requestId, udfPath: path, args: [{ cell, value }] });
  }
  types(): string[] {
    return this.frames.map((frame) => frame.type as string);
  }
}

describe('a sync session', () => {
  it('[engine W1] sends each added query once and later only what changed, in an unbroken chain of versions', async () => {
    const backend = new Cells();
    const client = new Client(backend);
    client.add(0, 'get', 0);
    client.add(1, 'get', 1);
    await settled();
    expect([...client.held]).toEqual([
      [0, 0],
      [1, 0],
    ]);
    backend.set(1, 'new');
    backend.set(2, 'unread');
    await settled();
    expect(client.frames.at(-1)!.modifications).toMatchObject([
      { type: 'QueryUpdated', queryId: 1, value: 'new' },
    ]);
    const before = client.frames.length;
    backend.set(2, 'unread');
    backend.set(1, 'new');
    await settled();
    expect(client.frames.length).toBe(before);
    client.say({
      type: 'ModifyQuerySet',
      baseVersion: 2,
      newVersion: 3,
      modifications: [{ type: 'Remove', queryId: 0 }],
    });
    expect([...client.held]).toEqual([[1, 'new']]);
    client.say({ type: 'ModifyQuerySet', baseVersion: 3, newVersion: 4, modifications: [] });
    expect(client.version.querySet).toBe(4);
  });

  it('[engine W2] answers a mutation before the Transition that reaches its timestamp, even when no query changed', async () => {
    const backend = new Cells();
    const client = new Client(backend);
    client.add(0, 'get', 0);
    client.mutate(0, 0, 'mine');
    await settled();
    await settled();
    client.mutate(1, 3, 'nobody reads it');
    await settled();
    await settled();
    const last = client.frames.findLastIndex((frame) => frame.type === 'MutationResponse');
    const answered = client.frames[last]!;
    expect(answered).toMatchObject({ requestId: 1, success: true, result: null, logLines: ['[LOG] set'] });
    const after = client.frames.slice(last + 1).filter((frame) => frame.type === 'Transition');
    expect(decodeTs(after.at(-1)!.endVersion.ts) >= decodeTs(answered.ts)).toBe(true);
    expect(client.held.get(0)).toBe('mine');
    const first = client.frames.findIndex((frame) => frame.type === 'MutationResponse');
    const shown = client.frames.findIndex((frame) =>
      frame.modifications?.some((m: any) => m.value === 'mine'),
    );
    expect(first).toBeLessThan(shown);
  });

  it('[engine W3] runs the mutations of a socket in the order they came', async () => {
    const backend = new Cells();
    const client = new Client(backend);
    for (let id = 0; id < 300; id++) client.mutate(id, 0, id);
    for (let wait = 0; wait < 100 && backend.order.length < 300; wait++) await settled();
    expect(backend.order).toEqual(Array.from({ length: 300 }, (_, id) => id));
    const answers = client.frames
      .filter((frame) => frame.type === 'MutationResponse')
      .map((frame) => frame.requestId);
    expect(answers).toEqual(backend.order);
  });

  it('[engine W4] lets at most two Transitions wait unsent and then sends the newest state at once', async () => {
    const backend = new Cells();
    const client = new Client(backend);
    client.stalled = true;
    client.add(0, 'get', 0);
    for (let value = 1; value <= 20; value++) {
      backend.set(0, value);
      await settled();
    }
    expect(client.types().filter((type) => type === 'Transition').length).toBe(2);
    client.stalled = false;
    for (const flush of client.pendingFlushes.splice(0)) flush();
    await settled();
    expect([client.held.get(0), client.types().length]).toEqual([20, 3]);
  });

  it('[engine W4] a socket whose buffer is full gets no second Transition until it drains', async () => {
    const backend = new Cells();
    const client = new Client(backend);
    client.stalled = true;
    client.buffered = 1_000_000;
    client.add(0, 'get', 0);
    backend.set(0, 1);
    await settled();
    expect(client.types()).toEqual(['Transition']);
    client.buffered = 0;
    client.pendingFlushes.shift()!();
    await settled();
    expect(client.held.get(0)).toBe(1);
  });

  it('[engine W5] misuse is answered with FatalError and the socket is closed', async () => {
    const connect = {
      type: 'Connect',
      sessionId: SESSION_ID,
      connectionCount: 0,
      lastCloseReason: null,
      clientTs: 0,
    };
    const misuse: [string, boolean, object | string][] = [
      ['ConnectMissing', false, { type: 'ModifyQuerySet', baseVersion: 0, newVersion: 1, modifications: [] }],
      ['AlreadyConnected', true, connect],
      ['WSMessageInvalidJson', true, '{"type":'],
      ['WSMessageInvalid', true, '[]'],
      ['WSMessageInvalid', true, { type: 'Unheard' }],
      ['WSMessageInvalid', false, { ...connect, sessionId: 'me' }],
      ['WSMessageInvalid', false, { ...connect, maxObservedTimestamp: 'AAAA' }],
      ['WSMessageInvalid', true, { type: 'Mutation', requestId: -1, udfPath: 'set', args: [{}] }],
      ['WSMessageInvalid', true, { type: 'Mutation', requestId: 0.5, udfPath: 'set', args: [{}] }],
      ['WSMessageInvalid', true, { type: 'Mutation', requestId: 0, udfPath: 'set', args: {} }],
      ['WSMessageInvalid', true, { type: 'Authenticate', baseVersion: 0, tokenType: 'Root', value: '' }],
      [
        'BaseVersionMismatch',
        true,
        { type: 'ModifyQuerySet', baseVersion: 1, newVersion: 2, modifications: [] },
      ],
      [
        'BaseVersionMismatch',
        true,
        { type: 'ModifyQuerySet', baseVersion: 0, newVersion: 2, modifications: [] },
      ],
      ['BaseVersionMismatch', true, { type: 'Authenticate', baseVersion: 1, tokenType: 'None' }],
    ];
    for (const [code, connected, message] of misuse) {
      const client = new Client(new Cells(), connected);
      client.say(message);
      await settled();
      expect([client.frames.at(-1)?.error, client.closed]).toEqual([
        expect.stringMatching(`^${code}: `),
        [1002, code],
      ]);
      const { length } = client.frames;
      client.add(0, 'get', 0);
      expect(client.frames.length).toBe(length);
    }
  });

  it('[engine R14] who subscribes to many goes on for some milliseconds a turn', async () => {
    const backend = new Cells();
    let [runs, most, isOver] = [0, 0, false];
    const run = backend.run.bind(backend);
    backend.run = (call) => {
      runs++;
      for (const until = performance.now() + 0.5; performance.now() < until;);
      return run(call);
    };
    const look = () => {
      most = Math.max(most, runs);
      runs = 0;
      if (!isOver) setImmediate(look);
    };
    look();
    const client = new Client(backend);
    const modifications = Array.from({ length: 500 }, (_, queryId) => ({
      type: 'Add',
      queryId,
      udfPath: 'get',
      args: [{ cell: queryId % 4, queryId }],
    }));
    client.say({ type: 'ModifyQuerySet', baseVersion: 0, newVersion: 1, modifications });
    while (client.held.size < 500) await settled();
    isOver = true;
    // Those that are run together to begin with, and as many as the milliseconds hold.
    expect(most).toBeLessThanOrEqual(16 + 16 + 10);
  });

  it('[engine W6] a token changes the answers of identity queries only, and shows as the next identity version', async () => {
    const backend = new Cells();
    backend.tokens.t1 = { name: 'ann', expiresAtMs: null };
    const client = new Client(backend);
    client.add(0, 'get', 0);
    client.add(1, 'who', 0);
    await settled();
    client.say({ type: 'Authenticate', baseVersion: 0, tokenType: 'User', value: 't1' });
    client.mutate(0, 2, 'after');
    expect(backend.order).toEqual([]);
    await settled();
    await settled();
    await settled();
    const confirmed = client.frames.find((frame) => frame.endVersion?.identity === 1)!;
    expect(confirmed.modifications).toMatchObject([{ queryId: 1, value: { name: 'ann' } }]);
    expect(backend.order).toEqual([0]);
    client.say({ type: 'Authenticate', baseVersion: 1, tokenType: 'None' });
    await settled();
    await settled();
    expect([client.held.get(1), client.version.identity]).toEqual([null, 2]);
  });

  it('[engine R14] [engine W6] what many sessions ask for in one turn is run together, and for a token that comes with it once', async () => {
    const runs: number[] = [];
    const backend = new Cells();
    backend.live = new LiveQueries<Caller>({
      run: (calls) => (runs.push(calls.length), calls.map((call) => backend.run(call))),
    });
    backend.tokens.t1 = { name: 'ann', expiresAtMs: null };
    const clients = Array.from({ length: 4 }, () => new Client(backend));
    clients.forEach((client, cell) => client.add(0, 'get', cell));
    clients[0]!.add(1, 'who', 0);
    clients[0]!.say({ type: 'Authenticate', baseVersion: 0, tokenType: 'User', value: 't1' });
    for (let turn = 0; turn < 4; turn++) await settled();
    expect(clients.map(({ held }) => held.get(0))).toEqual([0, 0, 0, 0]);
    expect(clients[0]!.held.get(1)).toEqual({ name: 'ann' });
    expect(runs).toEqual([3, 2]);
  });

  it('[engine W7] a refused token is an AuthError for the attempt, and nothing is computed or run after it', async () => {
    const backend = new Cells();
    const client = new Client(backend);
    client.say({ type: 'Authenticate', baseVersion: 0, tokenType: 'User', value: 'forged' });
    client.add(0, 'get', 0);
    client.mutate(0, 0, 1);
    await settled();
    await settled();
    expect(client.frames).toEqual([
      { type: 'AuthError', error: 'The token is wrong.', baseVersion: 0, authUpdateAttempted: true },
    ]);
    expect(backend.order).toEqual([]);
  });

  it('[engine W8] a token that ran out ends the session before data computed under it is sent', async () => {
    const backend = new Cells();
    backend.tokens.short = { name: 'ann', expiresAtMs: Date.now() + 60 };
    const client = new Client(backend);
    client.say({ type: 'Authenticate', baseVersion: 0, tokenType: 'User', value: 'short' });
    client.add(0, 'get', 0);
    await settled();
    await settled();
    expect(client.held.get(0)).toBe(0);
    await new Promise((done) => setTimeout(done, 80));
    backend.set(0, 'secret');
    await settled();
    expect(client.frames.at(-1)).toEqual({
      type: 'AuthError',
      error: 'The token has expired.',
      baseVersion: 1,
      authUpdateAttempted: false,
    });
    expect(client.held.get(0)).toBe(0);
  });

  it('[engine W9] a failing function answers; overload and bugs of the engine close so that the client comes back', async () => {
    const backend = new Cells();
    const client = new Client(backend);
    client.add(0, 'fail', 0);
    client.mutate(0, 0, 0, 'fail');
    client.mutate(1, 0, 0, 'full');
    await settled();
    await settled();
    expect(client.held.get(0)).toEqual({ errorMessage: 'no' });
    const [failed, full] = client.frames.filter((frame) => frame.type === 'MutationResponse');
    expect(failed).toEqual({
      type: 'MutationResponse',
      requestId: 0,
      success: false,
      result: 'no',
      ts: null,
      logLines: [],
    });
    expect(full!.result).toMatch(/^\[Request ID: [0-9a-f]{16}\] Server Error\nDISK_FULL: /);
    client.mutate(2, 0, 0, 'busy');
    await settled();
    expect(client.closed).toEqual([1013, 'TooManyConcurrentRequests']);
    const other = new Client(backend);
    other.mutate(0, 0, 0, 'bug');
    await settled();
    expect([other.closed, backend.errors.length]).toEqual([[1011, 'InternalServerError'], 1]);
  });

  it('[engine W10] more than a thousand waiting mutations are refused as overload', () => {
    const client = new Client(new Cells());
    for (let id = 0; id < 1_100; id++) client.mutate(id, 0, id);
    expect(client.closed).toEqual([1013, 'TooManyConcurrentMutations']);
  });

  it('[engine W11] a client that has seen a later timestamp than the data holds is turned away', () => {
    const client = new Client(new Cells(), false);
    const connect = {
      type: 'Connect',
      sessionId: SESSION_ID,
      connectionCount: 1,
      lastCloseReason: null,
      clientTs: 0,
    };
    client.say({ ...connect, maxObservedTimestamp: encodeTs(101n) });
    expect(client.closed).toEqual([1011, 'InternalServerError']);
  });

  it('[engine W12] leaves no subscription behind when the socket closes, whatever was under way', async () => {
    const backend = new Cells();
    const client = new Client(backend);
    client.add(0, 'get', 0);
    client.add(1, 'get', 1);
    client.mutate(0, 0, 1);
    client.close(1000, '');
    await settled();
    expect([backend.live.liveCount, client.session.dirtyCount]).toEqual([0, 0]);
  });
});
