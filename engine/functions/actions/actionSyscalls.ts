/**
 * The syscalls of actions (§3.5), on the main thread: each is a transaction of its own. The identity goes along to
 * functions of the same component; what a callee throws reaches the action as its text and data.
 */
import type { Transaction } from '../../transaction/transaction.ts';
import { DeveloperError } from '../../values/errors.ts';
import type { JsonObject, JsonValue } from '../../values/value.ts';
import { type Address, requireFunction, resolveAddress, type Resolved } from '../calls/address.ts';
import { FunctionFailure, type FunctionResult } from '../calls/failure.ts';
import { deploymentMetadata, requestMetadata } from '../calls/metadata.ts';
import type { Caller, FileStorage, Services } from '../calls/services.ts';
import type { Generation } from '../code/generation.ts';
import { displayPath, type FunctionPath, serverPath } from '../code/paths.ts';

/** The runner as actions use it. */
export interface FunctionCaller {
  query(call: { component: string; path: string; args: JsonValue; caller: Caller }): {
    result: FunctionResult;
  };
  mutation(call: {
    component: string;
    path: string;
    args: JsonValue;
    caller: Caller;
  }): Promise<{ result: FunctionResult }>;
  action(call: {
    component: string;
    path: string;
    args: JsonValue;
    caller: Caller;
  }): Promise<{ result: FunctionResult }>;
}

/** The execution a syscall belongs to. */
export interface ActionContext {
  component: string;
  path: FunctionPath;
  caller: Caller;
  generation: Generation;
  depth: number;
}

export interface SyscallAnswer {
  value: string;
  bytes?: Uint8Array;
  contentType?: string | null;
}

type Handler = (
  calls: ActionSyscalls,
  context: ActionContext,
  args: JsonObject,
  blob: Blobbed | null,
) => Promise<SyscallAnswer> | SyscallAnswer;
interface Blobbed {
  bytes: Uint8Array;
  contentType: string;
}

const json = (value: unknown): SyscallAnswer => ({ value: JSON.stringify(value ?? null) });
const unavailable = (what: string) => (): never => {
  throw new DeveloperError('NotAvailable', `${what} is a service of Convex Cloud and not available here`);
};

const HANDLERS: Record<string, Handler> = {
  '1.0/actions/query': (calls, context, args) => calls.call('query', context, args),
  '1.0/actions/mutation': (calls, context, args) => calls.call('mutation', context, args),
  '1.0/actions/action': (calls, context, args) => calls.call('action', context, args),
  '1.0/actions/schedule': async (calls, context, args) => {
    const resolved = calls.resolve(context, args);
    return json(
      await calls.write((tx) =>
        calls.services.jobs.schedule(tx, context.component, {
          path: serverPath(resolved.path),
          target: resolved.component,
          argsJson: JSON.stringify(args.args ?? {}),
          atMs: Number(args.ts) * 1000,
          generation: calls.services.generation(),
          parent: context.caller.job ?? null,
        }),
      ),
    );
  },
  '1.0/actions/cancel_job': async (calls, context, args) =>
    json(await calls.write((tx) => calls.services.jobs.cancel(tx, context.component, String(args.id)))),
  '1.0/actions/vectorSearch': (calls, context, args) => {
    const search = calls.services.vectorSearch;
    if (search === undefined) throw new DeveloperError('NotAvailable', 'Vector search is not available');
    return json(
      calls.services.committer.read((tx) => search(tx, context.component, args.query as JsonObject)),
    );
  },
  '1.0/getUserIdentity': (_calls, context) =>
    json(context.component === '' || context.caller.admin ? context.caller.identity : null),
  '1.0/createFunctionHandle': (calls, context, args) => {
    const resolved = calls.resolve(context, args);
    requireFunction(resolved, context.generation);
    return json(calls.services.handles.create(resolved.component, resolved.path));
  },
  '1.0/getFunctionMetadata': (_calls, context) =>
    json({ name: displayPath(context.path), componentPath: context.component }),
  '1.0/getDeploymentMetadata': (calls) => json(deploymentMetadata(calls.services.config)),
  '1.0/getRequestMetadata': (_calls, context) => json(requestMetadata(context.caller)),
  '1.0/auditLog': () => json(null),
  '1.0/createServiceToken': unavailable('getServiceToken'),
  '1.0/getServiceUrl': unavailable('getServiceUrl'),
  '1.0/storageGetUrl': (calls, context, args) =>
    json(calls.read((tx) => calls.files.getUrl(tx, context.component, String(args.storageId)))),
  '1.0/storageGetMetadata': (calls, context, args) =>
    json(calls.read((tx) => calls.files.getMetadata(tx, context.component, String(args.storageId)))),
  '1.0/storageGenerateUploadUrl': (calls, context) => json(calls.files.generateUploadUrl(context.component)),
  '1.0/storageDelete': async (calls, context, args) =>
    json(await calls.write((tx) => calls.files.remove(tx, context.component, String(args.storageId)))),
  'storage/storeBlob': async (calls, context, args, blob) => {
    const sha256 = (args.options as { sha256?: string } | undefined)?.sha256 ?? null;
    const file = { bytes: blob!.bytes, contentType: blob!.contentType || null, sha256 };
    return json(await calls.files.upload(context.component, file));
  },
  'storage/getBlob': async (calls, context, args) => {
    const file = await calls.files.download(context.component, String(args.storageId));
    return file === null
      ? json(null)
      : { value: 'true', bytes: new Uint8Array(file.bytes), contentType: file.contentType };
  },
};

export class ActionSyscalls {
  readonly services: Services;
  readonly #functions: FunctionCaller;

  constructor(services: Services, functions: FunctionCaller) {
    this.services = services;
    this.#functions = functions;
  }

  async perform(
    context: ActionContext,
    op: string,
    args: JsonObject,
    blob: Blobbed | null,
  ): Promise<SyscallAnswer> {
    const handler = Object.hasOwn(HANDLERS, op) ? HANDLERS[op] : undefined;
    if (handler === undefined) throw new DeveloperError('UnknownOperation', `Unknown async operation ${op}`);
    return handler(this, context, args, blob);
  }

  /** Names mean what they mean now: an action that started before a push calls the functions of after it. */
  resolve(context: ActionContext, args: JsonObject): Resolved {
    return resolveAddress(
      args as Address,
      context.component,
      this.services.generation(),
      this.services.handles,
    );
  }

  async call(
    kind: 'query' | 'mutation' | 'action',
    context: ActionContext,
    args: JsonObject,
  ): Promise<SyscallAnswer> {
    const resolved = this.resolve(context, args);
    const sameComponent = resolved.component === context.component;
    const caller: Caller = {
      ...context.caller,
      identity: sameComponent ? context.caller.identity : null,
      allowInternal: true,
      nested: true,
      depth: context.depth + 1,
    };
    const { component } = resolved;
    const call = { component, path: serverPath(resolved.path), args: args.args ?? {}, caller };
    const { sharedQuery } = this.services;
    const { result } =
      kind === 'query' && sharedQuery !== undefined
        ? await sharedQuery(call)
        : await this.#functions[kind](call);
    if (result.ok) return { value: result.value };
    throw new FunctionFailure(result.text, { data: result.errorData });
  }

  read<T>(job: (tx: Transaction) => T): T {
    return this.services.committer.read(job);
  }

  async write<T>(job: (tx: Transaction) => T): Promise<T> {
    return (await this.services.committer.write(job)).value;
  }

  get files(): FileStorage {
    const { files } = this.services;
    if (files === undefined) throw new DeveloperError('NoFileStorage', 'File storage is not available');
    return files;
  }
}
