/** [M2] What is written while the desk cannot be reached: said so, kept over the closing of the tab, and sent once or not at all. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningDesk, startDesk } from '../../scripts/desk.ts';
import { fillDesk } from '../pictures/sampleDesk.ts';
import { launchBrowser, openPage, owner, startTestDesk, type TestDesk } from './harness.ts';
import { signIn, TicketPage } from './pages.ts';

let desk: TestDesk;
let running: RunningDesk;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let errors: string[];

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  running = desk;
  await fillDesk(desk);
  ({ context, page, errors } = await openPage(browser));
  page.setDefaultTimeout(15_000);
  await signIn(page, desk.settings.url, owner);
});

afterAll(async () => {
  await browser?.close();
  await running?.stop();
  await desk?.dispose();
});

const down = () => running.stop();
const up = async () => void (running = await startDesk(desk.settings));

const reply = () => page.getByRole('textbox', { name: /^Reply to/ });
const note = () => page.getByRole('textbox', { name: /^Note,/ });
const thread = () => new TicketPage(page).thread;
const kept = () => page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('unsent')));

async function open(number: number): Promise<void> {
  await page.goto(`${desk.settings.url}/inbox/all/${number}`);
  await thread().getByText('I have asked a person to look at this.').waitFor();
}

async function newTab(path: string): Promise<void> {
  page = await context.newPage();
  page.on('pageerror', (error) => errors.push(String(error)));
  page.setDefaultTimeout(15_000);
  await page.goto(desk.settings.url + path);
}

/** As a person closes it: asked first, where the browser asks. */
async function close(): Promise<boolean> {
  let wasAsked = false;
  page.on('dialog', (dialog) => {
    wasAsked ||= dialog.type() === 'beforeunload';
    void dialog.accept();
  });
  const closed = page.waitForEvent('close');
  await page.close({ runBeforeUnload: true });
  await closed;
  return wasAsked;
}

it('a reply sent while the desk is down says so, and goes out once when it is back', async () => {
  await open(1);
  await page.keyboard.press('t');
  await page.getByText('You speak now').waitFor();
  await down();
  await page.keyboard.press('r');
  await page.keyboard.type('Written in the dark');
  await page.keyboard.press('Control+Enter');
  await thread().getByText('Not sent yet: the desk cannot be reached.').waitFor();
  expect(await kept()).toHaveLength(1);
  await up();
  await thread().getByText('Not sent yet').waitFor({ state: 'detached' });
  await expect.poll(kept).toEqual([]);
  expect(await thread().getByText('Written in the dark').count()).toBe(1);
});

it('closing the tab asks, and at the next opening reply and note are back, unsent and said to be', async () => {
  await reply().focus();
  await page.keyboard.type('Dear ');
  await expect.poll(kept).toEqual([]);
  await down();
  await page.keyboard.type('Carla, it is on its way');
  await page.keyboard.press('Control+Enter');
  await thread().getByText('Not sent yet: the desk cannot be reached.').waitFor();
  await page.keyboard.press('Control+.');
  await page.keyboard.type('rude, but right');
  expect(await close()).toBe(true);
  await up();

  await newTab('/inbox/mine');
  await page.getByText('What you wrote in #1 was not sent').first().waitFor();
  await page.locator('[data-toast]').getByText('Open', { exact: true }).click();
  await expect.poll(() => note().inputValue()).toBe('rude, but right');
  await page.getByRole('tab', { name: /^Reply, not sent yet/ }).click();
  expect(await reply().inputValue()).toBe('Dear Carla, it is on its way');
  await page.getByText('Not sent: the desk could not be reached.').waitFor();
  await expect.poll(() => page.getByText('What you wrote in #1 was not sent').count()).toBe(0);
  expect(await thread().getByText('it is on its way').count()).toBe(0);
  await expect.poll(kept).toEqual([]);

  await reply().press('Control+Enter');
  await thread().getByText('Dear Carla, it is on its way').waitFor();
  await page.getByText('Not sent: the desk could not be reached.').waitFor({ state: 'detached' });
  await page.reload();
  await expect.poll(() => note().inputValue()).toBe('rude, but right');
  await page.getByRole('tab', { name: 'Reply', exact: true }).click();
  expect(await reply().inputValue()).toBe('');
  expect(await thread().getByText('it is on its way').count()).toBe(1);
});

it('what had arrived although its answer was lost is not put back', async () => {
  await page.close();
  await newTab('/');
  let isCut = false;
  await page.routeWebSocket(/\/sync$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => void (isCut || socket.send(message)));
  });
  await open(1);
  await page.getByRole('tab', { name: /^Reply/ }).click();
  isCut = true;
  await page.keyboard.type('Said without an answer');
  await page.keyboard.press('Control+Enter');
  await expect.poll(kept).not.toEqual([]);
  // It is on its way: give it the time.
  await new Promise((done) => setTimeout(done, 1_500));
  await close();
  await newTab('/inbox/all/1');
  await thread().getByText('Said without an answer').waitFor();
  await expect.poll(kept).toEqual([]);
  await page.getByRole('tab', { name: /^Reply/ }).click();
  expect(await reply().inputValue()).toBe('');
});

it('[M2] of two replies that were sent, the first of them saved as a draft before, both are back', async () => {
  await page.keyboard.type('First answer, whole');
  await expect.poll(kept).not.toEqual([]);
  await expect.poll(kept).toEqual([]);
  await down();
  await page.keyboard.press('Control+Enter');
  await thread().getByText('Not sent yet: the desk cannot be reached.').first().waitFor();
  await page.keyboard.type('Second thing');
  await page.keyboard.press('Control+Enter');
  await expect.poll(async () => (await kept()).length).toBe(2);
  await close();
  await up();
  await newTab('/inbox/all/1');
  await page.getByText('Not sent: the desk could not be reached.').waitFor();
  await expect.poll(() => reply().inputValue()).toBe('First answer, whole\n\nSecond thing');
  await expect.poll(kept).toEqual([]);
});

it('[E5] signing out leaves nothing of it on the browser, nor does a tab that is still open', async () => {
  const first = page;
  await newTab('/inbox/all/1');
  await thread().getByText('I have asked a person to look at this.').waitFor();
  await down();
  await reply().focus();
  await page.keyboard.type('Nobody else reads this');
  await expect.poll(kept).not.toEqual([]);
  const other = page;
  page = first;
  await page.bringToFront();
  await page.keyboard.press('Escape');
  await page.keyboard.press('ControlOrMeta+K');
  await page.keyboard.type('Sign out');
  await page.keyboard.press('Enter');
  await expect.poll(kept).toEqual([]);
  await other.bringToFront();
  await other.keyboard.type(', and more');
  await other.close();
  await up();
  await page.getByLabel('Email').waitFor();
  expect(await kept()).toEqual([]);
});

it('nothing was thrown', () => {
  expect(errors).toEqual([]);
});
