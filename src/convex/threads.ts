/** The thread of a conversation: its newest pages, older ones as they are asked for, and what was written just now. */
import type { OptimisticLocalStore } from 'convex/browser';
import { useAction, useMutation } from 'convex/react';
import type { FunctionArgs, FunctionReturnType } from 'convex/server';
import { useEffect, useMemo, useState } from 'react';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { againId } from '../../convex/shared/conversation/outbox';
import type { MailPart } from '../../convex/shared/delivery/mails';
import { useLatest } from '../lib/useLatest';
import { knownFiles } from './attachments';
import { useOptimisticMutation } from './optimistic';
import { type Membership, useMembership } from './session';
import { useAll, useOwn } from './useLive';
import { useShared, useSharedLives } from './useShared';

export type Entry = FunctionReturnType<typeof api.conversations.page>[number];

/** As the desk cuts them. */
export const pageSize = 10;
/** Older pages that are asked for at a time. */
const pagesAtOnce = 3;

interface Thread {
  /** Oldest first, without a gap; `undefined` until the newest have come. */
  entries: Entry[] | undefined;
  /** Absent at the beginning, and while older ones are on their way. */
  loadOlder?: () => void;
}

/**
 * The page that the next entry will fall into and the one before it are always there, so that what is new is shown with the
 * very message that says so.
 */
export function useThread(conversationId: Id<'conversations'>, lastSequence: number): Thread {
  const liveOf = useSharedLives();
  const newest = Math.floor(lastSequence / pageSize);
  const [asked, setAsked] = useState(newest - 1);
  const oldest = Math.max(Math.min(asked, newest - 1), 0);
  const numbers = Array.from({ length: newest - oldest + 1 }, (_, index) => oldest + index);
  const pages = useAll(numbers.map((page) => liveOf(api.conversations.page, { conversationId, page })));
  const isNewestEmpty = lastSequence % pageSize === 0;
  const whole = useMemo(() => {
    const known = isNewestEmpty && !pages.at(-1) ? [...pages.slice(0, -1), []] : pages;
    if (known.slice(-2).includes(undefined)) return undefined;
    return known.slice(known.lastIndexOf(undefined) + 1).flatMap((page) => page ?? []);
  }, [isNewestEmpty, pages]);
  const hasOlder = oldest > 0 && !pages.includes(undefined);
  return {
    entries: useLatest(whole),
    ...(hasOlder && { loadOlder: () => setAsked(oldest - pagesAtOnce) }),
  };
}

/** What moves in a conversation with every message. */
export const useConversationHead = (conversationId: Id<'conversations'>) =>
  useShared(api.conversations.head, { conversationId });

/** One entry whole, for a text that its page shows cut. */
export const useWholeEntry = (entryId: Id<'entries'> | null) =>
  useShared(api.conversations.entry, entryId === null ? 'skip' : { entryId });

export type ReadMail = NonNullable<FunctionReturnType<typeof api.mails.read>>;

/** A part of a mail that its entry does not show; `undefined` until it has come, `null` where there is none. */
export function useReadMail(entryId: Id<'entries'>, part: MailPart): ReadMail | null | Error | undefined {
  const { teamId } = useMembership();
  const read = useAction(api.mails.read);
  const [value, setValue] = useState<ReadMail | null | Error>();
  useEffect(() => {
    let isLeft = false;
    const take = (next: ReadMail | null | Error) => !isLeft && setValue(next);
    read({ teamId, entryId, part }).then(take, take);
    return () => {
      isLeft = true;
    };
  }, [read, teamId, entryId, part]);
  return value;
}

interface OfAddress {
  conversationId: Id<'conversations'>;
  address: string;
}

/** [M4] Who is heard and written to. */
export function useSenderActs() {
  const { teamId } = useMembership();
  const block = useMutation(api.mails.block);
  const lift = useMutation(api.mails.lift);
  return {
    block: (of: OfAddress) => block({ teamId, ...of }),
    lift: (of: OfAddress) => lift({ teamId, ...of }),
  };
}

/** A link by which the customer goes on with this conversation on Telegram; null: no bot is connected. */
export function useTelegramLink() {
  const { teamId } = useMembership();
  const link = useMutation(api.telegram.link);
  return ({ conversationId }: { conversationId: Id<'conversations'> }) => link({ teamId, conversationId });
}

export function useNoteAddress() {
  const { teamId } = useMembership();
  const note = useMutation(api.mails.noteAddress);
  return (of: OfAddress) => note({ teamId, ...of });
}

