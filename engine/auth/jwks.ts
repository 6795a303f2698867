/**
 * Public keys of token issuers (U4): fetched, parsed once, kept as long as HTTP allows.
 *
 * Three sources: a `data:` URI (offline), any http(s) URL, and our own site. The last is answered in-process, since with
 * Convex Auth this very deployment is the issuer and a request to ourselves could wait for itself or find no way out of
 * a container. A key that cannot be found is asked for again once a second at most: issuers rotate keys, and strangers
 * send tokens with key ids that never existed.
 */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { HttpError } from '../values/errors.ts';
import type { JsonValue } from '../values/value.ts';

export type Algorithm = 'RS256' | 'ES256' | 'EdDSA';

export interface PublicKey {
  kid: string | null;
  algorithm: Algorithm;
  key: KeyObject;
}

/** Answers a GET to our own site, e.g. "/.well-known/jwks.json", without the network. */
export type FetchOwnSite = (path: string) => Promise<OwnSiteResponse>;
export interface OwnSiteResponse {
  status: number;
  body: string;
  headers: Headers | { [name: string]: string };
}

export interface KeySource {
  ownSiteUrl: string | null;
  fetchOwnSite: FetchOwnSite;
}

const FETCH_TIMEOUT_MS = 10_000;
const MAX_BODY_BYTES = 1 << 20;
const DEFAULT_MAX_AGE_S = 60;
const MAX_AGE_S = 24 * 3600;
const REFRESH_EVERY_MS = 1000;
const MIN_RSA_BITS = 2048;

interface Entry {
  json: JsonValue;
  keys: PublicKey[] | null;
  fetchedAt: number;
  freshUntil: number;
  usableUntil: number;
}

/** Documents and keys by URL. One per process is enough; tests make their own. */
export class KeyCache {
  readonly #entries = new Map<string, Entry>();
  readonly #running = new Map<string, Promise<Entry>>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The `jwks_uri` of an OIDC issuer, read from its discovery document. */
  async discover(domain: string, source: KeySource): Promise<string> {
    const url = `${domain}/.well-known/openid-configuration`;
    const document = (await this.#load(url, source)).json;
    if (document === null || typeof document !== 'object' || Array.isArray(document)) {
      throw discoveryFailed(url, 'it is no JSON object');
    }
    if (typeof document.jwks_uri !== 'string') throw discoveryFailed(url, 'it names no "jwks_uri"');
    if (typeof document.issuer !== 'string' || normalizeIssuer(document.issuer) !== domain) {
      throw discoveryFailed(url, `its "issuer" is not ${domain}`);
    }
    return document.jwks_uri;
  }

  /** The usable keys of a JWKS; `refresh` asks for newer ones, and gets the same array when it is too early for that. */
  async keys(url: string, source: KeySource, refresh = false): Promise<PublicKey[]> {
    const entry = await this.#load(url, source, refresh);
    entry.keys ??= parseJwks(url, entry.json);
    return entry.keys;
  }

  async #load(url: string, source: KeySource, refresh = false): Promise<Entry> {
    const known = this.#entries.get(url);
    const now = this.#now();
    if (known !== undefined && (refresh ? now - known.fetchedAt < REFRESH_EVERY_MS : now < known.freshUntil))
      return known;
    let request = this.#running.get(url);
    if (request === undefined) {
      request = this.#fetchEntry(url, source).finally(() => this.#running.delete(url));
      this.#running.set(url, request);
    }
    try {
      return await request;
    } catch (error) {
      if (known !== undefined && now < known.usableUntil) return known;
      throw error;
    }
  }

  async #fetchEntry(url: string, source: KeySource): Promise<Entry> {
    const response = await get(url, source);
    const fetchedAt = this.#now();
    const { maxAgeS, staleIfErrorS } = lifetime(response.headers);
    const freshUntil = fetchedAt + maxAgeS * 1000;
    const entry: Entry = {
      json: parseJson(url, response.body),
      keys: null,
      fetchedAt,
      freshUntil,
      usableUntil: freshUntil + staleIfErrorS * 1000,
    };
    this.#entries.set(url, entry);
    return entry;
  }
}

/** An issuer as it is compared: with a scheme, without a slash at the end. */
export function normalizeIssuer(issuer: string): string {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(issuer) ? issuer : `https://${issuer}`;
  // A loop, because /\/+$/ takes quadratic time on an issuer of many slashes, which anybody may send.
  let end = withScheme.length;
  while (withScheme[end - 1] === '/') end--;
  return withScheme.slice(0, end);
}

