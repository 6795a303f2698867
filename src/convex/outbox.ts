/** What the desk wrote by mail, and what became of it. */
import { usePaginatedQuery } from 'convex/react';
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { useMembership } from './session';
import { useOwn } from './useLive';

type DeskMail = FunctionReturnType<typeof api.outbox.deskMails>['page'][number];
type Reply = FunctionReturnType<typeof api.outbox.replies>['page'][number];
export type OutboxMail = DeskMail | Reply;

const atOnce = 25;

/** Both kinds in one list, newest first; only as far back as both are known. */
export function useOutbox() {
  const { teamId } = useMembership();
  const desk = usePaginatedQuery(api.outbox.deskMails, { teamId }, { initialNumItems: atOnce });
  const replies = usePaginatedQuery(api.outbox.replies, { teamId }, { initialNumItems: atOnce });
  const lists = [desk, replies];
  const isLoading = lists.some(({ status }) => status === 'LoadingFirstPage');
  const open = lists.filter(({ status }) => status === 'CanLoadMore' || status === 'LoadingMore');
  const knownFrom = Math.max(0, ...open.map(({ results }) => results.at(-1)?.at ?? 0));
  const mails: OutboxMail[] = [...desk.results, ...replies.results]
    .filter(({ at }) => at >= knownFrom)
    .toSorted((one, other) => other.at - one.at);
  const loadMore = () => {
    for (const list of lists) if (list.status === 'CanLoadMore') list.loadMore(atOnce);
  };
  return { mails: isLoading ? undefined : mails, loadMore: open.length > 0 ? loadMore : null };
}

/** As its recipient sees it; null: not to be read, undefined: loading. */
export function useOpenedMail({ kind, mailId }: OutboxMail) {
  const { teamId } = useMembership();
  const isReply = kind === 'reply';
  const reply = useOwn(api.outbox.reply, isReply ? { teamId, mailId: mailId as Id<'mails'> } : 'skip');
  const own = useOwn(api.outbox.deskMail, isReply ? 'skip' : { teamId, mailId: mailId as Id<'deskMails'> });
  return isReply ? reply : own;
}
