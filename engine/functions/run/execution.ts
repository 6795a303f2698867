/**
 * One top-level query or mutation: everything that lives exactly as long as it, nested calls included.
 *
 * Promises: arguments are checked before any user code and results before anything is committed; a nested call is a
 * sub-transaction in another realm; the first failure of the engine itself voids the whole execution.
 * Surprise: the watchdog may end this code at any instruction without `finally`. Nothing here outlives an execution
 * except warm realms, and those that were running are dropped by whoever guarded the call.
 */
import type { Identity } from '../../auth/identity.ts';
import type { Transaction } from '../../transaction/transaction.ts';
import { DeveloperError } from '../../values/errors.ts';
import { jsonToValue } from '../../values/json.ts';
import { formatBytes, LIMITS } from '../../values/limits.ts';
import { printValue } from '../../values/print.ts';
import { excessOf } from '../../values/shape.ts';
import { checkValidator, type ValidatorJson } from '../../values/validator.ts';
import type { JsonObject, JsonValue } from '../../values/value.ts';
import { FunctionFailure } from '../calls/failure.ts';
import { LogLines, withMappedStack } from '../calls/logLines.ts';
import type { Caller, Services } from '../calls/services.ts';
import { deploymentVariable, environmentOf } from '../code/environment.ts';
import type { FunctionInfo, Generation } from '../code/generation.ts';
import { serverPath } from '../code/paths.ts';
import { mapFrames } from '../code/stack.ts';
import type { Randomness } from '../realm/randomness.ts';
import type { RealmHost, RealmOutcome } from '../realm/realm.ts';
import type { RealmPool } from '../realm/realmPool.ts';
import { asyncSyscall, syncSyscall } from './syscalls.ts';

/** The deepest a chain of nested calls may go, the outermost call included. */
const MAX_DEPTH = LIMITS.callDepth;

export class Execution {
  readonly services: Services;
  readonly generation: Generation;
  readonly tx: Transaction;
  readonly caller: Caller;
  readonly logs = new LogLines();
  readonly #realms: RealmPool;
  readonly #environments = new Map<string, Record<string, string>>();
  readonly #randomness: Randomness;

  constructor(
    services: Services,
    realms: RealmPool,
    tx: Transaction,
    caller: Caller,
    randomness: Randomness,
  ) {
    this.services = services;
    this.generation = realms.generation;
    this.#realms = realms;
    this.tx = tx;
    this.caller = caller;
    this.#randomness = randomness;
  }

  /** Runs a function to its result (Convex JSON text), for the function `from` if that called it; throws FunctionFailure. */
  run(
    info: FunctionInfo,
    args: JsonValue,
    from: Frame | null = null,
    udfType: FunctionInfo['udfType'] = info.udfType,
  ): string {
    const depth = from === null ? 0 : from.depth + 1;
    if (depth >= MAX_DEPTH) {
      throw new FunctionFailure(
        `Cross component call depth limit exceeded. The maximum depth is ${MAX_DEPTH}. Do you have an infinite loop in your app?`,
        { code: 'CallDepthExceeded' },
      );
    }
    const argsText = this.#checkArgs(info, args);
    const frame = new Frame(
      this,
      info,
      depth,
      udfType,
      from === null ? this.caller.identity : from.identityFor(info),
    );
    const realm = this.#realms.acquire(info.component);
    const outcome = realm.call(
      frame,
      info.modulePath,
      info.name,
      udfType as 'Query' | 'Mutation',
      `[${argsText}]`,
    );
    if (realm.reusable) this.#realms.release(info.component, realm);
    return this.#result(info, udfType, outcome);
  }

  fillRandom(target: Uint8Array): void {
    this.#randomness.fill(target);
  }

  environment(component: string): Record<string, string> {
    let environment = this.#environments.get(component);
    if (environment === undefined) {
      environment = environmentOf(component, this.generation, this.services);
      this.#environments.set(component, environment);
    }
    return environment;
  }

