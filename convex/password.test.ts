import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  accountLog,
  join,
  openOffice,
  password,
  reset,
  signIn,
  signUp,
  turnOnFactor,
  useAuthKeys,
} from './accounts.setup';
import { api, internal } from './_generated/api';
import { textsOf } from './model/delivery/mail/deskMails';
import { createTeam, refusal, setupTest, type TestDesk } from './test.setup';

vi.setConfig({ testTimeout: 60_000 });
beforeAll(useAuthKeys);
afterEach(() => void vi.useRealTimers());

const next = 'marble trombone 9';

async function office() {
  const t = setupTest();
  const { ana, teamId } = await openOffice(t);
  const ben = await join(t, ana, { teamId, name: 'Ben' });
  const makeLink = async (clearsSecondFactor = false) =>
    (await ana.as.mutation(api.password.makeLink, { teamId, memberId: ben.memberId, clearsSecondFactor }))
      .token;
  return { t, ana, ben, teamId, makeLink };
}

describe('[R1] a password is changed', () => {
  test('with the old one, and whoever is signed in with that one elsewhere is no more', async () => {
    const { t, ben } = await office();
    const elsewhere = await signIn(t, ben.email, password);
    await ben.as.action(api.password.change, { current: password, next });
    expect(await refusal(elsewhere.as.query(api.me.get, {}))).toBe('NOT_SIGNED_IN');
    expect(await refusal(ben.as.query(api.me.get, {}))).toBeUndefined();
    expect(await refusal(signIn(t, ben.email, password))).toBe('INVALID_CREDENTIALS');
    expect(await refusal(signIn(t, ben.email, next))).toBeUndefined();
    expect(await accountLog(t)).toContain('password.changed');
  });

  test('not with a wrong one, of which a session has ten tries', async () => {
    const { ben } = await office();
    const change = (current: string) => refusal(ben.as.action(api.password.change, { current, next }));
    for (let i = 0; i < 10; i++) expect(await change('wrong wrong')).toBe('WRONG_PASSWORD');
    expect(await change(password)).toBe('RATE_LIMITED');
  });

  test('not to one that is tried first, or made of their own words', async () => {
    const { ben } = await office();
    for (const bad of ['short', 'password123', 'Northpeak-2026', 'ben@example.test'])
      expect(await refusal(ben.as.action(api.password.change, { current: password, next: bad })), bad).toBe(
        'INVALID_INPUT',
      );
  });
});

