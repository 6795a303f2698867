/**
 * The engine composed: store → committer → functions → scheduler, live queries → sync and HTTP servers.
 *
 * Promises: `startEngine` resolves when both ports answer and rejects with nothing left running; `stop` ends sockets,
 * finishes what is committed and closes the store within five seconds. It listens on loopback unless told otherwise.
 */
import type { Logger } from '../logs/logger.ts';
import { forgetRunning, saveRunning } from '../operations/running.ts';
import { startFailure } from '../storage/database.ts';
import { SyncEndpoint } from '../sync/endpoint.ts';
import { exposure, localUrl } from './addresses.ts';
import { EDGES } from '../values/edges.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';
import { AdminKey } from './adminKey.ts';
import { Backend } from './backend.ts';
import { closeServers, listen } from './ports.ts';
import { createServers, type Servers } from './servers.ts';
import { type EngineOptions, type Setting, withDefaults } from './setting.ts';

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
  /** Asks a query of the app, internal or not, and shares its result with whoever else does; throws when it fails. */
  query(path: string, args: JsonObject): JsonValue;
  /** For tests and benchmarks. */
  readonly backend: Backend;
  stop(): Promise<void>;
}

const STOP_MS = 4_500;

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const setting = withDefaults(options);
  const { dataDir } = setting;
  const backend = openBackend(setting);
  const undo: (() => unknown)[] = [() => backend.close()];
  try {
    const key = new AdminKey(setting);
    const gate = backend.gateFor(() => key.hash, wrongKeyAlarm(setting.log));
    const { maxCallerBytes = EDGES.callerFrame.most } = setting;
    const limits = { maxCallerBytes, ...setting.syncLimits };
    const sync = new SyncEndpoint(backend.syncBackend(gate), setting.clientOf, limits);
    undo.push(() => sync.close(0));
    const servers = createServers({ setting, backend, gate, sync, key });
    await backend.load();
    undo.push(() => closeServers(servers));
    const ports = await openPorts(servers, setting);
    backend.measurements.watch(servers.main);
    backend.measurements.watch(servers.site);
    saveRunning(dataDir, { pid: process.pid, url: localUrl(setting.host, ports.port) });
    undo.push(() => forgetRunning(dataDir));
    const warning = exposure(setting.host, setting.addresses.cloud);
    if (warning !== null) setting.log.warn('no_tls', warning);
    await backend.start();
    return engineOf(setting, ports, key, backend, () => stopAll(servers, sync, backend));
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw startFailure(dataDir, error);
  }
}

function openBackend(setting: Setting): Backend {
  const { addresses, log } = setting;
  return Backend.open({
    ...setting,
    urls: () => addresses,
    onDiskFull: (full) =>
      full
        ? log.warn('disk_full', 'The disk is full: changes are refused until there is space; reads go on.')
        : log.info('disk_writable', 'The disk has space again: changes are accepted.'),
  });
}

type Ports = Pick<Engine, 'port' | 'sitePort'>;

async function openPorts({ main, site }: Servers, setting: Setting): Promise<Ports> {
  const { host, addresses } = setting;
  const port = await listen(main, setting.port ?? 3210, host);
  const sitePort = await listen(site, setting.sitePort ?? (setting.port === 0 ? 0 : port + 1), host);
  addresses.cloud ||= localUrl(host, port);
  addresses.site ||= localUrl(host, sitePort);
  return { port, sitePort };
}

function engineOf(
  { dataDir, addresses }: Setting,
  ports: Ports,
  key: AdminKey,
  backend: Backend,
  stop: () => Promise<void>,
): Engine {
  let stopped: Promise<void> | null = null;
  return {
    url: addresses.cloud,
    siteUrl: addresses.site,
    ...ports,
    get adminKey() {
      return key.text;
    },
    environment: backend.environmentAccess(),
    query: (path, args) => backend.query(path, args),
    backend,
    stop: () => (stopped ??= stop().then(() => forgetRunning(dataDir))),
  };
}

async function stopAll(servers: Servers, sync: SyncEndpoint, backend: Backend): Promise<void> {
  const closing = closeServers(servers);
  await Promise.race([sync.close(1_000).then(() => backend.finish()), wait(STOP_MS)]);
  servers.main.closeAllConnections();
  servers.site.closeAllConnections();
  await closing;
  await backend.close();
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

function wait(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms).unref());
}
