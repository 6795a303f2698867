/** The people of the team, their statuses and roles. */
import { useMutation } from 'convex/react';
import { useQuery } from 'convex-helpers/react/cache';
import { api } from '../../convex/_generated/api';
import { useMembership } from './session';

export function useMembers() {
  const { teamId } = useMembership();
  return useQuery(api.members.list, { teamId });
}

/** The signed-in member's own row, with the declared and the effective status. */
export function useMyself() {
  const { memberId } = useMembership();
  return useMembers()?.find((member) => member.memberId === memberId);
}

export const useSetStatus = () => useMutation(api.members.setStatus);
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
