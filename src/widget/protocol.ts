/**
 * What the loader (on the customer's page) and the chat (in the frame) say to each other.
 *
 * One handshake by postMessage: the loader sends a hello with a port to the frame's exact origin; the frame takes it
 * from its parent only. Everything after goes through that port, which nobody else can reach. What the page says is validated here,
 * what the frame says is its own desk's (loader.ts). The session token never crosses.
 */
export interface Hello {
  baton: 1;
  /** Writing direction of the page around. */
  dir: 'ltr' | 'rtl';
  /** Its language, as the page says it; often empty. */
  lang: string;
  /** What the page has said before the chat was there, in its order. */
  said: Said[];
}

/** A command of the page and its value as JSON; commands.ts makes sense of it. */
export type Said = [command: string, value: string];

export type ToFrame =
  | { type: 'shown' }
  | { type: 'hidden' }
  | { type: 'said'; said: Said }
  | ({ type: 'place' } & Place);

/** Where the customer is, as the page says it. */
export interface Place {
  page: string;
  referrer: string;
}

export type ToPage =
  | { type: 'close' }
  /** Where is the customer? Asked only while the page has told of their consent. */
  | { type: 'where' }
  /** The channel lets nobody in, and the visitor has seen that. */
  | { type: 'closed' }
  /** What the launcher shows and is called now, and what the frame is. */
  | { type: 'unread'; count: number; name: string; title: string }
  /** This browser has a conversation here: next time the frame is worth loading before it is opened. */
  | { type: 'known' };

const fields = (data: unknown) => Object(data) as Record<string, unknown>;

export function readHello(data: unknown): Hello | null {
  const { baton, dir, lang, said } = fields(data);
  if (baton !== 1 || (dir !== 'ltr' && dir !== 'rtl')) return null;
  // A loader of before does not say.
  const known = isTextOf(lang, mostOfLang) ? (lang as string) : '';
  return { baton, dir, lang: known, said: Array.isArray(said) ? said.slice(-mostSaid).filter(isSaid) : [] };
}

const mostSaid = 50;
const mostOfValue = 20_000;
const maxName = 40;
/** Longer than any tag in use. */
const mostOfLang = 100;

const isTextOf = (text: unknown, most: number) => typeof text === 'string' && text.length <= most;

function isSaid(said: unknown): said is Said {
  if (!Array.isArray(said) || said.length !== 2) return false;
  const [command, value] = said as unknown[];
  return isTextOf(command, maxName) && isTextOf(value, mostOfValue);
}

export function readToFrame(data: unknown): ToFrame | null {
  const { type, said, page, referrer } = fields(data);
  if (type === 'said') return isSaid(said) ? { type, said } : null;
  if (type === 'place')
    return isTextOf(page, mostOfValue) && isTextOf(referrer, mostOfValue)
      ? ({ type, page, referrer } as ToFrame)
      : null;
  return type === 'shown' || type === 'hidden' ? { type } : null;
}
