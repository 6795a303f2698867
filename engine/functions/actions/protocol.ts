/**
 * What the main thread and an action worker say to each other. `id` is an execution, `call` a syscall of it. What one side
 * says in a turn goes in one post: each costs both as much as a small call.
 *
 *   main → worker   modules  environment  run  http  reply  ack  cancel  analyze
 *   worker → main   log  syscall  head  chunk  done  failed  routed  analyzed
 */
import type { JsonObject, JsonValue } from '../../values/value.ts';

export type WorkerKind = 'isolate' | 'node';

export interface WorkerData {
  kind: WorkerKind;
  niceness: number;
  /** `[0]` beats while the event loop turns, `[1]` is the execution that was resumed last. */
  pulse: SharedArrayBuffer;
  /** Where "use node" modules find packages that were not bundled. */
  resolveFrom: string;
}

export interface ExecutionSpec {
  id: number;
  /** Names generation and component: modules sent once per registry. */
  registry: string;
  requestId: string;
}

export type ToWorker =
  | { type: 'modules'; registry: string; modules: [path: string, script: string][]; drop: string[] }
  | { type: 'environment'; registry: string; env: Record<string, string> }
  | ({ type: 'run'; path: string; name: string; args: string } & ExecutionSpec)
  | ({
      type: 'http';
      request: HttpInput;
      path: string;
      ownPath: string | null;
      mounts: string[];
    } & ExecutionSpec)
  | {
      type: 'reply';
      id: number;
      call: number;
      ok: true;
      value: string;
      bytes?: Uint8Array | undefined;
      contentType?: string | null;
    }
  | { type: 'reply'; id: number; call: number; ok: false; message: string; data?: JsonValue | undefined }
  | { type: 'ack'; id: number }
  | { type: 'cancel'; id: number }
  | { type: 'analyze'; registry: string; paths: string[]; env: Record<string, string> };

/** Of an `http` message: `path` is what this component routes, `ownPath` the same below its own prefix (null: not below it). */
export interface HttpInput {
  method: string;
  url: string;
  headers: [string, string][];
  body: Uint8Array | null;
}

export interface Thrown {
  message: string;
  frames: string;
  data?: JsonValue;
}

export type FromWorker =
  | { type: 'log'; id: number; level: string; messages: string[] }
  | {
      type: 'syscall';
      id: number;
      call: number;
      op: string;
      args: JsonObject;
      bytes?: Uint8Array;
      contentType?: string;
    }
  | { type: 'head'; id: number; status: number; headers: [string, string][] }
  | { type: 'chunk'; id: number; bytes: Uint8Array }
  | { type: 'routed'; id: number; to: { mount: string } | 'none' }
  | { type: 'done'; id: number; value: string; unawaited: string[] }
  | { type: 'failed'; id: number; error: Thrown; unawaited: string[] }
  | { type: 'analyzed'; results: Record<string, { functions: JsonValue } | { error: Thrown }> };