  #checkArgs(info: FunctionInfo, args: JsonValue): string {
    const excess = excessOf(args);
    if (excess !== null)
      throw new FunctionFailure(`Invalid arguments for ${serverPath(pathOf(info))}: ${excess}`, {
        code: 'InvalidArguments',
      });
    const value = jsonToValue(args);
    if (typeof args !== 'object' || args === null || Array.isArray(args)) {
      throw new FunctionFailure(
        `Expected to receive an object as the function's argument. Instead received: ${printValue(value)}`,
        { code: 'InvalidArguments' },
      );
    }
    const problem = checkValidator(info.args, value, this.tx.db(info.component));
    if (problem !== null)
      throw new FunctionFailure(`ArgumentValidationError: ${problem}\n`, { code: 'ArgumentValidationError' });
    const text = JSON.stringify(args);
    checkSize(
      text,
      LIMITS.argsBytes,
      (actual, limit) =>
        `Arguments for ${serverPath(pathOf(info))} are too large (actual: ${formatBytes(actual)}, limit: ${formatBytes(limit)})`,
    );
    return text;
  }

  #result(info: FunctionInfo, udfType: FunctionInfo['udfType'], outcome: RealmOutcome): string {
    if (outcome.kind === 'unsettled')
      throw new FunctionFailure('Uncaught Error: Returned promise will never resolve\n', {
        code: 'Unsettled',
      });
    if (outcome.unawaited.length > 0) this.logs.warnUnawaited(outcome.unawaited, this.services.now());
    if (outcome.kind === 'threw') {
      throw new FunctionFailure(`Uncaught ${outcome.message}`, {
        data: outcome.data,
        frames: mapFrames(outcome.frames, this.generation.modules(info.component)),
      });
    }
    const { value } = outcome;
    checkSize(
      value,
      LIMITS.returnBytes,
      (actual, limit) =>
        `Function ${serverPath(pathOf(info))} return value is too large (actual: ${formatBytes(actual)}, limit: ${formatBytes(limit)})`,
    );
    const hasCommitTs = value.includes('"$commitTs"');
    if (hasCommitTs && udfType === 'Query')
      throw new FunctionFailure(
        'A query cannot return the commit timestamp of a transaction that is still running',
        { code: 'InvalidReturn' },
      );
    if (info.returns !== null) this.#checkReturns(info, info.returns, value);
    return value;
  }

  #checkReturns(info: FunctionInfo, returns: ValidatorJson, text: string): void {
    const problem = checkValidator(
      returns,
      jsonToValue(JSON.parse(text) as JsonValue),
      this.tx.db(info.component),
    );
    if (problem !== null)
      throw new FunctionFailure(`ReturnsValidationError: ${problem}\n`, { code: 'ReturnsValidationError' });
  }
}

/** One function of an execution while it runs: what its realm asks is answered here. */
export class Frame implements RealmHost {
  readonly execution: Execution;
  readonly info: FunctionInfo;
  readonly depth: number;
  /** What the function runs as; a query called from a mutation still may not write. */
  readonly udfType: FunctionInfo['udfType'];
  /** The user, as far as this function may know. */
  readonly identity: Identity | null;

  constructor(
    execution: Execution,
    info: FunctionInfo,
    depth: number,
    udfType: FunctionInfo['udfType'],
    identity: Identity | null,
  ) {
    this.execution = execution;
    this.info = info;
    this.depth = depth;
    this.udfType = udfType;
    this.identity = identity;
  }

  /** Who the user is to a function this one calls: nobody beyond the border of a component, also on the way back. */
  identityFor(callee: FunctionInfo): Identity | null {
    return callee.component === this.info.component ? this.identity : null;
  }

  syncSyscall(op: string, args: string): string {
    return syncSyscall(this, op, parseArgs(op, args));
  }

  asyncSyscall(op: string, args: string): string {
    return asyncSyscall(this, op, parseArgs(op, args));
  }

  nowMs(): number {
    this.execution.tx.readSet.observedTime = true;
    return this.execution.tx.nowMs;
  }

  randomBytes(target: Uint8Array): void {
    this.execution.fillRandom(target);
  }

  log(level: string, messages: string[]): void {
    const { execution, info } = this;
    const modules = execution.generation.modules(info.component);
    execution.logs.add(
      level,
      messages.map((text) => withMappedStack(text, modules)),
      execution.services.now(),
    );
  }

  env(name: string): string | undefined {
    const { tx, generation } = this.execution;
    const variable = deploymentVariable(this.info.component, name, generation);
    if (variable !== null) tx.readSet.dependencies.add(`env:${variable}`);
    const environment = this.execution.environment(this.info.component);
    return Object.hasOwn(environment, name) ? environment[name] : undefined;
  }

  envNames(): string[] {
    this.execution.tx.readSet.dependencies.add('env:*');
    return Object.keys(this.execution.environment(this.info.component));
  }
}

function parseArgs(op: string, text: string): JsonObject {
  let args: unknown;
  try {
    args = JSON.parse(text);
  } catch {
    // Refused below, like everything that is not an object.
  }
  if (typeof args !== 'object' || args === null || Array.isArray(args))
    throw new DeveloperError('InvalidSyscall', `The arguments of ${op} must be a JSON object`);
  return args as JsonObject;
}

function pathOf(info: FunctionInfo): { module: string; name: string } {
  return { module: info.modulePath, name: info.name };
}

/** Refuses text longer than `limit` bytes; counts bytes only where the length alone cannot tell. */
function checkSize(text: string, limit: number, message: (actual: number, limit: number) => string): void {
  if (text.length * 3 <= limit) return;
  const actual = Buffer.byteLength(text);
  if (actual > limit) throw new DeveloperError('TooLarge', message(actual, limit));
}
