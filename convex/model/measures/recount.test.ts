/// <reference types="vite/client" />
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api } from '../../_generated/api';
import { openDesk } from '../../desk.setup';
import { readKeyOf } from '../../readShared.setup';
import { transact } from '../../test.setup';
import { beginRecount } from './recount';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('[B2] [E3] a thread of more entries than one transaction reads is counted anew in parts, and what comes between them once', async () => {
  const desk = await openDesk();
  const { t, teamId, ana, manager } = desk;
  const readKey = await readKeyOf(manager.as, teamId, 'manager');
  const today = Math.floor(Date.now() / 86_400_000);
  const asked = { teamId, readKey, by: 'team' as const, from: today, to: today };
  const pass = async () => {
    vi.advanceTimersByTime(11_000);
    await t.finishInProgressScheduledFunctions();
  };
  const row = () => t.run((ctx) => ctx.db.query('measureTeams').first());
  const figures = async () => (await t.query(api.reports.figures, asked)).rows[0];

  await desk.handsOver();
  await desk.takesOver(ana);
  for (let at = 0; at < 230; at++) {
    await desk.customerWrites(`Question ${at}`);
    await desk.replies(ana, `Answer ${at}`);
  }
  for (let left = 8; left > 0; left--) await pass();
  const before = await figures();
  expect(before).toMatchObject({
    counts: { customerMessage: 230, operatorMessage: 230, handover: 1, firstReply: 1, nextReply: 229 },
  });

  await transact(t, (ctx) => beginRecount(ctx, teamId, undefined));
  // Its first part, and no more.
  vi.advanceTimersByTime(0);
  await t.finishInProgressScheduledFunctions();
  expect(await row()).toMatchObject({ generation: 0, recount: { generation: 1 } });
  expect(await figures()).toEqual(before);
  await desk.customerWrites('One more');
  for (let left = 8; left > 0; left--) await pass();
  expect(await row()).toMatchObject({ generation: 1 });
  expect(await row()).not.toHaveProperty('recount');
  expect((await figures())!.counts).toEqual({ ...before!.counts, customerMessage: 231 });
  expect((await figures())!.nextReply).toEqual(before!.nextReply);
}, 60_000);
