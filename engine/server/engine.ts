/**
 * The engine composed: store → committer → functions → scheduler, live queries → sync and HTTP servers.
 *
 * Promises: `startEngine` resolves when both ports answer and rejects with nothing left running; `stop` ends sockets,
 * finishes what is committed and closes the store within five seconds. It listens on loopback unless told otherwise.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { hashAdminKey } from '../auth/adminKey.ts';
import { createAdminApi } from './adminApi.ts';
import { createFileRoutes } from '../files/routes.ts';
import { type ApiRoutes, createMainServer, type HostRoute } from '../http/server.ts';
import { createSnapshotRoutes } from '../snapshot/routes.ts';
import { createSiteHandler, createSiteServer } from '../http/site.ts';
import { StaticFiles, type StaticHeaders } from '../http/staticFiles.ts';
import { startFailure } from '../storage/database.ts';
import type { SyncLimits } from '../sync/endpoint.ts';
import { SyncEndpoint } from '../sync/endpoint.ts';
import { createLogger, type Logger } from '../logs/logger.ts';
import { forgetRunning, saveRunning } from '../operations/running.ts';
import { closeFolder, ensureAdminKey, replaceAdminKey } from './adminKeyFile.ts';
import { Backend } from './backend.ts';
import { createOperationsApi, isLoopbackName } from './operationsApi.ts';
import { StartError } from './startError.ts';

export interface EngineOptions {
  dataDir: string;
  /** 0 picks a free one. */
  port?: number;
  sitePort?: number;
  host?: string;
  /** Public addresses, when they differ from where the engine listens. */
  url?: string;
  siteUrl?: string;
  adminKey?: string;
  instanceName?: string;
  staticDir?: string;
  /** Headers the host wants on its files, such as a content security policy. */
  staticHeaders?: StaticHeaders;
  /** Pages of the host, by exact path. */
  routes?: Record<string, HostRoute>;
  chaosOcc?: number;
  /** The largest file that may be stored; 1 GiB by default. */
  maxUploadBytes?: number;
  /** The disk can no longer be trusted; the process should end. */
  onFatal?: (error: Error) => void;
  /** What the operator should know; warnings and errors on standard error by default. */
  log?: Logger;
  /** Unforeseen failures; into the log by default. */
  reportError?: (error: unknown) => void;
  syncLimits?: Partial<SyncLimits>;
  /** Tests: re-runs every live query after every commit and reports results that subscribers should have got. */
  onViolation?: (violation: Error) => void;
}

export interface Engine {
  readonly url: string;
  readonly siteUrl: string;
  readonly port: number;
  readonly sitePort: number;
  readonly adminKey: string;
  readonly environment: {
    /** What the developer set, by name. */
    list(): Record<string, string>;
    /** null removes a variable. */
    set(changes: Record<string, string | null>): Promise<void>;
  };
  /** For tests and benchmarks. */
  readonly backend: Backend;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
/** Mass reconnects overflow Node's default of 511, and each dropped SYN costs its client a second. */
const BACKLOG = 4_096;
const STOP_MS = 4_500;

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { host = HOST, instanceName = 'embedded', log = createLogger({ quiet: true }) } = options;
  const reportError = options.reportError ?? ((error: unknown) => log.unexpected(error));
  const dataDir = resolve(options.dataDir);
  const addresses = { cloud: options.url ?? '', site: options.siteUrl ?? '' };
  const backend = Backend.open({
    ...options,
    dataDir,
    reportError,
    urls: () => addresses,
    onDiskFull: (full) =>
      full
        ? log.warn('disk_full', 'The disk is full: changes are refused until there is space; reads go on.')
        : log.info('disk_writable', 'The disk has space again: changes are accepted.'),
  });
  const undo: (() => unknown)[] = [() => backend.close()];
  try {
    const warn = (sentence: string): void => log.warn('data_folder_rights', sentence);
    if (options.adminKey !== undefined) closeFolder(dataDir, warn);
    let adminKey = options.adminKey ?? ensureAdminKey(dataDir, instanceName, warn);
    let adminKeyHash = hashAdminKey(adminKey);
    const gate = backend.gateFor(() => adminKeyHash, wrongKeyAlarm(log));
    const sync = new SyncEndpoint(backend.syncBackend(gate), options.syncLimits);
    undo.push(() => sync.close(0));
    const site = createSiteHandler(
      (request) => backend.httpAction(request, gate),
      () => options.siteUrl ?? null,
    );
    const main = createMainServer({
      functions: backend.functionBackend(gate),
      api: firstOf(
        createFileRoutes(backend.files),
        createSnapshotRoutes(
          backend.imports,
          backend.exports,
          async ({ headers }) => (await gate.fromHeader(headers.authorization)).admin,
        ),
        createAdminApi(
          backend.adminRoutes(gate),
          (header) => gate.fromHeader(header),
          () => gate.slowDown(),
        ),
      ),
      operations: createOperationsApi({
        isAdmin: async (header) => (await gate.fromHeader(header)).admin,
        isDirect: () => isOnThisMachine(addresses.cloud) && isOnThisMachine(addresses.site),
        metrics: () =>
          backend.measurements.print({
            dataDir,
            store: backend.store,
            sockets: () => sync.size,
            live: backend.live,
            isDiskFull: () => backend.committer.isDiskFull,
          }),
        hold: () => backend.holdFolder(),
        logBytes: () => logBytes(dataDir),
        rotateAdminKey:
          options.adminKey !== undefined
            ? null
            : () => {
                adminKey = replaceAdminKey(dataDir, instanceName);
                adminKeyHash = hashAdminKey(adminKey);
                sync.dropAdmins();
                log.info(
                  'admin_key_rotated',
                  'The admin key was replaced; the old one is refused from now on.',
                );
              },
        log,
      }),
      sync,
      site,
      staticFiles:
        options.staticDir === undefined
          ? null
          : new StaticFiles(resolve(options.staticDir), options.staticHeaders),
      routes: options.routes ?? {},
      instanceName,
      jwks: () => backend.jwks(),
      health: () => backend.health(),
      reportError,
    });
    const siteServer = createSiteServer(site, reportError);
    await backend.load();
    undo.push(() => closeServers(main, siteServer));
    const port = await listen(main, options.port ?? 3210, host);
    const sitePort = await listen(siteServer, options.sitePort ?? (options.port === 0 ? 0 : port + 1), host);
    addresses.cloud = options.url ?? `http://${urlHost(host)}:${port}`;
    addresses.site = options.siteUrl ?? `http://${urlHost(host)}:${sitePort}`;
    backend.measurements.watch(main);
    backend.measurements.watch(siteServer);
    saveRunning(dataDir, { pid: process.pid, url: `http://${urlHost(host)}:${port}` });
    undo.push(() => forgetRunning(dataDir));
    if (!isOnThisMachine(`http://${bracketed(host)}`) && !addresses.cloud.startsWith('https:'))
      log.warn('no_tls', exposed(host));
    await backend.start();
    let stopped: Promise<void> | null = null;
    return {
      url: addresses.cloud,
      siteUrl: addresses.site,
      port,
      sitePort,
      get adminKey() {
        return adminKey;
      },
      environment: backend.environmentAccess(),
      backend,
      stop: () => {
        stopped ??= stopAll(main, siteServer, sync, backend).then(() => forgetRunning(dataDir));
        return stopped;
      },
    };
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw startFailure(dataDir, error);
  }
}

