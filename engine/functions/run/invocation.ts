/**
 * What every query and mutation needs to run: the function it names, a warm realm of the current generation, its time limit,
 * its seed, and the line in the log.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { Transaction } from '../../transaction/transaction.ts';
import { LIMITS } from '../../values/limits.ts';
import type { JsonValue } from '../../values/value.ts';
import { FunctionFailure, type FunctionResult, logged, notFound, wrongKind } from '../calls/failure.ts';
import { logEntry } from '../calls/logEntry.ts';
import type { LogLine } from '../calls/logLines.ts';
import type { Caller, JobCall, Services } from '../calls/services.ts';
import type { FunctionInfo, Generation, UdfType } from '../code/generation.ts';
import { displayPath, requirePath, serverPath } from '../code/paths.ts';
import { importHost } from '../realm/importHost.ts';
import { fresh, Keystream, type Randomness } from '../realm/randomness.ts';
import { RealmPool } from '../realm/realmPool.ts';
import { UserTime } from '../time/userTime.ts';
import { Execution } from './execution.ts';

export interface FunctionCall {
  component: string;
  path: string;
  /** The argument object, or a list of just it. */
  args: JsonValue;
  caller: Caller;
}

export interface FunctionRun {
  result: FunctionResult;
  logLines: string[];
}

export class Invocation {
  readonly services: Services;
  readonly time: UserTime;
  readonly #secret = randomBytes(32);
  #realms: RealmPool | null = null;

  constructor(services: Services) {
    this.services = services;
    const { userTimeMs = LIMITS.userTimeMs, blockRunaways = false } = services.config;
    this.time = new UserTime(userTimeMs, blockRunaways, services.now);
  }

  /** Modules are evaluated afresh from here on: what they read from the environment has changed. */
  forgetModules(): void {
    this.#realms = null;
  }

  /** The function a call names; refuses what its caller may not call, or may not tell from nothing. */
  find({ path: text, caller, component }: FunctionCall, udfType: UdfType): FunctionInfo {
    const path = requirePath(text);
    if (component !== '' && !caller.admin && !caller.allowInternal) {
      throw new FunctionFailure(
        'Only admin or system users can call functions on non-root components directly',
        { code: 'ComponentAccess' },
      );
    }
    const info = this.#generation().findFunction(component, path.module, path.name);
    if (info === null || (info.visibility === 'internal' && !caller.allowInternal))
      throw notFound(displayPath(path), component, caller.allowInternal);
    if (info.udfType !== udfType) throw wrongKind(serverPath(path), udfType, info.udfType);
    return info;
  }

  /**
   * A new execution. With an `identity`, a text that names the call, it repeats its random numbers on the same state, as
   * a query must; without, never.
   */
  execution(tx: Transaction, caller: Caller, identity?: () => string, pool = this.#pool()): Execution {
    return new Execution(this.services, pool, tx, caller, this.#randomness(identity, tx));
  }

  /** Runs user code within its time; importing its module for the first time is not on that clock. */
  guarded<T>(info: FunctionInfo, patience: number, work: () => T, call?: object, pool = this.#pool()): T {
    this.preload(info, pool);
    return this.time.run(info, patience, work, call);
  }

  preload(info: FunctionInfo, pool = this.#pool()): void {
    const realm = pool.acquire(info.component);
    if (!realm.hasLoaded(info.modulePath)) {
      this.time.load(
        info,
        () => void realm.load(importHost(this.services, info.component, pool.generation), info.modulePath),
      );
    }
    pool.release(info.component, realm);
  }

  /** Whether error texts and log lines are kept from this caller. */
  redacts(caller: Caller): boolean {
    return this.services.config.redactErrors === true && !caller.admin && caller.nested !== true;
  }

  /** The call's line in the log; `started` is when it began, by `performance.now()`. */
  log(
    udfType: UdfType,
    { component, path, caller }: Pick<FunctionCall, 'component' | 'path' | 'caller'>,
    started: number,
    logLines: LogLine[],
    result: FunctionResult,
  ): void {
    const error = result.ok ? null : logged(caller.requestId, result);
    this.services.logs.completion(
      logEntry(
        { udfType, identifier: path, component, requestId: caller.requestId, started, logLines, error },
        this.services.now(),
      ),
      result.ok ? null : result.code,
    );
  }

  #generation(): Generation {
    return this.services.generation();
  }

  #pool(): RealmPool {
    const generation = this.#generation();
    if (this.#realms?.generation !== generation) this.#realms = new RealmPool(generation);
    return this.#realms;
  }

  #randomness(identity: (() => string) | undefined, tx: Transaction): Randomness {
    const { seed } = this.services.config;
    if (seed !== undefined) return new Keystream(seed);
    if (identity === undefined) return fresh;
    return new Keystream(() =>
      createHmac('sha256', this.#secret).update(`${tx.beginTs}|${identity()}`).digest(),
    );
  }
}

export function unwrap(args: JsonValue): JsonValue {
  return Array.isArray(args) && args.length === 1 ? args[0]! : args;
}

/** Jobs have no user and may call anything. */
export function jobCaller(call: JobCall): Caller {
  return {
    identity: null,
    admin: false,
    requestId: randomBytes(8).toString('hex'),
    allowInternal: true,
    job: call.job,
  };
}
