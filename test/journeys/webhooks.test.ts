/** The owner adds a webhook in the settings, by keyboard alone, and sees what it was told. */
import { type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { type Receiver, startReceiver, verified } from '../webhooks/receiver.ts';
import { byWcag, faultsInThemes } from './axe.ts';
import { launchBrowser, openPage, owner, setUpDesk, startTestDesk, type TestDesk } from './harness.ts';
import { signIn } from './pages.ts';

let desk: TestDesk;
let browser: Browser;
let receiver: Receiver;
let page: Page;
let errors: string[];
let secret: string;

beforeAll(async () => {
  receiver = await startReceiver();
  desk = await startTestDesk();
  const { operator, teamId } = await setUpDesk(desk, { withSampleShop: false });
  await operator.mutation(api.agents.create, { teamId, name: 'Outsider', kind: 'external' });
  await desk.engine.environment.set({ WEBHOOK_PRIVATE_ADDRESSES: 'allow' });
  browser = await launchBrowser();
  ({ page, errors } = await openPage(browser));
  page.setDefaultTimeout(10_000);
  await signIn(page, desk.settings.url, owner);
  await page.goto(`${desk.settings.url}/settings/agents`);
});
afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
  await receiver?.close();
});

const agent = () => page.getByRole('region', { name: 'Outsider' });
const part = () => page.getByRole('region', { name: 'Webhooks' });
/** With the focus on it, by Enter. */
const press = async (name: string | RegExp, exact = true) => {
  const button = agent()
    .or(page.getByRole('dialog'))
    .or(page.getByRole('alertdialog'))
    .getByRole('button', { name, exact });
  await button.focus();
  await page.keyboard.press('Enter');
};
const choose = async (label: string) => {
  await press(/^Change the webhook/, false);
  await page.getByRole('menuitem', { name: label }).focus();
  await page.keyboard.press('Enter');
};

it('[P3] [R3] an owner adds one, and its secret is shown once', async () => {
  await page.getByRole('link', { name: 'Rules and keys of Outsider' }).press('Enter');
  await press('Add a webhook');
  const dialog = page.getByRole('dialog', { name: 'New webhook' });
  await dialog.getByLabel('URL').focus();
  await page.keyboard.type('https://127.0.0.1:1/');
  await page.keyboard.press('Enter');
  await dialog.getByText('Port 1 cannot be called.').waitFor();
  await dialog.getByLabel('URL').fill('https://127.0.0.1');
  await dialog.getByText('Port 1 cannot be called.').waitFor({ state: 'hidden' });
  await dialog.getByLabel('URL').fill(receiver.url);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  const shown = part().getByRole('status');
  await shown.waitFor();
  secret = (await shown.locator('code').textContent())!;
  expect(secret).toMatch(/^whsec_/);
  await part().getByText(receiver.url).waitFor();
});

it('[P3] a test event arrives, and the log shows what was sent and answered', async () => {
  receiver.answer = (_told, response) => response.writeHead(202).end('thank you');
  await choose('Send a test event');
  const told = await receiver.next('webhook.test');
  expect(verified(told, secret)).toMatchObject({ data: { agent: { name: 'Outsider' } } });
  await press(/^Log of/, false);
  const log = part().getByRole('region', { name: 'Log' });
  await log.getByText('Delivered').waitFor();
  await press(/^Show webhook.test/, false);
  await log.getByText(/answered 202 after \d+ ms/).waitFor();
  expect(await log.getByLabel('Answer').textContent()).toBe('thank you');
  expect(await log.getByLabel('What was sent').textContent()).toBe(told.text);
});

it('[P3] sent again it is the same event; a pause and a new secret say what they do', async () => {
  await press('Send again');
  await expect.poll(() => receiver.told.length).toBe(2);
  expect(receiver.told[1]).toMatchObject({ text: receiver.told[0]!.text });
  expect(receiver.told[1]!.headers['webhook-id']).toBe(receiver.told[0]!.headers['webhook-id']);
  await part().getByRole('region', { name: 'Log' }).getByText('Delivered').waitFor();
  await choose('Pause');
  await part().getByText('Paused').waitFor();
  await choose('Turn on');
  await part().getByText('On', { exact: true }).waitFor();
  await choose('Make a new secret');
  await part().getByText('the old secret signs, too').waitFor();
  expect(await part().getByRole('status').locator('code').textContent()).not.toBe(secret);
});

it('[ux A1] [ux A2] axe finds nothing in either theme, on a phone too, and nothing is wider than it', async () => {
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    await part().scrollIntoViewIfNeeded();
    expect(await faultsInThemes(page, byWcag)).toEqual([]);
    const isWider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    expect(isWider).toBe(false);
    await press('Add a webhook');
    await page.getByRole('dialog', { name: 'New webhook' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'New webhook' }).waitFor({ state: 'hidden' });
  }
});

it('[P3] removed it is gone, and the focus stays in the part', async () => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await choose('Remove');
  await press('Remove webhook');
  await part().getByText(receiver.url).waitFor({ state: 'hidden' });
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Add a webhook');
  expect(errors).toEqual([]);
});
