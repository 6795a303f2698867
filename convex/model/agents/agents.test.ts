import { describe, expect, test } from 'vitest';
import { api } from '../../_generated/api';
import { seedSampleShop } from '../setup/sampleShop';
import { createTeam, refusal, setupTest } from '../../test.setup';
import { readShared } from '../../readShared.setup';

async function open() {
  const t = setupTest();
  const team = await createTeam(t);
  const { teamId, agentId } = team;
  return { t, team, teamId, agentId, as: team.manager.as, inTeam: { teamId, agentId } };
}

describe('agents', () => {
  test('[P4] managers make, name and switch agents; operators only see them', async () => {
    const { team, teamId, agentId, as } = await open();
    const id = await as.mutation(api.agents.create, { teamId, name: '  Our   bot ', kind: 'external' });
    await as.mutation(api.agents.update, { teamId, agentId, active: false, thinkMs: 0 });
    expect(await readShared(team.operator.as, api.agents.list, { teamId })).toMatchObject([
      { _id: agentId, name: 'Robin', active: false, thinkMs: 0, openingHours: null },
      { _id: id, name: 'Our bot', kind: 'external', active: true, thinkMs: 600 },
    ]);
    const change = team.operator.as.mutation(api.agents.update, { teamId, agentId, active: true });
    expect(await refusal(change)).toBe('NOT_ALLOWED');
  });

  test('[E2] settings that cannot work are refused', async () => {
    const { inTeam, as } = await open();
    const update = (change: object) => refusal(as.mutation(api.agents.update, { ...inTeam, ...change }));
    expect(await update({ thinkMs: -1 })).toBe('INVALID_INPUT');
    expect(await update({ thinkMs: 60_000 })).toBe('INVALID_INPUT');
    expect(await update({ name: ' ' })).toBe('INVALID_INPUT');
    expect(await update({ openingHours: { timeZone: 'Moon', open: [] } })).toBe('INVALID_INPUT');
    expect(await update({ openingHours: { timeZone: 'UTC', open: [] } })).toBeUndefined();
    expect(await update({ openingHours: null })).toBeUndefined();
  });

  test('[R2] agents, keys, rules, articles and channels of another team are not found', async () => {
    const { t, team, teamId, agentId, as } = await open();
    const other = await createTeam(t, 'Red Shop');
    const them = { teamId: other.teamId };
    const who = other.owner.as;
    const external = await team.owner.as.mutation(api.agents.create, { teamId, name: 'E', kind: 'external' });
    const { keyId } = await team.owner.as.mutation(api.agents.createKey, {
      teamId,
      agentId: external,
      name: 'k',
    });
    const articleId = await as.action(api.articles.save, { teamId, title: 'T', body: 'B' });
    const when = [{ type: 'noAnswer' as const }];
    const outcome = { handOver: false as const };
    const ruleId = await as.mutation(api.handoverRules.save, { teamId, agentId, name: 'R', when, outcome });
    const calls = [
      who.mutation(api.agents.update, { ...them, agentId, active: false }),
      who.mutation(api.agents.createKey, { ...them, agentId: external, name: 'k' }),
      who.query(api.agents.listKeys, { ...them, agentId: external }),
      who.mutation(api.agents.revokeKey, { ...them, keyId }),
      readShared(who, api.articles.get, { ...them, articleId }),
      who.action(api.articles.save, { ...them, articleId, title: 'X', body: 'X' }),
      who.mutation(api.articles.remove, { ...them, articleId }),
      readShared(who, api.handoverRules.list, { ...them, agentId }),
      who.mutation(api.handoverRules.save, {
        ...them,
        agentId: other.agentId,
        ruleId,
        name: 'X',
        when,
        outcome,
      }),
      who.mutation(api.handoverRules.remove, { ...them, ruleId }),
      who.mutation(api.handoverRules.move, { ...them, ruleId, to: 0 }),
      who.action(api.handoverRules.try, { ...them, agentId, text: 'x' }),
      who.action(api.handoverRules.rehearse, { ...them, agentId }),
      who.mutation(api.channels.create, { ...them, name: 'X', agentId }),
      who.mutation(api.channels.update, { ...them, channelId: team.channelId, active: false }),
      who.mutation(api.channels.update, { ...them, channelId: other.channelId, agentId }),
    ];
    // All at once: one that is refused before somebody looks is a rejection that nobody handles.
    const refusals = await Promise.all(calls.map((call) => refusal(call)));
    expect(refusals).toEqual(calls.map(() => 'NOT_FOUND'));
  });
});

