/** The dashboard, as a browser asks it. */
import { expect, it } from 'vitest';
import { startForTest, startReceiver, verifyToken } from '../testKit.ts';

const post = (url: string, fields: Record<string, string>, origin?: string) =>
  fetch(url, {
    method: 'POST',
    body: new URLSearchParams(fields),
    redirect: 'manual',
    ...(origin !== undefined && { headers: { origin } }),
  });

it('sets the webhook that knows its token, and no other; another page’s form does nothing', async () => {
  const { local } = await startForTest();
  const { url } = await startReceiver();
  const asked = `${local.dashboardUrl}/webhook`;
  const wrong = await post(asked, { url, verifyToken: 'wrong' });
  expect([wrong.status, await wrong.text()]).toEqual([
    422,
    expect.stringContaining('could not be validated'),
  ]);
  expect((await post(asked, { url, verifyToken }, 'https://evil.example')).status).toBe(403);
  expect(await (await fetch(local.dashboardUrl)).text()).not.toContain(url);
  expect((await post(asked, { url, verifyToken })).status).toBe(303);
  expect(await (await fetch(local.dashboardUrl)).text()).toContain(`${url} is told`);
});

it('lets the business answer on its own phone, a day go by, and a customer take another number', async () => {
  const { local, receiver } = await startForTest();
  local.write('4915112345678', '<b>Hello?</b>');
  const about = { phone: '4915112345678' };
  await post(`${local.dashboardUrl}/echo`, { ...about, text: 'We call you.' });
  await post(`${local.dashboardUrl}/later`, about);
  await post(`${local.dashboardUrl}/move`, { ...about, number: '+49 151 99999999' });
  await local.settled();
  expect(receiver.hooks.map(({ body }) => /smb_message_echoes|user_id_update|system/.test(body))).toContain(
    true,
  );
  const [first] = local.thread('4915199999999');
  expect(first).toMatchObject({ text: '<b>Hello?</b>', by: 'person' });
  expect(Date.now() - first!.at).toBeGreaterThan(86_000_000);
  expect((await post(`${local.dashboardUrl}/echo`, { phone: '1', text: 'Hm' })).status).toBe(422);
});
