/**
 * Brings the desk up on the embedded engine: engine, keys, functions, data of before, app, in one process.
 * `npm start`, the journeys and the benchmark all start the desk through here.
 */
import { randomBytes } from 'node:crypto';
import { type Engine, startEngine } from '../engine/server/engine.ts';
import type { EngineOptions } from '../engine/server/setting.ts';
import { makeAuthKeys } from './authKeys.ts';
import { buildApp, distDir } from './build.ts';
import { convex, type Deployment } from './convexCli.ts';
import type { Settings } from './settings.ts';
import { upgrade } from './upgrade.ts';

export interface RunningDesk {
  engine: Engine;
  /** Printed at start and asked for by set-up, unless the desk is only reachable on loopback (R1). */
  setupToken: string | null;
  stop(): Promise<void>;
}

/** The engine listens on loopback, so what reaches it there is a proxy or somebody who is on this machine. */
const thisMachine = ['127.0.0.0/8', '::1'];

/** Rejects, with nothing left running, when a step fails. */
export async function startDesk(
  settings: Settings,
  options: Pick<EngineOptions, 'chaosOcc' | 'onViolation'> & {
    log?: (line: string) => void;
    app?: boolean;
  } = {},
): Promise<RunningDesk> {
  const log = options.log ?? (() => {});
  const addresses = JSON.stringify({ url: settings.url, siteUrl: settings.siteUrl });
  const engine = await startEngine({
    dataDir: settings.dataDir,
    port: settings.port,
    sitePort: settings.sitePort,
    url: settings.url,
    siteUrl: settings.siteUrl,
    trustedProxies: settings.trustedProxies ?? thisMachine,
    staticDir: distDir,
    chaosOcc: options.chaosOcc,
    onViolation: options.onViolation,
    routes: {
      '/config.json': () => ({
        status: 200,
        headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
        body: addresses,
      }),
    },
  });
  try {
    const setupToken = await ensureEnvironment(engine, settings);
    const deployment = { url: `http://127.0.0.1:${settings.port}`, adminKey: engine.adminKey };
    await Promise.all([
      deploy(deployment).then(() => upgrade(deployment, log)),
      options.app === false ? null : buildApp({ log }),
    ]);
    return { engine, setupToken, stop: () => engine.stop() };
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

/** Pushes the functions of this version; refused as a whole when the data does not fit its schema. */
export function deploy(deployment: Deployment): Promise<string> {
  return convex(deployment, ['deploy', '--typecheck', 'disable', '--codegen', 'disable']);
}

/** Makes the keys that sign operators' and customers' tokens once; they live with the data. */
async function ensureEnvironment(engine: Engine, settings: Settings): Promise<string | null> {
  const present = engine.environment.list();
  const changes: Record<string, string | null> = {};
  if (!present.JWT_PRIVATE_KEY || !present.CUSTOMER_JWT_PRIVATE_KEY) Object.assign(changes, makeAuthKeys());
  if (present.SITE_URL !== settings.url) changes.SITE_URL = settings.url;
  const setupToken = settings.isLoopback
    ? null
    : (present.SETUP_TOKEN ?? randomBytes(18).toString('base64url'));
  if ((present.SETUP_TOKEN ?? null) !== setupToken) changes.SETUP_TOKEN = setupToken;
  if (Object.keys(changes).length > 0) await engine.environment.set(changes);
  return setupToken;
}
