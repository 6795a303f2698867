/** Who is signed in, and which team they are in. */
import { useAuthActions } from '@convex-dev/auth/react';
import { useConvexAuth, useConvexConnectionState, useMutation } from 'convex/react';
import { createContext, use, useEffect, useLayoutEffect, useRef } from 'react';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import type { Role } from '../../convex/shared/people/people';
import { refusalOf } from '../lib/errors';
import { Failed } from './live';
import { useDesk } from './provider';
import { useOutcome, useOwn, valueOf } from './useLive';

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
  return useOwn(api.setup.state, {});
}

export function useCreateTeam() {
  return useMutation(api.setup.createTeam);
}

/**
 * `undefined` while loading, `null` when nobody is signed in. With the sign-in, wherever it was ended, everything ends that it
 * had opened (docs/rules.md E5).
 */
export function useMe() {
  const { lives } = useDesk();
  const { signOut } = useAuthActions();
  const { isLoading, isAuthenticated } = useConvexAuth();
  const outcome = useOutcome(isAuthenticated ? lives.own(api.me.get, {}) : null);
  const wasEnded = outcome instanceof Failed && refusalOf(outcome.error)?.code === 'NOT_SIGNED_IN';
  const isOut = wasEnded || !(isLoading || isAuthenticated);
  const me = isOut ? null : valueOf(outcome);
  useLayoutEffect(() => {
    if (me !== undefined) lives.open(me && me.memberships);
  }, [lives, me]);
  useEffect(() => {
    if (wasEnded) void signOut();
  }, [wasEnded, signOut]);
  return me;
}

interface Credentials {
  email: string;
  password: string;
}

/** Signing up needs a reason: an invitation, or the first set-up (with its token where one is asked for). */
interface Newcomer extends Credentials {
  name: string;
  invitationToken?: string;
  setupToken?: string;
}

/** Convex Auth takes only values, never `undefined`. */
function withoutAbsent(newcomer: Newcomer): Record<string, string> {
  return Object.fromEntries(Object.entries(newcomer).filter(([, value]) => value !== undefined));
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
  return useOwn(api.invitations.get, { token });
}

export function useAcceptInvitation() {
  return useMutation(api.invitations.accept);
}

/** False while the server cannot be reached and the page has been connected before. */
export function useIsConnected(): boolean {
  const state = useConvexConnectionState();
  return state.isWebSocketConnected || !state.hasEverConnected;
}
