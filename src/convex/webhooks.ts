/** Where agents are told what happens, and the log of it. */
import { useMutation, usePaginatedQuery } from 'convex/react';
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { useMembership } from './session';
import { useOwn } from './useLive';

export type Endpoint = FunctionReturnType<typeof api.webhooks.list>[number];
export type WebhookEvent = FunctionReturnType<typeof api.webhooks.events>['page'][number];

export function useEndpoints(agentId: Id<'agents'>) {
  const { teamId } = useMembership();
  return useOwn(api.webhooks.list, { teamId, agentId });
}
export const useCreateEndpoint = () => useMutation(api.webhooks.create);
export const useUpdateEndpoint = () => useMutation(api.webhooks.update);
export const useRotateSecret = () => useMutation(api.webhooks.rotateSecret);
export const useRemoveEndpoint = () => useMutation(api.webhooks.remove);
export const useSendTest = () => useMutation(api.webhooks.sendTest);

export function useWebhookEvents(endpointId: Id<'webhookEndpoints'>) {
  const { teamId } = useMembership();
  return usePaginatedQuery(api.webhooks.events, { teamId, endpointId }, { initialNumItems: 20 });
}

/** Its body and its calls. */
export function useWebhookEvent(eventId: Id<'webhookEvents'>) {
  const { teamId } = useMembership();
  return useOwn(api.webhooks.event, { teamId, eventId });
}
export const useReplayEvent = () => useMutation(api.webhooks.replay);
