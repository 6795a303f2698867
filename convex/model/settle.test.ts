/// <reference types="vite/client" />
/** What must always happen at the end of a mutation: each duty is seen, and left out on purpose it is missed. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { api } from '../_generated/api';
import { openDesk } from '../desk.setup';
import { usualTargets } from '../shared/tickets/targets';
import { passTime, type TestMember } from '../test.setup';
import { openRoutedDesk } from '../routing.setup';
import { duties } from './settle';
import { readerOf, readList, readLoads, readShared, readTakeovers, readTicket } from '../readShared.setup';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const day = 86_400_000;

/** A desk with a ticket, what its one list row shows, and the arguments of a call on it. */
async function openTicketDesk() {
  const desk = await openDesk();
  await desk.customerWrites('hello');
  const { ticketId } = await desk.handsOver();
  const row = async () => (await desk.t.run((ctx) => ctx.db.query('ticketRows').first()))!;
  return { ...desk, of: { teamId: desk.teamId, ticketId }, row };
}

/** One person at their limit, a ticket that waits for them, and the one they have. */
async function openFullDesk() {
  const desk = await openRoutedDesk(['Ana'], { limit: 1 });
  const mine = await desk.openTicket();
  await desk.settle();
  const waits = await desk.openTicket();
  await desk.settle();
  const ana = desk.people[0]!;
  const isGiven = async () => {
    await desk.settle();
    return (await desk.ticket(waits.ticketId)).assigneeId === ana.memberId;
  };
  expect(await isGiven()).toBe(false);
  return { ...desk, ana, mine, waits, isGiven, of: { teamId: desk.teamId, ticketId: mine.ticketId } };
}

