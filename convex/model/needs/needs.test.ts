import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { api, internal } from '../../_generated/api';
import { openDesk } from '../../desk.setup';
import { passTime, refusal, type TestMember } from '../../test.setup';

vi.setConfig({ testTimeout: 20_000 });
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A ticket of Ana's, given to her by the manager and seen. */
async function openHers() {
  const desk = await openDesk();
  const { t, teamId, ana, manager } = desk;
  await desk.customerWrites('Where is my order?');
  const { ticketId } = await desk.handsOver();
  const of = { teamId, ticketId };
  const steal = async () => ({ expectedEpoch: (await desk.control()).epoch });
  const give = async (to: TestMember, by: TestMember = manager) =>
    by.as.mutation(api.tickets.assign, { ...of, memberId: to.memberId, confirmSteal: await steal() });
  const kindsOf = async (who: TestMember) =>
    (await who.as.query(api.needs.mine, { teamId })).needs.map(({ kind }) => kind).toSorted();
  const opens = (who: TestMember) => who.as.mutation(api.tickets.noteOpened, of);
  const rows = () => t.run((ctx) => ctx.db.query('needs').collect());
  await give(ana);
  return { ...desk, of, give, kindsOf, opens, rows };
}

describe('[A5] who has to see to what', () => {
  test('a ticket that somebody gives them, by name; not one they take themselves', async () => {
    const { ana, ben, manager, teamId, kindsOf, give } = await openHers();
    const { needs } = await ana.as.query(api.needs.mine, { teamId });
    expect(needs).toMatchObject([{ kind: 'assigned', number: 1, byMemberId: manager.memberId }]);
    await give(ben, ben);
    expect(await kindsOf(ben)).toEqual([]);
  });

  test('what its customer writes: one row, however often, since the first; nothing of what the agent says', async () => {
    const { ana, opens, customerWrites, agentAnswers, rows, kindsOf } = await openHers();
    await opens(ana);
    await customerWrites('Hello?');
    const [first] = await rows();
    vi.setSystemTime(Date.now() + 60_000);
    await agentAnswers('I look into it.');
    await customerWrites('Anybody?');
    expect(await rows()).toEqual([first]);
    expect(await kindsOf(ana)).toEqual(['replied']);
  });

  test('[T6] not what is written to a resolved ticket, and it is news again when it comes back to life', async () => {
    const { ana, of, resolves, customerWrites, kindsOf, handsOver } = await openHers();
    await resolves(ana, of.ticketId);
    await customerWrites('One more thing');
    expect(await kindsOf(ana)).toEqual([]);
    await handsOver();
    expect(await kindsOf(ana)).toEqual(['assigned']);
  });

  test('[T3] a snooze that ends by itself, not one that they end', async () => {
    const { t, ana, of, kindsOf } = await openHers();
    const hour = 3_600_000;
    await ana.as.mutation(api.tickets.snooze, { ...of, until: Date.now() + hour });
    await ana.as.mutation(api.tickets.snooze, { ...of, until: null });
    expect(await kindsOf(ana)).toEqual([]);
    await ana.as.mutation(api.tickets.snooze, { ...of, until: Date.now() + hour });
    await passTime(t, hour + 1_000, 60_000);
    expect(await kindsOf(ana)).toEqual(['woke']);
  });

  test('[C5] what a colleague takes from them: the conversation they hold, or the ticket', async () => {
    const { ana, ben, teamId, takesOver, control, kindsOf, give, opens } = await openHers();
    await takesOver(ana);
    await takesOver(ben, { expectedEpoch: (await control()).epoch });
    expect(await kindsOf(ana)).toEqual(['taken']);
    const { needs } = await ana.as.query(api.needs.mine, { teamId });
    expect(needs[0]!.byMemberId).toBe(ben.memberId);
    expect(await kindsOf(ben)).toEqual([]);
    await opens(ana);
    await give(ana);
    await give(ben);
    expect(await kindsOf(ana)).toEqual(['taken']);
    expect(await kindsOf(ben)).toEqual(['assigned']);
  });

  test('[C5] also by resolving it over them', async () => {
    const { ana, ben, of, takesOver, shown, kindsOf } = await openHers();
    await takesOver(ana);
    await ben.as.mutation(api.tickets.resolve, { ...of, ...(await shown()), confirmSteal: true });
    expect(await kindsOf(ana)).toEqual(['taken']);
  });
});

describe('handled is handled everywhere', () => {
  test('by opening it, each their own', async () => {
    const { ana, ben, opens, kindsOf } = await openHers();
    await opens(ben);
    expect(await kindsOf(ana)).toEqual(['assigned']);
    await opens(ana);
    expect(await kindsOf(ana)).toEqual([]);
  });

  test('by answering, also when a colleague answers', async () => {
    const { ana, ben, takesOver, replies, customerWrites, kindsOf } = await openHers();
    await customerWrites('Hello?');
    expect(await kindsOf(ana)).toEqual(['assigned', 'replied']);
    await takesOver(ana);
    expect(await kindsOf(ana)).toEqual([]);
    await customerWrites('Are you there?');
    expect(await kindsOf(ana)).toEqual(['replied']);
    await replies(ana, 'Yes.');
    expect(await kindsOf(ana)).toEqual([]);
    expect(await kindsOf(ben)).toEqual([]);
  });

  test('when it goes to somebody else, and when it ends', async () => {
    const { ana, ben, manager, of, give, customerWrites, kindsOf, shown } = await openHers();
    await customerWrites('Hello?');
    await give(ben);
    expect(await kindsOf(ana)).toEqual(['taken']);
    await customerWrites('Hello?');
    await manager.as.mutation(api.tickets.resolve, { ...of, ...(await shown()) });
    expect(await kindsOf(ben)).toEqual([]);
  });

  test('by dismissing one, twice without harm, or all that was shown', async () => {
    const { ana, teamId, of, customerWrites, kindsOf } = await openHers();
    vi.setSystemTime(Date.now() + 1_000);
    await customerWrites('Hello?');
    for (const _ of [1, 2]) await ana.as.mutation(api.needs.dismiss, { ...of, kind: 'replied' });
    expect(await kindsOf(ana)).toEqual(['assigned']);
    const [newest] = (await ana.as.query(api.needs.mine, { teamId })).needs;
    vi.setSystemTime(Date.now() + 1_000);
    await customerWrites('Anybody?');
    await ana.as.mutation(api.needs.dismissAll, { teamId, through: newest!.at });
    expect(await kindsOf(ana)).toEqual(['replied']);
  });
});

