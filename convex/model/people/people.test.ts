import { afterEach, describe, expect, test, vi } from 'vitest';
import { api } from '../../_generated/api';
import { openRoutedDesk, useFakeDay } from '../../routing.setup';
import { readShared } from '../../readShared.setup';
import { openDesk } from '../../desk.setup';
import { noticeOf } from '../../shared/needs/choices';
import { createTeam, refusal, setupTest, setupToken, signUpUser, type TestDesk } from '../../test.setup';

vi.setConfig({ testTimeout: 20_000 });
afterEach(() => void vi.useRealTimers());

const day = 86_400_000;
const all = <T extends 'teams' | 'members' | 'invitations' | 'auditLog'>(t: TestDesk, table: T) =>
  t.run((ctx) => ctx.db.query(table).collect());

describe('[R1] set-up', () => {
  test('[A1] makes the team, its owner, its agent and its way in, in one transaction', async () => {
    const t = setupTest();
    expect(await t.query(api.setup.state, {})).toEqual({ needsSetup: true });
    const ana = await signUpUser(t, 'Ana');
    const { teamId, memberId } = await ana.as.mutation(api.setup.createTeam, {
      teamName: ' Blue  Shop ',
      yourName: 'Ana',
      token: setupToken,
    });
    expect(await t.query(api.setup.state, {})).toEqual({ needsSetup: false });
    expect(await ana.as.query(api.me.get, {})).toMatchObject({
      memberships: [{ teamId, memberId, teamName: 'Blue Shop', role: 'owner', name: 'Ana' }],
    });
    expect(await readShared(ana.as, api.teams.get, { teamId })).toMatchObject({
      assignmentMode: 'balanced',
      allowFurtherTeams: false,
    });
    const made = await t.run(async (ctx) => ({
      agent: await ctx.db.query('agents').first(),
      channel: await ctx.db.query('channels').first(),
      status: await ctx.db.query('memberStatuses').first(),
      articles: (await ctx.db.query('articles').collect()).length,
    }));
    expect(made).toMatchObject({
      agent: { teamId, kind: 'knowledge', active: true },
      channel: { teamId, kind: 'web', agentId: made.agent!._id },
      status: { memberId, declared: 'offline', effective: 'offline' },
      articles: 0,
    });
    expect(made.channel!.publicId.length).toBeGreaterThanOrEqual(22);
    expect(await all(t, 'auditLog')).toMatchObject([{ action: 'team.created', actorMemberId: memberId }]);
  });

  test('brings the sample shop when asked', async () => {
    const t = setupTest();
    const ana = await signUpUser(t, 'Ana');
    const names = { teamName: 'Blue', yourName: 'Ana', token: setupToken };
    await ana.as.mutation(api.setup.createTeam, { ...names, withSampleShop: true });
    const articles = await t.run((ctx) => ctx.db.query('articles').collect());
    expect(articles.length).toBeGreaterThan(3);
  });

  test('asks for the printed token wherever the desk is reached, and makes nothing without it', async () => {
    const t = setupTest();
    const ana = await signUpUser(t, 'Ana');
    const create = (token?: string) =>
      ana.as.mutation(api.setup.createTeam, {
        teamName: 'Blue',
        yourName: 'Ana',
        ...(token ? { token } : {}),
      });
    expect(await refusal(create())).toBe('SETUP_TOKEN_NEEDED');
    expect(await refusal(create('guessed'))).toBe('SETUP_TOKEN_NEEDED');
    delete process.env.SETUP_TOKEN;
    expect(await refusal(create(''))).toBe('SETUP_TOKEN_NEEDED');
    process.env.SETUP_TOKEN = setupToken;
    expect(await all(t, 'teams')).toEqual([]);
    await create(setupToken);
    expect(await all(t, 'teams')).toHaveLength(1);
  });

  test('of two at once one wins', async () => {
    const t = setupTest();
    const people = [await signUpUser(t, 'Ana'), await signUpUser(t, 'Ben')];
    const answers = await Promise.all(
      people.map(({ as }) =>
        refusal(as.mutation(api.setup.createTeam, { teamName: 'Mine', yourName: 'Me', token: setupToken })),
      ),
    );
    expect(answers.toSorted()).toEqual(['ALREADY_SET_UP', undefined]);
    expect(await all(t, 'members')).toHaveLength(1);
  });

  test("further teams wait for the first team's owner to allow them", async () => {
    const t = setupTest();
    const blue = await createTeam(t, 'Blue Shop');
    const zoe = await signUpUser(t, 'Zoe');
    const create = () => zoe.as.mutation(api.setup.createTeam, { teamName: 'Zoe’s', yourName: 'Zoe' });
    expect(await refusal(create())).toBe('TEAMS_NOT_ALLOWED');
    const allow = { teamId: blue.teamId, allowed: true };
    expect(await refusal(blue.manager.as.mutation(api.teams.allowFurtherTeams, allow))).toBe('NOT_ALLOWED');
    await blue.owner.as.mutation(api.teams.allowFurtherTeams, allow);
    const { teamId } = await create();
    expect(await refusal(zoe.as.mutation(api.teams.allowFurtherTeams, { teamId, allowed: true }))).toBe(
      'NOT_ALLOWED',
    );
    expect((await readShared(zoe.as, api.teams.get, { teamId })).allowFurtherTeams).toBeUndefined();
    expect(await refusal(readShared(zoe.as, api.teams.get, { teamId: blue.teamId }))).toBe('NOT_FOUND');
  });
});

