/**
 * What the loader (on the customer's page) and the chat (in the frame) say to each other.
 *
 * One handshake by postMessage: the loader sends a hello with a port to the frame's exact origin; the frame takes it
 * from its parent only. Everything after goes through that port, which nobody else can reach, and is still validated:
 * unknown or malformed messages are dropped. The session token never crosses.
 */
export interface Hello {
  baton: 1;
  /** Writing direction of the page around. */
  dir: 'ltr' | 'rtl';
}

export type ToFrame = { type: 'shown' } | { type: 'hidden' };

export type ToPage =
  | { type: 'close' }
  /** The channel lets nobody in, and the visitor has seen that. */
  | { type: 'closed' }
  | { type: 'unread'; count: number }
  /** This browser has a conversation here: next time the frame is worth loading before it is opened. */
  | { type: 'known' };

const fields = (data: unknown) => Object(data) as Record<string, unknown>;

export function readHello(data: unknown): Hello | null {
  const { baton, dir } = fields(data);
  return baton === 1 && (dir === 'ltr' || dir === 'rtl') ? { baton, dir } : null;
}

export function readToFrame(data: unknown): ToFrame | null {
  const { type } = fields(data);
  return type === 'shown' || type === 'hidden' ? { type } : null;
}

export function readToPage(data: unknown): ToPage | null {
  const { type, count } = fields(data);
  if (type === 'close' || type === 'closed' || type === 'known') return { type };
  return type === 'unread' && Number.isInteger(count) && (count as number) >= 0
    ? { type, count: count as number }
    : null;
}
