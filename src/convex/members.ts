/** The people of the team, their statuses and roles. */
import type { OptimisticLocalStore } from 'convex/browser';
import { useMutation } from 'convex/react';
import { useQuery } from 'convex-helpers/react/cache';
import type { FunctionArgs } from 'convex/server';
import { useCallback } from 'react';
import { api } from '../../convex/_generated/api';
import { useOptimisticMutation } from './optimistic';
import { useMembership } from './session';

export function useMembers() {
  const { teamId } = useMembership();
  return useQuery(api.members.oldList, { teamId });
}

/** The signed-in member's own row, with the declared and the effective status. */
export function useMyself() {
  const { memberId } = useMembership();
  return useMembers()?.find((member) => member.memberId === memberId);
}

/** Shows the declared status at once; what it comes to is the desk's to say (A2). */
export function useSetStatus() {
  const { memberId } = useMembership();
  const show = useCallback(
    (store: OptimisticLocalStore, { teamId, status }: FunctionArgs<typeof api.members.setStatus>) => {
      const members = store.getQuery(api.members.oldList, { teamId });
      const declared = members?.map((each) =>
        each.memberId === memberId ? { ...each, declared: status } : each,
      );
      if (declared) store.setQuery(api.members.oldList, { teamId }, declared);
    },
    [memberId],
  );
  return useOptimisticMutation(api.members.setStatus, show);
}
export const useSetStatusOf = () => useMutation(api.members.setStatusOf);
export const useSetLimit = () => useMutation(api.members.setLimit);
export const useSetRole = () => useMutation(api.members.setRole);
export const useRemoveMember = () => useMutation(api.members.remove);
export const useHeartbeat = () => useMutation(api.members.heartbeat);
export const useDisconnect = () => useMutation(api.members.disconnect);

export function useInvitations() {
  const { teamId } = useMembership();
  return useQuery(api.invitations.list, { teamId });
}
export const useInvite = () => useMutation(api.invitations.create);
export const useRevokeInvitation = () => useMutation(api.invitations.revoke);

export function useTeam() {
  const { teamId } = useMembership();
  return useQuery(api.teams.get, { teamId });
}
export const useUpdateTeam = () => useMutation(api.teams.update);
export const useAllowFurtherTeams = () => useMutation(api.teams.allowFurtherTeams);
