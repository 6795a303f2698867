/** The ways in: chats on the web, addresses of mail and bots. */
import { useAction, useMutation, usePaginatedQuery } from 'convex/react';
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { useMembership } from './session';
import { useOwn } from './useLive';
import { useShared } from './useShared';

export type Channel = FunctionReturnType<typeof api.channels.list>[number];
export type ChannelHealth = FunctionReturnType<typeof api.channels.health>;

export function useChannels() {
  return useShared(api.channels.list, {});
}
export const useCreateChannel = () => useMutation(api.channels.create);
export const useUpdateChannel = () => useMutation(api.channels.update);

/** How an address is doing, as it moves. */
export function useChannelHealth(channelId: Id<'channels'>) {
  return useShared(api.channels.health, { channelId });
}
type EventTriedAgain = FunctionReturnType<typeof api.channels.eventsTriedAgain>[number];
export type FailedEvent = Omit<EventTriedAgain, 'nextTryAt'> & Partial<Pick<EventTriedAgain, 'nextTryAt'>>;

/** What an address was told in vain. */
export function useFailedEvents(channelId: Id<'channels'>) {
  const { teamId } = useMembership();
  return usePaginatedQuery(api.channels.failedEvents, { teamId, channelId }, { initialNumItems: 20 });
}
/** What of that waits for its next try. */
export function useEventsTriedAgain(channelId: Id<'channels'>) {
  const { teamId } = useMembership();
  return useOwn(api.channels.eventsTriedAgain, { teamId, channelId });
}
export type AutomaticMail = FunctionReturnType<typeof api.channels.automaticMails>['page'][number];

/** What no person wrote to an address, and began nothing. */
export function useAutomaticMails(channelId: Id<'channels'>) {
  const { teamId } = useMembership();
  return usePaginatedQuery(api.channels.automaticMails, { teamId, channelId }, { initialNumItems: 20 });
}
export const useRetryEvent = () => useMutation(api.channels.retryEvent);
export const useConnectAddress = () => useMutation(api.channels.connectAddress);
export const useCheckAddress = () => useAction(api.channels.checkAddress);
export type TelegramCheck = FunctionReturnType<typeof api.telegram.check>;
export const useConnectTelegram = () => useAction(api.telegram.connect);
export const useCheckTelegram = () => useAction(api.telegram.check);
export const useDisconnectTelegram = () => useAction(api.telegram.disconnect);
export const useSendTestMail = () => useMutation(api.channels.sendTestMail);
