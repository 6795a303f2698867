/**
 * Who is asking: turns Authorization headers and Authenticate messages into credentials.
 *
 * Promises: only a verified token gives an identity and only the admin key makes an admin; a wrong one costs time, a right
 * one never waits; admins may act as anyone. An HTTP action runs without identity when its token is bad.
 */
import { badAdminKey, checkAdminKey, parseAuthorization, splitAdminCredentials } from '../auth/adminKey.ts';
import { identityFromAttributes, type Identity } from '../auth/identity.ts';
import { KeyCache, type FetchOwnSite } from '../auth/jwks.ts';
import { isJwt, tokenExpiryMs, verifyToken, type AuthProvider } from '../auth/verify.ts';
import type { AuthenticateMessage } from '../sync/protocol.ts';
import { NOBODY, type Credentials } from '../sync/session.ts';

export interface GateDeps {
  /** Asked each time, for the key may be rotated. */
  adminKeyHash: () => string;
  /** Hears of each wrong admin key. */
  onWrongKey?: () => void;
  providers: () => readonly AuthProvider[];
  siteUrl: () => string;
  fetchOwnSite: FetchOwnSite;
}

const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 2_000;
const FORGIVEN_AFTER_MS = 60_000;

export class Gate {
  #deps: GateDeps;
  #keys = new KeyCache();
  #wrong = 0;
  #lastWrongMs = 0;

  constructor(deps: GateDeps) {
    this.#deps = deps;
  }

  isAdminKey(key: string): boolean {
    return checkAdminKey(key, this.#deps.adminKeyHash());
  }

  /** Throws HttpError 401 for a token or key that does not hold. */
  async fromHeader(header: string | undefined): Promise<Credentials> {
    const authorization = parseAuthorization(header);
    if (authorization.kind === 'none') return NOBODY;
    if (authorization.kind === 'user') return this.#user(authorization.token);
    return this.#admin(authorization.key, authorization.actingAs);
  }

  /**
   * For an HTTP action, whose own business a bad token is: it runs with nobody as caller (§2.7). What has not the form of a
   * token, such as an app's own API key, is not tried as one.
   */
  async fromActionHeader(header: string | undefined): Promise<Credentials> {
    const bearer = /^bearer +(.+)$/is.exec(header?.trim() ?? '')?.[1];
    if (bearer !== undefined && !isJwt(bearer)) return NOBODY;
    return this.fromHeader(header).catch(() => NOBODY);
  }

  async fromMessage(message: AuthenticateMessage): Promise<Credentials> {
    switch (message.tokenType) {
      case 'None':
        return NOBODY;
      case 'User':
        return this.#user(message.value);
      case 'Admin': {
        const { key, actingAs } = splitAdminCredentials(message.value);
        return this.#admin(key, message.actingAs ? identityFromAttributes(message.actingAs) : actingAs);
      }
    }
  }

  async #user(token: string): Promise<Credentials> {
    const identity = await verifyToken(token, this.#deps.providers(), {
      keys: this.#keys,
      ownSiteUrl: this.#deps.siteUrl(),
      fetchOwnSite: this.#deps.fetchOwnSite,
    });
    return { identity, admin: false, expiresAtMs: tokenExpiryMs(token), token };
  }

  /** Waits before a wrong key is refused; longer, up to two seconds, the more there were lately. */
  async slowDown(): Promise<void> {
    const now = Date.now();
    if (now - this.#lastWrongMs > FORGIVEN_AFTER_MS) this.#wrong = 0;
    this.#lastWrongMs = now;
    const ms = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#wrong++);
    this.#deps.onWrongKey?.();
    await new Promise((done) => setTimeout(done, ms).unref());
  }

  async #admin(key: string, actingAs: Identity | null): Promise<Credentials> {
    if (!this.isAdminKey(key)) {
      await this.slowDown();
      throw badAdminKey();
    }
    return { identity: actingAs, admin: true, expiresAtMs: null, token: null };
  }
}