/** What each duty is for, as somebody would notice it. */
const seen: Record<keyof typeof duties, [what: string, scenario: () => Promise<void>][]> = {
  storeCase: [
    [
      '[M1] what was said is the end of the thread',
      async () => {
        const desk = await openDesk();
        await desk.customerWrites('hello');
        expect(await desk.read()).toMatchObject({ lastSequence: 1, preview: 'hello' });
      },
    ],
  ],
  armAnswerAlarm: [
    [
      '[H6] a message that the agent leaves unanswered becomes a handover',
      async () => {
        const desk = await openDesk();
        await desk.customerWrites('hello?');
        await passTime(desk.t, 61_000);
        expect(await desk.tickets()).toMatchObject([{ reason: 'agentFailed' }]);
      },
    ],
    [
      '[H6] and so does one that was written while an answer to an earlier one was under way',
      async () => {
        const desk = await openDesk();
        await desk.customerWrites('one');
        await passTime(desk.t, 50_000);
        await desk.customerWrites('two');
        const at = { seenThrough: 1, epoch: 1 };
        for (let i = 0; i < 4; i++) await desk.agentAnswers('to one', at);
        await passTime(desk.t, 59_000);
        expect(await desk.tickets()).toEqual([]);
        await passTime(desk.t, 2_000);
        expect(await desk.tickets()).toMatchObject([{ reason: 'agentFailed' }]);
      },
    ],
  ],
  refreshRows: [
    [
      '[E3] a list shows the priority that was set',
      async () => {
        const { ana, of, row } = await openTicketDesk();
        await ana.as.mutation(api.tickets.setPriority, { ...of, priority: 'urgent' });
        expect(await row()).toMatchObject({ priority: 'urgent' });
      },
    ],
    [
      '[E3] [T7] what a customer who waits said last stands there, whatever the agent says meanwhile',
      async () => {
        const { row, agentAnswers, customerWrites, takesOver, replies, ana } = await openTicketDesk();
        const { _id, ...asked } = await row();
        expect(asked).toMatchObject({ preview: 'hello', previewAuthor: 'customer', waits: true });
        await agentAnswers('Meanwhile I look into it.');
        expect(await row()).toEqual({ _id, ...asked });
        await customerWrites('Please hurry.');
        expect(await row()).toMatchObject({ preview: 'Please hurry.', waits: true });
        await takesOver(ana);
        await replies(ana, 'On it.');
        expect(await row()).toMatchObject({ preview: 'On it.', previewAuthor: 'operator', waits: false });
      },
    ],
    [
      '[E3] and who holds, and what was said last',
      async () => {
        const { ana, row, takesOver, replies } = await openTicketDesk();
        await takesOver(ana);
        await replies(ana, 'On it.');
        expect(await row()).toMatchObject({ holder: 'operator', operatorName: 'Ana', preview: 'On it.' });
      },
    ],
  ],
  refreshPlaces: [
    [
      '[E5] a ticket stands in the list of whoever took it, and no longer in that of nobody',
      async () => {
        const { ana, teamId, takesOver } = await openTicketDesk();
        const read = readerOf(ana.as, teamId);
        await takesOver(ana);
        expect(await readList(read, { list: 'assigned', memberId: ana.memberId })).toEqual([1]);
        expect(await readList(read, { list: 'unassigned' })).toEqual([]);
      },
    ],
  ],
  refreshTakeovers: [
    [
      '[B1] whoever takes a conversation is counted for the board, and who gives it back is not',
      async () => {
        const { ana, owner, teamId, takesOver, resolves } = await openTicketDesk();
        const read = readerOf(owner.as, teamId, 'manager');
        const { ticketId } = await takesOver(ana);
        expect(await readTakeovers(read, ana.memberId)).toEqual([1]);
        expect(await read(api.board.held, {})).toEqual({ all: 1, byTeam: 0 });
        await resolves(ana, ticketId);
        expect(await readTakeovers(read)).toEqual([]);
        expect(await read(api.board.held, {})).toEqual({ all: 0, byTeam: 0 });
      },
    ],
  ],
  noteLoads: [
    [
      '[A4] whoever takes a ticket carries it, and whoever loses it does not',
      async () => {
        const { ana, ben, owner, teamId, takesOver } = await openTicketDesk();
        await takesOver(ana);
        await takesOver(ben, { expectedEpoch: 2 });
        const loads = new Map(
          (await readLoads(owner.as, teamId)).map(({ memberId, load }) => [memberId, load]),
        );
        expect([loads.get(ana.memberId), loads.get(ben.memberId)]).toEqual([0, 1]);
      },
    ],
  ],
  ringIfMoved: [
    [
      '[A6] work that waits for the customer makes room for more',
      async () => {
        const { ana, of, isGiven, mine } = await openFullDesk();
        await mine.takesOver(ana);
        await mine.replies(ana, 'Which order is it?');
        const { expectedEpoch, seenThrough } = await mine.shown();
        await ana.as.mutation(api.tickets.returnToAgent, {
          teamId: of.teamId,
          conversationId: mine.conversationId,
          expectedEpoch,
          seenThrough,
        });
        await ana.as.mutation(api.tickets.setWaiting, { ...of, waitingOn: 'customer' });
        expect(await isGiven()).toBe(true);
      },
    ],
    [
      '[A6] and so does what is resolved, and what is snoozed',
      async () => {
        for (const act of ['resolve', 'snooze'] as const) {
          const { ana, of, isGiven, mine } = await openFullDesk();
          await mine.takesOver(ana);
          if (act === 'snooze') await ana.as.mutation(api.tickets.snooze, { ...of, until: Date.now() + day });
          else await mine.resolves(ana, of.ticketId);
          expect([act, await isGiven()]).toEqual([act, true]);
        }
      },
    ],
    [
      '[A6] a ticket that has become urgent does not wait for a ramp',
      async () => {
        const names = ['Ana', 'Ben'];
        const { people, teamId, declare, openTicket, settle, ticket } = await openRoutedDesk(names);
        const [ana, ben] = people as [TestMember, TestMember];
        await declare(ben, 'busy');
        await declare(ana, 'away');
        const tickets = [await openTicket(), await openTicket(), await openTicket(), await openTicket()];
        await declare(ana, 'online');
        await settle();
        const waiting = [];
        for (const { ticketId } of tickets) {
          if ((await ticket(ticketId)).assigneeId === undefined) waiting.push(ticketId);
        }
        expect(waiting.length).toBeGreaterThan(0);
        const ticketId = waiting[0]!;
        await ana.as.mutation(api.tickets.setPriority, { teamId, ticketId, priority: 'urgent' });
        await settle();
        expect((await ticket(ticketId)).assigneeId).toBeDefined();
      },
    ],
  ],
  clearWritten: [
    [
      '[C5] [lesson L23] what was sent with a takeover is no draft any more',
      async () => {
        const { ana, teamId, conversationId, customerWrites, read } = await openDesk();
        await customerWrites('hello');
        const of = { teamId, conversationId };
        await ana.as.mutation(api.drafts.save, { ...of, text: 'Hel', mode: 'reply' });
        const { lastSequence: seenThrough } = await read();
        await ana.as.mutation(api.messages.takeOverAndSend, {
          ...of,
          text: 'Hello!',
          clientMessageId: 'a',
          seenThrough,
        });
        expect(await ana.as.query(api.drafts.get, of)).toMatchObject({ reply: '' });
      },
    ],
    [
      '[lesson L23] nor is what was noted, and its author is not writing any more',
      async () => {
        const { ana, ben, teamId, conversationId } = await openDesk();
        const of = { teamId, conversationId };
        await ana.as.mutation(api.drafts.save, { ...of, text: 'Chec', mode: 'note' });
        await ana.as.mutation(api.typing.set, { ...of, isTyping: true });
        await ana.as.mutation(api.messages.note, { ...of, text: 'Check it', clientMessageId: 'a' });
        expect(await ana.as.query(api.drafts.get, of)).toMatchObject({ note: '' });
        expect(await readShared(ben.as, api.conversations.typing, of)).toEqual([]);
      },
    ],
  ],
  noteAwaited: [
    [
      '[P1] whose answer is awaited stands in the head, and no more once it is given or a person speaks',
      async () => {
        const { agentId, ana, customerWrites, agentAnswers, takesOver, read } = await openDesk();
        const awaited = async () => (await read()).awaitedAgentId;
        await customerWrites('hello');
        expect(await awaited()).toBe(agentId);
        await agentAnswers('Hello!');
        expect(await awaited()).toBeUndefined();
        await customerWrites('and now?');
        expect(await awaited()).toBe(agentId);
        await takesOver(ana);
        expect(await awaited()).toBeUndefined();
      },
    ],
  ],
  noteNeeds: [
    [
      '[A5] whom a ticket comes to has it before them as something to see to',
      async () => {
        const { ana, ben, of } = await openTicketDesk();
        await ben.as.mutation(api.tickets.assign, { ...of, memberId: ana.memberId });
        const { needs } = await ana.as.query(api.needs.mine, { teamId: of.teamId });
        expect(needs).toMatchObject([{ kind: 'assigned', number: 1 }]);
      },
    ],
  ],
  hurryPickUps: [
    [
      '[A9] who was given what has become urgent has less time to open it',
      async () => {
        const desk = await openRoutedDesk(['Ana']);
        const { teamId, manager } = desk;
        const { ticketId } = await desk.openTicket();
        await desk.settle();
        await manager.as.mutation(api.tickets.setPriority, { teamId, ticketId, priority: 'urgent' });
        const page = await readTicket(manager.as, { teamId, number: 1 });
        expect(page!.pickUpBy).toBe(Date.now() + 3 * 60_000);
      },
    ],
  ],
  keepClocks: [
    [
      '[T7] what is due is stored with what it follows from',
      async () => {
        const desk = await openDesk();
        const { teamId, manager, handsOver, tickets } = desk;
        await manager.as.mutation(api.teams.update, { teamId, targets: usualTargets });
        await handsOver();
        expect((await tickets())[0]!.deadline).toMatchObject({ target: 'firstReply' });
      },
    ],
  ],
  noteMeasures: [
    [
      '[B2] [B4] what happened is a fact in the same transaction, and so is what never came to happen',
      async () => {
        const { t, ana, customerWrites, handsOver, takesOver, replies } = await openDesk();
        const kinds = () =>
          t.run(async (ctx) => {
            const messages = await ctx.db.query('measureMessages').collect();
            const facts = [...messages, ...(await ctx.db.query('measureFacts').collect())];
            return facts.toSorted((a, b) => a._creationTime - b._creationTime).map(({ kind }) => kind);
          });
        await customerWrites('hello');
        expect(await kinds()).toEqual(['customerMessage', 'begun']);
        await handsOver();
        expect((await kinds()).slice(2)).toEqual(['withPerson', 'handover']);
        await takesOver(ana);
        await replies(ana, 'Here I am.', { clientMessageId: 'once' });
        expect((await kinds()).slice(4)).toEqual(['tookUp', 'operatorMessage', 'firstReply']);
        await replies(ana, 'Here I am.', { clientMessageId: 'once' });
        expect((await kinds()).slice(7)).toEqual(['duplicate']);
      },
    ],
  ],
  leaveLive: [
    [
      '[B5] what a person has taken is not among what agents are answering',
      async () => {
        const { t, ana, teamId, customerWrites, takesOver } = await openDesk();
        const live = async () => (await readShared(ana.as, api.live.list, { teamId })).conversations.length;
        await customerWrites('hello');
        await passTime(t, 2_500);
        expect(await live()).toBe(1);
        await takesOver(ana);
        expect(await live()).toBe(0);
      },
    ],
  ],
  refreshHelp: [
    [
      '[B6] who asks for help stands on the board until the ticket has ended',
      async () => {
        const { t, ana, of } = await openTicketDesk();
        const flags = () => t.run((ctx) => ctx.db.query('helpFlags').collect());
        await ana.as.mutation(api.tickets.askForHelp, { ...of, memberId: null, why: 'Who may refund this?' });
        expect(await flags()).toMatchObject([{ number: 1 }]);
        await ana.as.mutation(api.tickets.endHelp, of);
        expect(await flags()).toEqual([]);
      },
    ],
  ],
  watchDeadlines: [
    [
      '[T7] [A5] whoever has a ticket is told before it is due',
      async () => {
        const { t, ana, manager, teamId, tickets, takesOver, handsOver } = await openDesk();
        await manager.as.mutation(api.teams.update, { teamId, targets: usualTargets });
        await handsOver();
        await takesOver(ana);
        const { nearAt } = (await tickets())[0]!.deadline!;
        await passTime(t, nearAt - Date.now() + 1);
        const { needs } = await ana.as.query(api.needs.mine, { teamId });
        expect(needs.filter(({ kind }) => kind === 'near')).toHaveLength(1);
      },
    ],
  ],
  noteActed: [
    [
      '[A9] whoever has answered is not asked whether they picked it up',
      async () => {
        const desk = await openRoutedDesk(['Ana']);
        const { t, people } = desk;
        const thread = await desk.openTicket();
        await desk.settle();
        const pickUps = async () =>
          (await t.run((ctx) => ctx.db.query('alarms').collect())).filter(({ kind }) => kind === 'pickUp');
        expect(await pickUps()).toHaveLength(1);
        await thread.takesOver(people[0]!);
        expect(await pickUps()).toEqual([]);
      },
    ],
  ],
  makeFindable: [
    [
      '[T9] what was said can be found',
      async () => {
        const { t, customerWrites } = await openDesk();
        await customerWrites('The parcel is late');
        expect(await t.run((ctx) => ctx.db.query('searchRows').collect())).toMatchObject([
          { kind: 'message', words: 'the parcel is late' },
        ]);
      },
    ],
  ],
  tellAgent: [
    [
      '[P3] what a customer writes is told to an agent that asked for it, by whatever way it came',
      async () => {
        const { t, teamId, agentId, customerWrites } = await openDesk();
        await t.run(async (ctx) => {
          await ctx.db.patch(agentId, { hasWebhooks: true });
          await ctx.db.insert('webhookEndpoints', {
            teamId,
            agentId,
            // Never called: it is refused before.
            url: 'https://127.0.0.1/',
            secret: '',
            events: ['message.toAnswer'],
            active: true,
          });
        });
        await customerWrites('hello');
        expect(await t.run((ctx) => ctx.db.query('webhookEvents').collect())).toMatchObject([
          { type: 'message.toAnswer', state: 'waiting' },
        ]);
      },
    ],
  ],
};

const scenarios = Object.entries(seen).flatMap(([duty, all]) =>
  all.map(([what, scenario]) => [what, duty, scenario] as const),
);

describe('every duty', () => {
  test.each(scenarios)('%s', async (_what, _duty, scenario) => {
    await scenario();
  });

  test('has a scenario', () => {
    expect(Object.keys(seen).toSorted()).toEqual(Object.keys(duties).toSorted());
  });
});

describe('a duty left out is missed', () => {
  test.each(scenarios)('%s: without %s it fails', async (_what, duty, scenario) => {
    const kept = duties[duty]!;
    duties[duty] = async () => {};
    try {
      await expect(scenario()).rejects.toThrow();
    } finally {
      duties[duty] = kept;
    }
  });
});
