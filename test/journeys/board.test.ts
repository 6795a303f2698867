/** A manager watches the floor while operators work on it: two real browsers, and one the size of a phone. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { fillDesk, type SampleDesk } from '../pictures/sampleDesk.ts';
import { joinTeam, launchBrowser, openPage, owner, startTestDesk, type TestDesk } from './harness.ts';
import { signIn, TicketPage } from './pages.ts';

const ben = { name: 'Ben Okafor', email: 'ben@northpeak.example', password: 'correct horse battery' };
const firstNumber = (text: string | null) => Number(/\d+/.exec(text ?? '')![0]);

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

const row = (page: Page, name: string) =>
  page.getByRole('region', { name: 'Operators' }).getByRole('listitem').filter({ hasText: name });
const tile = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
/** Of the list that is open. */
const tickets = (page: Page) => page.getByRole('list', { name: 'Tickets' }).getByRole('listitem');

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  sample = await fillDesk(desk);
  const { operator: client, teamId } = sample;
  await joinTeam(desk, { owner: client, teamId }, ben);
  manager = await open(owner);
  operator = await open(ben);
  await manager.keyboard.press('0');
  await tile(manager, 'Waiting for a person').getByText('6').waitFor();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

it('[B1] every number that is pressed shows exactly as many tickets', async () => {
  const numbers = manager.locator('main a[href*="list="]');
  await expect.poll(() => numbers.count()).toBeGreaterThan(10);
  let pressed = 0;
  for (const link of await numbers.all()) {
    const text = await link.textContent();
    // A load is a sum of weights, and opens the tickets that weigh.
    if (text!.includes(' of ')) continue;
    await link.click();
    await expect.poll(() => tickets(manager).count(), { message: text! }).toBe(firstNumber(text));
    pressed += 1;
  }
  expect(pressed).toBeGreaterThan(8);
});

it('[B1] an operator takes over in one browser, and the numbers follow in the other within a second', async () => {
  await tile(manager, 'Live takeovers').getByRole('link').first().click();
  await manager.getByText('No person holds a conversation here.').waitFor();
  await operator.goto(`${desk.settings.url}/inbox/all/6`);
  await operator.getByText('is answering').first().waitFor();
  await operator.keyboard.press('t');
  await operator.getByText('You speak now').waitFor();
  const second = { timeout: 1_000 };
  await tile(manager, 'Live takeovers').getByRole('link', { name: '1 live takeovers' }).waitFor(second);
  await row(manager, ben.name)
    .getByRole('link', { name: `1 live takeovers of ${ben.name}` })
    .waitFor(second);
  await row(manager, ben.name).getByText('1 of 5').waitFor(second);
  expect(await tickets(manager).count()).toBe(1);
});

it('[C5] [B1] taking over from the row of another is asked for first, and goes on to the conversation', async () => {
  await tickets(manager).getByRole('button', { name: 'Take over #6' }).click();
  await manager.getByRole('alertdialog').getByText(`Take over from ${ben.name}?`).waitFor();
  await manager.getByRole('button', { name: 'Take over', exact: true }).click();
  await manager.waitForURL(/\/inbox\/mine\/6$/);
  await manager.getByText('You speak now').waitFor();
  await operator
    .getByText(new RegExp(`${owner.name} (took|is)`))
    .first()
    .waitFor();
  await manager.goBack();
});

it('[A2] [A3] [B1] a ticket is given, a status is set and a limit changed where they are seen', async () => {
  await tile(manager, 'Waiting for a person').getByRole('link').click();
  await manager.getByRole('button', { name: 'Assign #1', exact: true }).click();
  await manager.getByRole('option', { name: new RegExp(ben.name) }).click();
  await manager.getByText(`#1 given to ${ben.name}.`).waitFor();
  await row(manager, ben.name).getByText('1 ticket').waitFor();

  await manager.getByLabel(`Status of ${ben.name}`).selectOption('busy');
  await row(manager, ben.name)
    .getByText(/Busy · \d+s/)
    .waitFor();
  await operator.getByRole('button', { name: `${ben.name}, Busy` }).waitFor();
  const limit = manager.getByLabel(`Limit of ${ben.name}`);
  await limit.fill('9');
  await limit.press('Enter');
  await row(manager, ben.name).getByText('1 of 9').waitFor();
});

