/**
 * Who this browser is to the desk (docs/rules.md M9): a session token kept by the browser, exchanged for short JWTs.
 *
 * Promises: asks for a session only when somebody opened the chat; keeps trying while the desk cannot be reached;
 * never gives the session token to anybody but the desk's own routes. Two tabs opened at once share one session.
 */
import type { Store } from './store';

export interface Session {
  /** A token for the connection; null once the chat is closed for good. A forced one is always new. */
  token(options: { forceRefreshToken: boolean }): Promise<string | null>;
  /** The desk did not take the last token: the next one is new, and of a new session if the old one has ended. */
  distrust(): void;
  /** The customer has written: whoever writes is let in past those who only look, and need not wait for the next try. */
  write(): void;
  /** [M9] The site says who its customer is, by a token it has signed. What is refused changes nothing. */
  identify(identity: string): Promise<Identified>;
  /** Asks a route of the desk in this session's name, once; null: it could not be asked. */
  ask(path: string, body: object): Promise<Answer | null>;
}

/** `same`: it was this person's session already. `changed`: it is theirs from now on, or theirs takes its place. */
export type Identified = 'same' | 'changed' | { refused: string };

interface SessionOptions {
  siteUrl: string;
  channel: string;
  store: Store;
  /** No such channel, or it takes no chats any more. */
  onClosed: () => void;
  /** Whether the desk lets nobody in at the moment. */
  onCrowded: (isCrowded: boolean) => void;
  /** From the address of a link that was mailed: whose it is, this browser is. */
  mailToken?: string | undefined;
  /** The desk did not take the link. */
  onLinkOver?: () => void;
  /** A signed token, for the first session there is or will be; what came of it, and of later ones, is told before it is kept. */
  identity?: string | undefined;
  onIdentified?: (identified: Identified) => void;
  wait?: (ms: number) => Promise<void>;
}

interface Token {
  jwt: string;
  expiresAt: number;
}

/** Everything of a channel that is kept here. */
export const keysOf = (channel: string) => `baton.${channel}.`;
export const sessionKey = (channel: string) => `baton.${channel}.session`;

/** How long before its end a token is not handed out any more. */
const leewayMs = 60_000;
const firstWaitMs = 1_000;
const longestWaitMs = 30_000;

/** Another tab may hold the lock for as long as it cannot reach the desk, and a browser may never give it. */
const lockWaitMs = 3_000;

/** `waitMs`: until it may be asked again; NaN where that is not said. */
type Answer = { status: number; body: Record<string, unknown>; waitMs: number };
const crowded = 429;

export function makeSession({ wait = waitOrOnline, ...options }: SessionOptions): Session {
  const { siteUrl, channel, store, onClosed } = options;
  const key = sessionKey(channel);
  let cached: Token | null = null;
  let isOver = false;
  let writes = false;
  /** While one session takes another's place, nobody asks for either. */
  let changing: Promise<unknown> = Promise.resolve();
  const { post, hurry } = makeAsker({ siteUrl, onCrowded: options.onCrowded, wait });
  const bodyNow = () => ({ channel, timeZone: ownTimeZone(), ...(writes && { writes }) });
  const ways = makeWays({ ...options, key, post, bodyNow });

  async function token({ forceRefreshToken }: { forceRefreshToken: boolean }): Promise<string | null> {
    await changing;
    if (isOver) return null;
    if (forceRefreshToken || cached === null || cached.expiresAt - leewayMs < Date.now()) {
      cached = await alone(key, ways.next, wait(lockWaitMs));
      if (cached === null) {
        isOver = true;
        onClosed();
      }
    }
    return cached?.jwt ?? null;
  }

  async function identify(given: string): Promise<Identified> {
    const { identified, token: theirs } = await ways.identify(given);
    cached = theirs ?? cached;
    return identified;
  }

  return {
    token,
    async identify(given) {
      await token({ forceRefreshToken: false });
      const identified = alone(key, () => identify(given), wait(lockWaitMs));
      changing = identified;
      return identified;
    },
    async ask(path, body) {
      await token({ forceRefreshToken: false });
      return ask(`${siteUrl}/widget/${path}`, { sessionToken: store.get(key), ...body });
    },
    distrust() {
      cached = null;
    },
    write() {
      if (!writes) hurry();
      writes = true;
    },
  };
}

interface WaysOptions extends SessionOptions {
  key: string;
  post: ReturnType<typeof makeAsker>['post'];
  bodyNow: () => object;
}

