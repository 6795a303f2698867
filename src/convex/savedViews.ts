/** Lists that are kept under a name: this person's and the team's. */
import { useMutation } from 'convex/react';
import { api } from '../../convex/_generated/api';
import { useMembership } from './session';
import { useOwn } from './useLive';
import { useShared } from './useShared';

export function useSavedViews() {
  const { teamId } = useMembership();
  const mine = useOwn(api.savedViews.mine, { teamId }) ?? [];
  const ofTeam = useShared(api.savedViews.ofTeam, {}) ?? [];
  return [
    ...ofTeam.map((view) => ({ ...view, isTeams: true })),
    ...mine.map((view) => ({ ...view, isTeams: false })),
  ];
}
export type SavedView = ReturnType<typeof useSavedViews>[number];

export const useSaveView = () => useMutation(api.savedViews.save);
export const useRemoveView = () => useMutation(api.savedViews.remove);
export const useSaveTeamView = () => useMutation(api.savedViews.saveForTeam);
export const useRemoveTeamView = () => useMutation(api.savedViews.removeForTeam);
