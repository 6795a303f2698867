/** Who is signed in, and which team they are in. */
import { useAuthActions } from '@convex-dev/auth/react';
import { useConvexAuth, useConvexConnectionState, useMutation } from 'convex/react';
import { useQuery } from 'convex-helpers/react/cache';
import { createContext, use, useEffect, useRef } from 'react';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import type { Role } from '../../convex/shared/people/people';

export interface Membership {
  teamId: Id<'teams'>;
  teamName: string;
  memberId: Id<'members'>;
  role: Role;
  name: string;
}

export const MembershipContext = createContext<Membership | null>(null);

/** The membership this screen works in; every screen behind the sign-in has one. */
export function useMembership(): Membership {
  const membership = use(MembershipContext);
  if (!membership) throw new Error('useMembership needs a screen behind the sign-in');
  return membership;
}

export function useSetupState() {
  return useQuery(api.setup.state, {});
}

export function useCreateTeam() {
  return useMutation(api.setup.createTeam);
}

/** `undefined` while loading, `null` when nobody is signed in. */
export function useMe() {
  const { isLoading, isAuthenticated } = useConvexAuth();
  const me = useQuery(api.me.get, isAuthenticated ? {} : 'skip');
  if (isLoading) return undefined;
  return isAuthenticated ? me : null;
}

interface Credentials {
  email: string;
  password: string;
}

/** Signing up needs a reason: an invitation, the first set-up with its token, or a further team that is allowed. */
interface Newcomer extends Credentials {
  name: string;
  teamName?: string;
  invitationToken?: string;
  setupToken?: string | undefined;
}

/** Convex Auth takes only values, never `undefined`. */
function withoutAbsent(newcomer: Newcomer): Record<string, string> {
  return Object.fromEntries(
    Object.entries(newcomer).filter((field): field is [string, string] => field[1] !== undefined),
  );
}

export function useSignIn() {
  const { signIn, signOut } = useAuthActions();
  const authenticated = useAuthenticated();
  const enter = async (credentials: Record<string, string>) => {
    await signIn('password', credentials);
    await authenticated();
  };
  return {
    signIn: (credentials: Credentials) => enter({ flow: 'signIn', ...credentials }),
    signUp: (newcomer: Newcomer) => enter({ flow: 'signUp', ...withoutAbsent(newcomer) }),
    signOut,
  };
}

/** Resolves once the connection carries the sign-in: the token exists a moment before the server has accepted it. */
function useAuthenticated(): () => Promise<void> {
  const { isAuthenticated } = useConvexAuth();
  const waiting = useRef<(() => void)[]>([]);
  const current = useRef(isAuthenticated);
  useEffect(() => {
    current.current = isAuthenticated;
    if (isAuthenticated) for (const resolve of waiting.current.splice(0)) resolve();
  }, [isAuthenticated]);
  return () =>
    current.current ? Promise.resolve() : new Promise((resolve) => waiting.current.push(resolve));
}

export function useInvitation(token: string) {
  return useQuery(api.invitations.get, { token });
}

export function useAcceptInvitation() {
  return useMutation(api.invitations.accept);
}

/** False while the server cannot be reached and the page has been connected before. */
export function useIsConnected(): boolean {
  const state = useConvexConnectionState();
  return state.isWebSocketConnected || !state.hasEverConnected;
}
