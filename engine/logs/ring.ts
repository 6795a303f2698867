/**
 * The last executions and what they printed, kept in memory for `convex logs` and `convex dev`.
 *
 * Owns a ring bounded by count and by characters, and the cursor: a number in milliseconds that grows strictly with every
 * entry, so that a reader who passes the cursor of its last answer sees each later entry exactly once (or has lost the ones
 * that fell off the ring). Nothing here is durable: a restart starts an empty ring, and old cursors stay valid because
 * they are times.
 */
import type { JsonValue } from '../values/value.ts';

interface LogLine {
  messages: string[];
  level: 'LOG' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  timestamp: number;
  isTruncated: boolean;
  systemMetadata: null;
}

/** One execution as `stream_function_logs` reports it (§10.5). `timestamp` and `executionTime` are seconds. */
export interface LogEntry {
  kind: 'Completion' | 'Progress';
  udfType: 'Query' | 'Mutation' | 'Action' | 'HttpAction';
  identifier: string;
  componentPath: string | null;
  logLines: LogLine[];
  timestamp: number;
  cachedResult: boolean;
  executionTime: number;
  success: JsonValue;
  error: string | null;
  requestId: string;
  executionId: string;
  usageStats: JsonValue;
}

export interface LogPage {
  entries: LogEntry[];
  newCursor: number;
}

interface Slot {
  cursor: number;
  size: number;
  entry: LogEntry;
}

const MAX_ENTRIES = 10_000;
const MAX_CHARACTERS = 16 * 1024 * 1024;
const POLL_MS = 60_000;
/** Smaller steps vanish in a double at the size of today's milliseconds. */
const CURSOR_STEP = 1 / 1024;

export class LogRing {
  #slots: Slot[] = [];
  #first = 0;
  #characters = 0;
  #lastCursor: number;
  #waiters = new Set<() => void>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#lastCursor = now();
  }

  completion(entry: LogEntry): void {
    const size = sizeOf(entry);
    this.#lastCursor = Math.max(this.#now(), this.#lastCursor + CURSOR_STEP);
    this.#slots.push({ cursor: this.#lastCursor, size, entry });
    this.#characters += size;
    this.#trim();
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiters) wake();
  }

  /** Entries after `cursor`, at once. Cursor 0 asks for all there is and for where the log stands now. */
  read(cursor: number): LogPage {
    let low = this.#first;
    let high = this.#slots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#slots[middle]!.cursor <= cursor) low = middle + 1;
      else high = middle;
    }
    const entries = this.#slots.slice(low).map((slot) => slot.entry);
    return { entries, newCursor: entries.length > 0 || cursor === 0 ? this.#lastCursor : cursor };
  }

  /** Like `read`, but holds the answer until something is logged, the time is up or the caller gives up. */
  async poll(cursor: number, options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<LogPage> {
    const page = this.read(cursor);
    if (page.entries.length > 0 || cursor === 0 || options.signal?.aborted) return page;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(done);
        options.signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, options.timeoutMs ?? POLL_MS);
      timer.unref();
      this.#waiters.add(done);
      options.signal?.addEventListener('abort', done, { once: true });
    });
    return this.read(cursor);
  }

  /** Answers every held poll now; for shutting down. */
  close(): void {
    for (const wake of [...this.#waiters]) wake();
  }

  #trim(): void {
    while (
      this.#slots.length - this.#first > MAX_ENTRIES ||
      (this.#characters > MAX_CHARACTERS && this.#slots.length - this.#first > 1)
    ) {
      this.#characters -= this.#slots[this.#first++]!.size;
    }
    if (this.#first * 2 > this.#slots.length) {
      this.#slots = this.#slots.slice(this.#first);
      this.#first = 0;
    }
  }
}

function sizeOf(entry: LogEntry): number {
  let size = entry.identifier.length + (entry.error?.length ?? 0) + 200;
  for (const line of entry.logLines) for (const message of line.messages) size += message.length;
  return size;
}
