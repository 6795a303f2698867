/**
 * What one execution has used of its limits. A sub-transaction that is undone has still cost its reads; its writes and jobs
 * count no longer.
 */
import { DeveloperError } from '../values/errors.ts';
import { LIMITS } from '../values/limits.ts';

const METRICS = [
  'bytesRead',
  'bytesWritten',
  'databaseQueries',
  'documentsRead',
  'documentsWritten',
  'functionsScheduled',
  'scheduledFunctionArgsBytes',
  'filesWritten',
  'fileWriteBytes',
  'filesRead',
  'fileReadBytes',
] as const;
export type Metric = (typeof METRICS)[number];

export type TransactionLimits = Partial<Record<Metric, number>>;
export type Metrics = Record<Metric, { used: number; remaining: number }>;

const MAXIMA: Record<Metric, number> = {
  bytesRead: LIMITS.bytesRead,
  bytesWritten: LIMITS.bytesWritten,
  databaseQueries: LIMITS.indexRanges,
  documentsRead: LIMITS.documentsRead,
  documentsWritten: LIMITS.documentsWritten,
  functionsScheduled: LIMITS.functionsScheduled,
  scheduledFunctionArgsBytes: LIMITS.scheduledArgsBytes,
  filesWritten: LIMITS.filesWritten,
  fileWriteBytes: LIMITS.fileWriteBytes,
  filesRead: LIMITS.filesRead,
  fileReadBytes: LIMITS.fileReadBytes,
};

const TAIL =
  ' Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.';

interface Wording {
  code: string;
  what: string;
  where: string;
  unit: string;
  tail: string;
}

const IN_EXECUTION = 'in a single function execution';
const WORDINGS: Record<Metric, Wording> = {
  documentsRead: {
    code: 'TooManyDocumentsRead',
    what: 'documents read',
    where: IN_EXECUTION,
    unit: '',
    tail: `.${TAIL}`,
  },
  bytesRead: {
    code: 'TooManyBytesRead',
    what: 'bytes read',
    where: IN_EXECUTION,
    unit: ' bytes',
    tail: `.${TAIL}`,
  },
  databaseQueries: { code: 'TooManyReads', what: 'reads', where: IN_EXECUTION, unit: '', tail: `.${TAIL}` },
  documentsWritten: { code: 'TooManyWrites', what: 'writes', where: IN_EXECUTION, unit: '', tail: '' },
  bytesWritten: {
    code: 'TooManyBytesWritten',
    what: 'bytes written',
    where: IN_EXECUTION,
    unit: ' bytes',
    tail: '',
  },
  functionsScheduled: {
    code: 'TooManyFunctionsScheduled',
    what: 'functions scheduled',
    where: 'by this mutation',
    unit: '',
    tail: '',
  },
  scheduledFunctionArgsBytes: {
    code: 'ScheduledFunctionsArgumentsTooLarge',
    what: 'bytes of arguments of functions scheduled',
    where: 'by this mutation',
    unit: ' bytes',
    tail: '',
  },
  filesWritten: {
    code: 'TooManyFilesWritten',
    what: 'files written',
    where: IN_EXECUTION,
    unit: '',
    tail: '',
  },
  fileWriteBytes: {
    code: 'TooManyFileBytesWritten',
    what: 'bytes of files written',
    where: IN_EXECUTION,
    unit: ' bytes',
    tail: '',
  },
  filesRead: { code: 'TooManyFilesRead', what: 'files read', where: IN_EXECUTION, unit: '', tail: '' },
  fileReadBytes: {
    code: 'TooManyFileBytesRead',
    what: 'bytes of files read',
    where: IN_EXECUTION,
    unit: ' bytes',
    tail: '',
  },
};

/** What is gone with an undone sub-transaction. */
const UNDOABLE = METRICS.filter((metric) => !/[rR]ead|Queries/.test(metric));

const WARN_FROM = 0.8;

/** The state of a meter at one moment. */
export interface Reading {
  used: Record<Metric, number>;
  ceiling: Record<Metric, number>;
  limit: Record<Metric, number>;
  paused: boolean;
}

export class Meter {
  readonly #used: Record<Metric, number> = zero();
  /** Total at which a metric is refused, and the limit the message names. */
  #ceiling: Record<Metric, number> = { ...MAXIMA };
  #limit: Record<Metric, number> = { ...MAXIMA };

  #paused = false;

  add(metric: Metric, amount: number): void {
    if (this.#paused) return;
    totals[metric] += amount;
    const used = (this.#used[metric] += amount);
    if (used > this.#ceiling[metric]) throw exceeded(metric, this.#limit[metric]);
  }

  remaining(metric: Metric): number {
    return Math.max(0, this.#ceiling[metric] - this.#used[metric]);
  }

  /** Runs `fn` without counting. */
  uncounted<T>(fn: () => T): T {
    const paused = this.#paused;
    this.#paused = true;
    try {
      return fn();
    } finally {
      this.#paused = paused;
    }
  }

  /** Runs `fn` under smaller limits, counted from here. */
  within<T>(limits: TransactionLimits, fn: () => T): T {
    const ceiling = this.#ceiling;
    const limit = this.#limit;
    this.#ceiling = { ...ceiling };
    this.#limit = { ...limit };
    for (const metric of METRICS) {
      const smaller = limits[metric];
      if (smaller === undefined || this.#used[metric] + smaller >= ceiling[metric]) continue;
      this.#ceiling[metric] = this.#used[metric] + smaller;
      this.#limit[metric] = smaller;
    }
    try {
      return fn();
    } finally {
      this.#ceiling = ceiling;
      this.#limit = limit;
    }
  }

  reading(): Reading {
    return { used: { ...this.#used }, ceiling: this.#ceiling, limit: this.#limit, paused: this.#paused };
  }

  /** Back to a reading, but for what was read since; what a watchdog cut has not put its own limits back. */
  undoTo({ used, ceiling, limit, paused }: Reading): void {
    for (const metric of UNDOABLE) this.#used[metric] = used[metric];
    this.#ceiling = ceiling;
    this.#limit = limit;
    this.#paused = paused;
  }

  metrics(): Metrics {
    const out = {} as Metrics;
    for (const metric of METRICS)
      out[metric] = { used: this.#used[metric], remaining: this.remaining(metric) };
    return out;
  }

  /** One line for every limit that is nearly reached. */
  warnings(): string[] {
    return METRICS.filter((metric) => this.#used[metric] >= MAXIMA[metric] * WARN_FROM).map((metric) => {
      const { what, where, unit, tail } = WORDINGS[metric];
      return `Many ${what} ${where} (actual: ${this.#used[metric]}${unit}, limit: ${MAXIMA[metric]}${unit})${tail}`;
    });
  }
}

/** What all executions of this process have used so far. */
export const totals: Record<Metric, number> = zero();

function zero(): Record<Metric, number> {
  return Object.fromEntries(METRICS.map((metric) => [metric, 0])) as Record<Metric, number>;
}

function exceeded(metric: Metric, limit: number): DeveloperError {
  const { code, what, where, unit, tail } = WORDINGS[metric];
  return new DeveloperError(code, `Too many ${what} ${where} (limit: ${limit}${unit})${tail}`);
}
