/** What a site signs its customers' identities with. */
import { useMutation } from 'convex/react';
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { useMembership } from './session';
import { useOwn } from './useLive';

export type IdentitySecret = FunctionReturnType<typeof api.identitySecrets.list>[number];

export function useIdentitySecrets(channelId: Id<'channels'>) {
  const { teamId } = useMembership();
  return useOwn(api.identitySecrets.list, { teamId, channelId });
}
export const useMakeIdentitySecret = () => useMutation(api.identitySecrets.make);
export const useWithdrawIdentitySecret = () => useMutation(api.identitySecrets.withdraw);
