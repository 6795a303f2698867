import { beforeAll, expect, test, vi } from 'vitest';
import { accountLog, from, join, openOffice, password, signIn, useAuthKeys } from './accounts.setup';
import { api } from './_generated/api';
import { refusal, setupTest } from './test.setup';

vi.setConfig({ testTimeout: 60_000 });
beforeAll(useAuthKeys);

const userAgent =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

async function office() {
  const t = setupTest();
  const { ana, teamId } = await openOffice(t);
  const ben = await join(t, ana, { teamId, name: 'Ben' });
  const elsewhere = await signIn(from(t, { userAgent }), ben.email, password);
  return { t, ana, ben, elsewhere };
}

test('[R1] everybody sees where they are signed in, and nobody else’s', async () => {
  const { ben, elsewhere } = await office();
  const sessions = await ben.as.query(api.sessions.list, {});
  expect(sessions).toMatchObject([
    { sessionId: elsewhere.sessionId, browser: 'Chrome on Windows', isThis: false },
    { sessionId: ben.sessionId, browser: 'Not a browser', isThis: true },
  ]);
  for (const { signedInAt, lastUsedAt } of sessions) expect(lastUsedAt).toBeGreaterThanOrEqual(signedInAt);
});

test('[R1] one’s own session is ended at once; another’s is not there to be ended', async () => {
  const { t, ana, ben, elsewhere } = await office();
  expect(await ana.as.mutation(api.sessions.end, { sessionId: elsewhere.sessionId })).toBeNull();
  expect(await refusal(elsewhere.as.query(api.me.get, {}))).toBeUndefined();
  await ben.as.mutation(api.sessions.end, { sessionId: elsewhere.sessionId });
  expect(await refusal(elsewhere.as.query(api.me.get, {}))).toBe('NOT_SIGNED_IN');
  expect(await refusal(ben.as.query(api.me.get, {}))).toBeUndefined();
  const tokens = await t.run((ctx) => ctx.db.query('authRefreshTokens').collect());
  expect(tokens.map(({ sessionId }) => sessionId)).not.toContain(elsewhere.sessionId);
  expect(await accountLog(t)).toContain('session.ended');
});

test('[R1] [E5] all others are ended together, and what their screens read by is turned', async () => {
  const { t, ana, ben, elsewhere } = await office();
  const keyNow = async () => (await ana.as.query(api.me.get, {})).memberships[0]!.readKeys.operator;
  const before = await keyNow();
  const third = await signIn(t, ben.email, password);
  expect(await third.as.mutation(api.sessions.endOthers, {})).toBe(2);
  for (const gone of [ben, elsewhere])
    expect(await refusal(gone.as.query(api.me.get, {}))).toBe('NOT_SIGNED_IN');
  for (const here of [third, ana]) expect(await refusal(here.as.query(api.me.get, {}))).toBeUndefined();
  expect(await keyNow()).not.toBe(before);
  expect(await accountLog(t)).toContain('session.othersEnded: 2');
});

test('[E5] a session ended from elsewhere takes along what its screens read by; one’s own sign-out leaves it to the others', async () => {
  const { ana, ben, elsewhere } = await office();
  const keyNow = async () => (await ana.as.query(api.me.get, {})).memberships[0]!.readKeys.operator;
  const before = await keyNow();
  await ben.as.mutation(api.sessions.end, { sessionId: elsewhere.sessionId });
  const after = await keyNow();
  expect(after).not.toBe(before);
  await ben.as.mutation(api.sessions.end, { sessionId: ben.sessionId });
  expect(await keyNow()).toBe(after);
});

test('[E5] whoever ends all others also ends what a browser kept that had signed out before', async () => {
  const { ben, elsewhere } = await office();
  const keyNow = async () => (await ben.as.query(api.me.get, {})).memberships[0]!.readKeys.operator;
  await ben.as.mutation(api.sessions.end, { sessionId: elsewhere.sessionId });
  const kept = await keyNow();
  expect(await ben.as.mutation(api.sessions.endOthers, {})).toBe(0);
  expect(await keyNow()).not.toBe(kept);
});

test('[R1] whoever signs in where somebody is signed in leaves no session behind', async () => {
  const { ana, ben, t } = await office();
  const params = { flow: 'signIn', email: 'ana@example.test', password };
  await ben.as.action(api.auth.signIn, { provider: 'password', params });
  expect(await refusal(ben.as.query(api.me.get, {}))).toBe('NOT_SIGNED_IN');
  expect(await ana.as.query(api.sessions.list, {})).toHaveLength(2);
  expect(await t.run((ctx) => ctx.db.query('authSessions').collect())).toHaveLength(3);
});

test('[E3] more than fifty sessions are not kept: the oldest ends', async () => {
  const { t, ana } = await office();
  await t.run(async (ctx) => {
    for (let i = 1; i < 50; i++)
      await ctx.db.insert('authSessions', { userId: ana.userId, expirationTime: Date.now() + 1e9 });
  });
  const newest = await signIn(t, 'ana@example.test', password);
  expect(await refusal(ana.as.query(api.me.get, {}))).toBe('NOT_SIGNED_IN');
  expect(await newest.as.query(api.sessions.list, {})).toHaveLength(50);
});
