/**
 * A client of the sync protocol that never gives up and never trusts: it reconnects at once, sends unanswered mutations again
 * under the same session and request ids, and notes everything a correct server could not have said.
 */
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';

export interface Answer {
  ok: boolean;
  value: unknown;
  /** Commit timestamp; 0 for a failure. */
  ts: bigint;
}

type Frame = Record<string, any>;

interface Subscription {
  udfPath: string;
  args: object;
}

export class SyncPeer {
  readonly sessionId = randomUUID();
  /** What the server may not do: results that go back in time, failed queries, fatal errors. */
  readonly complaints: string[] = [];
  readonly values = new Map<number, unknown>();
  connections = 0;
  /** Subscriptions that have a result of the present connection. */
  fresh = new Set<number>();
  onFresh: () => void = () => {};
  onValue: (queryId: number, value: any) => void = () => {};
  onLost: () => void = () => {};
  ws: WebSocket | null = null;
  #url: string;
  #queries: Subscription[] = [];
  #pending = new Map<number, { text: string; resolve: (answer: Answer) => void }>();
  #nextRequest = 0;
  #observedTs = 0n;
  #closed = false;
  #retryMs: number | null;

  /** With `retryMs` null it reconnects only when told to. */
  constructor(url: string, queries: Subscription[] = [], { retryMs = 20 }: { retryMs?: number | null } = {}) {
    this.#url = `${url.replace('http', 'ws')}/api/1.49.0/sync`;
    this.#queries = queries;
    this.#retryMs = retryMs;
  }

  get unanswered(): number {
    return this.#pending.size;
  }

  connect(): void {
    const ws = new WebSocket(this.#url, { perMessageDeflate: false });
    this.ws = ws;
    this.fresh = new Set();
    ws.on('open', () => this.#hello(ws));
    ws.on('message', (data: Buffer) => this.#heard(JSON.parse(data.toString()) as Frame));
    ws.on('error', () => {});
    ws.on('close', () => {
      if (this.ws !== ws || this.#closed) return;
      this.onLost();
      if (this.#retryMs !== null) setTimeout(() => this.connect(), this.#retryMs * (0.5 + Math.random()));
    });
  }

  mutate(udfPath: string, args: object): Promise<Answer> {
    const requestId = this.#nextRequest++;
    const text = JSON.stringify({ type: 'Mutation', requestId, udfPath, args: [args] });
    return new Promise((resolve) => {
      this.#pending.set(requestId, { text, resolve });
      if (this.ws?.readyState === WebSocket.OPEN) this.ws.send(text);
    });
  }

  close(): void {
    this.#closed = true;
    this.ws?.terminate();
  }

  #hello(ws: WebSocket): void {
    const connect = {
      type: 'Connect',
      sessionId: this.sessionId,
      connectionCount: this.connections++,
      lastCloseReason: this.connections === 1 ? 'InitialConnect' : 'Lost',
      maxObservedTimestamp: this.#observedTs === 0n ? undefined : encodeTs(this.#observedTs),
      clientTs: Date.now(),
    };
    ws.send(JSON.stringify(connect));
    if (this.#queries.length > 0) {
      const modifications = this.#queries.map(({ udfPath, args }, queryId) => {
        return { type: 'Add', queryId, udfPath, args: [args] };
      });
      ws.send(JSON.stringify({ type: 'ModifyQuerySet', baseVersion: 0, newVersion: 1, modifications }));
    }
    for (const { text } of this.#pending.values()) ws.send(text);
  }

  #heard(frame: Frame): void {
    switch (frame.type) {
      case 'MutationResponse': {
        const waiting = this.#pending.get(frame.requestId as number);
        if (!waiting) return void this.complaints.push(`answer to ${frame.requestId}, which nobody asked`);
        this.#pending.delete(frame.requestId as number);
        const ts = frame.success === true ? decodeTs(frame.ts as string) : 0n;
        return waiting.resolve({ ok: frame.success as boolean, value: frame.result, ts });
      }
      case 'Transition':
        return this.#moved(frame);
      case 'FatalError':
      case 'AuthError':
        return void this.complaints.push(`${frame.type}: ${frame.error}`);
    }
  }

  #moved(frame: Frame): void {
    const ts = decodeTs(frame.endVersion.ts as string);
    if (ts < this.#observedTs) this.complaints.push(`time went back from ${this.#observedTs} to ${ts}`);
    this.#observedTs = ts;
    for (const change of frame.modifications as Frame[]) {
      const queryId = change.queryId as number;
      if (change.type === 'QueryFailed') this.complaints.push(`query failed: ${change.errorMessage}`);
      else if (change.type === 'QueryUpdated') {
        this.values.set(queryId, change.value);
        this.onValue(queryId, change.value);
      }
      this.fresh.add(queryId);
    }
    if (this.fresh.size === this.#queries.length) this.onFresh();
  }
}

export function encodeTs(ts: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(ts);
  return bytes.toString('base64');
}

function decodeTs(text: string): bigint {
  return Buffer.from(text, 'base64').readBigUInt64LE();
}
