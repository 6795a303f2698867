/**
 * Gives back what a busy time has left. V8 collects when something is allocated, so an engine that falls silent would keep
 * its garbage, and its process the memory, for as long as it rests.
 *
 *   busy ─quiet for one look─► grown by much since the last collection? ─► collected, once
 *
 * Collecting everything holds the thread for about a millisecond for each megabyte in use: only when nobody waits.
 */
import { performance, type EventLoopUtilization } from 'node:perf_hooks';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Body {
  /** Bytes that the heap has taken from the machine. */
  heapBytes(): number;
  /** Share of the time since the last call in which the thread worked, 0 to 1. */
  busyShare(): number;
  collect(): void;
}

const LOOK_EVERY_MS = 10_000;
const QUIET_SHARE = 0.05;
const GROWN_BYTES = 32 * 1024 * 1024;

export class Rest {
  readonly #body: Body;
  readonly #timer: NodeJS.Timeout;
  #heapBytes: number;

  constructor(body: Body = thisThread()) {
    this.#body = body;
    this.#heapBytes = body.heapBytes();
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  look(): void {
    const isQuiet = this.#body.busyShare() < QUIET_SHARE;
    if (!isQuiet || this.#body.heapBytes() - this.#heapBytes < GROWN_BYTES) return;
    this.#body.collect();
    this.#heapBytes = this.#body.heapBytes();
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

function thisThread(): Body {
  let before: EventLoopUtilization = performance.eventLoopUtilization();
  const collect = collector();
  return {
    heapBytes: () => getHeapStatistics().total_physical_size,
    busyShare() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return utilization;
    },
    collect,
  };
}

/** The flag stands for a moment only: no realm may find such a function among its globals. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  try {
    const collect = runInNewContext('gc') as (how: object) => void;
    // The last resort also gives back the room for young objects, 48 MB once it has been needed.
    return () => collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}
