import { afterEach, expect, test, vi } from 'vitest';
import { api, internal } from '../../_generated/api';
import { openDesk } from '../../desk.setup';
import { readShared } from '../../readShared.setup';
import { useFakeDay } from '../../routing.setup';
import { passTime } from '../../test.setup';

afterEach(() => {
  vi.useRealTimers();
});

test('[B1] [B3] who asks once more for what a person is awaited for has asked once; a reply, or another reason, makes it a handover', async () => {
  useFakeDay();
  const desk = await openDesk();
  const { t, teamId, ana, manager } = desk;
  const handovers = async () => {
    await passTime(t, 15_000);
    await t.mutation(internal.jobs.measures.fold, { teamId });
    const today = Math.floor(Date.now() / 86_400_000);
    const asked = { teamId, by: 'team' as const, from: today, to: today };
    const { rows } = await readShared(manager.as, api.reports.figures, asked, 'manager');
    const minute = Math.floor(Date.now() / 60_000);
    const board = await readShared(
      manager.as,
      api.reports.handovers,
      { teamId, minute, hours: 24 },
      'manager',
    );
    const shown = board.lately.reduce((sum, { count }) => sum + count, 0);
    expect(rows[0]?.counts.handover).toBe(shown);
    return shown;
  };
  const asks = async (reason: 'noAnswer' | 'customerAsked' = 'noAnswer') => {
    await desk.customerWrites('Refund now!');
    await desk.handsOver(reason);
  };
  await asks();
  await asks();
  await asks();
  expect(await handovers()).toBe(1);
  await asks('customerAsked');
  expect(await handovers()).toBe(2);
  await desk.takesOver(ana);
  await desk.replies(ana, 'On its way.');
  await asks('customerAsked');
  expect(await handovers()).toBe(3);
});

test('[B4] a conversation that is counted is named by what it is about, and by its ticket once it has one', async () => {
  useFakeDay();
  const desk = await openDesk();
  const begun = async () => {
    const day = Math.floor(Date.now() / 86_400_000);
    const asked = {
      teamId: desk.teamId,
      kind: 'begun' as const,
      by: 'team' as const,
      of: '',
      from: day,
      to: day,
    };
    return (await readShared(desk.manager.as, api.reports.behind, asked, 'manager')).rows;
  };
  await desk.customerWrites('Where is my parcel?');
  const nameless = (await begun())[0]?.about;
  expect(nameless).toMatch(/\S/);
  await desk.t.run((ctx) => ctx.db.patch(desk.conversationId, { subject: 'Where is my parcel?' }));
  expect(await begun()).toMatchObject([{ number: null, about: 'Where is my parcel?' }]);
  await desk.handsOver('noAnswer');
  expect(await begun()).toMatchObject([{ number: 1, about: null }]);
});
