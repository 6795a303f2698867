/// <reference types="vite/client" />
import { expect, test } from 'vitest';
import { api } from './_generated/api';
import { openDesk, refused } from './desk.setup';
import { readerOf } from './readShared.setup';
import { maxSavedViews } from './shared/tickets/savedViews';

test('[R2] one’s own views are nobody else’s; the team’s are read by all and kept by managers', async () => {
  const { teamId, ana, ben, manager } = await openDesk();
  const list = { view: 'all', tag: 'vip' };
  const own = { teamId, name: 'VIPs', list };
  const viewId = await ana.as.mutation(api.savedViews.save, own);
  const mine = async () => ana.as.query(api.savedViews.mine, { teamId });
  expect(await mine()).toEqual([{ _id: viewId, name: 'VIPs', list }]);
  expect(await ben.as.query(api.savedViews.mine, { teamId })).toEqual([]);
  await ben.as.mutation(api.savedViews.remove, { teamId, viewId });
  await manager.as.mutation(api.savedViews.removeForTeam, { teamId, viewId });
  expect(await ben.as.mutation(api.savedViews.save, { ...own, viewId, name: 'Mine now' })).not.toBe(viewId);
  expect(await mine()).toEqual([{ _id: viewId, name: 'VIPs', list }]);

  const ofTeam = await manager.as.mutation(api.savedViews.saveForTeam, own);
  const teams = () => readerOf(ana.as, teamId)(api.savedViews.ofTeam, {});
  await ana.as.mutation(api.savedViews.remove, { teamId, viewId: ofTeam });
  expect(await teams()).toMatchObject([{ _id: ofTeam, name: 'VIPs' }]);
  for (const act of [
    ana.as.mutation(api.savedViews.saveForTeam, { ...own, viewId: ofTeam }),
    ana.as.mutation(api.savedViews.removeForTeam, { teamId, viewId: ofTeam }),
  ])
    expect(await refused(act)).toMatchObject({ code: 'NOT_ALLOWED' });
  await manager.as.mutation(api.savedViews.removeForTeam, { teamId, viewId: ofTeam });
  expect(await teams()).toEqual([]);
  await ana.as.mutation(api.savedViews.save, { ...own, viewId, name: 'Very important' });
  expect(await mine()).toMatchObject([{ _id: viewId, name: 'Very important' }]);
});

test('[E3] a view has a name and parts of an address, and there are only so many', async () => {
  const { teamId, ana } = await openDesk();
  const save = (name: string, tag = 'vip') =>
    ana.as.mutation(api.savedViews.save, { teamId, name, list: { view: 'all', tag } });
  const invalid = { code: 'INVALID_INPUT' };
  expect(await refused(save('\u200b'))).toMatchObject(invalid);
  expect(await refused(save('x', 'x'.repeat(10_000)))).toMatchObject(invalid);
  for (let n = 0; n < maxSavedViews; n++) await save(`View ${n}`);
  expect(await refused(save('One more'))).toMatchObject(invalid);
});
