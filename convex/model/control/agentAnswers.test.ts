/// <reference types="vite/client" />
/** Rules C8 and H6: one answer to a burst, nobody starves, and no customer waits in vain. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api, internal } from '../../_generated/api';
import { addOutsideAgent, openDesk, refused, startThread, textsToCustomer } from '../../desk.setup';
import { noteHandedOver } from './agentRuns';
import { setTyping } from '../conversation/typing';
import { maxRefusals, starvationMs } from '../../shared/control/control';
import { readShared, readTicket } from '../../readShared.setup';
import { passTime } from '../../test.setup';
import { canAnswer } from '../routing/availability';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function pass(desk: Awaited<ReturnType<typeof openDesk>>, ms: number) {
  vi.advanceTimersByTime(ms);
  await desk.t.finishInProgressScheduledFunctions();
}

test('[C8] a burst of messages gets one answer: what was written before the last one is refused', async () => {
  const desk = await openDesk();
  await desk.customerWrites('Hello');
  await desk.customerWrites('my parcel is late');
  expect(await desk.agentAnswers('Hello! How can I help?', { seenThrough: 1 })).toEqual({
    refused: 'SUPERSEDED',
    lastSequence: 2,
  });
  expect(await desk.agentAnswers('Let me look for your parcel.', { seenThrough: 2 })).toHaveProperty('sent');
  expect(textsToCustomer(await desk.entries())).toEqual(['Let me look for your parcel.']);
});

test('[C8] a refused answer is not kept as a suppressed draft: the agent runs again', async () => {
  const desk = await openDesk();
  await desk.customerWrites('Hello');
  await desk.customerWrites('again');
  await desk.agentAnswers('Hi', { seenThrough: 1 });
  expect(await desk.suppressed()).toEqual([]);
});

test('[C8] notes, ticket bookkeeping and the agent’s own messages do not supersede its answer', async () => {
  const desk = await openDesk();
  await desk.customerWrites('Hello');
  const { ticketId } = await desk.handsOver();
  await desk.ana.as.mutation(api.tickets.setPriority, { teamId: desk.teamId, ticketId, priority: 'high' });
  await desk.ana.as.mutation(api.messages.note, {
    teamId: desk.teamId,
    conversationId: desk.conversationId,
    text: 'I know this customer',
    clientMessageId: 'n1',
  });
  expect(await desk.agentAnswers('One moment', { seenThrough: 1 })).toHaveProperty('sent');
  expect(await desk.agentAnswers('Here it is', { seenThrough: 1 })).toHaveProperty('sent');
});

test('[C8] after 3 refusals an answer stands for what it had read, and the agent still owes the rest', async () => {
  const desk = await openDesk();
  await desk.customerWrites('one');
  for (let turn = 1; turn <= maxRefusals; turn++) {
    await desk.customerWrites(`and ${turn}`);
    expect(await desk.agentAnswers(`answer ${turn}`, { seenThrough: turn })).toHaveProperty(
      'refused',
      'SUPERSEDED',
    );
  }
  await desk.customerWrites('and more');
  const seenThrough = maxRefusals + 1;
  expect(await desk.agentAnswers('heard at last', { seenThrough })).toHaveProperty('sent');

  const head = await desk.read();
  expect(head.answeredThrough).toBe(seenThrough);
  expect(head.lastCustomerSequence).toBe(seenThrough + 1);
  expect(head.unansweredSince).toBe((await desk.entries())[seenThrough]!.at);
  const turns = await desk.t.run((ctx) => ctx.db.query('agentRuns').collect());
  expect(turns.filter(({ state }) => state === 'waiting')).toMatchObject([{ refusals: 0 }]);
});

test('[C8] after 30 s of being superseded the answer is accepted too', async () => {
  const desk = await openDesk();
  await desk.customerWrites('one');
  await desk.customerWrites('two');
  expect(await desk.agentAnswers('first', { seenThrough: 1 })).toHaveProperty('refused');
  await desk.customerWrites('three');
  vi.setSystemTime(Date.now() + starvationMs - 1);
  expect(await desk.agentAnswers('second', { seenThrough: 2 })).toHaveProperty('refused');
  vi.setSystemTime(Date.now() + 1);
  expect(await desk.agentAnswers('third', { seenThrough: 2 })).toHaveProperty('sent');
});

test('[C8] a handback since then is no customer message: however often refused, the answer is not accepted', async () => {
  const desk = await openDesk();
  await desk.customerWrites('one');
  const { ticketId } = await desk.takesOver(desk.ana);
  await desk.resolves(desk.ana, ticketId);
  for (let turn = 0; turn < maxRefusals + 2; turn++) {
    expect(await desk.agentAnswers('old news', { seenThrough: 1 })).toHaveProperty('refused', 'SUPERSEDED');
  }
});

test('[C8] seenThrough beyond the last entry is malformed and changes nothing', async () => {
  const desk = await openDesk();
  await desk.customerWrites('one');
  for (const seenThrough of [2, -1, 0.5]) {
    expect(await refused(desk.agentAnswers('x', { seenThrough }))).toMatchObject({ code: 'INVALID_INPUT' });
  }
});

test('[M2] the same client message id again gives the first entry back, whoever holds by then', async () => {
  const desk = await openDesk();
  await desk.customerWrites('one');
  const first = await desk.agentAnswers('hi', { clientMessageId: 'x', epoch: 1, seenThrough: 1 });
  await desk.takesOver(desk.ana);
  expect(await desk.agentAnswers('hi', { clientMessageId: 'x', epoch: 1, seenThrough: 1 })).toEqual(first);
  expect(await desk.suppressed()).toEqual([]);
});

test('[H6] a message the agent does not answer in time is a handover with reason agentFailed', async () => {
  const desk = await openDesk();
  await desk.customerWrites('Hello?');
  await pass(desk, 59_999);
  expect(await desk.tickets()).toEqual([]);
  await pass(desk, 1);
  expect(await desk.tickets()).toMatchObject([{ number: 1, reason: 'agentFailed', status: 'new' }]);
  expect(await desk.control()).toMatchObject({ holder: 'agent' });
});

test('[H6] an answered message makes no ticket, and each message has a deadline of its own', async () => {
  const desk = await openDesk();
  await desk.customerWrites('Hello?');
  await pass(desk, 30_000);
  await desk.agentAnswers('Hi!');
  await desk.customerWrites('And my order?');
  await pass(desk, 59_999);
  expect(await desk.tickets()).toEqual([]);
  await pass(desk, 1);
  expect(await desk.tickets()).toHaveLength(1);
});

test('[H6] an unanswered burst is one handover', async () => {
  const desk = await openDesk();
  await desk.customerWrites('one');
  await pass(desk, 1_000);
  await desk.customerWrites('two');
  await pass(desk, 59_000);
  await pass(desk, 60_000);
  const events = (await desk.entries()).flatMap(({ event }) => (event ? [event.type] : []));
  expect(events).toEqual(['ticketOpened', 'briefed']);
  expect((await desk.tickets())[0]!.brief).toMatchObject({ asked: 'one\ntwo' });
});

test('[H6] while a person holds, the agent owes nothing', async () => {
  const desk = await openDesk();
  await desk.customerWrites('one');
  await desk.takesOver(desk.ana);
  await desk.customerWrites('two');
  await pass(desk, 120_000);
  expect((await desk.read()).answerDueAt).toBeUndefined();
  expect(await desk.tickets()).toMatchObject([{ reason: 'takenOver' }]);
});

test('[C4] a takeover tells the agent’s turn to stop, and its typing mark goes', async () => {
  const desk = await openDesk();
  const { teamId, conversationId, ana } = desk;
  await desk.customerWrites('one');
  await desk.t.run((ctx) => setTyping(ctx, conversationId, { who: 'agent' }, true));
  expect(await readShared(ana.as, api.conversations.typing, { teamId, conversationId })).toMatchObject([
    { who: 'agent' },
  ]);
  await desk.takesOver(desk.ana);
  const turns = await desk.t.run((ctx) => ctx.db.query('agentRuns').collect());
  expect(turns.map(({ state }) => state)).toEqual(['stopped']);
  expect(await readShared(ana.as, api.conversations.typing, { teamId, conversationId })).toEqual([]);
});

const reasons = async (desk: Awaited<ReturnType<typeof openDesk>>) =>
  (await desk.entries()).flatMap(({ event }) =>
    event?.type === 'ticketOpened' || event?.type === 'reasonAdded' ? [event.reason] : [],
  );

test('[H6] an overdue job that failed or got lost takes nobody with it: the next message is waited for', async () => {
  const desk = await openDesk();
  await desk.customerWrites('one');
  await desk.t.run(async (ctx) => {
    for (const job of await ctx.db.system.query('_scheduled_functions').collect()) {
      await ctx.scheduler.cancel(job._id);
    }
  });
  await pass(desk, 5 * 60_000);
  expect(await desk.tickets()).toEqual([]);
  await desk.customerWrites('two');
  await pass(desk, 61_000);
  expect(await desk.tickets()).toMatchObject([{ reason: 'agentFailed' }]);
});

test('[H6] and the sweep makes up for it where nobody writes again', async () => {
  const desk = await openDesk();
  await desk.customerWrites('one');
  expect(await desk.t.mutation(internal.jobs.sweeps.presence, {})).toMatchObject({ overdue: 0 });
  await desk.t.run(async (ctx) => {
    for (const job of await ctx.db.system.query('_scheduled_functions').collect()) {
      await ctx.scheduler.cancel(job._id);
    }
  });
  await pass(desk, 3 * 60_000);
  expect(await desk.t.mutation(internal.jobs.sweeps.presence, {})).toMatchObject({ overdue: 1 });
  await pass(desk, 1_000);
  expect(await desk.tickets()).toMatchObject([{ reason: 'agentFailed' }]);
  expect(await desk.t.mutation(internal.jobs.sweeps.presence, {})).toMatchObject({ overdue: 0 });
});

test('[H6] [C8] of what an answer left out, the message owed first is waited for, whatever was set in between', async () => {
  const desk = await openDesk();
  const setDeadline = (answerDeadlineMs: number) =>
    desk.owner.as.mutation(api.teams.update, { teamId: desk.teamId, answerDeadlineMs });
  await desk.customerWrites('one');
  await setDeadline(600_000);
  await desk.customerWrites('two');
  await setDeadline(20_000);
  await desk.customerWrites('three');
  for (let i = 0; i <= maxRefusals; i++) await desk.agentAnswers('to one', { seenThrough: 1, epoch: 1 });
  await pass(desk, 25_000);
  expect(await reasons(desk)).toEqual(['agentFailed']);
});

test('[H4] [H6] what a handover settled is not owed again by an answer that leaves it out', async () => {
  const desk = await openDesk();
  await desk.customerWrites('one');
  await desk.customerWrites('two');
  await desk.handsOver();
  await desk.inCase((ctx, opened) => noteHandedOver(ctx, opened));
  await pass(desk, 61_000);
  await desk.customerWrites('three');
  for (let i = 0; i <= maxRefusals; i++) await desk.agentAnswers('to one', { seenThrough: 1, epoch: 1 });
  await pass(desk, 5_000);
  expect(await reasons(desk)).toEqual(['agentAsked']);
});

test('[M8] an agent’s typing mark goes with its answer and with a takeover, and does not come back', async () => {
  const desk = await openDesk();
  const { teamId, conversationId, ana } = desk;
  const types = () => desk.t.run((ctx) => setTyping(ctx, conversationId, { who: 'agent' }, true));
  const marks = () => readShared(ana.as, api.conversations.typing, { teamId, conversationId });
  await desk.customerWrites('one');
  await types();
  await desk.agentAnswers('Hello!');
  await desk.customerWrites('two');
  expect(await marks()).toEqual([]);
  await types();
  const { ticketId } = await desk.takesOver(ana);
  await desk.resolves(ana, ticketId);
  expect(await marks()).toEqual([]);
});

test('[H6] an agent that is switched off, or whose keys are withdrawn, is not waited for: a person is asked at once', async () => {
  const off = await openDesk();
  await off.t.run((ctx) => ctx.db.patch(off.agentId, { active: false }));
  const withdrawn = await openDesk();
  const { teamId, agentId, owner } = withdrawn;
  const [key] = await owner.as.query(api.agents.listKeys, { teamId, agentId });
  await withdrawn.customerWrites('With a key it is waited for');
  await pass(withdrawn, 1);
  expect(await withdrawn.tickets()).toEqual([]);
  await withdrawn.t.run((ctx) => ctx.db.patch(key!._id, { revokedAt: Date.now() }));
  for (const desk of [off, withdrawn]) {
    await desk.customerWrites('Where is my order?');
    await pass(desk, 1);
    expect(await desk.tickets()).toMatchObject([{ reason: 'agentFailed', status: 'new' }]);
    expect(textsToCustomer(await desk.entries())).not.toEqual([]);
  }
});

test.each(['the agent is switched off', 'its last key is withdrawn'])(
  '[H6] whoever waits when %s waits no longer: any number, at once, and nobody else’s',
  async (how) => {
    const desk = await openDesk();
    const { t, teamId, agentId, customerId, owner } = desk;
    const [key] = await owner.as.query(api.agents.listKeys, { teamId, agentId });
    const threads = [];
    for (let i = 0; i < 120; i++) {
      const thread = await startThread({ t, teamId, agentId, customerId }, 'web');
      await thread.customerWrites('Where is my order?');
      threads.push(thread);
    }
    const other = await addOutsideAgent(t, teamId, 'Ray');
    const apart = await startThread({ t, teamId, agentId: other, customerId }, 'web');
    await apart.customerWrites('And mine?');
    if (how === 'its last key is withdrawn')
      await owner.as.mutation(api.agents.revokeKey, { teamId, keyId: key!._id });
    else await owner.as.mutation(api.agents.update, { teamId, agentId, active: false });
    await passTime(t, 50, 10);
    for (const thread of threads) expect(await thread.tickets()).toMatchObject([{ reason: 'agentFailed' }]);
    expect(await apart.tickets()).toEqual([]);
  },
  60_000,
);

test('[H6] an outside agent that never had a key gives no answer: a person is asked at once', async () => {
  const desk = await openDesk();
  await desk.t.run(async (ctx) => {
    for (const { _id } of await ctx.db.query('agentKeys').collect()) await ctx.db.delete(_id);
  });
  await desk.customerWrites('Where is my order?');
  await passTime(desk.t, 50, 10);
  expect(await desk.tickets()).toMatchObject([{ reason: 'agentFailed' }]);
});

test('[H6] a ticket says of an agent that is off that nobody answers', async () => {
  const { ana, owner, teamId, agentId, ...desk } = await openDesk();
  await desk.handsOver();
  const isOff = async () => (await readTicket(ana.as, { teamId, number: 1 }))!.agent.isOff;
  expect(await isOff()).toBe(false);
  await owner.as.mutation(api.agents.update, { teamId, agentId, active: false });
  expect(await isOff()).toBe(true);
});

test('[P1] an old key counts, however many were made and withdrawn after it', async () => {
  const { t, teamId, agentId, owner } = await openDesk();
  const made = { teamId, agentId, name: 'old' };
  const old = await owner.as.mutation(api.agents.createKey, made);
  await t.run(async (ctx) => {
    const { _id, _creationTime, ...key } = (await ctx.db.get(old.keyId))!;
    for (let i = 0; i < 220; i++)
      await ctx.db.insert('agentKeys', { ...key, hash: `${i}`, revokedAt: Date.now() });
  });
  const agent = (await t.run((ctx) => ctx.db.get(agentId)))!;
  expect(await t.run((ctx) => canAnswer(ctx, agent))).toBe(true);
  const keys = await owner.as.query(api.agents.listKeys, { teamId, agentId });
  expect(keys.map(({ _id }) => _id)).toContain(old.keyId);
});
