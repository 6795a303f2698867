/// <reference types="vite/client" />
/** Rules C5 and C10: ending one's part, and doing so over somebody else. */
import { expect, test } from 'vitest';
import { api } from '../../_generated/api';
import { openDesk, refused, textsToCustomer } from '../../desk.setup';

const boundary = (entries: { event?: { type: string } }[]) =>
  entries.flatMap(({ event }) => (event?.type === 'controlReturned' ? [event] : []));

test('[C10] resolving hands back in the same transaction and writes the boundary of the human stretch', async () => {
  const desk = await openDesk();
  await desk.customerWrites('Refund please');
  const { ticketId } = await desk.takesOver(desk.ana);
  await desk.replies(desk.ana, 'Done.');
  const startedAt = (await desk.control()).since;
  const outcome = await desk.ana.as.mutation(api.tickets.resolve, {
    teamId: desk.teamId,
    ticketId,
    ...(await desk.shown()),
    agentShouldKnow: 'Refund of 20 € was paid.',
    promised: 'Money arrives by Friday.',
  });
  expect(outcome).toEqual({ done: { epoch: 3 } });
  expect(await desk.control()).toMatchObject({ holder: 'agent', epoch: 3 });
  expect(await desk.control()).not.toHaveProperty('operatorId');
  expect(await desk.tickets()).toMatchObject([{ status: 'resolved' }]);
  expect(boundary(await desk.entries())).toMatchObject([
    {
      epoch: 3,
      startedAt,
      members: [desk.ana.memberId],
      outcome: 'resolved',
      agentShouldKnow: 'Refund of 20 € was paid.',
      promised: 'Money arrives by Friday.',
    },
  ]);
});

test('[M8] the customer is told when the agent is back', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.takesOver(desk.ana);
  await desk.resolves(desk.ana, ticketId);
  expect(textsToCustomer(await desk.entries())).toEqual([
    'Ana joined the conversation.',
    'Robin is back and answers from here.',
  ]);
});

test('[C10] the boundary names everybody who took part', async () => {
  const desk = await openDesk();
  const { epoch } = await desk.takesOver(desk.ana);
  const { ticketId } = await desk.takesOver(desk.ben, { expectedEpoch: epoch });
  await desk.resolves(desk.ben, ticketId);
  expect(boundary(await desk.entries())).toMatchObject([{ members: [desk.ana.memberId, desk.ben.memberId] }]);
});

test('[C10] an unanswered customer message is the agent’s to answer now', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.takesOver(desk.ana);
  await desk.customerWrites('One more thing: do you ship to Norway?');
  await desk.resolves(desk.ana, ticketId);
  const waiting = await desk.t.run((ctx) => ctx.db.query('agentRuns').collect());
  expect(waiting).toMatchObject([{ state: 'waiting', epoch: 3 }]);
  const { answerDueAt, answerAlarmAt } = await desk.read();
  expect(answerDueAt).toBeGreaterThan(Date.now());
  expect(answerAlarmAt).toBeLessThanOrEqual(answerDueAt!);
});

test('[C10] or it is left: the agent does not speak, and the next message starts afresh', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.takesOver(desk.ana);
  await desk.customerWrites('thanks!');
  await desk.resolves(desk.ana, ticketId, { agentAnswersNow: false });
  expect(await desk.t.run((ctx) => ctx.db.query('agentRuns').collect())).toEqual([]);
  expect((await desk.read()).unansweredSince).toBeUndefined();
});

test('[C10] with everything answered the agent does not speak on handback', async () => {
  const desk = await openDesk();
  await desk.customerWrites('Hi');
  const { ticketId } = await desk.takesOver(desk.ana);
  await desk.replies(desk.ana, 'Solved.');
  await desk.resolves(desk.ana, ticketId);
  const turns = await desk.t.run((ctx) => ctx.db.query('agentRuns').collect());
  expect(turns.filter(({ state }) => state === 'waiting')).toEqual([]);
});

test('[C10] "Return to agent" gives the voice back and leaves the ticket as it is', async () => {
  const desk = await openDesk();
  await desk.takesOver(desk.ana);
  const back = await desk.ana.as.mutation(api.tickets.returnToAgent, {
    teamId: desk.teamId,
    conversationId: desk.conversationId,
    ...(await desk.shown()),
  });
  expect(back).toEqual({ done: { epoch: 3 } });
  expect(await desk.control()).toMatchObject({ holder: 'agent' });
  expect(await desk.tickets()).toMatchObject([{ status: 'open', assigneeId: desk.ana.memberId }]);
});

test('[C10] a message the operator has not seen holds the handback once and shows it', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.takesOver(desk.ana);
  const shown = await desk.shown();
  await desk.customerWrites('Wait, it broke again!');
  const held = await desk.ana.as.mutation(api.tickets.resolve, { teamId: desk.teamId, ticketId, ...shown });
  expect(held).toMatchObject({ refused: 'THREAD_MOVED', newSince: [{ text: 'Wait, it broke again!' }] });
  expect(await desk.tickets()).toMatchObject([{ status: 'open' }]);
  const through = 'through' in held ? held.through : 0;
  const again = { teamId: desk.teamId, ticketId, ...shown, seenThrough: through };
  expect(await desk.ana.as.mutation(api.tickets.resolve, again)).toHaveProperty('done');
});

