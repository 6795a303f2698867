import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { api } from './_generated/api';
import { makeAuthKeys } from '../scripts/authKeys';
import { minPasswordLength } from './shared/people/passwords';
import { refusal, setupTest, setupToken, type TestDesk } from './test.setup';

const password = 'correct horse battery';

// Each try costs a real hash.
vi.setConfig({ testTimeout: 60_000 });
beforeAll(() => {
  Object.assign(process.env, makeAuthKeys(), { AUTH_LOG_LEVEL: 'ERROR' });
});
afterEach(() => void vi.useRealTimers());

const signUp = (t: TestDesk, params: Record<string, string> = {}) =>
  t.action(api.auth.signIn, {
    provider: 'password',
    params: { flow: 'signUp', email: 'ana@example.test', password, name: 'Ana', setupToken, ...params },
  });
const signIn = (t: TestDesk, email: string, secret: string) =>
  t.action(api.auth.signIn, { provider: 'password', params: { flow: 'signIn', email, password: secret } });

test('[R1] an account signs in under any spelling of its address, and the password is stored only as a hash', async () => {
  const t = setupTest();
  expect((await signUp(t, { email: ' Ana@Example.test ' })).tokens).toBeTruthy();
  expect((await signIn(t, 'ANA@example.TEST', password)).tokens).toBeTruthy();
  const account = await t.run((ctx) => ctx.db.query('authAccounts').first());
  expect(account).toMatchObject({ providerAccountId: 'ana@example.test' });
  expect(account!.secret).not.toContain(password);
});

test('[R1] a password that Convex Auth hashed itself still signs in, and is hashed anew', async () => {
  const t = setupTest();
  await signUp(t);
  const salt = '704264f37d80b0c9000e6fea6c75bdce';
  const key =
    'c3bca917c06ab5b910bf7e6e6fa45a970392866b4c8c2304221ea1bdc4d5ee8f9abd1c81d7e080acd83fb0f3dcdf1016a91bb6cea1c986f73ee7e4c93113d87a';
  await t.run(async (ctx) => {
    const account = await ctx.db.query('authAccounts').first();
    await ctx.db.patch(account!._id, { secret: `${salt}:${key}` });
  });
  expect((await signIn(t, 'ana@example.test', password)).tokens).toBeTruthy();
  expect(await refusal(signIn(t, 'ana@example.test', 'another password'))).toBe('INVALID_CREDENTIALS');
  const secret = await t.run(async (ctx) => (await ctx.db.query('authAccounts').first())!.secret);
  expect(secret).toMatch(/^\$argon2id\$/);
  expect((await signIn(t, 'ana@example.test', password)).tokens).toBeTruthy();
});

test('[R2] a wrong password and an unknown address get one answer', async () => {
  const t = setupTest();
  await signUp(t);
  const answers = await Promise.all(
    ['ana@example.test', 'nobody@example.test'].map((email) =>
      signIn(t, email, 'not the password').catch((e) => e.data),
    ),
  );
  expect(answers[0]).toMatchObject({ code: 'INVALID_CREDENTIALS' });
  expect(answers[1]).toEqual(answers[0]);
});

test('the hash itself is no password: what the library is given cannot be replayed', async () => {
  const t = setupTest();
  await signUp(t);
  const hash = (await t.run((ctx) => ctx.db.query('authAccounts').first()))!.secret!;
  expect(await refusal(signIn(t, 'ana@example.test', hash))).toBe('INVALID_CREDENTIALS');
});

test('after ten wrong tries an address waits, known or not, and a right password does not help until then', async () => {
  const t = setupTest();
  await signUp(t);
  for (const email of ['ana@example.test', 'nobody@example.test']) {
    for (let i = 0; i < 10; i++)
      expect(await refusal(signIn(t, email, 'wrong wrong'))).toBe('INVALID_CREDENTIALS');
    expect(await refusal(signIn(t, email, 'wrong wrong'))).toBe('RATE_LIMITED');
  }
  expect(await refusal(signIn(t, 'ana@example.test', password))).toBe('RATE_LIMITED');
  vi.useFakeTimers({ now: Date.now() + 7 * 60_000, toFake: ['Date'] });
  expect((await signIn(t, 'ana@example.test', password)).tokens).toBeTruthy();
});

test('a password is long enough, an address is one, and an address has one account', async () => {
  const t = setupTest();
  expect(await refusal(signUp(t, { password: 'x'.repeat(minPasswordLength - 1) }))).toBe('INVALID_INPUT');
  expect(await refusal(signUp(t, { email: 'not an address' }))).toBe('INVALID_INPUT');
  expect(await refusal(signUp(t, { name: '  ' }))).toBe('INVALID_INPUT');
  await signUp(t);
  expect(await refusal(signUp(t, { email: 'ANA@example.test', password: 'another password' }))).toBe(
    'INVALID_INPUT',
  );
  expect(await refusal(signIn(t, 'ana@example.test', 'another password'))).toBe('INVALID_CREDENTIALS');
});

test('[R1] nobody gets an account without the set-up token, an invitation or the right to make a team', async () => {
  const t = setupTest();
  expect(await refusal(signUp(t, { setupToken: '' }))).toBe('SETUP_TOKEN_NEEDED');
  expect(await refusal(signUp(t, { setupToken: 'guessed' }))).toBe('SETUP_TOKEN_NEEDED');
  await signUp(t);
  await t.run((ctx) =>
    ctx.db.insert('teams', { name: 'Blue', assignmentMode: 'manual', answerDeadlineMs: 1, closeAfterMs: 1 }),
  );
  expect(await refusal(signUp(t, { email: 'ben@example.test' }))).toBe('ALREADY_SET_UP');
  expect(await refusal(signUp(t, { email: 'ben@example.test', invitationToken: 'guessed' }))).toBe(
    'INVITATION_INVALID',
  );
});

test('signing out ends the session at once, though its token has not expired', async () => {
  const t = setupTest();
  const { tokens } = await signUp(t);
  const claims = JSON.parse(atob(tokens!.token.split('.')[1]!)) as { iss: string; sub: string };
  const asAna = t.withIdentity({ issuer: claims.iss, subject: claims.sub });
  expect(await asAna.query(api.me.get, {})).toMatchObject({
    email: 'ana@example.test',
    name: 'Ana',
    memberships: [],
  });
  await asAna.action(api.auth.signOut, {});
  expect(await refusal(asAna.query(api.me.get, {}))).toBe('NOT_SIGNED_IN');
});
