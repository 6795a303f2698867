/** For tests: a real store and committer, and functions written as closures in place of pushed code. */
import { createGeneration, type Generation, type UdfType } from '../functions/code/generation.ts';
import { openStore, type Store } from '../storage/store.ts';
import { Committer } from '../transaction/committer.ts';
import type { Transaction } from '../transaction/transaction.ts';
import { DeveloperError } from '../values/errors.ts';
import type { JsonObject } from '../values/value.ts';
import type { JobCall, JobExecutor, JobOutcome } from './executor.ts';
import { readJob, type Job, JOBS_TABLE } from './jobs.ts';
import { JobQueues } from './queues.ts';
import { Scheduler } from './scheduler.ts';

export interface TestFunctions {
  mutations?: Record<string, (tx: Transaction, args: JsonObject, call: JobCall) => void>;
  actions?: Record<string, (args: JsonObject, call: JobCall) => Promise<void>>;
  queries?: string[];
  /** Names of mutations that go early. */
  early?: string[];
}

export interface Bench {
  store: Store;
  committer: Committer;
  executor: JobExecutor;
  queues: JobQueues;
  scheduler: Scheduler;
  job(id: string): Job | null;
  jobs(): Job[];
  rows(table: string): JsonObject[];
  close(): Promise<void>;
}

/** Opens `dataDir`; every function is `m:<name>`. The scheduler is not started. */
export function openBench(
  dataDir: string,
  functions: TestFunctions,
  options: { now?: () => number } = {},
): Bench {
  const store = openStore(dataDir, options);
  const committer = new Committer(store);
  const generation = generationOf(functions);
  const executor: JobExecutor = {
    generation: () => generation,
    mutationIn: (tx, call) =>
      attempt(() => functions.mutations![nameOf(call)]!(tx, call.args as JsonObject, call)),
    action: async (call) => {
      try {
        await functions.actions![nameOf(call)]!(call.args as JsonObject, call);
        return { ok: true };
      } catch (error) {
        return { ok: false, error: (error as Error).message };
      }
    },
  };
  const queues = new JobQueues(store);
  const scheduler = new Scheduler({ committer, executor, queues });
  const rows = (table: string): JsonObject[] =>
    committer.read((tx) =>
      tx.db('').collect({ source: { type: 'FullTableScan', tableName: table, order: 'asc' }, operators: [] }),
    );
  return {
    store,
    committer,
    executor,
    queues,
    scheduler,
    job: (id) => committer.read((tx) => readJob(tx, '', id)),
    jobs: () => rows(JOBS_TABLE) as unknown as Job[],
    rows,
    async close() {
      await scheduler.stop();
      store.close();
    },
  };
}

function nameOf(call: JobCall): string {
  return call.path.slice(call.path.indexOf(':') + 1);
}

function attempt(run: () => void): JobOutcome {
  try {
    run();
    return { ok: true };
  } catch (error) {
    if (error instanceof DeveloperError) return { ok: false, error: error.message };
    throw error;
  }
}

function generationOf({ mutations = {}, actions = {}, queries = [], early = [] }: TestFunctions): Generation {
  const info = (name: string, udfType: UdfType) => ({
    ...(early.includes(name) ? { writeRank: 'early' as const } : {}),
    modulePath: 'm.js',
    name,
    udfType,
    visibility: 'internal' as const,
    args: { type: 'any' as const },
    returns: null,
  });
  const functions = [
    ...Object.keys(mutations).map((name) => info(name, 'Mutation')),
    ...Object.keys(actions).map((name) => info(name, 'Action')),
    ...queries.map((name) => info(name, 'Query')),
  ];
  const component = { path: '', children: {}, env: null, httpMounts: {} };
  return createGeneration({
    id: 1,
    createdAtMs: 0,
    components: [{ info: component, modules: new Map(), functions }],
  });
}
