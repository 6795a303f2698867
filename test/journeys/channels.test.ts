/** An address is connected by whoever has just found the settings, against a local Resend (docs/rules.md M1, M2, M7). */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalResend, startResend } from '../../providers/resend/start.ts';
import { faultsByAxe } from './axe.ts';
import { launchBrowser, openPage, owner, setUpDesk, startTestDesk, type TestDesk } from './harness.ts';
import { signIn } from './pages.ts';

let browser: Browser;
let desk: TestDesk;
let resend: LocalResend;
let page: Page;
let errors: string[];

beforeAll(async () => {
  [desk, browser, resend] = await Promise.all([
    startTestDesk(),
    launchBrowser(),
    startResend({
      retryScale: 0.001,
      domains: [
        { name: 'acme.example' },
        { name: 'in.acme.example', receiving: true },
        { name: 'new.example', status: 'pending' },
        { name: 'in.new.example', status: 'pending', receiving: true },
      ],
    }),
  ]);
  await desk.engine.environment.set({ RESEND_BASE_URL: resend.url });
  await setUpDesk(desk);
  ({ page, errors } = await openPage(browser));
  page.setDefaultTimeout(20_000);
  await signIn(page, desk.settings.url, owner);
  await page.goto(`${desk.settings.url}/settings/channels`);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await resend?.stop();
  await desk?.dispose();
});

const card = (address: string) => page.getByRole('region', { name: address, exact: true });
/** Not the toasts, which are dialogs as well. */
const titled = (name: string) => page.getByRole('dialog', { name });

async function connect(address: string, { key, reply }: { key?: string; reply?: string } = {}) {
  await page.getByRole('button', { name: 'Connect an address' }).click();
  const dialog = titled('Connect an address');
  await dialog.getByLabel('Address', { exact: true }).fill(address);
  if (reply !== undefined) await dialog.getByLabel('Answers come in at').fill(reply);
  if (key !== undefined) await dialog.getByLabel('Resend key').fill(key);
  await dialog.getByRole('button', { name: 'Connect' }).click();
  await dialog.waitFor({ state: 'hidden' });
  return card(address);
}

describe('connecting an address', () => {
  it('[M1] suggests where answers come in, checks live and makes the webhook itself', async () => {
    await page.getByRole('button', { name: 'Connect an address' }).click();
    const dialog = titled('Connect an address');
    await dialog.getByLabel('Address', { exact: true }).fill('help@acme.example');
    expect(await dialog.getByLabel('Answers come in at').inputValue()).toBe('help@in.acme.example');
    await dialog.getByLabel('Name').fill('Acme help');
    await dialog.getByLabel('Resend key').fill(resend.apiKey);
    await dialog.getByRole('button', { name: 'Connect' }).click();
    const help = card('help@acme.example');
    await help.getByText('The key works.').waitFor();
    await help.getByText('acme.example sends.', { exact: true }).waitFor();
    await help.getByText('in.acme.example receives.', { exact: true }).waitFor();
    await help.getByText('Resend tells this desk what comes in').waitFor();
    await help.getByText('On', { exact: true }).waitFor();
    expect(await page.content()).not.toContain(resend.apiKey);
  });

  it('[M2] says that a test mail was received, seconds after it was sent', async () => {
    const help = card('help@acme.example');
    await help.getByRole('button', { name: 'Send a test' }).click();
    await help.getByText(/^Received a test mail (just now|\d+ s ago)\.$/).waitFor();
    await help
      .getByText(/^Last received: (just now|\d+ s ago)\. Last sent: (just now|\d+ s ago)\.$/)
      .waitFor();
    // What is announced holds no age: it would be read out each second.
    expect(await help.getByRole('status').allTextContents()).toContain('Received a test mail');
  });

  it('shows the DNS records of a domain that is not verified, to copy', async () => {
    const fresh = await connect('help@new.example', { key: resend.apiKey });
    await fresh.getByText('Not ready', { exact: true }).waitFor();
    await fresh.getByText('new.example is not verified yet.', { exact: false }).first().waitFor();
    const records = fresh.getByRole('list', { name: 'DNS records of in.new.example' });
    await records.getByText('inbound-smtp.us-east-1.amazonaws.com').waitFor();
    await records.getByText('Not found').waitFor();
    await records.getByRole('button', { name: /^Copy the value inbound/ }).waitFor();
    expect(await faultsByAxe(page, (axe) => axe.exclude('[data-toast]'))).toEqual([]);
  });

  it('says that a key is refused, and takes a new one', async () => {
    const other = await connect('other@acme.example', { key: 're_wrong' });
    await other.getByText(/^Resend does not take this key\. It says: “.+”$/).waitFor();
    await other.getByRole('button', { name: 'New key' }).click();
    const dialog = titled('A new Resend key');
    expect(await dialog.getByLabel('Resend key').inputValue()).toBe('');
    await dialog.getByLabel('Resend key').fill(resend.apiKey);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await other.getByText('The key works.').waitFor();
  });

  it('[M1] a mail to one of two addresses of an account is answered by that one, once', async () => {
    for (const name of ['other', 'help']) {
      const from = `${name}@customer.example`;
      await resend.receive({
        from,
        to: `${name}@in.acme.example`,
        subject: 'Returns',
        text: 'How long can I return things?',
      });
      const answers = async () => {
        await resend.settled();
        const mails = (await resend.mails(from)).map((mail) => JSON.stringify(mail.from));
        return mails.filter((each) => !each.includes(from));
      };
      await expect
        .poll(answers, { timeout: 30_000 })
        .toEqual([expect.stringContaining(`${name}@acme.example`)]);
    }
  });

  it('says that a key may only send, and takes the signing secret by hand', async () => {
    const sending = await connect('sends@acme.example', { key: resend.sendingKey });
    await sending.getByText('The key may only send:', { exact: false }).waitFor();
    const endpoint = await sending.getByText(`${desk.settings.siteUrl}/channels/email/`).innerText();
    const { secret } = resend.addWebhook({ endpoint });
    await sending.getByRole('button', { name: 'Give the signing secret' }).click();
    await titled('The signing secret').getByLabel('Signing secret').fill(secret);
    await titled('The signing secret').getByRole('button', { name: 'Save' }).click();
    await sending.getByText('A signing secret is kept').waitFor();
  });

  it('[M2] is paused and opened again, and says without a key that nothing leaves', async () => {
    const help = card('help@acme.example');
    await help.getByRole('button', { name: 'Pause' }).click();
    await help.getByText('Paused: nobody is written to by this address.', { exact: false }).waitFor();
    await help.getByRole('button', { name: 'Open again' }).click();
    await help.getByText('On', { exact: true }).waitFor();
    await help.getByRole('button', { name: 'Take the key out' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Take it out' }).click();
    await help.getByText('There is no key, so nothing leaves the desk', { exact: false }).waitFor();
    await help.getByText('Local outbox', { exact: true }).waitFor();
    expect(errors).toEqual([]);
  });
});