describe('[R1] invitations', () => {
  async function invited(role: 'operator' | 'manager' = 'operator') {
    const t = setupTest();
    const team = await createTeam(t);
    const args = { teamId: team.teamId, email: ' Dora@Example.test ', role };
    const invitation = await team.owner.as.mutation(api.invitations.create, args);
    return { t, ...team, ...invitation, dora: await signUpUser(t, 'Dora') };
  }

  test('[R3] the token is shown once, kept as a hash, and lets its person in once', async () => {
    const { t, teamId, owner, dora, token } = await invited('manager');
    const stored = (await all(t, 'invitations'))[0]!;
    expect(JSON.stringify(stored)).not.toContain(token);
    expect(JSON.stringify(await owner.as.query(api.invitations.list, { teamId }))).not.toContain(token);
    expect(await t.query(api.invitations.get, { token })).toMatchObject({
      teamName: 'Blue Shop',
      role: 'manager',
      email: 'dora@example.test',
    });
    const { memberId } = await dora.as.mutation(api.invitations.accept, { token, name: 'Dora' });
    expect(await t.run((ctx) => ctx.db.get(memberId))).toMatchObject({ role: 'manager', name: 'Dora' });
    expect(await refusal(dora.as.mutation(api.invitations.accept, { token, name: 'Dora' }))).toBe(
      'INVITATION_INVALID',
    );
    expect(await t.query(api.invitations.get, { token })).toBeNull();
    expect(await owner.as.query(api.invitations.list, { teamId })).toEqual([]);
    expect(JSON.stringify(await all(t, 'auditLog'))).not.toContain(token);
  });

  test('lets in whoever is signed in with another address, when they say that they mean it', async () => {
    const { t, token } = await invited();
    const eve = await signUpUser(t, 'Eve');
    const accept = (more: object) =>
      refusal(eve.as.mutation(api.invitations.accept, { token, name: 'Eve', ...more }));
    expect(await accept({})).toBe('INVITATION_INVALID');
    expect(await accept({ withThisAccount: true })).toBeUndefined();
    const members = await all(t, 'members');
    expect(members.at(-1)).toMatchObject({ email: 'eve@example.test', role: 'operator' });
    expect(await accept({ withThisAccount: true })).toBe('INVITATION_INVALID');
  });

  test('works neither for another address, nor after it expired, was withdrawn or replaced', async () => {
    const { t, teamId, owner, dora, token } = await invited();
    const accept = (who: { as: typeof dora.as }, with_ = token) =>
      refusal(who.as.mutation(api.invitations.accept, { token: with_, name: 'X' }));
    expect(await accept(await signUpUser(t, 'Eve'))).toBe('INVITATION_INVALID');
    expect(await accept(dora, 'guessed')).toBe('INVITATION_INVALID');

    vi.useFakeTimers({ now: Date.now() + 8 * day, toFake: ['Date'] });
    expect(await accept(dora)).toBe('INVITATION_INVALID');
    vi.useRealTimers();

    const again = await owner.as.mutation(api.invitations.create, {
      teamId,
      email: 'dora@example.test',
      role: 'operator',
    });
    expect(await accept(dora)).toBe('INVITATION_INVALID');
    await owner.as.mutation(api.invitations.revoke, { teamId, invitationId: again.invitationId });
    expect(await accept(dora, again.token)).toBe('INVITATION_INVALID');
  });

  test('nobody is invited who is there already, and a member cannot join twice', async () => {
    const { t, teamId, owner } = await invited();
    await t.run((ctx) => ctx.db.patch(owner.memberId, { email: 'olive@example.test' }));
    const args = { teamId, email: 'OLIVE@example.test', role: 'operator' as const };
    expect(await refusal(owner.as.mutation(api.invitations.create, args))).toBe('ALREADY_MEMBER');
    expect(await refusal(owner.as.mutation(api.invitations.create, { ...args, email: 'nonsense' }))).toBe(
      'INVALID_INPUT',
    );
  });
});

