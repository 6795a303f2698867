/** Who is signed in, and which team they are in. */
import { useAuthActions } from '@convex-dev/auth/react';
import { useConvex, useConvexAuth, useConvexConnectionState, useMutation } from 'convex/react';
import { createContext, use, useEffect, useLayoutEffect, useRef } from 'react';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import type { Role } from '../../convex/shared/people/people';
import { refusalOf } from '../lib/errors';
import { clearUnsent } from '../lib/unsent';
import { isKnownTo, keepKnown, knownBrowserTokens } from './knownBrowsers';
import { Failed } from './live';
import { useDesk } from './provider';
import { useOutcome, useOwn, valueOf } from './useLive';

export interface Membership {
  teamId: Id<'teams'>;
  teamName: string;
  memberId: Id<'members'>;
  role: Role;
  name: string;
  /** Mailed when a customer waits in a ticket of theirs. */
  /** Below their mails; '': none of their own. */
  signature: string;
}

export const MembershipContext = createContext<Membership | null>(null);

/** How the last sign-in of this page ended; null: it has not. */
let ended: 'byHand' | 'elsewhere' | null = null;
export const wasEndedElsewhere = () => ended === 'elsewhere';

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
    if (!wasEnded) return;
    ended ??= 'elsewhere';
    clearUnsent();
    void signOut();
  }, [wasEnded, signOut]);
  return me;
}

/** Lets the desk know this browser again when somebody signs in with it (convex/model/people/knownBrowsers.ts). */
export function useKnownBrowser(userId: Id<'users'> | undefined): void {
  const convex = useConvex();
  useEffect(() => {
    if (userId === undefined || isKnownTo(userId)) return;
    // Refused only if the session has just ended: then there is nobody to know.
    convex.query(api.sessions.browserToken, {}).then(
      (token) => token && keepKnown(userId, token),
      () => {},
    );
  }, [convex, userId]);
}

interface Credentials {
  email: string;
  password: string;
}

/** As the provider of the sign-in takes them (convex/auth.ts). */
interface SignIn extends Credentials {
  /** Of the second factor, when the desk asked for it. */
  code?: string | undefined;
}
interface Reset {
  /** Of the link. */
  token: string;
  password: string;
  code?: string | undefined;
}

/** Signing up needs a reason: an invitation, the first set-up with its token, or a further team that is allowed. */
interface Newcomer extends Credentials {
  name: string;
  teamName?: string;
  invitationToken?: string;
  setupToken?: string | undefined;
}

/** Convex Auth takes only values, never `undefined`. */
function withoutAbsent(params: Newcomer | SignIn | Reset): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).filter((field): field is [string, string] => field[1] !== undefined),
  );
}

export function useSignIn() {
  const { signIn, signOut } = useAuthActions();
  const authenticated = useAuthenticated();
  const enter = async (credentials: Record<string, string | string[]>) => {
    await signIn('password', credentials);
    await authenticated();
    ended = null;
  };
  return {
    signIn: (credentials: SignIn) =>
      enter({ flow: 'signIn', ...withoutAbsent(credentials), browsers: knownBrowserTokens() }),
    signUp: (newcomer: Newcomer) => enter({ flow: 'signUp', ...withoutAbsent(newcomer) }),
    reset: (link: Reset) => enter({ flow: 'reset', ...withoutAbsent(link) }),
    signOut() {
      ended = 'byHand';
      clearUnsent();
      return signOut();
    },
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