test('[R1] a removed member has nothing to see to any more, also of what is taken from them by it', async () => {
  const { t, teamId, owner, ana, takesOver, customerWrites, rows } = await openHers();
  await takesOver(ana);
  await customerWrites('Hello?');
  await owner.as.mutation(api.members.remove, { teamId, memberId: ana.memberId });
  await passTime(t, 1_000);
  expect((await rows()).filter(({ memberId }) => memberId === ana.memberId)).toEqual([]);
});

test('[E3] a thousand are shown a hundred at a time, dismissed in batches, and swept after two weeks', async () => {
  const { t, teamId, ana, of } = await openHers();
  const add = (count: number, at: number) =>
    t.run(async (ctx) => {
      for (let i = 0; i < count; i++)
        await ctx.db.insert('needs', {
          ...of,
          memberId: ana.memberId,
          number: 1,
          kind: 'mention',
          at: at + i,
        });
    });
  const count = () => t.run(async (ctx) => (await ctx.db.query('needs').collect()).length);
  await add(1_000, Date.now());
  const shown = await ana.as.query(api.needs.mine, { teamId });
  expect(shown).toMatchObject({ more: true });
  expect(shown.needs).toHaveLength(100);
  await ana.as.mutation(api.needs.dismissAll, { teamId, through: shown.needs[0]!.at });
  await passTime(t, 10_000);
  expect(await count()).toBe(0);
  await add(150, Date.now() - 14 * 86_400_000 - 1_000);
  await add(1, Date.now());
  await t.mutation(internal.jobs.sweeps.expired, {});
  await passTime(t, 1_000);
  expect(await count()).toBe(1);
});

describe('mentions', () => {
  const noteOf = async (
    desk: Awaited<ReturnType<typeof openHers>>,
    text: string,
    who: TestMember[],
    names = ['Ana', 'Ben'],
  ) =>
    desk.manager.as.mutation(api.messages.note, {
      teamId: desk.teamId,
      conversationId: desk.conversationId,
      text,
      clientMessageId: text,
      mentions: who.map(({ memberId }, index) => ({ memberId, name: names[index]! })),
    });

  test('are told to whom a note names, by whom, and stay in their view once handled', async () => {
    const desk = await openHers();
    const { ana, ben, manager, teamId, kindsOf, opens, of } = desk;
    await opens(ana);
    await noteOf(desk, 'Please look, @Ana and @Ben', [ana, ben]);
    const { needs } = await ben.as.query(api.needs.mine, { teamId });
    expect(needs).toMatchObject([{ kind: 'mention', ticketId: of.ticketId, byMemberId: manager.memberId }]);
    expect(await kindsOf(ana)).toEqual(['mention']);
    await opens(ben);
    expect(await kindsOf(ben)).toEqual([]);
    expect(await ben.as.query(api.needs.mentionedIn, { teamId })).toEqual([1]);
    expect((await desk.entries()).at(-1)).toMatchObject({ mentions: [{ name: 'Ana' }, { name: 'Ben' }] });
  });

  test('outlive the resolving of the ticket, until they are read', async () => {
    const desk = await openHers();
    await noteOf(desk, 'For next time: @Ben', [desk.ben], ['Ben']);
    await desk.manager.as.mutation(api.tickets.resolve, { ...desk.of, ...(await desk.shown()) });
    expect(await desk.kindsOf(desk.ben)).toEqual(['mention']);
  });

  test('[R1] a removed member is not mentioned, nor whom the text does not name, nor oneself; the note is kept', async () => {
    const desk = await openHers();
    const { owner, teamId, ana, ben, manager, kindsOf } = desk;
    await owner.as.mutation(api.members.remove, { teamId, memberId: ben.memberId });
    await noteOf(desk, '@Ben, @Maya', [ben, manager, ana], ['Ben', 'Maya', 'Ana']);
    const [note] = (await desk.entries()).filter(({ kind }) => kind === 'note');
    expect(note!.mentions).toEqual([{ memberId: manager.memberId, name: 'Maya' }]);
    expect(await kindsOf(manager)).toEqual([]);
    expect((await desk.rows()).filter(({ kind }) => kind === 'mention')).toEqual([]);
  });

  test('[R2] nobody of another team, and no more than twenty', async () => {
    const desk = await openHers();
    const other = await openDesk({ beside: desk.t });
    expect(await refusal(noteOf(desk, '@Ana', [other.ana], ['Ana']))).toBe('NOT_FOUND');
    const many = Array.from({ length: 21 }, () => desk.ana);
    expect(
      await refusal(
        noteOf(
          desk,
          '@Ana many',
          many,
          many.map(() => 'Ana'),
        ),
      ),
    ).toBe('INVALID_INPUT');
  });
});
