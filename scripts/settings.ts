/** The settings both start commands honour, read from the environment. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

export interface Settings {
  port: number;
  sitePort: number;
  dataDir: string;
  /** Public addresses: what customers' browsers and agents reach, possibly through a proxy. */
  url: string;
  siteUrl: string;
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

/** Throws an Error whose message names the variable and what it should be. */
export function readSettings(): Settings {
  const port = readPort('PORT', 3210);
  const sitePort = readPort('SITE_PORT', port + 1);
  if (port === sitePort) throw new Error(`PORT and SITE_PORT must differ; both are ${port}.`);
  const url = readUrl('BATON_URL', `http://127.0.0.1:${port}`);
  const siteUrl = readUrl('BATON_SITE_URL', `http://127.0.0.1:${sitePort}`);
  return { port, sitePort, dataDir: process.env.BATON_DATA || join(root, 'data'), url, siteUrl };
}