/** The ways to a token: by the link from a mail, by the site's word, by the session that is kept, or a new one. */
function makeWays({ key, store, post, bodyNow, mailToken, onLinkOver, identity, onIdentified }: WaysOptions) {
  const { keep, forget } = makeKeeping(store, key);
  /** Each is tried once, before everything else. */
  let link = mailToken;
  let first = identity;

  /** Takes the place of a session that is kept here only once the desk has taken the link. */
  async function openLink(): Promise<Token | null> {
    const { status, body } = (await post('sessions', () => ({ ...bodyNow(), mailToken: link })))!;
    link = undefined;
    if (status < 400) return keep(body);
    onLinkOver?.();
    return renew();
  }

  /** Without a token where it was refused. */
  async function identify(given: string): Promise<{ identified: Identified; token: Token | null }> {
    for (;;) {
      const sessionToken = store.get(key);
      const answer = await (sessionToken === null
        ? post('sessions', () => ({ ...bodyNow(), identity: given }))
        : post('identity', () => ({ sessionToken, identity: given })));
      const identified = readIdentified(answer!, sessionToken);
      if (identified === 'ended') {
        forget(sessionToken!);
        continue;
      }
      onIdentified?.(identified);
      return { identified, token: typeof identified === 'string' ? keep(answer!.body) : null };
    }
  }

  async function openIdentity(): Promise<Token | null> {
    const given = first!;
    first = undefined;
    return (await identify(given)).token ?? renew();
  }

  /** Null: closed for good. */
  async function begin(): Promise<Token | null> {
    const answer = await post('sessions', bodyNow, () => store.get(key) !== null);
    // Another tab has made one.
    if (answer === null) return renew();
    return answer.status >= 400 ? null : keep(answer.body);
  }

  async function renew(): Promise<Token | null> {
    const sessionToken = store.get(key);
    if (sessionToken === null) return begin();
    const { status, body } = (await post('token', () => ({ sessionToken })))!;
    if (status < 400) return readToken(body);
    forget(sessionToken);
    return begin();
  }

  const next = () => (link !== undefined ? openLink() : first !== undefined ? openIdentity() : renew());
  return { next, identify };
}

function readIdentified({ status, body }: Answer, sessionToken: string | null): Identified | 'ended' {
  if (status === 401 && sessionToken !== null) return 'ended';
  if (status >= 400) return { refused: String(body.detail) };
  return body.sessionToken === sessionToken ? 'same' : 'changed';
}

/** The session's token, as all tabs of the browser have it. */
function makeKeeping(store: Store, key: string) {
  return {
    keep(body: Answer['body']): Token {
      store.set(key, String(body.sessionToken));
      return readToken(body);
    },
    /** Ended, or of a desk that has been set up anew since: nothing is lost that could still be read. */
    forget(sessionToken: string): void {
      // Unless another tab has put one in its place.
      if (store.get(key) === sessionToken) store.set(key, null);
    },
  };
}

/** Asks until the desk answers; `hurry`: not to wait for the next try. */
function makeAsker({
  siteUrl,
  onCrowded,
  wait,
}: Required<Pick<SessionOptions, 'siteUrl' | 'onCrowded' | 'wait'>>) {
  let goOn = () => {};
  return {
    /** Null: while the desk could not be asked, it has become needless. */
    async post(path: string, bodyNow: () => object, isNeedless = () => false): Promise<Answer | null> {
      for (let waitMs = firstWaitMs; !isNeedless(); waitMs = Math.min(waitMs * 2, longestWaitMs)) {
        const answer = await ask(`${siteUrl}/widget/${path}`, bodyNow());
        onCrowded(answer?.status === crowded);
        if (answer !== null && answer.status !== crowded) return answer;
        const written = new Promise<void>((resolve) => (goOn = resolve));
        await Promise.race([wait(waitMs * (0.5 + Math.random() / 2)), written]);
      }
      return null;
    },
    hurry: () => goOn(),
  };
}

const ownTimeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Null: the desk could not be asked. */
async function ask(url: string, body: object): Promise<Answer | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (response.status >= 500) return null;
    const waitMs = Number(response.headers.get('Retry-After') ?? NaN) * 1_000;
    return { status: response.status, body: (await response.json()) as Record<string, unknown>, waitMs };
  } catch {
    return null;
  }
}

const readToken = ({ jwt, expiresAt }: Record<string, unknown>): Token => ({
  jwt: String(jwt),
  expiresAt: Number(expiresAt),
});

/** One tab at a time, where the browser can promise that before the patience ends; one that forbids storage refuses the lock. */
async function alone<Result>(
  name: string,
  work: () => Promise<Result>,
  patience: Promise<void>,
): Promise<Result> {
  let begun: Promise<Result> | undefined;
  const begin = () => (begun ??= work());
  try {
    await Promise.race([globalThis.navigator?.locks?.request(name, begin), patience]);
  } catch {
    // What the work itself says of it is said below.
  }
  return begin();
}

/** Waits, but not past the moment the network is back. */
export function waitOrOnline(ms: number): Promise<void> {
  return new Promise((done) => {
    const finish = () => {
      removeEventListener('online', finish);
      clearTimeout(timer);
      done();
    };
    const timer = setTimeout(finish, ms);
    addEventListener('online', finish);
  });
}
