/**
 * Runs actions and HTTP actions in the workers: checks what goes in and out and bounds their time.
 *
 * Promises: an action keeps the modules of the generation it started with; a worker that is lost fails only the
 * executions that were on it.
 */
import { DeveloperError } from '../../values/errors.ts';
import { jsonToValue } from '../../values/json.ts';
import { formatBytes, LIMITS } from '../../values/limits.ts';
import { printValue } from '../../values/print.ts';
import { excessOf } from '../../values/shape.ts';
import { checkValidator, type ValidatorJson } from '../../values/validator.ts';
import type { JsonValue } from '../../values/value.ts';
import { FunctionFailure, timedOut } from '../calls/failure.ts';
import { LogLines } from '../calls/logLines.ts';
import type { Caller, Services } from '../calls/services.ts';
import type { FunctionInfo } from '../code/generation.ts';
import type { ActionContext, FunctionCaller } from './actionSyscalls.ts';
import { Executions, failureOf } from './executions.ts';
import { HttpExchange, type HttpRequest, type HttpResponse } from './httpExchange.ts';
import type { ExecutionSpec, ToWorker, WorkerKind } from './protocol.ts';

export type { HttpRequest, HttpResponse } from './httpExchange.ts';

export interface ActionEnd {
  value: string;
  failure: DeveloperError | null;
  logs: LogLines;
}

export class ActionRunner {
  readonly #services: Services;
  readonly #executions: Executions;

  constructor(services: Services, functions: FunctionCaller) {
    this.#services = services;
    this.#executions = new Executions(services, functions);
  }

  /** Runs an action; its failure is part of the answer, so that its log is too. */
  async run(info: FunctionInfo, args: JsonValue, caller: Caller): Promise<ActionEnd> {
    const generation = this.#services.generation();
    const node = generation.modules(info.component).get(info.modulePath)?.environment === 'node';
    const logs = new LogLines();
    const end = (value: string, failure: DeveloperError | null): ActionEnd => ({ value, failure, logs });
    const depth = caller.depth ?? 0;
    if (depth >= LIMITS.callDepth)
      return end(
        'null',
        new FunctionFailure(
          'Cross component call depth limit exceeded. Do you have an infinite loop in your app?',
        ),
      );
    const path = { module: info.modulePath, name: info.name };
    const context: ActionContext = { component: info.component, path, caller, generation, depth };
    try {
      const argsText = this.#checkArgs(info, args, node ? LIMITS.nodeActionArgsBytes : LIMITS.argsBytes);
      const limitMs = node ? LIMITS.nodeActionTimeMs : LIMITS.actionTimeMs;
      const value = await this.#execute(node ? 'node' : 'isolate', context, logs, limitMs, (spec) => ({
        type: 'run',
        path: info.modulePath,
        name: info.name,
        args: `[${argsText}]`,
        ...spec,
      }));
      this.#checkResult(info, value);
      return end(value, null);
    } catch (error) {
      if (!(error instanceof DeveloperError)) throw error;
      return end('null', error);
    }
  }

  /** Answers a request to the site (§2.7). */
  http(request: HttpRequest, caller: Caller): Promise<HttpResponse> {
    return new HttpExchange(this.#executions, request, caller).answer();
  }

  /** From now on modules are evaluated afresh: what they read from the environment has changed. */
  forgetModules(): void {
    this.#executions.forgetModules();
  }

  close(): Promise<void> {
    return this.#executions.close();
  }

  #execute(
    kind: WorkerKind,
    context: ActionContext,
    logs: LogLines,
    limitMs: number,
    message: (spec: ExecutionSpec) => ToWorker,
  ): Promise<string> {
    return new Promise((resolve, reject) => {
      const settle = (action: () => void): void => {
        clearTimeout(timer);
        running.end();
        action();
      };
      const running = this.#executions.start(kind, context, logs, message, {
        message: (received) => {
          if (received.type !== 'done' && received.type !== 'failed') return;
          if (received.unawaited.length > 0) logs.warnUnawaited(received.unawaited, this.#services.now());
          if (received.type === 'done') settle(() => resolve(received.value));
          else settle(() => reject(failureOf(received.error, context.generation.modules(context.component))));
        },
        lost: (blamed) => settle(() => reject(this.#executions.lostFailure(blamed))),
      });
      const timer = setTimeout(() => {
        running.cancel();
        settle(() => reject(timedOut(limitMs)));
      }, limitMs);
    });
  }

  #checkArgs(info: FunctionInfo, args: JsonValue, limit: number): string {
    const excess = excessOf(args);
    if (excess !== null)
      throw new FunctionFailure(`Invalid arguments for ${info.modulePath}:${info.name}: ${excess}`, {
        code: 'InvalidArguments',
      });
    const value = jsonToValue(args);
    if (typeof args !== 'object' || args === null || Array.isArray(args)) {
      throw new FunctionFailure(
        `Expected to receive an object as the function's argument. Instead received: ${printValue(value)}`,
      );
    }
    const problem = this.#validate(info.component, info.args, value);
    if (problem !== null)
      throw new FunctionFailure(`ArgumentValidationError: ${problem}\n`, { code: 'ArgumentValidationError' });
    const text = JSON.stringify(args);
    const size = Buffer.byteLength(text);
    if (size > limit)
      throw new FunctionFailure(
        `Arguments for ${info.modulePath}:${info.name} are too large (actual: ${formatBytes(size)}, limit: ${formatBytes(limit)})`,
      );
    return text;
  }

  #checkResult(info: FunctionInfo, text: string): void {
    const size = Buffer.byteLength(text);
    if (size > LIMITS.returnBytes)
      throw new FunctionFailure(
        `Function ${info.modulePath}:${info.name} return value is too large (actual: ${formatBytes(size)}, limit: ${formatBytes(LIMITS.returnBytes)})`,
      );
    if (info.returns === null) return;
    const problem = this.#validate(info.component, info.returns, jsonToValue(JSON.parse(text) as JsonValue));
    if (problem !== null)
      throw new FunctionFailure(`ReturnsValidationError: ${problem}\n`, { code: 'ReturnsValidationError' });
  }

  #validate(
    component: string,
    validator: ValidatorJson,
    value: ReturnType<typeof jsonToValue>,
  ): string | null {
    return this.#services.committer.read((tx) => checkValidator(validator, value, tx.db(component)));
  }
}
