import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { api } from '../../_generated/api';
import { openDesk, refused } from '../../desk.setup';
import { recordOnTicket } from './events';
import { readShared, readTicket } from '../../readShared.setup';
import { mostHelp } from '../../shared/tickets/help';
import { replayTicket } from '../../shared/tickets/ticketState';
import type { TestMember } from '../../test.setup';

beforeEach(() => vi.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => {
  vi.useRealTimers();
});

/** A ticket of Ana's. */
async function openHers() {
  const desk = await openDesk();
  const { teamId, ana, manager, owner } = desk;
  await desk.customerWrites('Where is my order?');
  const { ticketId } = await desk.handsOver();
  const of = { teamId, ticketId };
  await desk.takesOver(ana);
  const ask = (why: string, memberId: TestMember['memberId'] | null = null, who: TestMember = ana) =>
    who.as.mutation(api.tickets.askForHelp, { ...of, memberId, why });
  const end = (who: TestMember) => who.as.mutation(api.tickets.endHelp, of);
  const help = async () => (await readTicket(ana.as, { teamId, number: 1 }))!.ticket.help;
  const onBoard = () => readShared(owner.as, api.board.help, { teamId }, 'manager');
  const row = () => readShared(ana.as, api.tickets.row, { teamId, number: 1 });
  const needOf = async (who: TestMember) =>
    (await who.as.query(api.needs.mine, { teamId })).needs.filter(({ kind }) => kind === 'help');
  return { ...desk, of, ask, end, help, onBoard, row, needOf, ana, manager };
}

describe('[B6] whoever asks', () => {
  test('is seen on the board and in the row with why, and those who manage are told, nobody else', async () => {
    const { ask, help, onBoard, row, needOf, ana, ben, manager, owner } = await openHers();
    await ask('  The refund is\n over my limit ');
    const asked = { by: ana.memberId, why: 'The refund is over my limit' };
    expect(await help()).toMatchObject({ ...asked, to: expect.arrayContaining([manager.memberId]) });
    expect(await onBoard()).toEqual([1]);
    expect(await row()).toMatchObject({ help: asked });
    for (const who of [manager, owner])
      expect(await needOf(who)).toMatchObject([{ number: 1, byMemberId: ana.memberId }]);
    for (const who of [ana, ben]) expect(await needOf(who)).toEqual([]);
  });

  test('may ask one colleague, and asked again it is as said last', async () => {
    const { ask, help, needOf, onBoard, ben, manager, ana } = await openHers();
    await ask('Do you know this?', ben.memberId);
    expect(await needOf(ben)).toHaveLength(1);
    expect(await needOf(manager)).toEqual([]);
    await ask('Rather you', manager.memberId);
    expect(await help()).toMatchObject({ by: ana.memberId, to: [manager.memberId], why: 'Rather you' });
    expect(await needOf(ben)).toEqual([]);
    expect(await needOf(manager)).toHaveLength(1);
    expect(await onBoard()).toEqual([1]);
  });

  test('says a line of at most 280 characters, asks somebody else, of a ticket that is open', async () => {
    const { ask, ana, resolves, of } = await openHers();
    const invalid = { code: 'INVALID_INPUT' };
    expect(await refused(ask(' \u200b '))).toMatchObject(invalid);
    expect(await refused(ask('x'.repeat(mostHelp.why + 1)))).toMatchObject(invalid);
    expect(await refused(ask('Me', ana.memberId))).toMatchObject(invalid);
    await ask('👩‍👩‍👧‍👦'.repeat(mostHelp.why));
    await resolves(ana, of.ticketId);
    expect(await refused(ask('Late'))).toMatchObject({ code: 'ILLEGAL_TRANSITION' });
  });
});

