/// <reference types="vite/client" />
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { internal } from '../../_generated/api';
import { openDesk, startThread } from '../../desk.setup';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  vi.setSystemTime(Date.UTC(2026, 10, 24, 12));
});
afterEach(() => {
  vi.useRealTimers();
});

test('[H5] how long a person usually takes is known once ten were answered, and written only when it changes', async () => {
  const desk = await openDesk();
  const { t, teamId, ana } = desk;
  const usual = () => t.run((ctx) => ctx.db.query('usualWaits').collect());
  const answeredAfter = async (minutes: number) => {
    const thread = await startThread(desk, 'web');
    await thread.customerWrites('Hello');
    await thread.handsOver();
    vi.setSystemTime(Date.now() + minutes * 60_000);
    await thread.takesOver(ana);
    await thread.replies(ana, 'Hi');
  };
  const count = async () => {
    vi.setSystemTime(Date.now() + 2_000);
    await t.mutation(internal.jobs.measures.fold, { teamId });
  };
  for (let n = 0; n < 9; n++) await answeredAfter(4);
  await count();
  expect(await usual()).toEqual([]);
  await answeredAfter(4);
  await count();
  const [row] = await usual();
  expect(row).toMatchObject({ teamId, minutes: 4 });
  await answeredAfter(50);
  await count();
  expect(await usual()).toEqual([row]);
  // Of a week ago nothing is said any more.
  vi.setSystemTime(Date.now() + 8 * 86_400_000);
  await answeredAfter(1);
  await count();
  expect(await usual()).toEqual([]);
});
