/// <reference types="vite/client" />
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api, internal } from '../../_generated/api';
import { openDesk, startThread } from '../../desk.setup';
import { readKeyOf } from '../../readShared.setup';
import { transact } from '../../test.setup';
import { settlesAfterMs } from '../../shared/measures/facts';
import { beginRecount } from './recount';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('[B2] [B4] what the door refused before anybody had written is counted anew, too', async () => {
  const desk = await openDesk();
  const { t, teamId, manager } = desk;
  const pass = async () => {
    vi.advanceTimersByTime(11_000);
    await t.finishInProgressScheduledFunctions();
  };
  const readKey = await readKeyOf(manager.as, teamId, 'manager');
  const today = Math.floor(Date.now() / 86_400_000);
  const asked = { teamId, readKey, by: 'team' as const, from: today, to: today };
  const figures = async () => (await t.query(api.reports.figures, asked)).rows[0]?.counts;
  await desk.agentAnswers('Hello?', { epoch: 7 });
  await desk.customerWrites('Where is my order?');
  for (let left = 3; left > 0; left--) await pass();
  const before = await figures();
  expect(before).toMatchObject({ suppressed: 1 });
  await transact(t, (ctx) => beginRecount(ctx, teamId, undefined));
  for (let left = 3; left > 0; left--) await pass();
  expect(await figures()).toEqual(before);
});

test('[B3] outcomes become final also while another team is counted anew', async () => {
  const busy = await openDesk();
  const { t } = busy;
  const quiet = await openDesk({ beside: t });
  const { agentId, customerId, teamId } = busy;
  // More than one look takes.
  for (let more = 0; more < 26; more++) {
    const thread = await startThread({ t, teamId, agentId, customerId }, 'web');
    await thread.customerWrites('Hello');
    await thread.agentAnswers('Here.');
  }
  vi.advanceTimersByTime(1_000);
  await quiet.customerWrites('Hello');
  await quiet.agentAnswers('Here.');
  await t.run(async (ctx) => {
    const row = (await ctx.db.query('measureTeams').collect()).find(({ teamId }) => teamId === busy.teamId)!;
    await ctx.db.patch(row._id, { recount: { generation: 1, timeZone: 'UTC' } });
  });
  vi.advanceTimersByTime(settlesAfterMs + 1);
  await t.mutation(internal.jobs.sweeps.outcomes, {});
  await t.finishInProgressScheduledFunctions();
  vi.advanceTimersByTime(1);
  await t.finishInProgressScheduledFunctions();
  const kinds = await t.run(async (ctx) =>
    (await ctx.db.query('measureFacts').collect())
      .filter(({ teamId }) => teamId === quiet.teamId)
      .map(({ kind }) => kind),
  );
  expect(kinds).toContain('contained');
});

test('[B3] a message puts off when its outcome is final, and not when that is looked at', async () => {
  const desk = await openDesk();
  const { t, conversationId } = desk;
  const looksAt = async () => (await desk.read()).settlesAt!;
  const outcomes = async () =>
    (await t.run((ctx) => ctx.db.query('measureFacts').collect())).filter((fact) =>
      ['contained', 'notContained'].includes(fact.kind),
    );
  const look = async () => {
    await t.mutation(internal.jobs.sweeps.outcomes, {});
    await t.finishInProgressScheduledFunctions();
  };
  await desk.customerWrites('Hello');
  await desk.agentAnswers('Here.');
  const first = await looksAt();
  vi.advanceTimersByTime(settlesAfterMs - 60_000);
  await desk.customerWrites('And another thing');
  const saidAt = Date.now();
  expect(await looksAt()).toBe(first);
  vi.setSystemTime(first);
  await look();
  expect(await outcomes()).toEqual([]);
  expect(await looksAt()).toBe(saidAt + settlesAfterMs);
  vi.setSystemTime(saidAt + settlesAfterMs - 1);
  await look();
  expect(await outcomes()).toEqual([]);
  vi.setSystemTime(saidAt + settlesAfterMs);
  await look();
  expect(await outcomes()).toMatchObject([{ conversationId }]);
  expect(await looksAt()).toBeUndefined();
});

