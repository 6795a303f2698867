/**
 * The engine composed: store → committer → functions → scheduler, live queries → sync and HTTP servers.
 *
 * Promises: `startEngine` resolves when both ports answer and rejects with nothing left running; `stop` ends sockets,
 * finishes what is committed and closes the store within five seconds. It listens on loopback unless told otherwise.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
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
import { ensureAdminKey } from './adminKeyFile.ts';
import { Backend } from './backend.ts';

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
  /** Unforeseen failures; standard error by default. */
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

/** The engine cannot start; the message is one sentence for the operator. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

const HOST = '127.0.0.1';
/** Mass reconnects overflow Node's default of 511, and each dropped SYN costs its client a second. */
const BACKLOG = 4_096;
const STOP_MS = 4_500;

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { host = HOST, instanceName = 'embedded', reportError = reportToStderr } = options;
  const dataDir = resolve(options.dataDir);
  const addresses = { cloud: options.url ?? '', site: options.siteUrl ?? '' };
  const backend = Backend.open({ ...options, dataDir, reportError, urls: () => addresses });
  const undo: (() => unknown)[] = [() => backend.close()];
  try {
    const adminKey = options.adminKey ?? ensureAdminKey(dataDir, instanceName);
    const gate = backend.gateFor(hashAdminKey(adminKey));
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
        createAdminApi(backend.adminRoutes(gate), (header) => gate.fromHeader(header)),
      ),
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
    await backend.start();
    let stopped: Promise<void> | null = null;
    return {
      url: addresses.cloud,
      siteUrl: addresses.site,
      port,
      sitePort,
      adminKey,
      environment: backend.environmentAccess(),
      backend,
      stop: () => (stopped ??= stopAll(main, siteServer, sync, backend)),
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
  if (host === '0.0.0.0' || host === '::') return HOST;
  return host.includes(':') ? `[${host}]` : host;
}

function wait(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms).unref());
}

function reportToStderr(error: unknown): void {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
}