describe('[R1] leaving', () => {
  test('removal ends every right at once, frees what the person had, and withdraws their invitations', async () => {
    useFakeDay();
    const desk = await openRoutedDesk(['Ana', 'Ben']);
    const { t, teamId, owner, people, openTicket, settle, ticket, declare } = desk;
    const [ana, ben] = people as [(typeof people)[number], (typeof people)[number]];
    await declare(ben, 'busy');
    const held = await openTicket();
    const assigned = await openTicket();
    await settle();
    await held.takesOver(ana);
    const before = await held.control();
    await t.run((ctx) => ctx.db.patch(ana.memberId, { role: 'owner' }));
    const { token } = await ana.as.mutation(api.invitations.create, {
      teamId,
      email: 'back@example.test',
      role: 'owner',
    });
    await declare(ben, 'online');

    await owner.as.mutation(api.members.remove, { teamId, memberId: ana.memberId });
    expect(await refusal(readShared(ana.as, api.teams.get, { teamId }))).toBe('NOT_FOUND');
    expect(
      await refusal(ana.as.mutation(api.members.heartbeat, { teamId, sessionId: 'tab', idleMs: 0 })),
    ).toBe('NOT_FOUND');
    const after = await held.control();
    expect(after).toMatchObject({ holder: 'operator', epoch: before.epoch + 1 });
    expect(after.operatorId).toBeUndefined();
    expect(await t.query(api.invitations.get, { token })).toBeNull();

    await settle();
    for (const { ticketId } of [held, assigned])
      expect((await ticket(ticketId)).assigneeId).toBe(ben.memberId);
    const audit = await owner.as.query(api.audit.list, {
      teamId,
      paginationOpts: { numItems: 10, cursor: null },
    });
    expect(audit.page[0]).toMatchObject({ action: 'member.removed', subject: ana.memberId });
  });

  test('[R1] views and choices that were theirs alone go with them, the team’s and others’ stay', async () => {
    const { t, teamId, ana, ben, owner, manager } = await openDesk();
    const view = { teamId, name: 'VIPs', list: { view: 'all', tag: 'vip' } };
    for (const who of [ana, ben]) {
      await who.as.mutation(api.savedViews.save, view);
      await who.as.mutation(api.needs.choose, { teamId, kind: 'woke', notice: noticeOf([], 'woke') });
    }
    await manager.as.mutation(api.savedViews.saveForTeam, view);
    await owner.as.mutation(api.members.remove, { teamId, memberId: ana.memberId });
    const left = await t.run(async (ctx) => ({
      views: (await ctx.db.query('savedViews').collect()).map(({ memberId = null }) => memberId),
      choices: (await ctx.db.query('noticeChoices').collect()).map(({ memberId }) => memberId),
    }));
    expect(left).toEqual({ views: [ben.memberId, null], choices: [ben.memberId] });
  });

  test('somebody who had more tickets than a batch frees them all, in batches', async () => {
    useFakeDay();
    const { t, teamId, owner, people, openTicket, settle, countOf, waiting } = await openRoutedDesk(['Ana'], {
      limit: 99,
    });
    await t.run((ctx) => ctx.db.patch(people[0]!.memberId, { limit: 500 }));
    for (let i = 0; i < 60; i++) await openTicket();
    await settle();
    await settle();
    expect(await countOf(people[0]!)).toBe(60);
    await owner.as.mutation(api.members.remove, { teamId, memberId: people[0]!.memberId });
    await settle();
    await settle();
    expect(await countOf(people[0]!)).toBe(0);
    expect(await waiting()).toHaveLength(60);
  });

  test('the last owner neither leaves nor becomes less', async () => {
    const t = setupTest();
    const { teamId, owner, operator } = await createTeam(t);
    const memberId = owner.memberId;
    expect(await refusal(owner.as.mutation(api.members.remove, { teamId, memberId }))).toBe('LAST_OWNER');
    expect(await refusal(owner.as.mutation(api.members.setRole, { teamId, memberId, role: 'manager' }))).toBe(
      'LAST_OWNER',
    );
    await owner.as.mutation(api.members.setRole, { teamId, memberId: operator.memberId, role: 'owner' });
    await owner.as.mutation(api.members.remove, { teamId, memberId });
    expect(await readShared(operator.as, api.members.list, { teamId })).toHaveLength(2);
  });

  test('a removed person who is invited again is the same member, with their history', async () => {
    const t = setupTest();
    const { teamId, owner, operator } = await createTeam(t);
    await t.run((ctx) => ctx.db.patch(operator.userId, { email: 'otto@example.test' }));
    await owner.as.mutation(api.members.remove, { teamId, memberId: operator.memberId });
    const { token } = await owner.as.mutation(api.invitations.create, {
      teamId,
      email: 'otto@example.test',
      role: 'manager',
    });
    const { memberId } = await operator.as.mutation(api.invitations.accept, { token, name: 'Otto' });
    expect(memberId).toBe(operator.memberId);
    const list = await readShared(operator.as, api.members.list, { teamId });
    expect(list.find((each) => each.memberId === memberId)).toMatchObject({ role: 'manager' });
    const statuses = await readShared(operator.as, api.members.statuses, { teamId });
    const status = statuses.find((each) => each.memberId === memberId);
    expect(status).toMatchObject({ declared: 'offline' });
    expect(await readShared(operator.as, api.members.status, { teamId, memberId })).toEqual(status);
  });
});