it('[A5] why a ticket has nobody yet is one press away', async () => {
  const { operator: client, teamId } = sample;
  await client.mutation(api.members.setStatus, { teamId, status: 'busy' });
  const page = new TicketPage(manager);
  await manager.goto(`${desk.settings.url}/inbox/all/2`);
  await page.reads(/Polar 300/);
  await manager.keyboard.press('Control+k');
  await manager.getByRole('dialog').getByRole('combobox').fill('Unassign');
  await manager
    .getByRole('option', { name: /^Unassign/ })
    .first()
    .click();
  await manager.getByText('Unassigned.').waitFor();
  await manager.goto(`${desk.settings.url}/board?list=unassigned`);
  await manager.getByRole('button', { name: 'Why nobody has #2 yet' }).click();
  await manager.getByRole('dialog').getByText('Nobody can take it now.').waitFor();
  await manager
    .getByRole('dialog')
    .getByRole('row', { name: new RegExp(`${ben.name}.*Busy`) })
    .waitFor();
  await manager.keyboard.press('Escape');
});

it('[R2] [E5] an operator is refused in words, and is not led there', async () => {
  await operator.goto(`${desk.settings.url}/board`);
  await operator.getByText('The board is for managers.').waitFor();
  expect(await operator.getByRole('link', { name: 'Board', exact: true }).count()).toBe(0);
  expect(await operator.getByText(/\d of \d/).count()).toBe(0);
});

it('[B1] a tab that no longer hears the desk is grey within ten seconds, says so, and is live again', async () => {
  const { page, context } = await openPage(browser);
  let isSilent = false;
  await page.routeWebSocket(/\/sync$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => isSilent || socket.send(message));
    socket.onMessage((message) => isSilent || server.send(message));
  });
  await signIn(page, desk.settings.url, owner);
  await page.keyboard.press('0');
  await page.getByRole('main').getByText('Live', { exact: true }).waitFor();
  const waiting = await tile(page, 'Waiting for a person').textContent();
  isSilent = true;
  await page.getByText('Not live').waitFor({ timeout: 10_000 });
  expect(await page.locator('[data-stale]').count()).toBe(1);
  expect(await tile(page, 'Waiting for a person').textContent()).toBe(waiting);
  isSilent = false;
  // What was lost on the way is not said again: the page comes back as people bring it back.
  await page.reload();
  await page.getByRole('main').getByText('Live', { exact: true }).waitFor();
  expect(await page.locator('[data-stale]').count()).toBe(0);
  await context.close();
});

it('[B1] on a wall there is the board alone, and nothing to press', async () => {
  await manager.goto(`${desk.settings.url}/board`);
  await row(manager, ben.name).waitFor();
  await manager.keyboard.press('Shift+W');
  await expect.poll(() => manager.getByRole('navigation').count()).toBe(0);
  await row(manager, ben.name).waitFor();
  expect(await manager.locator('main a, main select, main input').count()).toBe(0);
  await manager.keyboard.press('Escape');
  await manager.getByRole('link', { name: 'Inbox' }).waitFor();
});

it('[B1] [ux P2] on a phone the numbers come first, and each opens its list over them', async () => {
  const phone = await open(owner, { width: 390, height: 844 });
  await phone.goto(`${desk.settings.url}/board`);
  const waiting = tile(phone, 'Waiting for a person').getByRole('link');
  await expect.poll(() => waiting.textContent()).toMatch(/\d/);
  const count = firstNumber(await waiting.textContent());
  await waiting.click();
  await expect.poll(() => tickets(phone).count()).toBe(count);
  expect(await waiting.isVisible()).toBe(false);
  await phone.getByRole('link', { name: 'Close this list' }).click();
  await waiting.waitFor();
  const overflow = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  expect(errors.flat()).toEqual([]);
});