describe('[R1] a forgotten password is set anew by a link of the owner', () => {
  test('once, within a day, and everything the old one opened is over', async () => {
    const { t, ben, makeLink } = await office();
    const token = await makeLink();
    expect(await t.query(api.password.link, { token })).toMatchObject({ name: 'Ben', email: ben.email });
    const entered = await reset(t, token, next);
    expect(entered.userId).toBe(ben.userId);
    expect(await refusal(entered.as.query(api.me.get, {}))).toBeUndefined();
    expect(await refusal(ben.as.query(api.me.get, {}))).toBe('NOT_SIGNED_IN');
    expect(await refusal(reset(t, token, 'another of them'))).toBe('LINK_INVALID');
    expect(await t.query(api.password.link, { token })).toBeNull();
    expect(await refusal(signIn(t, ben.email, next))).toBeUndefined();
    expect(await accountLog(t)).toEqual(expect.arrayContaining(['password.linkMade', 'password.reset']));
  });

  test('[R3] whose token is kept as a hash and stands in no log', async () => {
    const { t, makeLink } = await office();
    const token = await makeLink();
    const kept = await t.run(async (ctx) => [
      await ctx.db.query('resetLinks').collect(),
      await ctx.db.query('auditLog').collect(),
    ]);
    expect(JSON.stringify(kept)).not.toContain(token);
  });

  test('not when it was replaced, is over, or the password was changed since', async () => {
    const { t, ben, makeLink } = await office();
    const replaced = await makeLink();
    const token = await makeLink();
    expect(await refusal(reset(t, replaced, next))).toBe('LINK_INVALID');
    expect(await refusal(reset(t, 'guessed', next))).toBe('LINK_INVALID');
    expect(await refusal(reset(t, token, 'password123'))).toBe('INVALID_INPUT');
    await ben.as.action(api.password.change, { current: password, next });
    expect(await refusal(reset(t, token, 'another of them'))).toBe('LINK_INVALID');
    const late = await makeLink();
    vi.useFakeTimers({ now: Date.now() + 25 * 3_600_000, toFake: ['Date'] });
    expect(await refusal(reset(t, late, next))).toBe('LINK_INVALID');
  });

  test('while it was made by somebody who may no more, it opens nothing', async () => {
    const { t, ana, ben, teamId } = await office();
    const cleo = await join(t, ana, { teamId, name: 'Cleo', role: 'owner' });
    const given = { teamId, memberId: ben.memberId, clearsSecondFactor: false };
    const { token } = await cleo.as.mutation(api.password.makeLink, given);
    await ana.as.mutation(api.members.setRole, { teamId, memberId: cleo.memberId, role: 'operator' });
    expect(await refusal(reset(t, token, next))).toBe('LINK_INVALID');
  });

  test('never for oneself, nor for a member of a team that the owner does not own', async () => {
    const { t, ana, ben, teamId } = await office();
    const link = (memberId: typeof ben.memberId) =>
      refusal(ana.as.mutation(api.password.makeLink, { teamId, memberId, clearsSecondFactor: false }));
    const mine = (await ana.as.query(api.me.get, {})).memberships[0]!.memberId;
    expect(await link(mine)).toBe('INVALID_INPUT');
    expect(await link(ben.memberId)).toBeUndefined();
    const { token } = await ana.as.mutation(api.password.makeLink, {
      teamId,
      memberId: ben.memberId,
      clearsSecondFactor: false,
    });
    // Ben gets a team of his own meanwhile: whoever could become him would own that, too.
    await ana.as.mutation(api.teams.allowFurtherTeams, { teamId, allowed: true });
    await ben.as.mutation(api.setup.createTeam, { teamName: 'Ben’s', yourName: 'Ben' });
    expect(await refusal(reset(t, token, next))).toBe('LINK_INVALID');
    expect(await link(ben.memberId)).toBe('INVALID_INPUT');
  });

  test('which asks for the second factor, unless the owner ended it with it', async () => {
    const { t, ben, makeLink } = await office();
    const { codeIn } = await turnOnFactor(ben);
    const token = await makeLink();
    expect(await refusal(reset(t, token, next))).toBe('SECOND_FACTOR_NEEDED');
    expect(await refusal(reset(t, token, next, { code: '000000' }))).toBe('SECOND_FACTOR_WRONG');
    expect(await refusal(ben.as.query(api.me.get, {}))).toBeUndefined();
    const entered = await reset(t, token, next, { code: codeIn(1) });
    expect(await entered.as.query(api.secondFactor.state, {})).toMatchObject({ codesLeft: 10 });
    const clearing = await reset(t, await makeLink(true), 'another of them');
    expect(await clearing.as.query(api.secondFactor.state, {})).toEqual({ since: null, codesLeft: 0 });
  });

  test('[E4] whose codes have ten tries', async () => {
    const { t, ben, makeLink } = await office();
    const { codeIn } = await turnOnFactor(ben);
    const token = await makeLink();
    for (let i = 0; i < 10; i++)
      expect(await refusal(reset(t, token, next, { code: '000000' }))).toBe('SECOND_FACTOR_WRONG');
    expect(await refusal(reset(t, token, next, { code: codeIn(1) }))).toBe('RATE_LIMITED');
  });
});

describe('[R1] an only owner who forgot everything', () => {
  test('gets a link by the command on the server, which ends the second factor', async () => {
    const t = setupTest();
    const { ana } = await openOffice(t);
    await turnOnFactor(ana);
    const { token, email } = await t.mutation(internal.accounts.recovery.makeLink, {});
    expect(email).toBe('ana@example.test');
    const entered = await reset(t, token, next);
    expect(await entered.as.query(api.secondFactor.state, {})).toMatchObject({ since: null });
    expect(await accountLog(t)).toContain('password.linkMade: on the server');
  });

  test('is asked who, when there are several, and told when nobody has the address', async () => {
    const t = setupTest();
    const make = (email?: string) => refusal(t.mutation(internal.accounts.recovery.makeLink, { email }));
    expect(await make()).toBe('NOT_FOUND');
    const { ana, teamId } = await openOffice(t);
    await join(t, ana, { teamId, name: 'Cleo', role: 'owner' });
    expect(await make()).toBe('INVALID_INPUT');
    expect(await make('nobody@example.test')).toBe('NOT_FOUND');
    expect(await make(' CLEO@example.test')).toBeUndefined();
  });
});