test('[B3] [B4] a number of one person opens what it counts, however much others did since', async () => {
  const desk = await openDesk();
  const { t, teamId, ana, ben, manager } = desk;
  await desk.handsOver();
  await desk.takesOver(ana);
  await desk.customerWrites('Hello');
  await desk.replies(ana, 'Hi');
  await t.run(async (ctx) => {
    const facts = await ctx.db.query('measureFacts').collect();
    const { _id, _creationTime, ...first } = facts.find(({ kind }) => kind === 'firstReply')!;
    await ctx.db.patch(_id, { isNew: false });
    for (let more = 0; more < 1_200; more++)
      await ctx.db.insert('measureFacts', {
        ...first,
        isNew: false,
        at: first.at + 1 + more,
        memberId: ben.memberId,
      });
  });
  const readKey = await readKeyOf(manager.as, teamId, 'manager');
  const today = Math.floor(Date.now() / 86_400_000);
  const asked = { teamId, readKey, kind: 'firstReply' as const, from: today, to: today };
  const theirs = (of: string) => t.query(api.reports.behind, { ...asked, by: 'operator' as const, of });
  expect((await theirs(ana.memberId)).rows).toHaveLength(1);
  expect(await theirs(ana.memberId)).toMatchObject({ hasMore: false });
  // More than are told: it says so.
  expect((await theirs(ben.memberId)).rows).toHaveLength(200);
  expect(await theirs(ben.memberId)).toMatchObject({ hasMore: true });
});

test('[B2] what was said has a row until it is counted, and data of before, which has it among the facts, is counted, too', async () => {
  const desk = await openDesk();
  const { t, teamId, agentId, conversationId, manager } = desk;
  await desk.customerWrites('Hello');
  const rows = () =>
    t.run(async (ctx) => ({
      messages: await ctx.db.query('measureMessages').collect(),
      facts: (await ctx.db.query('measureFacts').collect()).filter(({ kind }) => kind.endsWith('Message')),
    }));
  const { messages, facts } = await rows();
  expect(messages).toMatchObject([{ kind: 'customerMessage', agentId, count: 1 }]);
  expect(facts).toEqual([]);
  await t.run(async (ctx) => {
    const { _id, _creationTime, ...said } = messages[0]!;
    for (let more = 0; more < 3; more++)
      await ctx.db.insert('measureFacts', { ...said, conversationId, isNew: true });
  });
  for (let left = 3; left > 0; left--) {
    vi.advanceTimersByTime(11_000);
    await t.finishInProgressScheduledFunctions();
  }
  expect(await rows()).toEqual({ messages: [], facts: [] });
  const readKey = await readKeyOf(manager.as, teamId, 'manager');
  const today = Math.floor(Date.now() / 86_400_000);
  const asked = { teamId, readKey, by: 'team' as const, from: today, to: today };
  const [row] = (await t.query(api.reports.figures, asked)).rows;
  expect(row!.counts).toMatchObject({ customerMessage: 4 });
});

test('[B2] [E4] an agent that was refused thousands of times in one thread doubles nothing when it is counted anew', async () => {
  const desk = await openDesk();
  const { t, teamId, agentId, conversationId, ana } = desk;
  await desk.customerWrites('Hello');
  await desk.handsOver();
  await t.run(async (ctx) => {
    const fact = { teamId, conversationId, agentId, channel: 'web' as const, kind: 'refused' as const };
    for (let more = 0; more < 2_100; more++)
      await ctx.db.insert('measureFacts', {
        ...{ ...fact, generation: 0, isNew: false, at: Date.now(), sequence: 2, count: 1 },
      });
  });
  await desk.takesOver(ana);
  await desk.replies(ana, 'Hi');
  const facts = () => t.run((ctx) => ctx.db.query('measureFacts').collect());
  const ofThread = async () =>
    (await facts()).flatMap(({ kind }) => (kind.endsWith('Message') || kind === 'refused' ? [] : [kind]));
  const before = (await ofThread()).toSorted();
  await transact(t, (ctx) => beginRecount(ctx, teamId, undefined));
  for (let left = 3; left > 0; left--) {
    vi.advanceTimersByTime(1);
    await t.finishInProgressScheduledFunctions();
  }
  expect((await ofThread()).toSorted()).toEqual(before);
  const [counter] = await t.run(async (ctx) =>
    (await ctx.db.query('measureCounters').collect()).filter(
      ({ generation, by, span }) => generation === 1 && by === 'team' && span === 'day',
    ),
  );
  expect(counter!.counts).toMatchObject({ refused: 2_100, firstReply: 1 });
});
