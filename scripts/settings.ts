/** The settings both start commands honour, read from the environment. */
import { join } from 'node:path';
import { clientAddress } from '../engine/auth/clientAddress.ts';
import { root } from './root.ts';

export { root };

export interface Settings {
  port: number;
  sitePort: number;
  dataDir: string;
  /** Public addresses: what customers' browsers and agents reach, possibly through a proxy. */
  url: string;
  siteUrl: string;
  /** What stands in front and is believed when it says for whom it asks; proxies on this machine unless told otherwise. */
  trustedProxies?: string[];
}

function readPort(name: string, fallback: number): number {
  const text = process.env[name];
  if (!text) return fallback;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(`${name} must be a port number from 1 to 65535; it is "${text}".`);
  }
  return port;
}

function readUrl(name: string, fallback: string): string {
  const text = process.env[name];
  if (!text) return fallback;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash) {
    throw new Error(
      `${name} must be an address like https://desk.example.com, with no path; it is "${text}".`,
    );
  }
  return url.origin;
}

/** Addresses and subnets with commas between; `none` for none. */
function readProxies(name: string): { trustedProxies?: string[] } {
  const text = process.env[name];
  if (!text) return {};
  const trustedProxies = text === 'none' ? [] : text.split(',').map((each) => each.trim());
  try {
    clientAddress(trustedProxies);
  } catch {
    throw new Error(`${name} must be addresses and subnets like 10.0.0.0/8,::1 or none; it is "${text}".`);
  }
  return { trustedProxies };
}

/** Throws an Error whose message names the variable and what it should be. */
export function readSettings(): Settings {
  const port = readPort('PORT', 3210);
  const sitePort = readPort('SITE_PORT', port + 1);
  if (port === sitePort) throw new Error(`PORT and SITE_PORT must differ; both are ${port}.`);
  const url = readUrl('BATON_URL', `http://127.0.0.1:${port}`);
  const siteUrl = readUrl('BATON_SITE_URL', `http://127.0.0.1:${sitePort}`);
  const dataDir = process.env.BATON_DATA || join(root, 'data');
  return { port, sitePort, dataDir, url, siteUrl, ...readProxies('BATON_TRUSTED_PROXIES') };
}