test('[R1] a newcomer’s password is held against the team they join', async () => {
  const t = setupTest();
  const { ana, teamId } = await openOffice(t);
  const email = 'zoe@example.test';
  const { token } = await ana.as.mutation(api.invitations.create, { teamId, email, role: 'operator' });
  const join = (secret: string) =>
    refusal(signUp(t, { email, name: 'Zoe', password: secret, invitationToken: token }));
  expect(await join('northpeak#12')).toBe('INVALID_INPUT');
  expect(await join(password)).toBeUndefined();
});

describe('[R1] [E4] whoever forgot theirs asks for a link by mail', () => {
  async function mails(t: TestDesk) {
    await t.finishAllScheduledFunctions(() => void vi.runAllTimers());
    return t.run(async (ctx) => {
      const kept = await ctx.db.query('deskMails').collect();
      return Promise.all(kept.map(async (mail) => ({ ...mail, ...(await textsOf(mail)) })));
    });
  }
  const linksIn = async (t: TestDesk) =>
    (await mails(t))
      .filter(({ kind }) => kind === 'passwordLink')
      .map(({ to, text }) => ({ to, token: /#token=([\w-]+)/.exec(text)![1]! }));
  const forgot = (t: TestDesk, email: string) => t.action(api.password.forgot, { email });

  test('to the address of the account, and the link works once', async () => {
    vi.useFakeTimers();
    const { t, ben } = await office();
    expect(await forgot(t, ` ${ben.email.toUpperCase()}`)).toBeNull();
    const [link, ...others] = await linksIn(t);
    expect(others).toEqual([]);
    expect(link!.to).toBe(ben.email);
    await reset(t, link!.token, next);
    expect(await refusal(reset(t, link!.token, next))).toBe('LINK_INVALID');
    expect(await accountLog(t)).toContain('password.linkMade: asked for at the sign-in');
  });

  test('an unknown address gets the same answer and no mail', async () => {
    vi.useFakeTimers();
    const { t } = await office();
    expect(await forgot(t, 'nobody@example.test')).toBeNull();
    expect(await linksIn(t)).toEqual([]);
  });

  test('three times in a quarter of an hour, known or not', async () => {
    vi.useFakeTimers();
    const { t, ben } = await office();
    for (const email of [ben.email, 'nobody@example.test']) {
      for (let i = 0; i < 3; i++) expect(await refusal(forgot(t, email))).toBeUndefined();
      expect(await refusal(forgot(t, email)), email).toBe('RATE_LIMITED');
    }
  });

  test('a new wish replaces the one before, and not the link that an owner made', async () => {
    vi.useFakeTimers();
    const { t, ben, makeLink } = await office();
    const made = await makeLink();
    await forgot(t, ben.email);
    await forgot(t, ben.email);
    const [, first, second] = await linksIn(t);
    expect(await t.query(api.password.link, { token: first!.token })).toBeNull();
    expect(await t.query(api.password.link, { token: second!.token })).not.toBeNull();
    expect(await t.query(api.password.link, { token: made })).not.toBeNull();
  });

  test('not by a team whose owners could not make such a link themselves', async () => {
    vi.useFakeTimers();
    const { t, ben } = await office();
    await forgot(t, ben.email);
    const [link] = await linksIn(t);
    // Somebody else's team takes them in: the first one may carry nothing that opens both.
    const other = await createTeam(t, 'Elsewhere');
    await t.run(async (ctx) => {
      const { _id, _creationTime, ...member } = (await ctx.db.get(ben.memberId))!;
      await ctx.db.insert('members', { ...member, teamId: other.teamId });
    });
    expect(await refusal(reset(t, link!.token, next))).toBe('LINK_INVALID');
    await forgot(t, ben.email);
    expect(await linksIn(t)).toHaveLength(1);
  });
});
