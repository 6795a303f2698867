import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { accountLog, from, join, openOffice, password, signIn, signUp, useAuthKeys } from './accounts.setup';
import { api } from './_generated/api';
import { minPasswordLength } from './shared/people/passwords';
import { passTime, refusal, setupTest, type TestDesk } from './test.setup';

// Each try costs a real hash.
vi.setConfig({ testTimeout: 60_000 });
beforeAll(useAuthKeys);
afterEach(() => void vi.useRealTimers());

test('[R1] an account signs in under any spelling of its address, and the password is stored only as a hash', async () => {
  const t = setupTest();
  const { userId } = await signUp(t, { email: ' Ana@Example.test ' });
  expect((await signIn(t, 'ANA@example.TEST', password)).userId).toBe(userId);
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
  expect(await refusal(signIn(t, 'ana@example.test', password))).toBeUndefined();
  expect(await refusal(signIn(t, 'ana@example.test', 'another password'))).toBe('INVALID_CREDENTIALS');
  const secret = await t.run(async (ctx) => (await ctx.db.query('authAccounts').first())!.secret);
  expect(secret).toMatch(/^\$argon2id\$/);
  expect(await refusal(signIn(t, 'ana@example.test', password))).toBeUndefined();
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

const wrong = (t: TestDesk, email = 'ana@example.test', more = {}) =>
  refusal(signIn(t, email, 'wrong wrong', more));
const minutes = (count: number) => vi.useFakeTimers({ now: Date.now() + count * 60_000, toFake: ['Date'] });

describe('[E4] guessing', () => {
  test('has ten tries in any 15 minutes for an address, known or not, from wherever they come', async () => {
    const t = setupTest();
    await signUp(t);
    for (const email of ['ana@example.test', 'nobody@example.test']) {
      for (let i = 0; i < 10; i++)
        expect(await wrong(from(t, { ip: `203.0.113.${i}` }), email)).toBe('INVALID_CREDENTIALS');
      expect(await wrong(from(t, { ip: '198.51.100.1' }), email)).toBe('RATE_LIMITED');
    }
    expect(await refusal(signIn(t, 'ana@example.test', password))).toBe('RATE_LIMITED');
    minutes(14);
    expect(await wrong(t)).toBe('RATE_LIMITED');
    minutes(2);
    expect(await refusal(signIn(t, 'ana@example.test', password))).toBeUndefined();
  });

  test('of many at once lets ten through', async () => {
    const t = setupTest();
    await signUp(t);
    const answers = await Promise.all(Array.from({ length: 40 }, () => wrong(t)));
    expect(answers.filter((answer) => answer === 'INVALID_CREDENTIALS')).toHaveLength(10);
  });

  test('is not paid for by the owner, whose browser signed in before', async () => {
    const t = setupTest();
    const { as } = await signUp(t);
    const token = await as.query(api.sessions.browserToken, {});
    await as.action(api.auth.signOut, {});
    const browsers = [token!];
    for (let i = 0; i < 12; i++) await wrong(from(t, { ip: `203.0.113.${i}` }));
    expect(await refusal(signIn(t, 'ana@example.test', password))).toBe('RATE_LIMITED');
    expect(await refusal(signIn(t, 'ana@example.test', password, { browsers }))).toBeUndefined();
    // Nor does the owner's success give the attacker more.
    expect(await wrong(t)).toBe('RATE_LIMITED');
  });

  test('from a known browser has ten tries of its own, and its token is for its account alone', async () => {
    const t = setupTest();
    const { ana, teamId } = await openOffice(t);
    const ben = await join(t, ana, { teamId, name: 'Ben' });
    const browsers = [(await ben.as.query(api.sessions.browserToken, {}))!];
    for (let i = 0; i < 10; i++) expect(await wrong(t, ben.email, { browsers })).toBe('INVALID_CREDENTIALS');
    expect(await wrong(t, ben.email, { browsers })).toBe('RATE_LIMITED');
    expect(await refusal(signIn(t, ben.email, password))).toBeUndefined();
    for (let i = 0; i < 10; i++)
      expect(await wrong(t, 'ana@example.test', { browsers })).toBe('INVALID_CREDENTIALS');
    expect(await wrong(t, 'ana@example.test', { browsers })).toBe('RATE_LIMITED');
    const [user, , signature] = browsers[0]!.split('.');
    const forged = [
      `${ana.userId}.${ana.sessionId}.${signature}`,
      `${ana.userId}.${user}.${'0'.repeat(64)}`,
      `${ana.userId}`,
      '',
    ];
    for (const token of forged)
      expect(await wrong(t, 'ana@example.test', { browsers: [token] }), token).toBe('RATE_LIMITED');
  });

  test('at many addresses from one source ends, for a whole /64; another source goes on', async () => {
    const t = setupTest();
    const spray = (ip: string, at: number) => wrong(from(t, { ip }), `person${at}@example.test`);
    const answers = [];
    for (let i = 0; i < 60; i++) answers.push(await spray(`2001:db8:0:1::${i.toString(16)}`, i));
    expect(answers.filter((answer) => answer === 'INVALID_CREDENTIALS')).toHaveLength(30);
    expect(answers.at(-1)).toBe('RATE_LIMITED');
    expect(await spray('2001:db8:0:2::1', 99)).toBe('INVALID_CREDENTIALS');
  });

  test('is not what a right password is: it takes no try for good', async () => {
    const t = setupTest();
    await signUp(t);
    for (let i = 0; i < 40; i++)
      expect(await refusal(signIn(t, 'ana@example.test', password))).toBeUndefined();
  });

  test('gets nothing back when somebody was right meanwhile', async () => {
    const t = setupTest();
    await signUp(t);
    for (let i = 0; i < 9; i++) expect(await wrong(t)).toBe('INVALID_CREDENTIALS');
    expect(await refusal(signIn(t, 'ana@example.test', password))).toBeUndefined();
    expect(await wrong(t)).toBe('INVALID_CREDENTIALS');
    expect(await wrong(t)).toBe('RATE_LIMITED');
  });
});

test('[R3] who signed in and who failed to stands in the log of their team, without the address or the password', async () => {
  const t = setupTest();
  await openOffice(t);
  await wrong(t);
  await passTime(t, 1_000);
  await signIn(
    from(t, { userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' }),
    'ana@example.test',
    password,
  );
  expect(await accountLog(t)).toEqual([
    'signIn.failed: wrong password, an unknown browser',
    'signIn.succeeded: Firefox on Linux',
  ]);
  const written = JSON.stringify(await t.run((ctx) => ctx.db.query('auditLog').collect()));
  expect(written).not.toMatch(/example\.test|wrong wrong|correct horse/);
});

test('a password is long enough, an address is one, and an address has one account', async () => {
  const t = setupTest();
  expect(await refusal(signUp(t, { password: 'x'.repeat(minPasswordLength - 1) }))).toBe('INVALID_INPUT');
  expect(await refusal(signUp(t, { email: 'not an address' }))).toBe('INVALID_INPUT');
  expect(await refusal(signUp(t, { name: '  ' }))).toBe('INVALID_INPUT');
  expect(await refusal(signUp(t, { password: 'password123' }))).toBe('INVALID_INPUT');
  expect(await refusal(signUp(t, { teamName: 'Tailwinders', password: 'tailwinders2026' }))).toBe(
    'INVALID_INPUT',
  );
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

test('[R1] whoever is invited into a full team is told before they sign up', async () => {
  const t = setupTest();
  const { ana, teamId } = await openOffice(t);
  const invitation = { teamId, email: 'zoe@example.test', role: 'operator' as const };
  const { token } = await ana.as.mutation(api.invitations.create, invitation);
  await t.run(async (ctx) => {
    const { _id, _creationTime, ...member } = (await ctx.db.query('members').first())!;
    for (let i = 1; i < 200; i++) await ctx.db.insert('members', { ...member, role: 'operator' });
  });
  expect(await refusal(signUp(t, { email: 'zoe@example.test', invitationToken: token }))).toBe(
    'INVALID_INPUT',
  );
  expect(await t.run((ctx) => ctx.db.query('users').collect())).toHaveLength(1);
});

test('[R1] signing out ends the session at once, though its token has not expired', async () => {
  const t = setupTest();
  const { as } = await signUp(t);
  expect(await as.query(api.me.get, {})).toMatchObject({ email: 'ana@example.test', name: 'Ana' });
  await as.action(api.auth.signOut, {});
  expect(await refusal(as.query(api.me.get, {}))).toBe('NOT_SIGNED_IN');
});
