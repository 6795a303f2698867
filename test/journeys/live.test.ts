/**
 * The floor as it is now, in two real browsers: what agents are answering and what heats up (S11), and an operator who asks a
 * manager into a ticket.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fillDesk, type SampleDesk } from '../pictures/sampleDesk.ts';
import { joinTeam, launchBrowser, openPage, owner, startTestDesk, type TestDesk } from './harness.ts';
import { signIn, TicketPage } from './pages.ts';

const ben = { name: 'Ben Okafor', email: 'ben@northpeak.example', password: 'correct horse battery' };

let desk: TestDesk;
let sample: SampleDesk;
let browser: Browser;
let manager: Page;
let operator: Page;
const errors: string[][] = [];

async function open(who: typeof ben, size?: { width: number; height: number }): Promise<Page> {
  const opened = await openPage(browser, size && { viewport: size });
  errors.push(opened.errors);
  await signIn(opened.page, desk.settings.url, who);
  return opened.page;
}

async function call(path: string, body: object) {
  const response = await fetch(`${desk.settings.siteUrl}/api/v1${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${sample.key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** A customer whom the agent answers alone. */
async function talk(name: string, texts: string[], attributes?: object) {
  const externalId = name.toLowerCase();
  const { id } = await call('/conversations', { externalId, customer: { externalId, name } });
  for (const [at, text] of texts.entries()) {
    const said = at === 0 && attributes ? { text, attributes } : { text };
    const { sequence: seenThrough } = await call(`/conversations/${id}/customer-messages`, said);
    await call(`/conversations/${id}/answers`, { text: 'I look into it.', epoch: 1, seenThrough });
  }
  return id as string;
}

const rows = (page: Page) => page.getByRole('list', { name: 'Live conversations' }).getByRole('listitem');
const row = (page: Page, name: string) => rows(page).filter({ hasText: name });

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  sample = await fillDesk(desk);
  await joinTeam(desk, { owner: sample.operator, teamId: sample.teamId }, ben);
  manager = await open(owner);
  operator = await open(ben);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

it('[B5] what agents are answering stands in a list, with no ticket, the hottest first, each with its reason', async () => {
  await talk('Quiet Quentin', ['Do you deliver to Norway?']);
  await talk('Rich Rosa', ['Can I still change the colour?'], { order_value: 12_400 });
  await talk('Angry Ada', ['This is outrageous and unacceptable. Where is my order?', 'WHERE is my order?!']);
  await operator.keyboard.press('g');
  await operator.keyboard.press('l');
  await operator.waitForURL(/\/live$/);
  await row(operator, 'Angry Ada').getByText('Sounds angry').waitFor();
  await row(operator, 'Angry Ada').getByText('Asked 2 times').waitFor();
  await row(operator, 'Rich Rosa').getByText('Order of 12,400').waitFor();
  await row(operator, 'Quiet Quentin').getByText('Nothing unusual').waitFor();
  const names = async () =>
    (await rows(operator).allTextContents()).map((text) => /(Ada|Rosa|Quentin)/.exec(text)?.[0]);
  await expect
    .poll(async () => (await names()).filter((name) => name !== undefined))
    .toEqual(['Ada', 'Rosa', 'Quentin']);
});

it('[B5] its thread is read beside the list by keys, with why, while the agent goes on', async () => {
  await operator.keyboard.press('j');
  await new TicketPage(operator).reads('WHERE is my order?!');
  await operator
    .getByRole('list', { name: 'Why it is hot' })
    .getByText('The customer has asked the same 2 times.')
    .waitFor();
  await operator.keyboard.press('j');
  await new TicketPage(operator).reads('Can I still change the colour?');
  await operator.getByText('order_value').waitFor();
  await operator.getByText('is answering').waitFor();
});

it('[B5] [C4] taking over in the row works before any handover: it opens a ticket, and the row is gone for everybody', async () => {
  await manager.keyboard.press('0');
  const block = manager.getByRole('region', { name: 'Live conversations' });
  await block.getByText('Angry Ada').waitFor();
  await operator.getByRole('button', { name: 'Take over from the agent: Angry Ada' }).click();
  await operator.waitForURL(/\/inbox\/mine\/7$/);
  await operator.getByText('You speak now').waitFor();
  await expect.poll(() => block.getByText('Angry Ada').count(), { timeout: 1_000 }).toBe(0);
  await block.getByRole('button', { name: 'Take over from the agent: Rich Rosa' }).waitFor();
});

it('[B6] an operator asks for help by key, and the manager sees it on the board with why within a second, and comes', async () => {
  await operator.keyboard.press('Shift+H');
  const dialog = operator.getByRole('dialog', { name: 'Ask for help' });
  await dialog.getByLabel('What do you need?').fill('She wants 400 back, over my limit');
  await operator.keyboard.press('Enter');
  await operator.getByText('You asked for help').waitFor();
  const asked = manager.getByRole('region', { name: 'Help is asked for' });
  await asked.getByText('She wants 400 back, over my limit').waitFor({ timeout: 2_000 });
  await manager.locator('[data-toast]').getByText(`${ben.name} asks for your help in #7.`).waitFor();
  await asked.getByRole('link', { name: '1 asks for help' }).click();
  const tickets = manager.getByRole('list', { name: 'Tickets' }).getByRole('listitem');
  await expect.poll(() => tickets.count()).toBe(1);
  await asked.getByRole('link', { name: /She wants 400 back/ }).click();
  await manager.getByText(`${ben.name} asks for help`).waitFor();
  await manager.getByRole('button', { name: 'Help is here' }).click();
  await expect.poll(() => operator.getByText('You asked for help').count(), { timeout: 2_000 }).toBe(0);
  await new TicketPage(operator).reads(/ended the call for help/);
});

it('[B7] the manager reads what came to whom and how, and what is behind a number', async () => {
  await manager.keyboard.press('g');
  await manager.keyboard.press('p');
  const table = manager.getByRole('region', { name: 'What came to each' });
  await table
    .getByRole('button', { name: `Took themselves, ${ben.name}: 1. Show the tickets` })
    .click({ timeout: 30_000 });
  await manager.getByRole('dialog').getByRole('link', { name: /#7/ }).waitFor();
  await manager.keyboard.press('Escape');
  await table
    .getByText(/^\d+ \(\d+ to \d+\)$/)
    .first()
    .waitFor();
});

it('[B5] on a phone the list or the conversation, and no browser complained', async () => {
  const phone = await open(ben, { width: 390, height: 844 });
  await phone.goto(`${desk.settings.url}/inbox/mine`);
  await phone.getByLabel('View', { exact: true }).selectOption('live');
  await row(phone, 'Rich Rosa')
    .getByRole('button', { name: /Can I still change/ })
    .click();
  await new TicketPage(phone).reads('Can I still change the colour?');
  const overflow = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await phone.getByRole('button', { name: 'Back to the list' }).click();
  await row(phone, 'Quiet Quentin').waitFor();
  expect(errors.flat()).toEqual([]);
});