describe('[R1] managing', () => {
  test('[R3] [E3] one changes one’s own name: lists show it on what one holds, and it is in the log', async () => {
    const { t, teamId, ana, ...thread } = await openDesk();
    await thread.handsOver();
    await thread.takesOver(ana);
    const setName = (name: string) => ana.as.mutation(api.members.setName, { teamId, name });
    expect(await refusal(setName('  '))).toBe('INVALID_INPUT');
    await setName('  Ana   María Reyes ');
    await setName('Ana María Reyes');
    const row = await readShared(ana.as, api.tickets.row, { teamId, number: 1 });
    expect(row).toMatchObject({ operatorName: 'Ana María Reyes' });
    const log = await all(t, 'auditLog');
    const renamings = log.filter(({ action }) => action === 'member.renamed');
    expect(renamings).toMatchObject([{ subject: ana.memberId, detail: 'Ana → Ana María Reyes' }]);
  });

  test('[R3] limits and settings keep their bounds, and each change is in the log', async () => {
    const t = setupTest();
    const { teamId, owner, manager, operator } = await createTeam(t);
    const setLimit = (limit: number) =>
      manager.as.mutation(api.members.setLimit, { teamId, memberId: operator.memberId, limit });
    for (const limit of [-1, 2.5, 100, NaN, Infinity])
      expect(await refusal(setLimit(limit))).toBe('INVALID_INPUT');
    await setLimit(0);
    const update = (settings: Record<string, unknown>) =>
      manager.as.mutation(api.teams.update, { teamId, ...settings });
    for (const wrong of [{ name: ' ' }, { name: '' }, { answerDeadlineMs: 1 }, { closeAfterMs: NaN }]) {
      expect(await refusal(update(wrong))).toBe('INVALID_INPUT');
    }
    await update({ name: 'Blue Store', answerDeadlineMs: 30_000 });
    expect(await readShared(owner.as, api.teams.get, { teamId })).toMatchObject({
      name: 'Blue Store',
      answerDeadlineMs: 30_000,
    });
    const log = await all(t, 'auditLog');
    expect(log.map((each) => each.action)).toEqual(['member.limitChanged', 'team.updated']);
  });
});
