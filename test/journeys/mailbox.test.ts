/** The mailbox page of the local Resend, on which a newcomer is the customer: in a real browser, by keyboard, on a phone. */
import { Resend } from 'resend';
import { expect, it, onTestFinished } from 'vitest';
import { startResend } from '../../providers/resend/start.ts';
import { faultsByAxe } from './axe.ts';
import { launchBrowser, openPage } from './harness.ts';

const address = 'you@customer.example';
const mail = { from: 'Ana <support@acme.example>', to: address, replyTo: 'support+c-1@in.acme.example' };

async function start() {
  const local = await startResend({ ratePerSecond: 100 });
  const browser = await launchBrowser();
  onTestFinished(async () => {
    await browser.close();
    await local.stop();
  });
  const sdk = new Resend(local.apiKey, { baseUrl: local.url });
  return { local, browser, sdk, url: local.mailboxUrl(address) };
}

it('a customer reads a mail, answers it by keyboard alone, and sees the next one come', async () => {
  const { local, browser, sdk, url } = await start();
  await sdk.emails.send({ ...mail, subject: 'Your order', html: '<p>It left <b>today</b>.</p>' });
  await local.settled();
  const { page, errors } = await openPage(browser, { viewport: { width: 390, height: 800 } });
  await page.goto(url);
  for (let tabs = 0; tabs < 3; tabs++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.frames()[1]?.locator('b').textContent()).toBe('today');
  await page.getByLabel('Text').focus();
  await page.keyboard.type('Thank you!');
  // Past the choice of a program and the files.
  for (let tabs = 0; tabs < 3; tabs++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByText('To support+c-1@in.acme.example').waitFor();
  const { data } = await sdk.emails.receiving.list();
  expect(data?.data).toMatchObject([
    { subject: 'Re: Your order', received_for: ['support+c-1@in.acme.example'] },
  ]);

  await page.waitForResponse(/\/state$/);
  await sdk.emails.send({ ...mail, subject: 'On Monday', text: 'It arrives on Monday.' });
  await page.getByRole('status').getByText('One new mail.').waitFor();
  expect(await page.getByRole('listitem').first().textContent()).toContain('On Monday');
  expect(errors).toEqual([]);
});

it.each(['light', 'dark'] as const)(
  'every page can be read by everybody, and fits a phone: %s',
  async (colorScheme) => {
    const { local, browser, sdk, url } = await start();
    await sdk.emails.send({
      ...mail,
      cc: `max.${'m'.repeat(50)}@customer.example`,
      subject: `Where is my ${'very '.repeat(20)}long order? ${'x'.repeat(90)}`,
      text: 'Hello',
      attachments: [{ filename: 'a.pdf', content: Buffer.from('%PDF') }],
    });
    await local.settled();
    const { page } = await openPage(browser, { colorScheme, viewport: { width: 390, height: 800 } });
    const [stored] = local.mailbox(address);
    for (const path of [url, `${url}/${stored?.id}`, `${url}/write`, `${local.url}/mailbox`]) {
      await page.goto(path);
      expect([path, await faultsByAxe(page)]).toEqual([path, []]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    }
  },
);
