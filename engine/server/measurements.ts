/** The figures of `/metrics`: counted where things happen, everything else read from its owner when somebody asks. */
import { statSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { TIMED_OUT } from '../functions/calls/failure.ts';
import type { LogEntry } from '../logs/ring.ts';
import {
  counter,
  gauge,
  Histogram,
  printMetrics,
  Tally,
  type Metric,
  type Sample,
} from '../operations/metrics.ts';
import { keyPrefix } from '../query/range.ts';
import { JOBS_TABLE } from '../scheduler/jobs.ts';
import { findIndex } from '../storage/registry.ts';
import type { Store } from '../storage/store.ts';
import { totals } from '../transaction/meter.ts';
import { successor } from '../values/sortKey.ts';
import type { JsonValue } from '../values/value.ts';

/** What is asked when the figures are. */
export interface Sources {
  dataDir: string;
  store: Store;
  sockets: () => number;
  live: { readonly liveCount: number; readonly stats: { runs: number; shared: number; invalidated: number } };
  isDiskFull: () => boolean;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const BATCH_SIZES = [1, 2, 4, 8, 16, 32, 64];
/** A job this late is one the engine does not keep up with. */
const LATE_MS = 1_000;
const KINDS = ['Query', 'Mutation', 'Action', 'HttpAction'] as const;
const LAG_RESOLUTION_MS = 20;
/** Jobs beyond this are not counted: looking at the figures must not slow down what they are about. */
const MAX_COUNTED = 100_000;

export class Measurements {
  readonly #functions = new Map<string, { count: number; labels: Record<string, string> }>();
  readonly #timeouts = new Tally();
  readonly #responses = new Tally();
  readonly #batchJobs = new Histogram(BATCH_SIZES);
  readonly #batchSeconds = new Histogram(SECONDS);
  readonly #lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  #lostBatches = 0;
  #wrongKeys = 0;
  #actions = 0;

  constructor() {
    // What never happened is 0, not absent: a rate needs where it began.
    for (const kind of KINDS) {
      this.#timeouts.add(kind, 0);
      for (const outcome of ['success', 'failure'])
        this.#functions.set(`${kind} ${outcome}`, { count: 0, labels: { kind, outcome } });
    }
    this.#lag.enable();
  }

  /** `code`: of the failure, if it ended in one. */
  execution(entry: LogEntry, code: string | null): void {
    if (entry.kind !== 'Completion') return;
    const outcome = entry.error === null ? 'success' : 'failure';
    this.#functions.get(`${entry.udfType} ${outcome}`)!.count++;
    if (code === TIMED_OUT) this.#timeouts.add(entry.udfType);
  }

  batch(jobs: number, ms: number, committed: boolean): void {
    this.#batchJobs.observe(jobs);
    this.#batchSeconds.observe(ms / 1_000);
    if (!committed) this.#lostBatches++;
  }

  wrongKey(): void {
    this.#wrongKeys++;
  }

  /** Counts an action, or an HTTP action until its answer begins, as running. */
  async action<T>(run: Promise<T>): Promise<T> {
    this.#actions++;
    try {
      return await run;
    } finally {
      this.#actions--;
    }
  }

  /** Counts a server's answers by the class of their status. */
  watch(server: Server): void {
    server.on('request', (_request, response) => {
      response.once('finish', () => this.#responses.add(`${Math.floor(response.statusCode / 100)}xx`));
    });
  }

  print(sources: Sources): string {
    return printMetrics([...this.#counted(), ...this.#process(sources), ...readFrom(sources)]);
  }

  close(): void {
    this.#lag.disable();
  }

  #counted(): Metric[] {
    const functions = [...this.#functions.values()].map(({ labels, count }): Sample => [labels, count]);
    return [
      counter('engine_functions_total', 'Functions that ended, by kind and outcome.', ...functions),
      counter(
        'engine_function_timeouts_total',
        'Functions ended by their time limit.',
        ...this.#timeouts.samples('kind'),
      ),
      counter(
        'engine_http_responses_total',
        'Answers on both ports by class of status.',
        ...this.#responses.samples('status'),
      ),
      counter('engine_wrong_admin_keys_total', 'Wrong admin keys that were refused.', [{}, this.#wrongKeys]),
      counter('engine_batches_lost_total', 'Batches of mutations that were undone as a whole.', [
        {},
        this.#lostBatches,
      ]),
      counter(
        'engine_database_read_bytes_total',
        'Bytes of documents that functions read, counted as their limit is.',
        [{}, totals.bytesRead],
      ),
      counter(
        'engine_database_written_bytes_total',
        'Bytes of documents that functions wrote, counted as their limit is.',
        [{}, totals.bytesWritten],
      ),
      gauge('engine_actions_running', 'Actions and HTTP actions under way.', [{}, this.#actions]),
      this.#batchJobs.metric('engine_commit_batch_mutations', 'Mutations of one durable commit.'),
      this.#batchSeconds.metric(
        'engine_commit_batch_seconds',
        'From the first mutation of a batch to its commit.',
      ),
    ];
  }

  #process({ dataDir }: Sources): Metric[] {
    // What Node measures includes the pause it asked for.
    const lag = (ns: number): number => Math.max(0, ns / 1e9 - LAG_RESOLUTION_MS / 1e3);
    const lags: Sample[] = [
      [{ quantile: '0.5' }, lag(this.#lag.percentile(50))],
      [{ quantile: '0.99' }, lag(this.#lag.percentile(99))],
      [{ quantile: '1' }, lag(this.#lag.max)],
    ];
    this.#lag.reset();
    const { rss, heapUsed, external } = process.memoryUsage();
    return [
      gauge(
        'engine_event_loop_lag_seconds',
        'Lag of the main thread since the figures were last read.',
        ...lags,
      ),
      gauge(
        'engine_memory_bytes',
        'Memory of the process.',
        [{ kind: 'rss' }, rss],
        [{ kind: 'heap' }, heapUsed],
        [{ kind: 'external' }, external],
      ),
      gauge('engine_database_bytes', 'Size of the database file.', [
        {},
        sizeOf(join(dataDir, 'data.sqlite')),
      ]),
      gauge('engine_wal_bytes', 'Size of the log in front of the database.', [
        {},
        sizeOf(join(dataDir, 'data.sqlite-wal')),
      ]),
      gauge('engine_uptime_seconds', 'Since the process started.', [{}, process.uptime()]),
    ];
  }
}

function readFrom({ store, live, sockets, isDiskFull }: Sources): Metric[] {
  const { pending, late } = countJobs(store);
  return [
    counter('engine_query_runs_total', 'Queries that were run, re-runs of live ones included.', [
      {},
      live.stats.runs,
    ]),
    counter('engine_query_cache_hits_total', 'Queries answered from a shared result.', [
      {},
      live.stats.shared,
    ]),
    counter('engine_query_invalidations_total', 'Results that a commit made stale.', [
      {},
      live.stats.invalidated,
    ]),
    gauge('engine_live_queries', 'Distinct queries somebody subscribes to.', [{}, live.liveCount]),
    gauge('engine_sockets', 'Clients connected by WebSocket.', [{}, sockets()]),
    gauge('engine_jobs_pending', 'Scheduled functions that wait for their time or their turn.', [
      {},
      pending,
    ]),
    gauge('engine_jobs_late', `Of those, due for more than ${LATE_MS / 1_000} s.`, [{}, late]),
    gauge('engine_disk_full', '1 while the last change did not fit on the disk.', [{}, isDiskFull() ? 1 : 0]),
  ];
}

/** Counted in the index that orders them, without reading one. */
function countJobs(store: Store): { pending: number; late: number } {
  let [pending, late] = [0, 0];
  for (const table of store.registry.tables()) {
    const index = table.name === JOBS_TABLE ? findIndex(table, 'by_next') : null;
    if (!index) continue;
    const upTo = (...values: JsonValue[]) => keyPrefix(index.indexId, values as (string | number)[]);
    const start = upTo('pending');
    pending += store.documents.count({ start, end: successor(start) }, MAX_COUNTED);
    late += store.documents.count({ start, end: upTo('pending', store.now() - LATE_MS) }, MAX_COUNTED);
  }
  return { pending, late };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