test('[C5] resolving, closing, returning or reassigning what another operator holds needs their epoch confirmed', async () => {
  const desk = await openDesk();
  const { ticketId, epoch } = await desk.takesOver(desk.ana);
  const { teamId, conversationId, ben } = desk;
  const act = { teamId, ...(await desk.shown()) };
  const held = { code: 'CONTROL_HELD', holderName: 'Ana', epoch };
  const acts = [
    () => ben.as.mutation(api.tickets.resolve, { ...act, ticketId }),
    () => ben.as.mutation(api.tickets.close, { ...act, ticketId }),
    () => ben.as.mutation(api.tickets.returnToAgent, { ...act, conversationId }),
    () => ben.as.mutation(api.tickets.assign, { teamId, ticketId, memberId: ben.memberId }),
    () => ben.as.mutation(api.tickets.assign, { teamId, ticketId, memberId: null }),
    () =>
      ben.as.mutation(api.tickets.resolve, {
        ...act,
        expectedEpoch: epoch - 1,
        ticketId,
        confirmSteal: true,
      }),
    () => desk.takesOver(ben, { expectedEpoch: epoch - 1 }),
  ];
  const before = await desk.entries();
  for (const attempt of acts) expect(await refused(attempt())).toMatchObject(held);
  expect(await desk.entries()).toEqual(before);

  expect(await ben.as.mutation(api.tickets.resolve, { ...act, ticketId, confirmSteal: true })).toHaveProperty(
    'done',
  );
  expect(await desk.control()).toMatchObject({ holder: 'agent', epoch: epoch + 1 });
});

test('[C5] a steal keeps the first one’s draft and tells them', async () => {
  const desk = await openDesk();
  const { teamId, conversationId, ana, ben } = desk;
  const { epoch } = await desk.takesOver(ana);
  await ana.as.mutation(api.drafts.save, { teamId, conversationId, text: 'Dear Carla, I', mode: 'reply' });
  await desk.takesOver(ben, { expectedEpoch: epoch });

  expect(await ana.as.query(api.drafts.get, { teamId, conversationId })).toMatchObject({
    reply: 'Dear Carla, I',
  });
  expect(await ana.as.query(api.conversations.takenFromMe, { teamId })).toMatchObject([
    { conversationId, byName: 'Ben' },
  ]);
  await ana.as.mutation(api.conversations.acknowledgeTaken, { teamId, conversationId });
  expect(await ana.as.query(api.conversations.takenFromMe, { teamId })).toEqual([]);
  expect(await desk.replies(ana, 'late', { epoch })).toMatchObject({
    refused: 'CONTROL_HELD',
    holderName: 'Ben',
  });
});

test('[C5] an epoch that is not the present one is CONTROL_CHANGED for the holder as well', async () => {
  const desk = await openDesk();
  const { ticketId, epoch } = await desk.takesOver(desk.ana);
  const act = { teamId: desk.teamId, ticketId, ...(await desk.shown()), expectedEpoch: epoch - 1 };
  expect(await refused(desk.ana.as.mutation(api.tickets.resolve, act))).toMatchObject({
    code: 'CONTROL_CHANGED',
    epoch,
  });
});

test('[C5] reassigning a held ticket passes control to the assignee with the next epoch', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.takesOver(desk.ana);
  const { teamId, ana, ben } = desk;
  await ana.as.mutation(api.tickets.assign, { teamId, ticketId, memberId: ben.memberId });
  expect(await desk.control()).toMatchObject({ operatorId: ben.memberId, epoch: 3 });
  expect(await desk.tickets()).toMatchObject([{ assigneeId: ben.memberId }]);
});

test('[C1] unassigning a held ticket leaves the team holding: the agent is silent, anybody may take over', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.takesOver(desk.ana);
  await desk.ana.as.mutation(api.tickets.assign, { teamId: desk.teamId, ticketId, memberId: null });
  const control = await desk.control();
  expect(control).toMatchObject({ holder: 'operator', epoch: 3 });
  expect(control.operatorId).toBeUndefined();
  expect(await desk.agentAnswers('me?')).toMatchObject({ refused: 'STALE_EPOCH' });
  expect(await desk.replies(desk.ana, 'me?')).toEqual({ refused: 'TAKE_OVER_FIRST' });
  expect(await desk.takesOver(desk.ben)).toMatchObject({ epoch: 4 });
});

test('[C3] assigning a ticket the agent holds leaves control with the agent', async () => {
  const desk = await openDesk();
  await desk.customerWrites('hi');
  const { ticketId } = await desk.handsOver();
  const { teamId, ben } = desk;
  await desk.ana.as.mutation(api.tickets.assign, { teamId, ticketId, memberId: ben.memberId });
  expect(await desk.control()).toMatchObject({ holder: 'agent', epoch: 1 });
  expect(await desk.tickets()).toMatchObject([{ status: 'new', assigneeId: ben.memberId }]);
});
