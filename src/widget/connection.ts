/** The live connection to the desk, signed in as this browser's customer. Nothing is opened before it is made. */
import { ConvexClient } from 'convex/browser';
import { ConvexError } from 'convex/values';
import { api } from './api';
import type { Id } from '../../convex/_generated/dataModel';
import type { ErrorCode } from '../../convex/shared/kit/errorCodes';
import type { SendResult, SentFile, Unsent } from './outbox';
import { type Identified, makeSession } from './session';
import type { Store } from './store';
import type { ChatEntry, Conversation, Talk } from './thread';
import { addressed } from './addressed';
import { readAddresses } from './addresses';
import type { uploadFile } from './uploading';
import type { Upload } from '../lib/postFile';
import { say } from './speech';

export interface Connection {
  client: ConvexClient;
  send(message: Unsent): Promise<SendResult>;
  /** [M9] A signed token says who this is; the thread is theirs from then on. */
  identify(identity: string): Promise<Identified>;
  close(): void;
  /** Stores a file, which then waits for its message. Rejects in words. */
  upload(file: File, how: Upload): Promise<SentFile>;
  watchConversation(onChange: (conversation: Conversation) => void): void;
  watchTalks(onChange: (talks: Talk[]) => void): void;
  /** The newest `count` entries, oldest first, as long as nobody asks for another count. */
  watchEntries(count: number, onChange: (entries: ChatEntry[], hasEarlier: boolean) => void): void;
}

interface Options {
  channel: string;
  store: Store;
  onOnline: (isOnline: boolean) => void;
  onSignedIn: () => void;
  onClosed: () => void;
  onCrowded: (isCrowded: boolean) => void;
  /** From a link in a mail. */
  mailToken: string | undefined;
  onLinkOver: () => void;
  /** Signed by the site, for the first session. */
  identity: string | undefined;
  onIdentified: (identified: Identified) => void;
}

/** Its way is fetched with the first file. */
const upload: typeof uploadFile = async (...of) => {
  const way = await import('./uploading').catch(() => null);
  if (way === null) throw new Error(say('notUploaded'));
  return way.uploadFile(...of);
};

/** Not at once: a page that has been asleep for a moment reconnects within it. */
const offlineAfterMs = 2_500;
const retryAfterMs = 5_000;

export async function connect({
  channel,
  store,
  onOnline,
  onSignedIn,
  onClosed,
  ...rest
}: Options): Promise<Connection> {
  const { url, siteUrl } = await readAddresses();
  let isOver = false;
  const endForGood = () => {
    isOver = true;
    onClosed();
    void client.close();
  };
  const readAt = addressed(siteUrl);
  const session = makeSession({ siteUrl, channel, store, onClosed: endForGood, ...rest });
  const client = new ConvexClient(url, { unsavedChangesWarning: false, initialAuthTokenReuse: true });
  let distrustedAt = 0;
  let endEntries = () => {};

  const signIn = () => client.setAuth(session.token, (isSignedIn) => isSignedIn && onSignedIn());
  const onQueryError = (error: Error) => {
    if (isOver || codeOf(error) !== 'NOT_SIGNED_IN' || Date.now() - distrustedAt < retryAfterMs) return;
    distrustedAt = Date.now();
    session.distrust();
    signIn();
  };

  watchNetwork(client, onOnline);
  signIn();

  return {
    client,
    async identify(identity) {
      const identified = await session.identify(identity);
      if (identified === 'changed') signIn();
      return identified;
    },
    close() {
      isOver = true;
      void client.close();
    },
    upload: async (file, how) => readAt.sent(await upload(session, file, how)),
    async send(message) {
      // Kept for a page that finds the channel open again.
      if (isOver) return { later: true };
      session.write();
      const result = await sendBy(client, message);
      if (!(result instanceof Error)) return result;
      if (!isOver) {
        onQueryError(result);
        setTimeout(onSignedIn, retryAfterMs);
      }
      return { later: true };
    },
    watchConversation: (onChange) => void client.onUpdate(api.web.conversation, {}, onChange, onQueryError),
    watchTalks: (onChange) => void client.onUpdate(api.web.talks, {}, onChange, onQueryError),
    watchEntries(count, onChange) {
      const endBefore = endEntries;
      endEntries = client.onUpdate(
        api.web.entries,
        { paginationOpts: { numItems: count, cursor: null } },
        ({ page, isDone }) => {
          endBefore();
          onChange(page.map(readAt.entry).reverse(), !isDone);
        },
        onQueryError,
      );
    },
  };
}

/** An error: it can be sent once the chat is let in again. */
async function sendBy(
  client: ConvexClient,
  { text, clientMessageId, files = [] }: Unsent,
): Promise<SendResult | Error> {
  try {
    // Half a character, as a cut paste leaves one, is no text that can be kept.
    await client.mutation(api.web.send, { text: text.toWellFormed(), clientMessageId, ...idsOf(files) });
    return { sent: true };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'NOT_SIGNED_IN' || code === 'RATE_LIMITED' || code === 'DESK_CLOSED') return error as Error;
    // Nothing else is named by a message.
    if (code === 'NOT_FOUND') return { refused: say('filesGone'), filesGone: true };
    return { refused: code === 'INVALID_INPUT' ? say('tooLong') : '' };
  }
}

function idsOf(files: SentFile[]): { attachmentIds?: Id<'attachments'>[] } {
  if (files.length === 0) return {};
  return { attachmentIds: files.map(({ attachmentId }) => attachmentId as Id<'attachments'>) };
}

function watchNetwork(client: ConvexClient, onOnline: (isOnline: boolean) => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wasOnline: boolean | null = null;
  const look = () => {
    // A socket takes long to notice that the network is gone; the browser knows at once.
    const isOnline = navigator.onLine && client.connectionState().isWebSocketConnected;
    if (isOnline === wasOnline) return;
    wasOnline = isOnline;
    clearTimeout(timer);
    if (isOnline) onOnline(true);
    else timer = setTimeout(() => onOnline(false), navigator.onLine ? offlineAfterMs : 0);
  };
  client.subscribeToConnectionState(look);
  addEventListener('offline', look);
  addEventListener('online', look);
  look();
}

export function codeOf(error: unknown): ErrorCode | null {
  if (!(error instanceof ConvexError)) return null;
  return (error.data as { code?: ErrorCode } | null)?.code ?? null;
}

/** What the desk says is wrong, for whoever puts the chat on a page. */
export function messageOf(error: unknown): string {
  return error instanceof ConvexError ? String((error.data as { message?: string } | null)?.message) : '';
}

/** How long a limit asks to wait, in ms; NaN where it does not say. */
export function waitMsOf(error: unknown): number {
  const { waitMs } = (error instanceof ConvexError ? error.data : {}) as { waitMs?: number };
  return waitMs ?? NaN;
}
