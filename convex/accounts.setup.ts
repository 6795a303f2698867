/** People who sign in with real passwords: what tests of accounts start from. Two dots in the name: not bundled. */
import { api } from './_generated/api';
import type { Id } from './_generated/dataModel';
import { makeAuthKeys, makeSealingKey } from '../scripts/authKeys';
import { codeAt, newSecret } from './shared/people/secondFactor';
import { passTime, setupToken, type TestDesk } from './test.setup';

export const password = 'correct horse battery';

/** Tokens are signed with keys of this run. */
export function useAuthKeys(): void {
  Object.assign(process.env, makeAuthKeys(), { SEALING_KEY: makeSealingKey(), AUTH_LOG_LEVEL: 'ERROR' });
}

type Params = Record<string, string | string[]>;

/** Whoever calls, as their request says; all that is not said is unknown. */
export function from(t: TestDesk, metadata: { ip?: string; userAgent?: string }): TestDesk {
  return t.withRequestMetadata(metadata) as TestDesk;
}

export const signUp = (t: TestDesk, params: Params = {}) =>
  enter(t, { flow: 'signUp', email: 'ana@example.test', password, name: 'Ana', setupToken, ...params });
export const signIn = (t: TestDesk, email: string, secret: string, more: Params = {}) =>
  enter(t, { flow: 'signIn', email, password: secret, ...more });
export const reset = (t: TestDesk, token: string, secret: string, more: Params = {}) =>
  enter(t, { flow: 'reset', token, password: secret, ...more });

/** Who is signed in now: `as` calls functions in their name. */
async function enter(t: TestDesk, params: Params) {
  const { tokens } = await t.action(api.auth.signIn, { provider: 'password', params });
  const { iss, sub } = JSON.parse(atob(tokens!.token.split('.')[1]!)) as { iss: string; sub: string };
  const [userId, sessionId] = sub.split('|') as [Id<'users'>, Id<'authSessions'>];
  return { userId, sessionId, as: t.withIdentity({ issuer: iss, subject: sub }) };
}
export type Entered = Awaited<ReturnType<typeof enter>>;

/** A desk's first owner with their team. */
export async function openOffice(t: TestDesk) {
  const ana = await signUp(t);
  const names = { teamName: 'Northpeak', yourName: 'Ana', token: setupToken };
  return { ana, ...(await ana.as.mutation(api.setup.createTeam, names)) };
}

/** Somebody who joins by invitation. */
export async function join(
  t: TestDesk,
  by: Entered,
  { teamId, name, role = 'operator' }: { teamId: Id<'teams'>; name: string; role?: 'operator' | 'owner' },
) {
  const email = `${name.toLowerCase()}@example.test`;
  const { token } = await by.as.mutation(api.invitations.create, { teamId, email, role });
  const entered = await signUp(t, { email, name, invitationToken: token });
  return { ...entered, email, ...(await entered.as.mutation(api.invitations.accept, { token, name })) };
}

/** Turns the second factor on; `codeIn(steps)` is the app's code so many steps from now. */
export async function turnOnFactor(who: Entered) {
  const secret = newSecret();
  const codeIn = (steps: number) => codeAt(secret, Date.now() + steps * 30_000);
  const given = { password, secret, code: codeIn(0) };
  return { codeIn, recoveryCodes: await who.as.action(api.secondFactor.turnOn, given) };
}

/** What the log says of accounts, in order. */
export async function accountLog(t: TestDesk): Promise<string[]> {
  await passTime(t, 1_000);
  const entries = await t.run((ctx) => ctx.db.query('auditLog').collect());
  return entries
    .filter(({ action }) => /^(signIn|session|password|secondFactor)\./.test(action))
    .map(({ action, detail }) => (detail === undefined ? action : `${action}: ${detail}`));
}
