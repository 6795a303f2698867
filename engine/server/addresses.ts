/** Where the engine listens, and who can reach it there. */
import { isLoopbackName } from './operationsApi.ts';

/** Where it listens unless told otherwise: this machine only. */
export const HOST = '127.0.0.1';

/** Where this machine reaches an engine that listens there. */
export function localUrl(host: string, port: number): string {
  return `http://${isEverywhere(host) ? HOST : bracketed(host)}:${port}`;
}

function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

export function isOnThisMachine(url: string): boolean {
  return isLoopbackName(URL.parse(url)?.hostname ?? '');
}

/** What is wrong with listening at `host` while clients use `url`, or null. */
export function exposure(host: string, url: string): string | null {
  if (isOnThisMachine(`http://${bracketed(host)}`) || url.startsWith('https:')) return null;
  const where = isEverywhere(host) ? 'every network this machine is in' : `the network of ${host}`;
  return `The engine can be reached from ${where} without encryption: put a proxy with TLS in front, and name its address with --url https://…`;
}
