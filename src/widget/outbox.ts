/**
 * What the customer wrote and the desk has not confirmed yet.
 *
 * Promises: a message is stored before it is sent and leaves only when the desk confirmed it or the customer removed
 * it; messages go out one at a time, in the order they were written; after a reload or a lost connection the rest is
 * sent again under the same ids, which the desk takes once (M2). Several tabs share one outbox: every step reads it
 * anew, and sending the same message from two tabs is harmless for the same reason.
 */
import type { ShownFile } from '../../convex/shared/conversation/attachments';
import type { Store } from './store';

/** A file that is stored and waits for its message. */
export interface SentFile extends ShownFile {
  attachmentId: string;
}

export interface Unsent {
  clientMessageId: string;
  text: string;
  at: number;
  files?: SentFile[];
  /** The desk refused it: shown with Retry, and it holds nothing up. */
  failure?: string;
  /** It was refused as the desk keeps its files no longer: it goes again without them. */
  filesGone?: true;
}

/** What became of one try. `later`: the desk could not be asked; the message stays next in line. */
export type SendResult = { sent: true } | Refused | { later: true };
type Refused = { refused: string; filesGone?: true };

interface Outbox {
  list(): Unsent[];
  add(text: string, files?: SentFile[]): Unsent;
  retry(clientMessageId: string): void;
  remove(clientMessageId: string): void;
  /** Sends what waits. Safe to call at any time; a running round goes on to the end of the line. */
  flush(): Promise<void>;
}

interface Options {
  store: Store;
  key: string;
  send: (message: Unsent) => Promise<SendResult>;
  onChange: () => void;
  newId?: () => string;
  now?: () => number;
}

export function makeOutbox({ store, key, send, onChange, newId = makeId, now = Date.now }: Options): Outbox {
  let isFlushing = false;

  const list = () => readUnsent(store.get(key));
  const save = (messages: Unsent[]) => {
    store.set(key, messages.length > 0 ? JSON.stringify(messages) : null);
    onChange();
  };
  const remove = (id: string) => save(list().filter(({ clientMessageId }) => clientMessageId !== id));
  const change = (id: string, how: (message: Unsent) => Unsent) =>
    save(list().map((message) => (message.clientMessageId === id ? how(message) : message)));

  async function flush(): Promise<void> {
    if (isFlushing) return;
    isFlushing = true;
    try {
      for (;;) {
        const next = list().find(({ failure }) => failure === undefined);
        if (next === undefined) return;
        const result = await send(next);
        if ('later' in result) return;
        if ('sent' in result) remove(next.clientMessageId);
        else {
          const { refused: failure, ...why } = result;
          change(next.clientMessageId, (message) => ({ ...message, failure, ...why }));
        }
      }
    } finally {
      isFlushing = false;
    }
  }

  return {
    list,
    add(text, files = []) {
      const message = { clientMessageId: newId(), text, at: now(), ...(files.length > 0 && { files }) };
      save([...list(), message]);
      return message;
    },
    retry: (id) =>
      change(id, ({ failure: _before, filesGone, files, ...rest }) =>
        filesGone || !files ? rest : { ...rest, files },
      ),
    remove,
    flush,
  };
}

/** Whatever is stored, only well-formed messages come back. */
export function readUnsent(stored: string | null): Unsent[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(stored ?? '[]');
  } catch {
    return [];
  }
  return Array.isArray(parsed) ? parsed.filter(isUnsent) : [];
}

function isUnsent(value: unknown): value is Unsent {
  if (typeof value !== 'object' || value === null) return false;
  const { clientMessageId, text, at, files, failure, filesGone } = value as Record<string, unknown>;
  return (
    typeof clientMessageId === 'string' &&
    typeof text === 'string' &&
    typeof at === 'number' &&
    (files === undefined || (Array.isArray(files) && files.every(isSentFile))) &&
    (failure === undefined || typeof failure === 'string') &&
    (filesGone === undefined || filesGone === true)
  );
}

const isSentFile = (value: unknown) => {
  const { attachmentId, name, path, size } = (value ?? {}) as Record<string, unknown>;
  return [attachmentId, name, path].every((text) => typeof text === 'string') && typeof size === 'number';
};

const makeId = () =>
  // On a page without https there is no randomUUID.
  crypto.randomUUID?.() ??
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
