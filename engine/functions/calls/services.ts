/** What the function layer needs of the engine around it: plain interfaces, given once at start. */
import type { Identity } from '../../auth/identity.ts';
import type { LogEntry } from '../../logs/ring.ts';
import type { Store } from '../../storage/store.ts';
import type { Committer } from '../../transaction/committer.ts';
import type { Transaction } from '../../transaction/transaction.ts';
import type { JsonObject, JsonValue } from '../../values/value.ts';
import type { Generation } from '../code/generation.ts';
import type { FunctionResult } from './failure.ts';
import type { Handles } from './handles.ts';
import type { JwtSigner } from './jwtSigner.ts';

interface LogSink {
  /** `code`: of the failure, if it ended in one. */
  completion(entry: LogEntry, code: string | null): void;
}

/** File storage as functions see it (§8.1). Ids are those of `_storage` documents. */
export interface FileStorage {
  getUrl(tx: Transaction, component: string, storageId: string): string | null;
  getMetadata(tx: Transaction, component: string, storageId: string): JsonObject | null;
  generateUploadUrl(component: string): string;
  remove(tx: Transaction, component: string, storageId: string): void;
  /** Writes the bytes and their document; the answer is the document's id. */
  store(tx: Transaction, component: string, file: StoredFile): string;
  read(
    tx: Transaction,
    component: string,
    storageId: string,
  ): { bytes: Uint8Array; contentType: string | null } | null;
  /** `store` and `read` in a transaction of their own, for actions: the disk is waited for, not the engine. */
  upload(component: string, file: StoredFile): Promise<string>;
  download(
    component: string,
    storageId: string,
  ): Promise<{ bytes: Uint8Array; contentType: string | null } | null>;
}

export interface StoredFile {
  bytes: Uint8Array;
  contentType: string | null;
  /** Expected digest, base64 or hex. */
  sha256: string | null;
}

/** Scheduled functions, written in the transaction that schedules them. */
interface JobBook {
  /** Returns the id of the job; refuses a target that does not exist. */
  schedule(tx: Transaction, component: string, request: JobRequest): string;
  cancel(tx: Transaction, component: string, id: string): void;
}

interface JobRequest {
  /** `mod.js:fn` in component `target`. */
  path: string;
  target: string;
  argsJson: string;
  atMs: number;
  generation: Generation;
  /** The job that schedules, if one does: its cancellation is inherited. */
  parent: { component: string; id: string } | null;
}

/** A function as the scheduler and the crons run it. */
export interface JobCall {
  component: string;
  path: string;
  args: JsonValue;
  job: { component: string; id: string } | null;
}

export type JobOutcome = { ok: true } | { ok: false; error: string };

interface VectorSearch {
  (tx: Transaction, component: string, query: JsonObject): JsonValue;
}

/** A native function of the engine, addressed `_system/…`; admins only. `component` is the call's, `""` for the app. */
type SystemFunction = (tx: Transaction, args: JsonObject, component: string) => JsonValue;

export interface RunnerConfig {
  /** Deployment name, as `getDeploymentMetadata` reports it. */
  name?: string;
  /** Whether error texts and log lines are kept from callers who are not admins. */
  redactErrors?: boolean;
  /** Limit of a query or mutation in ms; tests shorten it. */
  userTimeMs?: number;
  /** Whether a function that ran out of time three times within a minute is not run for a minute. */
  blockRunaways?: boolean;
  /** Seed of the next execution; tests fix it. */
  seed?: () => Uint8Array;
  /** The folder in whose `node_modules` packages are that "use node" modules do not carry; the current one by default. */
  packagesDir?: string;
  /** How long an action worker may not yield before it is replaced, ms. */
  spinLimitMs?: number;
  /** How long an action worker may have nothing to do before it ends, ms. */
  idleLimitMs?: number;
  /** Hears of failures of the engine itself that no caller sees. */
  onInternalError?: (error: unknown) => void;
  now?: () => number;
}

export interface RunnerDeps {
  committer: Committer;
  store: Store;
  generation: () => Generation;
  /** Another object whenever it has changed. */
  env: () => Record<string, string>;
  urls: () => { cloud: string; site: string };
  logs: LogSink;
  jobs: JobBook;
  systemFunctions?: Record<string, SystemFunction>;
  files?: FileStorage;
  vectorSearch?: VectorSearch;
  /** What a query says now, for an action: the kept result of an earlier run where that still holds. Without it each is run. */
  sharedQuery?: (call: {
    component: string;
    path: string;
    args: JsonValue;
    caller: Caller;
  }) => Promise<{ result: FunctionResult }>;
  config?: RunnerConfig;
}

/** The deps and what the runner made of them. */
export interface Services extends RunnerDeps {
  handles: Handles;
  jwt: JwtSigner;
  config: RunnerConfig;
  now: () => number;
}

export interface Caller {
  identity: Identity | null;
  admin: boolean;
  /** 16 hex digits. */
  requestId: string;
  ip?: string | null;
  userAgent?: string | null;
  /** The verified token, for `getRequestMetadata`. */
  authToken?: string | null;
  /** What an HTTP action was asked with, where the host knows that it is somebody's. */
  credential?: string | null;
  /** Whether internal functions may be called: admins, the scheduler, the engine itself. */
  allowInternal: boolean;
  /** A call by another function: its error text is that function's to show or hide. */
  nested?: boolean;
  /** How many actions deep the call is. */
  depth?: number;
  /** The scheduled function that runs, for its metadata and for what it schedules. */
  job?: { component: string; id: string } | null;
}
