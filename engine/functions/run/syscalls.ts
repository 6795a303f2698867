/**
 * The syscalls of queries and mutations (§3.3, §3.4): JSON in, JSON text out, straight into the transaction.
 * A DeveloperError becomes an error the function can catch.
 */
import type { TransactionLimits } from '../../transaction/meter.ts';
import { DeveloperError } from '../../values/errors.ts';
import { valueToJson } from '../../values/json.ts';
import type { JsonObject, JsonValue } from '../../values/value.ts';
import { type Address, requireFunction, resolveAddress } from '../calls/address.ts';
import { wrongKind } from '../calls/failure.ts';
import { deploymentMetadata, requestMetadata } from '../calls/metadata.ts';
import type { FileStorage } from '../calls/services.ts';
import { displayPath, serverPath } from '../code/paths.ts';
import type { Frame } from './execution.ts';

type Syscall = (frame: Frame, args: JsonObject) => string;

const db = (frame: Frame) => frame.execution.tx.db(frame.info.component);
const text = (value: unknown): string => JSON.stringify(value ?? null);
const optional = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** What a change answers: no function gets to see the document, and the realm would parse it for nothing. */
const NOTHING = 'null';

const SYNC: Record<string, Syscall> = {
  '1.0/queryStream': (frame, args) => text({ queryId: db(frame).queryStream(args.query!) }),
  '1.0/queryCleanup': (frame, args) => text(db(frame).queryCleanup(Number(args.queryId))),
  '1.0/db/normalizeId': (frame, args) =>
    text({ id: db(frame).normalizeId(String(args.table), String(args.idString)) }),
  '1.0/getSnapshotTs': (frame) => {
    frame.execution.tx.readSet.observedTime = true;
    return text(valueToJson(frame.execution.tx.beginTs));
  },
};

const READS: Record<string, Syscall> = {
  '1.0/get': (frame, args) =>
    db(frame).get(String(args.id), { table: optional(args.table), isSystem: args.isSystem === true }) ??
    'null',
  '1.0/queryStreamNext': (frame, args) => {
    const { value, done, isLast } = db(frame).queryNext(Number(args.queryId));
    // Read by the realm's end of the bridge (boot.js), which need not ask once more to hear that there is nothing.
    return `{"value":${value ?? 'null'},"done":${done}${isLast ? ',"last":true' : ''}}`;
  },
  '1.0/queryPage': (frame, args) => {
    const { page, ...rest } = db(frame).queryPage(args);
    return `{"page":[${page.join(',')}],${JSON.stringify(rest).slice(1)}`;
  },
  '1.0/count': (frame, args) => text(db(frame).count(String(args.table))),
  '1.0/getUserIdentity': (frame) => {
    frame.execution.tx.readSet.observedIdentity = true;
    // A component does not learn who its caller's user is; an administrator who calls it directly says who he is.
    return frame.info.component === '' || frame.execution.caller.admin ? text(frame.identity) : 'null';
  },
  '1.0/runUdf': (frame, args) => runUdf(frame, args),
  '1.0/createFunctionHandle': (frame, args) => {
    const { generation, services } = frame.execution;
    const resolved = resolveAddress(args as Address, frame.info.component, generation, services.handles);
    requireFunction(resolved, generation);
    return text(services.handles.create(resolved.component, resolved.path));
  },
  '1.0/storageGetUrl': (frame, args) =>
    text(files(frame).getUrl(frame.execution.tx, frame.info.component, String(args.storageId))),
  '1.0/storageGetMetadata': (frame, args) =>
    text(files(frame).getMetadata(frame.execution.tx, frame.info.component, String(args.storageId))),
  '1.0/getTransactionMetrics': (frame) => text(frame.execution.tx.metrics()),
  '1.0/getFunctionMetadata': (frame) =>
    text({
      name: displayPath({ module: frame.info.modulePath, name: frame.info.name }),
      componentPath: frame.info.component,
    }),
  '1.0/getDeploymentMetadata': (frame) => text(deploymentMetadata(frame.execution.services.config)),
  '1.0/getRequestMetadata': (frame) => {
    if (frame.udfType === 'Query')
      throw new DeveloperError('NoRequestMetadata', 'Cannot get request metadata in a Query');
    return text(requestMetadata(frame.execution.caller));
  },
  '1.0/auditLog': () => 'null',
};