describe('[B6] it ends', () => {
  const ended = async ({ help, onBoard, row, needOf, manager }: Awaited<ReturnType<typeof openHers>>) => {
    expect(await help()).toBeUndefined();
    expect(await onBoard()).toEqual([]);
    expect(await row()).toMatchObject({ help: null });
    expect(await needOf(manager)).toEqual([]);
  };

  test('by whoever asked, was asked or manages; not by another', async () => {
    for (const who of ['ana', 'ben', 'manager'] as const) {
      const desk = await openHers();
      await desk.ask('Help', who === 'ben' ? desk.ben.memberId : null);
      if (who !== 'ben') expect(await refused(desk.end(desk.ben))).toMatchObject({ code: 'NOT_ALLOWED' });
      await desk.end(desk[who]);
      await ended(desk);
    }
  });

  test('when somebody else takes over or is given it, and with the ticket', async () => {
    const taken = await openHers();
    await taken.ask('Help');
    const steal = { expectedEpoch: (await taken.control()).epoch };
    await taken.takesOver(taken.manager, steal);
    await ended(taken);

    const given = await openHers();
    await given.ask('Help');
    const confirmSteal = { expectedEpoch: (await given.control()).epoch };
    await given.manager.as.mutation(api.tickets.assign, {
      ...given.of,
      memberId: given.ben.memberId,
      confirmSteal,
    });
    await ended(given);

    const resolved = await openHers();
    await resolved.ask('Help');
    await resolved.resolves(resolved.ana, resolved.of.ticketId);
    await ended(resolved);
  });

  test('when somebody takes over what was theirs already, but for whoever asked', async () => {
    for (const who of ['ben', 'ana'] as const) {
      const desk = await openDesk();
      const { teamId, owner, ana } = desk;
      await desk.customerWrites('Where is my order?');
      const of = { teamId, ticketId: (await desk.handsOver()).ticketId };
      const { memberId } = desk[who];
      await owner.as.mutation(api.tickets.assign, { ...of, memberId });
      await ana.as.mutation(api.tickets.askForHelp, { ...of, memberId: null, why: 'Help' });
      await desk.takesOver(desk[who]);
      const help = replayTicket(await desk.entries(), of.ticketId)!.help;
      expect((await readTicket(ana.as, { teamId, number: 1 }))!.ticket.help).toEqual(help);
      expect(help?.why).toBe(who === 'ana' ? 'Help' : undefined);
      const { needs } = await owner.as.query(api.needs.mine, { teamId });
      expect(needs.filter(({ kind }) => kind === 'help')).toHaveLength(who === 'ana' ? 1 : 0);
    }
  });

  test('not with a pass that gives it: the desk knows nothing of what was asked', async () => {
    const { ask, of, inCase, ana, ben, help, needOf, manager } = await openHers();
    await ask('Help');
    await inCase(async (ctx, opened) => {
      const event = {
        type: 'assigned' as const,
        from: ana.memberId,
        to: ben.memberId,
        how: 'automatic' as const,
      };
      await recordOnTicket(ctx, opened, opened.activeTicket!, event, { kind: 'system' });
    });
    expect((await readTicket(ana.as, { teamId: of.teamId, number: 1 }))!.ticket.assigneeId).toBe(
      ben.memberId,
    );
    expect(await help()).toMatchObject({ why: 'Help' });
    expect(await needOf(manager)).toHaveLength(1);
  });

  test('not with what the asker says or does, nor with a look of who was asked', async () => {
    const { ask, of, help, ana, manager, onBoard, needOf, replies } = await openHers();
    await ask('Help');
    await replies(ana, 'One moment.');
    await ana.as.mutation(api.tickets.assign, { ...of, memberId: ana.memberId });
    await manager.as.mutation(api.tickets.noteOpened, of);
    expect(await needOf(manager)).toEqual([]);
    expect(await help()).toMatchObject({ why: 'Help' });
    expect(await onBoard()).toEqual([1]);
  });
});

test('[B6] [T8] the flag is the replay of the thread, at each step', async () => {
  const { ask, end, of, ana, entries, help, manager, control, takesOver } = await openHers();
  const replayed = async () => replayTicket(await entries(), of.ticketId)?.help;
  await ask('One');
  expect(await replayed()).toEqual(await help());
  await end(ana);
  expect(await replayed()).toBeUndefined();
  await ask('Two');
  expect(await replayed()).toMatchObject({ why: 'Two', by: ana.memberId });
  await takesOver(manager, { expectedEpoch: (await control()).epoch });
  expect(await replayed()).toBeUndefined();
});
