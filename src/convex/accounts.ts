/** How people sign in: passwords, sessions, the second factor. */
import { useAction, useMutation } from 'convex/react';
import { api } from '../../convex/_generated/api';
import { useOwn } from './useLive';

export const useChangePassword = () => useAction(api.password.change);
/** Asks for a link by mail; the answer is the same for every address. */
export const useForgotPassword = () => useAction(api.password.forgot);
export const useMakeResetLink = () => useMutation(api.password.makeLink);

/** Whose password a link sets; null: it opens nothing. */
export function useResetLink(token: string) {
  return useOwn(api.password.link, { token });
}

export function useSessions() {
  return useOwn(api.sessions.list, {});
}
export type Session = NonNullable<ReturnType<typeof useSessions>>[number];
export const useEndSession = () => useMutation(api.sessions.end);
export const useEndOtherSessions = () => useMutation(api.sessions.endOthers);

export function useSecondFactor() {
  return useOwn(api.secondFactor.state, {});
}
export const useTurnOnFactor = () => useAction(api.secondFactor.turnOn);
export const useTurnOffFactor = () => useAction(api.secondFactor.turnOff);
export const useRenewCodes = () => useAction(api.secondFactor.renewCodes);