const WRITES: Record<string, Syscall> = {
  '1.0/insert': (frame, args) =>
    text({ _id: db(frame).insert(String(args.table), args.value as JsonObject) }),
  '1.0/shallowMerge': (frame, args) => {
    db(frame).patch(String(args.id), args.value as JsonObject, { table: optional(args.table) });
    return NOTHING;
  },
  '1.0/replace': (frame, args) => {
    db(frame).replace(String(args.id), args.value as JsonObject, { table: optional(args.table) });
    return NOTHING;
  },
  '1.0/remove': (frame, args) => {
    db(frame).remove(String(args.id), { table: optional(args.table) });
    return NOTHING;
  },
  '1.0/schedule': (frame, args) => {
    const { tx, generation, services, caller } = frame.execution;
    const { component } = frame.info;
    const resolved = resolveAddress(args as Address, component, generation, services.handles);
    return text(
      services.jobs.schedule(tx, component, {
        path: serverPath(resolved.path),
        target: resolved.component,
        argsJson: JSON.stringify(args.args ?? {}),
        atMs: Number(args.ts) * 1000,
        generation,
        parent: caller.job ?? null,
      }),
    );
  },
  '1.0/cancel_job': (frame, args) => {
    frame.execution.services.jobs.cancel(frame.execution.tx, frame.info.component, String(args.id));
    return 'null';
  },
  '1.0/signJwt': (frame, args) => {
    const { services, tx } = frame.execution;
    return text(
      services.jwt.sign({
        claims: (args.claims as JsonObject | undefined) ?? {},
        expiresInSeconds: Number(args.expiresInSeconds),
        issuer: services.urls().cloud,
        nowMs: tx.nowMs,
      }),
    );
  },
  '1.0/storageGenerateUploadUrl': (frame) => text(files(frame).generateUploadUrl(frame.info.component)),
  '1.0/storageDelete': (frame, args) => {
    files(frame).remove(frame.execution.tx, frame.info.component, String(args.storageId));
    return 'null';
  },
  '1.0/storageStore': (frame, args) =>
    text(
      files(frame).store(frame.execution.tx, frame.info.component, {
        bytes: Buffer.from(String(args.blob), 'base64'),
        contentType: optional(args.contentType) || null,
        sha256: optional(args.sha256) ?? null,
      }),
    ),
  '1.0/storageGet': (frame, args) => {
    const file = files(frame).read(frame.execution.tx, frame.info.component, String(args.storageId));
    return text(
      file === null
        ? null
        : { blob: Buffer.from(file.bytes).toString('base64'), contentType: file.contentType },
    );
  },
};

export function syncSyscall(frame: Frame, op: string, args: JsonObject): string {
  const syscall = Object.hasOwn(SYNC, op) ? SYNC[op] : undefined;
  if (syscall === undefined) throw new DeveloperError('UnknownOperation', `Unknown operation ${op}`);
  return syscall(frame, args);
}

export function asyncSyscall(frame: Frame, op: string, args: JsonObject): string {
  const syscall = Object.hasOwn(READS, op)
    ? READS[op]
    : frame.udfType === 'Mutation' && Object.hasOwn(WRITES, op)
      ? WRITES[op]
      : undefined;
  if (syscall === undefined) throw new DeveloperError('UnknownOperation', `Unknown async operation ${op}`);
  return syscall(frame, args);
}

function runUdf(frame: Frame, args: JsonObject): string {
  const { execution } = frame;
  const { tx, generation, services } = execution;
  const wanted = args.udfType === 'mutation' ? 'Mutation' : 'Query';
  if (wanted === 'Mutation' && frame.udfType === 'Query') {
    throw new DeveloperError('WrongFunctionKind', 'Cannot call a mutation function from a query function');
  }
  const resolved = resolveAddress(args as Address, frame.info.component, generation, services.handles);
  const info = requireFunction(resolved, generation);
  if (info.udfType !== wanted) throw wrongKind(serverPath(resolved.path), wanted, info.udfType);
  const run = (): string => tx.inCalledFunction(() => execution.run(info, args.args ?? {}, frame));
  const limits = args.transactionLimits as TransactionLimits | undefined;
  const limited = (): string =>
    limits === undefined || limits === null ? run() : tx.withLimits(limits, run);
  if (wanted === 'Mutation') return tx.nested(limited);
  return args.udfType === 'snapshotQuery' ? tx.readCommittedSnapshot(limited) : limited();
}

function files(frame: Frame): FileStorage {
  const storage = frame.execution.services.files;
  if (storage === undefined) throw new DeveloperError('NoFileStorage', 'File storage is not available');
  return storage;
}
