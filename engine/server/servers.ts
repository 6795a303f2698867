/** What stands behind the two ports: the routes of all rooms, composed around one backend. */
import { statSync } from 'node:fs';
import type { Server } from 'node:http';
import { join, resolve } from 'node:path';
import { createFileRoutes } from '../files/routes.ts';
import { addHeaders } from '../http/answerHeaders.ts';
import { endHangUps } from '../http/hangUps.ts';
import { type ApiRoutes, createMainServer } from '../http/server.ts';
import { createSiteHandler, createSiteServer } from '../http/site.ts';
import { StaticFiles } from '../http/staticFiles.ts';
import { createSnapshotRoutes } from '../snapshot/routes.ts';
import type { SyncEndpoint } from '../sync/endpoint.ts';
import { isOnThisMachine } from './addresses.ts';
import { createAdminApi } from './adminApi.ts';
import type { AdminKey } from './adminKey.ts';
import type { Backend } from './backend.ts';
import { convexVersion } from './convexVersion.ts';
import type { Gate } from './gate.ts';
import { createOperationsApi } from './operationsApi.ts';
import type { Setting } from './setting.ts';
import { EDGES } from '../values/edges.ts';

/** `main`: app, API and sync. `site`: HTTP actions. */
export interface Servers {
  main: Server;
  site: Server;
}

interface Parts {
  setting: Setting;
  backend: Backend;
  gate: Gate;
  sync: SyncEndpoint;
  key: AdminKey;
}

export function createServers(parts: Parts): Servers {
  const { setting, backend, gate, sync } = parts;
  const { instanceName, reportError, clientOf, routes = {}, headers = () => ({}) } = setting;
  const site = createSiteHandler({
    run: (request) => backend.httpAction(request, gate),
    siteUrl: () => setting.siteUrl ?? null,
    clientOf,
    knowsCredential: setting.knowsCredential ?? (() => false),
    maxBodyBytes: setting.maxActionBodyBytes ?? (() => EDGES.actionBody.most),
  });
  const main = createMainServer({
    functions: backend.functionBackend(gate),
    maxCallerBytes: setting.maxCallerBytes ?? EDGES.callerBody.most,
    api: apiOf(parts),
    operations: operationsOf(parts),
    sync,
    allowsOrigin: setting.allowsOrigin,
    site,
    clientOf,
    staticFiles: staticFilesOf(setting),
    routes,
    instanceName,
    version: convexVersion(),
    jwks: () => backend.jwks(),
    health: () => backend.health(),
    reportError,
  });
  const servers = { main, site: createSiteServer(site, reportError) };
  for (const port of ['main', 'site'] as const) {
    addHeaders(servers[port], port, headers);
    endHangUps(servers[port]);
  }
  return servers;
}

function apiOf({ setting, backend, gate }: Parts): ApiRoutes {
  return firstOf(
    createFileRoutes(backend.files),
    createSnapshotRoutes(backend.imports, backend.exports, ({ headers }) =>
      isAdmin(gate, headers.authorization),
    ),
    createAdminApi(
      backend.adminRoutes(gate),
      (header) => gate.fromHeader(header),
      () => gate.slowDown(),
      setting.clientOf,
    ),
  );
}

function operationsOf({ setting, backend, gate, sync, key }: Parts): ApiRoutes {
  const { addresses, dataDir, log } = setting;
  const rotate = (): void => {
    key.rotate();
    sync.dropAdmins();
    log.info('admin_key_rotated', 'The admin key was replaced; the old one is refused from now on.');
  };
  return createOperationsApi({
    isAdmin: (header) => isAdmin(gate, header),
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
    rotateAdminKey: key.isGiven ? null : rotate,
    log,
  });
}

function staticFilesOf({ staticDir, leads }: Setting): StaticFiles | null {
  return staticDir === undefined ? null : new StaticFiles(resolve(staticDir), leads);
}

async function isAdmin(gate: Gate, authorization: string | undefined): Promise<boolean> {
  return (await gate.fromHeader(authorization)).admin;
}

function firstOf(...rooms: ApiRoutes[]): ApiRoutes {
  return async (request, response, url) => {
    for (const room of rooms) if (await room(request, response, url)) return true;
    return false;
  };
}

function logBytes(dataDir: string): number {
  return statSync(join(dataDir, 'data.sqlite-wal'), { throwIfNoEntry: false })?.size ?? 0;
}
