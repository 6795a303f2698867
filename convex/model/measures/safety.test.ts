/// <reference types="vite/client" />
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api, internal } from '../../_generated/api';
import { type OpenDesk, openDesk } from '../../desk.setup';
import { readKeyOf } from '../../readShared.setup';
import { recordOnTicket } from '../tickets/events';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const today = () => Math.floor(Date.now() / 86_400_000);

async function asked({ manager, teamId }: OpenDesk) {
  const days = { from: today(), to: today() };
  return { teamId, readKey: await readKeyOf(manager.as, teamId, 'manager'), by: 'team' as const, ...days };
}

/** What has been counted once the job has come by, and what opens behind it, counted or not. */
async function meter(desk: OpenDesk) {
  const { t, teamId } = desk;
  // It leaves what is younger than a second.
  vi.advanceTimersByTime(1_100);
  await t.mutation(internal.jobs.measures.fold, { teamId });
  const { rows } = await t.query(api.reports.figures, await asked(desk));
  return rows[0]!.counts;
}

const behind = async (desk: OpenDesk, kind: 'refused' | 'suppressed' | 'duplicate' | 'loop') =>
  (await desk.t.query(api.reports.behind, { ...(await asked(desk)), kind, of: '' })).rows;

test('[B4] what the door refused, held back or took once is counted, and each number opens its tickets', async () => {
  const desk = await openDesk();
  const { ana, ben, customerWrites, handsOver, takesOver, agentAnswers, replies } = desk;
  await customerWrites('Where is my order?');
  await agentAnswers('Too early', { seenThrough: 0 });
  await handsOver();
  // The agent speaks: an operator is told to take over first.
  await replies(ana, 'I am on it.');
  await takesOver(ana);
  const late = { epoch: 1, clientMessageId: 'late' };
  expect(await agentAnswers('Late', late)).toMatchObject({ refused: 'STALE_EPOCH' });
  // Tried again by its platform: it is kept once, and counted once.
  await agentAnswers('Late', late);
  await replies(ana, 'On its way.', { clientMessageId: 'once' });
  await replies(ana, 'On its way.', { clientMessageId: 'once' });
  await replies(ben, 'I say so, too.');
  const [ticket] = await desk.tickets();
  await desk.inCase((ctx, opened) =>
    recordOnTicket(
      ctx,
      opened,
      ticket!,
      { type: 'loopBroken', address: 'robot@shop.test' },
      { kind: 'system' },
    ),
  );
  const seen = await behind(desk, 'refused');
  expect(await meter(desk)).toMatchObject({ refused: 3, suppressed: 1, duplicate: 1, loop: 1 });
  expect(await behind(desk, 'refused')).toEqual(seen);
  expect(seen.map(({ code, number }) => [code, number])).toEqual([
    ['CONTROL_HELD', 1],
    ['TAKE_OVER_FIRST', 1],
    ['SUPERSEDED', 1],
  ]);
  for (const kind of ['suppressed', 'duplicate', 'loop'] as const)
    expect(await behind(desk, kind), kind).toMatchObject([{ number: 1 }]);
});

test('[B3] [E5] figures are opened by the key of managers alone, and a range that cannot be is refused', async () => {
  const desk = await openDesk();
  const args = await asked(desk);
  const theirs = { ...args, readKey: await readKeyOf(desk.ana.as, desk.teamId) };
  await expect(desk.t.query(api.reports.figures, theirs)).rejects.toThrow('NOT_FOUND');
  for (const days of [
    { from: 2, to: 1 },
    { from: 0, to: 92 },
    { from: 0.5, to: 1 },
    { from: Number.NaN, to: 1 },
  ])
    await expect(desk.t.query(api.reports.figures, { ...args, ...days })).rejects.toThrow('INVALID_INPUT');
  // Beyond what a date can say, too.
  for (const minute of [-1, 0.5, 8.64e15 / 60_000, 2 ** 53, Infinity]) {
    const lately = { teamId: desk.teamId, readKey: args.readKey, minute, hours: 72 };
    await expect(desk.t.query(api.reports.share, lately), `${minute}`).rejects.toThrow('INVALID_INPUT');
    await expect(desk.t.query(api.reports.handovers, lately), `${minute}`).rejects.toThrow('INVALID_INPUT');
  }
  const latest = {
    teamId: desk.teamId,
    readKey: args.readKey,
    minute: 8.64e15 / 60_000 - 1_000_000,
    hours: 72,
  };
  expect((await desk.t.query(api.reports.share, latest)).hours).toHaveLength(72);
});
