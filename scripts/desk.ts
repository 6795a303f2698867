/**
 * Brings the desk up on the embedded engine: engine, keys, functions, data of before, app, in one process.
 * `npm start`, the journeys and the benchmark all start the desk through here.
 */
import { randomBytes } from 'node:crypto';
import { mailEventsPath, whatsappPath } from '../convex/shared/delivery/connection.ts';
import {
  maxArgsCharacters,
  maxBodyBytes,
  maxCallBytes,
  maxEventBytes,
  maxFileBytes,
  storedType,
} from '../convex/shared/kit/limits.ts';
import { type Engine, startEngine } from '../engine/server/engine.ts';
import type { EngineOptions } from '../engine/server/setting.ts';
import { callAsAdmin } from './adminCall.ts';
import { makeAuthKeys, makeSealingKey } from './authKeys.ts';
import { buildApp, distDir } from './build.ts';
import type { Deployment } from './convexCli.ts';
import { type Addresses, answerHeaders, loaderLead } from './headers.ts';
import { deployChanges } from './pushed.ts';
import { knownKeys } from './knownKeys.ts';
import type { Settings } from './settings.ts';
import { upgrade } from './upgrade.ts';

export interface RunningDesk {
  engine: Engine;
  /** Printed at the start as long as no team exists: the way to the first one (R1). */
  setupUrl: string | null;
  stop(): Promise<void>;
}

/** The engine listens on loopback, so what reaches it there is a proxy or somebody who is on this machine. */
const thisMachine = ['127.0.0.0/8', '::1'];
interface DeskOptions extends Pick<EngineOptions, 'chaosOcc' | 'onViolation' | 'onFatal'> {
  log?: (line: string) => void;
  /** False: somebody else builds and serves the pages. */
  app?: boolean;
  /** Everybody may read what went wrong: for developers. */
  showsErrors?: boolean;
  /** Besides the desk's own, while there is no team. */
  origins?: ReadonlySet<string>;
}

/** Rejects, with nothing left running, when a step fails. */
export async function startDesk(settings: Settings, options: DeskOptions = {}): Promise<RunningDesk> {
  const log = options.log ?? (() => {});
  const ask: Engine['query'] = (path, args) => engine.query(path, args);
  const engine: Engine = await startEngine({
    dataDir: settings.dataDir,
    port: settings.port,
    sitePort: settings.sitePort,
    url: settings.url,
    siteUrl: settings.siteUrl,
    trustedProxies: settings.trustedProxies ?? thisMachine,
    staticDir: distDir,
    leads: { '/w.js': (parameters) => loaderLead(ask, parameters.get('channel')) },
    headers: answerHeaders(settings, { addresses: () => addressesOf(engine, settings), ask }),
    maxCallerBytes: maxCallBytes,
    maxArgsCharacters,
    // Twice of what the desk reads, so that it can say itself what is too large; what a provider tells of a mail may be long.
    maxActionBodyBytes: (path) => {
      if (path.startsWith(whatsappPath)) return 3 * maxEventBytes;
      return path.startsWith(mailEventsPath) ? maxEventBytes : 2 * maxBodyBytes;
    },
    // One file for each address that is counted (E4), and none that a message could not carry.
    maxUploadBytes: maxFileBytes,
    knowsCredential: knownKeys(ask),
    uploadsOnce: true,
    uploadsAs: storedType,
    redactErrors: options.showsErrors !== true,
    chaosOcc: options.chaosOcc,
    onFatal: options.onFatal,
    allowsOrigin: originGate(settings, options.origins, () => needsSetup(deployment)),
    onViolation: options.onViolation,
    routes: {
      '/config.json': () => ({
        status: 200,
        headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
        body: JSON.stringify(addressesOf(engine, settings)),
      }),
    },
  });
  const deployment = { url: `http://127.0.0.1:${settings.port}`, adminKey: engine.adminKey };
  try {
    const setupToken = await ensureEnvironment(engine, settings);
    await Promise.all([
      deployChanges(engine, deployment, settings.dataDir).then(() => upgrade(deployment, log)),
      options.app === false ? null : buildApp({ log }),
    ]);
    const setupUrl = (await needsSetup(deployment)) ? `${settings.url}/setup#token=${setupToken}` : null;
    const { url } = addressesOf(engine, settings);
    if (url !== settings.url)
      log(`This desk has moved: its pages lead to ${url}, and nothing is written here.`);
    return { engine, setupUrl, stop: () => engine.stop() };
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

async function needsSetup(deployment: Deployment): Promise<boolean> {
  return (await callAsAdmin<{ needsSetup: boolean }>(deployment, 'query', 'setup:state')).needsSetup;
}

/** Until there is a team, nobody but the desk's own pages has anything to do here (R1). `more`: of a development server. */
function originGate(
  { url, port }: Settings,
  more: ReadonlySet<string> | undefined,
  isUnset: () => Promise<boolean>,
): (origin: string) => Promise<boolean> {
  const own = new Set([url, `http://127.0.0.1:${port}`, `http://localhost:${port}`]);
  let hasTeam = false;
  return async (origin) => {
    if (hasTeam || own.has(origin) || more?.has(origin)) return true;
    // Before the first push there is nothing to ask yet.
    hasTeam = !(await isUnset().catch(() => true));
    return hasTeam;
  };
}

/** Where the app and the chat find the desk: here, or where it has moved (scripts/move.ts). */
function addressesOf(engine: Engine, { url, siteUrl }: Settings): Addresses {
  const { DESK_CLOSED: closed = '' } = engine.environment.list();
  return closed.startsWith('{') ? (JSON.parse(closed) as Addresses) : { url, siteUrl };
}

/** For a process that is nothing but the desk: what it said from here on would not be true tomorrow. */
export function endProcess(error: Error): never {
  console.error(`Baton stops because its data can no longer be written safely: ${error.message}`);
  process.exit(1);
}

/** Makes the keys that sign operators' and customers' tokens, and the token of set-up, once; they live with the data. */
async function ensureEnvironment(engine: Engine, settings: Settings): Promise<string> {
  const present = engine.environment.list();
  const changes: Record<string, string> = {};
  if (!present.JWT_PRIVATE_KEY || !present.CUSTOMER_JWT_PRIVATE_KEY) Object.assign(changes, makeAuthKeys());
  if (!present.SEALING_KEY) changes.SEALING_KEY = makeSealingKey();
  if (present.SITE_URL !== settings.url) changes.SITE_URL = settings.url;
  // Said at the start it holds from then on; not said, what was set before stays (docs/operating.md).
  for (const name of ['WEBHOOK_PRIVATE_ADDRESSES', 'RESEND_BASE_URL']) {
    const given = process.env[name];
    if (given !== undefined && (present[name] ?? '') !== given) changes[name] = given;
  }
  const setupToken = (present.SETUP_TOKEN ||= randomBytes(18).toString('base64url'));
  changes.SETUP_TOKEN = setupToken;
  if (Object.keys(changes).length > 0) await engine.environment.set(changes);
  return setupToken;
}