function firstOf(...rooms: ApiRoutes[]): ApiRoutes {
  return async (request, response, url) => {
    for (const room of rooms) if (await room(request, response, url)) return true;
    return false;
  };
}

async function stopAll(main: Server, site: Server, sync: SyncEndpoint, backend: Backend): Promise<void> {
  const closing = closeServers(main, site);
  await Promise.race([sync.close(1_000).then(() => backend.finish()), wait(STOP_MS)]);
  main.closeAllConnections();
  site.closeAllConnections();
  await closing;
  await backend.close();
}

/** Resolves when no connection is left; idle ones are ended at once. */
function closeServers(...servers: Server[]): Promise<unknown> {
  return Promise.all(
    servers.map(async (server) => {
      if (!server.listening) return;
      const closed = new Promise((done) => server.close(done));
      server.closeIdleConnections();
      await closed;
    }),
  );
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((done, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new StartError(whyNot(error, port, host))));
    server.listen({ port, host, backlog: BACKLOG }, () => done((server.address() as AddressInfo).port));
  });
}

function whyNot({ code, message }: NodeJS.ErrnoException, port: number, host: string): string {
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use already; choose another one with --port or --site-port.`;
  if (code === 'EACCES')
    return `Port ${port} needs more rights than this process has; choose one above 1023.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `This machine has no address ${host} to listen on.`;
  return `Port ${port} on ${host} could not be opened: ${message}.`;
}

/** Where this machine reaches an engine that listens on all addresses. */
function urlHost(host: string): string {
  return isEverywhere(host) ? HOST : bracketed(host);
}

function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function isOnThisMachine(url: string): boolean {
  return isLoopbackName(URL.parse(url)?.hostname ?? '');
}

function exposed(host: string): string {
  const where = isEverywhere(host) ? 'every network this machine is in' : `the network of ${host}`;
  return `The engine can be reached from ${where} without encryption: put a proxy with TLS in front, and name its address with --url https://…`;
}

/** One line a minute, however many keys are tried. */
function wrongKeyAlarm(log: Logger): () => void {
  let count = 0;
  return () => {
    if (count++ > 0) return;
    setTimeout(() => {
      const tried = count === 1 ? 'A wrong admin key was' : `${count} wrong admin keys were`;
      log.warn('wrong_admin_key', `${tried} tried in the last minute.`, { count });
      count = 0;
    }, 60_000).unref();
  };
}

function logBytes(dataDir: string): number {
  return statSync(join(dataDir, 'data.sqlite-wal'), { throwIfNoEntry: false })?.size ?? 0;
}

function wait(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms).unref());
}
