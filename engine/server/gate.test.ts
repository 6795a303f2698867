import { expect, it } from 'vitest';
import { Gate } from './gate.ts';

it('[engine H13] an app’s own key in an HTTP action’s Authorization is not tried as a token', async () => {
  let tried = 0;
  const gate = new Gate({
    adminKeyHash: () => '',
    providers: () => {
      tried++;
      return [];
    },
    siteUrl: () => 'http://127.0.0.1:3211',
    fetchOwnSite: () => Promise.reject(new Error('not asked')),
  });
  const token = ['{"alg":"none"}', '{"iss":"https://a.test"}', 'x']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
  for (const header of [
    undefined,
    '',
    'Bearer bt_live_0123',
    'bearer a.b',
    'Basic x',
    `Bearer ${'a'.repeat(70_000)}.b.c`,
  ])
    expect((await gate.fromActionHeader(header)).identity).toBeNull();
  expect(tried).toBe(0);
  expect((await gate.fromActionHeader(`Bearer ${token}`)).identity).toBeNull();
  expect(tried).toBe(1);
  await expect(gate.fromHeader('Bearer bt_live_0123')).rejects.toMatchObject({ code: 'InvalidAuthHeader' });
});
