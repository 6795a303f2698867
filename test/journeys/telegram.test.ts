/**
 * A customer on Telegram, start to end: the agent answers, a person takes over with the line on the phone, replies, resolves, and the
 * agent answers again, all on one thread. Real desk, real browser, two pages: the inbox and the demo phone.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalPhone, startPhone } from '../../providers/phone/start.ts';
import { telegramApp } from '../../providers/telegram/phoneApp.ts';
import { type LocalTelegram, startTelegram } from '../../providers/telegram/start.ts';
import { faultsByAxe } from './axe.ts';
import { launchBrowser, openPage, owner, setUpDesk, startTestDesk, type TestDesk } from './harness.ts';
import { Chat, goOnline, signIn, TicketPage } from './pages.ts';
import { shopOf } from './harness.ts';
import { jo, saidTo } from './telegramDesk.ts';

let desk: TestDesk;
let telegram: LocalTelegram;
let phone: LocalPhone;
let browser: Browser;
let team: Awaited<ReturnType<typeof setUpDesk>>;
let inbox: Page;
let hand: Page;
let ticket: TicketPage;
const errors: string[][] = [];

async function open(options: Parameters<typeof openPage>[1] = {}): Promise<Page> {
  const opened = await openPage(browser, { timezoneId: 'UTC', locale: 'en-US', ...options });
  errors.push(opened.errors);
  opened.page.setDefaultTimeout(20_000);
  return opened.page;
}

beforeAll(async () => {
  [desk, browser, telegram] = await Promise.all([
    startTestDesk(),
    launchBrowser(),
    startTelegram({ retryScale: 0.001 }),
  ]);
  phone = await startPhone({ apps: [telegramApp(telegram, jo)] });
  team = await setUpDesk(desk);
  await desk.engine.environment.set({
    TELEGRAM_BASE_URL: telegram.url,
    TELEGRAM_LINK_URL: `${phone.url}/telegram`,
  });
  inbox = await open();
  ticket = new TicketPage(inbox);
  hand = await open({ viewport: { width: 480, height: 900 } });
  await signIn(inbox, desk.settings.url, owner);
}, 120_000);

afterAll(async () => {
  if (process.env.LOOK) {
    await inbox?.screenshot({ path: `${process.env.LOOK}/telegram-inbox.png` });
    await hand?.screenshot({ path: `${process.env.LOOK}/telegram-phone.png` });
  }
  await browser?.close();
  await phone?.stop();
  await telegram?.stop();
  await desk?.dispose();
});

async function say(text: string): Promise<void> {
  await hand.getByRole('textbox', { name: 'Message' }).fill(text);
  await hand.keyboard.press('Enter');
}
const hears = (text: string | RegExp) => hand.locator('#messages').getByText(text).first().waitFor();

it('[M1] a manager connects a bot by its token, and is told that it works', async () => {
  await goOnline(inbox);
  await inbox.goto(`${desk.settings.url}/settings/channels`);
  await inbox.getByRole('button', { name: 'Connect Telegram' }).click();
  const token = inbox.getByLabel('Token');
  await token.fill('nonsense');
  await inbox.getByRole('button', { name: 'Connect', exact: true }).click();
  await inbox.getByText('This is no token of a bot').waitFor();
  await token.fill(telegram.token);
  await inbox.getByRole('button', { name: 'Connect', exact: true }).click();
  await inbox.getByText('The token works, and Telegram tells this desk what comes in.').waitFor();
  await inbox.getByRole('heading', { name: `@${telegram.username}` }).waitFor();
  // By keyboard one goes on where one was, also where what was pressed is switched off meanwhile.
  const focused = () => inbox.evaluate(() => document.activeElement?.textContent);
  await expect.poll(focused).toBe('Connect Telegram');
  await inbox.getByRole('button', { name: 'Check', exact: true }).press('Enter');
  await expect.poll(focused).toBe('Check');
  if (process.env.LOOK) await inbox.screenshot({ path: `${process.env.LOOK}/telegram-settings.png` });
  expect(
    await faultsByAxe(inbox, (axe) => axe.withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])),
  ).toEqual([]);
});

it('[M1] [P4] the customer presses Start, asks, and the agent answers', async () => {
  await hand.goto(phone.url);
  await hand.getByRole('button', { name: 'Start' }).click();
  await hears('Write your question here');
  await say('How long can I return things?');
  await hears(/30 days/);
});

it('[C3] [H1] asking for a person opens a ticket, and the agent says so', async () => {
  await say('I want my money back for order 48213. Please let me talk to a person.');
  await inbox.goto(`${desk.settings.url}/inbox/all/1`);
  await ticket.reads('I want my money back for order 48213. Please let me talk to a person.');
});

it('[C4] [M8] a person takes over, which the phone is told in a line of its own, and replies', async () => {
  await inbox.locator('[data-thread]').focus();
  await inbox.keyboard.press('t');
  await inbox.getByText('You speak now').waitFor();
  await hand.locator('li.line').getByText('Ana joined the conversation.').waitFor();
  await ticket.write('I have sent your money back.');
  await ticket.send();
  await hears('I have sent your money back.');
});

it('[M1] an edit on the phone is shown as one, with what it said before', async () => {
  await say('Thank you, Ane!');
  await ticket.reads('Thank you, Ane!');
  const mine = hand.locator('li.mine').filter({ hasText: 'Thank you, Ane!' });
  await mine.getByRole('button', { name: 'Edit this message' }).click();
  await say('Thank you, Ana!');
  await ticket.reads('Thank you, Ana!');
  await inbox.getByRole('button', { name: /^Edited/ }).click();
  await ticket.reads('Thank you, Ane!');
  // Its line says no more than that: the message says the rest.
  await inbox.getByText(/^Jo Park edited a message$/).waitFor();
  expect(await inbox.getByRole('button', { name: 'Show its text' }).count()).toBe(0);
  // Also of one that is shown cut.
  const long = 'So many words. '.repeat(200);
  await say(`${long}One lamp.`);
  await hand.locator('li.mine').last().getByText('One lamp.').waitFor();
  await hand.locator('li.mine').last().getByRole('button', { name: 'Edit this message' }).click();
  await say('Two lamps, in short.');
  await ticket.reads('Two lamps, in short.');
  // An edit that is left is none.
  await hand.locator('li.mine').last().getByRole('button', { name: 'Edit this message' }).click();
  await hand.getByText('Edits: Two lamps, in short.').waitFor();
  await hand.getByRole('button', { name: 'Write a message of its own' }).click();
  await say('All is well.');
  await hand.locator('li.mine').filter({ hasText: 'All is well.' }).waitFor();
  await hand.locator('li.mine').filter({ hasText: 'Two lamps, in short.' }).waitFor();
  await ticket.reads('All is well.');
});

it('[C10] resolved, the agent answers again, on the same thread', async () => {
  await inbox.locator('[data-thread]').focus();
  await inbox.keyboard.press('e');
  await inbox
    .getByRole('dialog')
    .getByRole('button', { name: /^Resolve/ })
    .click()
    .catch(() => {});
  await hand
    .locator('li.line')
    .getByText(/is back and answers from here/)
    .waitFor();
  await say('How long does shipping take?');
  await expect.poll(() => saidTo(telegram).at(-1)?.text, { timeout: 20_000 }).toMatch(/day|shipping/i);
  await inbox.goto(`${desk.settings.url}/inbox/all/1`);
  await ticket.reads('How long does shipping take?');
  await ticket.readsBack('How long can I return things?');
});

it('[M8] [M9] a chat on the web goes on on Telegram by its link, and shows nothing of it there', async () => {
  const shop = await open();
  const chat = await Chat.open(shop, await shopOf(desk, team));
  await chat.say('My parcel is broken. Let me talk to a person.');
  await inbox.goto(`${desk.settings.url}/inbox/all/2`);
  await ticket.reads('My parcel is broken. Let me talk to a person.');
  await inbox.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await inbox.getByRole('button', { name: 'Copy a link to Telegram' }).click();
  await inbox.getByText('Copied. It holds for an hour').waitFor();
  const link = await inbox.evaluate(() => navigator.clipboard.readText());
  await hand.goto(link);
  await hand.getByRole('button', { name: 'Start' }).click();
  await hears('Your conversation goes on here.');
  await say('It is a blue lamp.');
  await ticket.reads('My parcel is broken. Let me talk to a person.');
  await ticket.reads('It is a blue lamp.');
  await chat.reads('Written on Telegram.');
  await chat.neverReads('It is a blue lamp.');
});

it('[ux A1] the phone has nothing that axe finds, in both themes, and nothing was thrown', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const narrow = await open({ viewport: { width: 390, height: 844 }, colorScheme });
    await narrow.goto(phone.url);
    await narrow.locator('#messages li').first().waitFor();
    expect(await narrow.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(
      await faultsByAxe(narrow, (axe) => axe.withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])),
    ).toEqual([]);
    if (process.env.LOOK) await narrow.screenshot({ path: `${process.env.LOOK}/phone-${colorScheme}.png` });
    await narrow.context().close();
  }
  expect(errors.flat()).toEqual([]);
});