describe('handover rules', () => {
  const when = [{ type: 'keywords' as const, anyOf: [' refund ', ''] }];
  const outcome = { handOver: true as const, priority: 'high' as const, tags: [' a ', 'a', ''] };

  test('[H1] keep their order: new ones last, moved ones where they are put', async () => {
    const { inTeam, teamId, as } = await open();
    const add = (name: string) => as.mutation(api.handoverRules.save, { ...inTeam, name, when, outcome });
    const ids = [await add('a'), await add('b'), await add('c')];
    const names = async () =>
      (await readShared(as, api.handoverRules.list, inTeam)).map(({ name }) => name).join('');
    await as.mutation(api.handoverRules.move, { teamId, ruleId: ids[2]!, to: 0 });
    expect(await names()).toBe('cab');
    await as.mutation(api.handoverRules.move, { teamId, ruleId: ids[0]!, to: 99 });
    expect(await names()).toBe('cba');
    await as.mutation(api.handoverRules.remove, { teamId, ruleId: ids[1]! });
    await add('d');
    expect(await names()).toBe('cad');
    const positions = (await readShared(as, api.handoverRules.list, inTeam)).map(({ position }) => position);
    expect(new Set(positions).size).toBe(3);
  });

  test('[H1] are cleaned and changed in place', async () => {
    const { inTeam, as } = await open();
    const ruleId = await as.mutation(api.handoverRules.save, { ...inTeam, name: ' R ', when, outcome });
    expect(await readShared(as, api.handoverRules.list, inTeam)).toMatchObject([
      { name: 'R', when: [{ anyOf: ['refund'] }], outcome: { tags: ['a'] } },
    ]);
    await as.mutation(api.handoverRules.save, {
      ...inTeam,
      ruleId,
      name: 'S',
      when,
      outcome: { handOver: false },
    });
    expect(await readShared(as, api.handoverRules.list, inTeam)).toMatchObject([
      { _id: ruleId, name: 'S', outcome: { handOver: false } },
    ]);
  });

  test('[E2] a rule that could never hold, or always would, is refused', async () => {
    const { inTeam, as } = await open();
    const save = (conditions: Parameters<typeof accept>[0]) =>
      refusal(as.mutation(api.handoverRules.save, { ...inTeam, name: 'R', when: conditions, outcome }));
    const accept = (
      conditions: (
        | { type: 'keywords'; anyOf: string[] }
        | { type: 'sentiment'; atMost: number }
        | { type: 'lowConfidence'; below: number }
        | { type: 'turnsWithoutResolution'; atLeast: number }
        | { type: 'topic'; topic: string }
        | { type: 'reported'; condition: string }
      )[],
    ) => conditions;
    expect(await save([])).toBe('INVALID_INPUT');
    expect(await save([{ type: 'keywords', anyOf: [' '] }])).toBe('INVALID_INPUT');
    expect(await save([{ type: 'sentiment', atMost: 2 }])).toBe('INVALID_INPUT');
    expect(await save([{ type: 'lowConfidence', below: 0 }])).toBe('INVALID_INPUT');
    expect(await save([{ type: 'turnsWithoutResolution', atLeast: 0 }])).toBe('INVALID_INPUT');
    // Every rule is read with every turn.
    const long = 'x'.repeat(10_000);
    expect(await save([{ type: 'keywords', anyOf: ['refund', long] }])).toBe('INVALID_INPUT');
    expect(await save([{ type: 'topic', topic: long }])).toBe('INVALID_INPUT');
    expect(await save([{ type: 'reported', condition: long }])).toBe('INVALID_INPUT');
  });
});

describe('articles and channels', () => {
  test('[P4] articles are listed small, newest change first, and edited whole', async () => {
    const { t, teamId, agentId, as, team } = await open();
    await t.run((ctx) => seedSampleShop(ctx, teamId, agentId));
    const articleId = await as.action(api.articles.save, {
      teamId,
      title: ' T ',
      body: `${'long '.repeat(100)}`,
    });
    const [first, ...others] = await readShared(team.operator.as, api.articles.list, { teamId });
    expect(first).toMatchObject({ _id: articleId, title: 'T' });
    expect(first!.excerpt.length).toBeLessThanOrEqual(160);
    expect(others).toHaveLength(10);
    await as.action(api.articles.save, { teamId, articleId, title: 'U', body: 'new' });
    expect(await readShared(as, api.articles.get, { teamId, articleId })).toMatchObject({
      title: 'U',
      body: 'new',
    });
    await as.mutation(api.articles.remove, { teamId, articleId });
    expect(await refusal(readShared(as, api.articles.get, { teamId, articleId }))).toBe('NOT_FOUND');
    expect(await refusal(as.action(api.articles.save, { teamId, title: '', body: 'x' }))).toBe(
      'INVALID_INPUT',
    );
    expect(
      await refusal(as.action(api.articles.save, { teamId, title: 'x', body: 'x'.repeat(20_001) })),
    ).toBe('INVALID_INPUT');
  });

  test('[M9] a web channel has an unguessable public id and an agent', async () => {
    const { teamId, agentId, as, team } = await open();
    const channelId = await as.mutation(api.channels.create, { teamId, name: 'Shop', agentId });
    await as.mutation(api.channels.update, { teamId, channelId, name: 'Store' });
    const channels = await readShared(team.operator.as, api.channels.list, { teamId });
    const made = channels.find(({ _id }) => _id === channelId);
    expect(made).toMatchObject({ kind: 'web', name: 'Store', agentName: 'Robin', active: true });
    expect(made!.publicId).toMatch(/^[\w-]{43}$/);
  });
});
