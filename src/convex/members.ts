/** The people of the team, their statuses and roles. */
import type { OptimisticLocalStore } from 'convex/browser';
import { useMutation } from 'convex/react';
import type { FunctionArgs } from 'convex/server';
import { useCallback } from 'react';
import { api } from '../../convex/_generated/api';
import { useOptimisticMutation } from './optimistic';
import { useMembership } from './session';
import { useOwn } from './useLive';
import { useShared } from './useShared';

/** Who they are. Whether they are there is apart, because it changes all day. */
export const useMembers = () => useShared(api.members.list, {});

/** Whether each of them is there, asked for only while it is shown. */
export const useStatuses = (isShown: boolean) => useShared(api.members.statuses, isShown ? {} : 'skip');

/** The signed-in member's own status, declared and effective. */
export function useMyStatus() {
  const { memberId } = useMembership();
  return useShared(api.members.status, { memberId });
}

/** Shows the declared status at once; what it comes to is the desk's to say (A2). */
export function useSetStatus() {
  const { memberId } = useMembership();
  const show = useCallback(
    (store: OptimisticLocalStore, { status }: FunctionArgs<typeof api.members.setStatus>) => {
      for (const { args, value } of store.getAllQueries(api.members.status)) {
        if (value?.memberId !== memberId) continue;
        store.setQuery(api.members.status, args, { ...value, declared: status });
      }
    },
    [memberId],
  );
  return useOptimisticMutation(api.members.setStatus, show);
}
export const useSetName = () => useMutation(api.members.setName);
/** What stands below one's mails. */
export const useSetSignature = () => useMutation(api.members.setSignature);
export const useSetStatusOf = () => useMutation(api.members.setStatusOf);
export const useSetLimit = () => useMutation(api.members.setLimit);
export const useSetRole = () => useMutation(api.members.setRole);
export const useRemoveMember = () => useMutation(api.members.remove);
export const useHeartbeat = () => useMutation(api.members.heartbeat);
export const useDisconnect = () => useMutation(api.members.disconnect);

export function useInvitations() {
  const { teamId } = useMembership();
  return useOwn(api.invitations.list, { teamId });
}
export const useInvite = () => useMutation(api.invitations.create);
export const useRevokeInvitation = () => useMutation(api.invitations.revoke);

export function useTeam() {
  return useShared(api.teams.get, {});
}
export const useUpdateTeam = () => useMutation(api.teams.update);

/** When the team is there; null: not known. */
export const useCalendar = () => useShared(api.calendars.get, {});
export const useSaveCalendar = () => useMutation(api.calendars.save);
export const useAllowFurtherTeams = () => useMutation(api.teams.allowFurtherTeams);
