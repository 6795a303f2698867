/** Queries, run start to end at the latest committed state: one, many under one watchdog, or one that is not deployed. */
import type { ReadSet } from '../../query/readSet.ts';
import type { Transaction } from '../../transaction/transaction.ts';
import { DeveloperError } from '../../values/errors.ts';
import type { JsonObject } from '../../values/value.ts';
import { frameError, type FunctionResult, notFound } from '../calls/failure.ts';
import { displayPath, requirePath, serverPath } from '../code/paths.ts';
import { RealmPool } from '../realm/realmPool.ts';
import { patiently } from '../time/userTime.ts';
import { TimeLimitExceeded } from '../time/watchdog.ts';
import type { Execution } from './execution.ts';
import { type FunctionCall, type FunctionRun, type Invocation, unwrap } from './invocation.ts';
import { oneOffInfo, oneOffModule, withModule } from './oneOff.ts';

export interface QueryCall extends FunctionCall {
  journal?: string | null;
}

export interface QueryRun extends FunctionRun {
  journal: string | null;
  readSet: ReadSet;
  ts: bigint;
}

/** A finished query; `log` is for when nothing of it can be cut any more. */
interface Done {
  run: QueryRun;
  log: () => void;
}

const SYSTEM_PREFIX = '_system/';

export class Queries {
  readonly #invocation: Invocation;

  constructor(invocation: Invocation) {
    this.#invocation = invocation;
  }

  run(call: QueryCall): QueryRun {
    const { run, log } = this.#run(call);
    log();
    return run;
  }

  /** What a loop over subscriptions should use: all share a watchdog. */
  runMany(calls: readonly QueryCall[]): QueryRun[] {
    const done: Done[] = [];
    while (done.length < calls.length) {
      try {
        this.#invocation.time.batch(() => {
          while (done.length < calls.length) done.push(this.#run(calls[done.length]!));
        });
      } catch (error) {
        if (!(error instanceof TimeLimitExceeded)) throw error;
        // The call that was cut gets a watchdog of its own, unless it had its time.
        done.push(this.#run(calls[done.length]!));
      }
    }
    for (const { log } of done) log();
    return done.map(({ run }) => run);
  }

  /** Runs a query that is not deployed, for administrators: `source` is a module whose default export it is. */
  async runSource(call: Omit<FunctionCall, 'path'> & { source: string }): Promise<FunctionRun> {
    const module = await oneOffModule(call.source);
    const info = oneOffInfo(call.component);
    const { services } = this.#invocation;
    const pool = new RealmPool(withModule(services.generation(), call.component, module));
    const attempt = (patience: number): FunctionRun =>
      services.committer.read((tx) => {
        const execution = this.#invocation.execution(tx, call.caller, undefined, pool);
        const work = (): string => execution.run(info, unwrap(call.args));
        let result: FunctionResult;
        try {
          result = { ok: true, value: this.#invocation.guarded(info, patience, work, undefined, pool) };
        } catch (error) {
          if (!(error instanceof DeveloperError)) throw error;
          result = frameError(call.caller.requestId, error, false);
        }
        return { result, logLines: execution.logs.texts() };
      });
    return patiently(attempt);
  }

  #run(call: QueryCall): Done {
    return patiently((patience) => this.#attempt(call, patience));
  }

  #attempt(call: QueryCall, patience: number): Done {
    const invocation = this.#invocation;
    const started = performance.now();
    const { caller } = call;
    const redacts = invocation.redacts(caller);
    return invocation.services.committer.read(
      (tx) => {
        const named = (): string => `${call.component}|${call.path}|${JSON.stringify(call.args)}`;
        const execution = invocation.execution(tx, caller, named);
        const { logs } = execution;
        let result: FunctionResult;
        try {
          result = { ok: true, value: this.#value(tx, execution, call, patience) };
        } catch (error) {
          if (!(error instanceof DeveloperError)) throw error;
          result = frameError(caller.requestId, error, redacts);
        }
        for (const warning of tx.warnings()) logs.add('WARN', [warning], invocation.services.now());
        const logLines = redacts ? [] : logs.texts();
        const run = { result, logLines, journal: tx.journal.next, readSet: tx.readSet, ts: tx.beginTs };
        return { run, log: () => invocation.log('Query', call, started, logs.lines, result) };
      },
      { journal: call.journal ?? null },
    );
  }

  #value(tx: Transaction, execution: Execution, call: QueryCall, patience: number): string {
    if (call.path.startsWith(SYSTEM_PREFIX)) return this.#systemValue(tx, call);
    const info = this.#invocation.find(call, 'Query');
    return this.#invocation.guarded(info, patience, () => execution.run(info, unwrap(call.args)), call);
  }

  #systemValue(tx: Transaction, { path: text, component, args, caller }: QueryCall): string {
    const path = requirePath(text);
    const shown = displayPath(path);
    const { systemFunctions = {} } = this.#invocation.services;
    const systemFunction = caller.admin
      ? (systemFunctions[serverPath(path)] ??
        systemFunctions[`${path.module.slice(0, -3)}:${path.name}`] ??
        systemFunctions[shown])
      : undefined;
    if (systemFunction === undefined) throw notFound(shown, component, caller.allowInternal);
    return JSON.stringify(systemFunction(tx, unwrap(args) as JsonObject, component));
  }
}
