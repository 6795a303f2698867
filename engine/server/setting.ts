/** How an engine is to run: what its host asks for, and that with what was left out. */
import { resolve } from 'node:path';
import { type ClientAddress, clientAddress } from '../auth/clientAddress.ts';
import type { AnswerHeaders } from '../http/answerHeaders.ts';
import type { AllowsOrigin, HostRoute } from '../http/server.ts';
import type { Leads } from '../http/staticFiles.ts';
import { createLogger, type Logger } from '../logs/logger.ts';
import type { SyncLimits } from '../sync/endpoint.ts';
import { HOST } from './addresses.ts';

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
  /** The app's folder, whose `node_modules` hold its external packages; the current folder by default. */
  packagesDir?: string;
  staticDir?: string;
  leads?: Leads;
  /** Headers the host wants on every answer of both ports, such as a content security policy. */
  headers?: AnswerHeaders;
  /** Pages of the host, by exact path. */
  routes?: Record<string, HostRoute>;
  /**
   * The operator's own proxies, addresses and subnets: what they say of whom they ask for is believed (H25). None unless told.
   */
  trustedProxies?: readonly string[];
  /** Keeps the texts of errors and what functions print from everybody who is no admin (F4), as production does. */
  redactErrors?: boolean;
  /**
   * Whether pages of this origin may call the API and open a socket; asked for each that names one. All may unless told, for
   * tokens protect what there is; the host knows when there is no token yet.
   */
  allowsOrigin?: AllowsOrigin;
  /**
   * Whether this `Authorization` of an HTTP action, which is no token of the engine's, is somebody's: only then is it counted for
   * itself (T25). None is unless told.
   */
  knowsCredential?: (authorization: string) => boolean;
  chaosOcc?: number;
  /** Not to run a function for a minute that ran out of time three times within one. */
  blockRunaways?: boolean;
  /** The largest body of a request to an HTTP action at a path, in bytes; 20 MiB, as Convex takes them, by default (H19). */
  maxActionBodyBytes?: (path: string) => number;
  /** The largest body of a call, and frame, of somebody who is signed in, in bytes; 4 MiB by default (H28). */
  maxCallerBytes?: number;
  /** The characters of all texts in the arguments of a call, unless an administrator calls; as many as come by default (H28). */
  maxArgsCharacters?: number;
  /** The largest file that may be stored; 1 GiB by default. */
  maxUploadBytes?: number;
  /** An upload URL takes one file; as on Convex, as many as come within its hour by default (B5). */
  uploadsOnce?: boolean;
  /** The type files are stored as that come by an upload URL; what they say of themselves by default (B1). */
  uploadsAs?: string;
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

/** The options with what was left out. */
export interface Setting extends EngineOptions {
  host: string;
  instanceName: string;
  packagesDir: string;
  log: Logger;
  reportError: (error: unknown) => void;
  clientOf: ClientAddress;
  /** Where clients reach the two ports; what was not given is known when the ports are open. */
  addresses: { cloud: string; site: string };
}

export function withDefaults(options: EngineOptions): Setting {
  const { host = HOST, instanceName = 'embedded', log = createLogger({ quiet: true }) } = options;
  return {
    ...options,
    dataDir: resolve(options.dataDir),
    host,
    instanceName,
    packagesDir: resolve(options.packagesDir ?? '.'),
    log,
    reportError: options.reportError ?? ((error) => log.unexpected(error)),
    clientOf: clientAddress(options.trustedProxies ?? []),
    addresses: { cloud: options.url ?? '', site: options.siteUrl ?? '' },
  };
}
