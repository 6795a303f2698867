/// <reference types="vite/client" />
/** Rules C1–C7 and M8: one voice, one door, takeovers and steals. */
import { expect, test } from 'vitest';
import { api } from '../../_generated/api';
import { openDesk, refused, textsToCustomer } from '../../desk.setup';

test('[C1] a conversation begins with the agent holding, epoch 1', async () => {
  const desk = await openDesk();
  expect(await desk.control()).toMatchObject({ holder: 'agent', epoch: 1 });
});

test('[C3] opening a ticket leaves control with the agent, which keeps answering', async () => {
  const desk = await openDesk();
  await desk.customerWrites('Where is my parcel?');
  await desk.handsOver();
  expect(await desk.control()).toMatchObject({ holder: 'agent', epoch: 1 });
  expect(await desk.agentAnswers('It left our store on Monday.')).toHaveProperty('sent');
});

test('[C4] a takeover passes control, opens and assigns the ticket, and tells the customer who joined', async () => {
  const desk = await openDesk();
  await desk.customerWrites('I want a person');
  const { ticketId } = await desk.handsOver('customerAsked');

  const taken = await desk.takesOver(desk.ana);

  expect(taken).toEqual({ epoch: 2, ticketId, number: 1, onTheirWay: 0, changed: true });
  expect(await desk.control()).toMatchObject({ holder: 'operator', operatorId: desk.ana.memberId, epoch: 2 });
  expect(await desk.tickets()).toMatchObject([
    { status: 'open', assigneeId: desk.ana.memberId, assignedBy: 'person' },
  ]);
  expect(textsToCustomer(await desk.entries())).toEqual(['Ana joined the conversation.']);
});

test('[C4] a takeover is idempotent for the holder', async () => {
  const desk = await openDesk();
  await desk.takesOver(desk.ana);
  const before = await desk.entries();
  expect(await desk.takesOver(desk.ana)).toMatchObject({ epoch: 2, changed: false });
  expect(await desk.entries()).toEqual(before);
});

test('[C4] of two takeovers one wins; the other gets the winner’s name and changes nothing', async () => {
  const desk = await openDesk();
  await desk.takesOver(desk.ana);
  const before = {
    control: await desk.control(),
    entries: await desk.entries(),
    tickets: await desk.tickets(),
  };
  expect(await refused(desk.takesOver(desk.ben))).toMatchObject({
    code: 'CONTROL_HELD',
    holderName: 'Ana',
    epoch: 2,
  });
  expect({
    control: await desk.control(),
    entries: await desk.entries(),
    tickets: await desk.tickets(),
  }).toEqual(before);
});

test('[C6] an operator cannot send while the agent holds; "Take over & send" does both', async () => {
  const desk = await openDesk();
  await desk.customerWrites('Hello?');
  expect(await desk.replies(desk.ana, 'Hi!')).toEqual({ refused: 'TAKE_OVER_FIRST' });

  const { lastSequence: seenThrough } = await desk.read();
  const both = await desk.ana.as.mutation(api.messages.takeOverAndSend, {
    teamId: desk.teamId,
    conversationId: desk.conversationId,
    text: 'Hi, Ana here.',
    clientMessageId: 'a1',
    seenThrough,
  });
  expect(both).toMatchObject({ takenOver: { changed: true, epoch: 2 }, outcome: { sent: {} } });
  expect(textsToCustomer(await desk.entries())).toEqual(['Ana joined the conversation.', 'Hi, Ana here.']);
});

test('[C7] an answer that arrives after a takeover is refused and kept as a suppressed draft', async () => {
  const desk = await openDesk();
  await desk.customerWrites('Can I get a refund?');
  await desk.takesOver(desk.ana);
  const late = { epoch: 1, seenThrough: 1, clientMessageId: 'late' };
  expect(await desk.agentAnswers('Sure, refund is on the way!', late)).toMatchObject({
    refused: 'STALE_EPOCH',
    epoch: 2,
  });
  await desk.agentAnswers('Sure, refund is on the way!', late);
  expect(await desk.suppressed()).toMatchObject([
    { text: 'Sure, refund is on the way!', epoch: 1, seenThrough: 1 },
  ]);
  expect(textsToCustomer(await desk.entries())).toEqual(['Ana joined the conversation.']);
});