async function get(url: string, source: KeySource): Promise<{ body: string; headers: Headers }> {
  try {
    if (url.startsWith('data:'))
      return { body: readDataUri(url), headers: new Headers({ 'cache-control': 'max-age=86400' }) };
    const path = ownSitePath(url, source.ownSiteUrl);
    if (path !== null) {
      const response = await source.fetchOwnSite(path);
      if (response.status !== 200) throw new Error(`the status is ${response.status}`);
      return { body: response.body, headers: new Headers(response.headers) };
    }
    const response = await fetch(url, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    });
    if (response.status !== 200) throw new Error(`the status is ${response.status}`);
    return { body: await readBody(response), headers: response.headers };
  } catch (error) {
    throw discoveryFailed(url, reasonOf(error));
  }
}

function ownSitePath(url: string, ownSiteUrl: string | null): string | null {
  if (ownSiteUrl === null) return null;
  const site = normalizeIssuer(ownSiteUrl);
  return url.startsWith(`${site}/`) ? url.slice(site.length) : null;
}

async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw new Error('the answer is larger than 1 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readDataUri(url: string): string {
  const comma = url.indexOf(',');
  if (comma === -1) throw new Error('the data: URI has no comma');
  const data = url.slice(comma + 1);
  return url.slice(0, comma).endsWith(';base64')
    ? Buffer.from(decodeURIComponent(data), 'base64').toString('utf8')
    : decodeURIComponent(data);
}

function parseJson(url: string, body: string): JsonValue {
  try {
    return JSON.parse(body) as JsonValue;
  } catch {
    throw discoveryFailed(url, 'it is not JSON');
  }
}

function lifetime(headers: Headers): { maxAgeS: number; staleIfErrorS: number } {
  const control = headers.get('cache-control') ?? '';
  const seconds = (name: string): number | null => {
    const match = new RegExp(`(?:^|[\\s,])${name}="?(\\d+)`, 'i').exec(control);
    return match === null ? null : Number(match[1]);
  };
  if (/\bno-(store|cache)\b/i.test(control)) return { maxAgeS: 0, staleIfErrorS: 0 };
  const expires = Date.parse(headers.get('expires') ?? '') - Date.parse(headers.get('date') ?? '');
  const stated = seconds('max-age') ?? (Number.isNaN(expires) ? DEFAULT_MAX_AGE_S : expires / 1000);
  const age = Number(headers.get('age') ?? 0) || 0;
  return {
    maxAgeS: Math.min(Math.max(stated - age, 0), MAX_AGE_S),
    staleIfErrorS: Math.min(seconds('stale-if-error') ?? 0, MAX_AGE_S),
  };
}

/** Keys of unknown kinds are skipped: a JWKS may hold keys for other uses. */
function parseJwks(url: string, json: JsonValue): PublicKey[] {
  if (json === null || typeof json !== 'object' || Array.isArray(json) || !Array.isArray(json.keys)) {
    throw discoveryFailed(url, 'it is no JWKS: there is no list "keys"');
  }
  const keys: PublicKey[] = [];
  for (const jwk of json.keys) {
    if (jwk === null || typeof jwk !== 'object' || Array.isArray(jwk)) continue;
    const algorithm = algorithmOf(jwk as JsonWebKey);
    if (algorithm === null) continue;
    const key = importKey(jwk as JsonWebKey);
    if (key !== null) keys.push({ kid: typeof jwk.kid === 'string' ? jwk.kid : null, algorithm, key });
  }
  return keys;
}

function algorithmOf(jwk: JsonWebKey): Algorithm | null {
  const byKind: { [kind: string]: Algorithm } = {
    'RSA/': 'RS256',
    'EC/P-256': 'ES256',
    'OKP/Ed25519': 'EdDSA',
  };
  const algorithm = byKind[`${jwk.kty}/${jwk.crv ?? ''}`] ?? null;
  if (jwk.use !== undefined && jwk.use !== 'sig') return null;
  return jwk.alg === undefined || jwk.alg === algorithm ? algorithm : null;
}

function importKey(jwk: JsonWebKey): KeyObject | null {
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const bits = key.asymmetricKeyDetails?.modulusLength;
    return bits !== undefined && bits < MIN_RSA_BITS ? null : key;
  } catch {
    return null;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function discoveryFailed(url: string, reason: string): HttpError {
  const shown = url.startsWith('data:') ? 'the data: URI' : url;
  return new HttpError(
    401,
    'AuthProviderDiscoveryFailed',
    `The auth provider's keys could not be read from ${shown}: ${reason}.`,
  );
}