/** [M3] To somebody outside. */
export function useForward() {
  const { teamId } = useMembership();
  const forward = useAction(api.mails.forward);
  return (what: Omit<FunctionArgs<typeof api.mails.forward>, 'teamId'>) => forward({ teamId, ...what });
}

/** [M4] Takes back with `useSenderActs().lift`. */
export const useMarkAsSpam = () => useMutation(api.mails.markAsSpam);

export type ReplyWays = FunctionReturnType<typeof api.conversations.replyWays>;
/** [M6] Where a reply can go by mail. */
export const useReplyWays = (conversationId: Id<'conversations'>) =>
  useShared(api.conversations.replyWays, { conversationId });

export const useSuppressedDrafts = (conversationId: Id<'conversations'>) =>
  useShared(api.conversations.suppressedDrafts, { conversationId });

/** Whom somebody took a conversation from is told, until they have read it (C5). */
export function useTakenFromMe() {
  const { teamId } = useMembership();
  return useOwn(api.conversations.takenFromMe, { teamId });
}
export const useAcknowledgeTaken = () => useMutation(api.conversations.acknowledgeTaken);

export const useMarkSeen = () => useMutation(api.conversations.markSeen);

export type TypingMark = FunctionReturnType<typeof api.conversations.typing>[number];
export const useTyping = (conversationId: Id<'conversations'>) =>
  useShared(api.conversations.typing, { conversationId });

interface Written {
  teamId: Id<'teams'>;
  conversationId: Id<'conversations'>;
  text: string;
  clientMessageId: string;
  attachmentIds?: Id<'attachments'>[];
}

type Pages = ReturnType<typeof pagesIn>;
const pagesIn = (store: OptimisticLocalStore) => store.getAllQueries(api.conversations.page);

/** At the end of the newest of these pages, until the real one or a refusal replaces it. */
function showSaid(
  store: OptimisticLocalStore,
  pages: Pages,
  { memberId, name }: Membership,
  said: Pick<Entry, 'kind' | 'text' | 'clientMessageId' | 'attachments'>,
) {
  const [head] = pages.filter(({ value }) => value).sort((a, b) => b.args.page - a.args.page);
  if (!head?.value) return;
  const entry: Entry = {
    ...said,
    _id: `pending-${said.clientMessageId}` as Id<'entries'>,
    sequence: Number.MAX_SAFE_INTEGER,
    author: { kind: 'operator', memberId },
    authorName: name,
    at: Date.now(),
  };
  store.setQuery(api.conversations.page, head.args, [...head.value, entry]);
}

/** Shows what was written at once, and its draft gone with it. */
function showPending(kind: 'message' | 'note', membership: Membership) {
  return (store: OptimisticLocalStore, written: Written) => {
    const { teamId, conversationId, text, clientMessageId, attachmentIds } = written;
    const pages = pagesIn(store).filter(({ args }) => args.conversationId === conversationId);
    const attachments = attachmentIds && { attachments: knownFiles(attachmentIds) };
    showSaid(store, pages, membership, { kind, text, clientMessageId, ...attachments });
    const ofConversation = { teamId, conversationId };
    const kept = store.getQuery(api.drafts.get, ofConversation);
    const mode = kind === 'note' ? 'note' : 'reply';
    if (kept) store.setQuery(api.drafts.get, ofConversation, { ...kept, [mode]: '' });
  };
}

/** Shows what an entry said, once more. */
function showAgain(membership: Membership) {
  return (store: OptimisticLocalStore, { entryId }: FunctionArgs<typeof api.messages.sendAgain>) => {
    const all = pagesIn(store);
    const isIt = ({ _id }: Entry) => _id === entryId;
    const lost = all.find(({ value }) => value?.some(isIt));
    const entry = lost?.value?.find(isIt);
    if (!lost || !entry) return;
    const pages = all.filter(({ args }) => args.conversationId === lost.args.conversationId);
    const clientMessageId = againId(entryId);
    const { text, attachments } = entry;
    showSaid(store, pages, membership, { kind: 'message', text, clientMessageId, attachments });
  };
}

function useShowPending(kind: 'message' | 'note') {
  const membership = useMembership();
  return useMemo(() => showPending(kind, membership), [kind, membership]);
}

export const useReply = () => useOptimisticMutation(api.messages.reply, useShowPending('message'));
export const useTakeOverAndSend = () =>
  useOptimisticMutation(api.messages.takeOverAndSend, useShowPending('message'));
export const useAddNote = () => useOptimisticMutation(api.messages.note, useShowPending('note'));
export function useSendAgain() {
  const membership = useMembership();
  return useOptimisticMutation(
    api.messages.sendAgain,
    useMemo(() => showAgain(membership), [membership]),
  );
}
