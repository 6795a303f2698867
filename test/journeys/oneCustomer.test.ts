/** Rule M9: one customer on two channels. Real desk, real browsers, a local Resend; merged, seen as one, and taken apart again. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalResend, startResend } from '../../providers/resend/start.ts';
import { faultsByAxe } from './axe.ts';
import {
  launchBrowser,
  openPage,
  owner,
  setUpDesk,
  shopOf,
  startTestDesk,
  type TestDesk,
} from './harness.ts';
import { connectAddress, deskMail, support } from './mailDesk.ts';
import { Chat, signIn, TicketPage } from './pages.ts';

let desk: TestDesk;
let resend: LocalResend;
let browser: Browser;
let team: Awaited<ReturnType<typeof setUpDesk>>;
let page: Page;
let chat: Chat;
let ticket: TicketPage;
const errors: string[][] = [];

const jo = 'jo@customer.example';

async function open(options: Parameters<typeof openPage>[1] = {}): Promise<Page> {
  const opened = await openPage(browser, { timezoneId: 'UTC', locale: 'en-US', ...options });
  errors.push(opened.errors);
  opened.page.setDefaultTimeout(20_000);
  return opened.page;
}

beforeAll(async () => {
  [desk, browser, resend] = await Promise.all([
    startTestDesk(),
    launchBrowser(),
    startResend({ retryScale: 0.001, ratePerSecond: 100 }),
  ]);
  team = await setUpDesk(desk);
  await connectAddress({ desk, resend, ...team });
  page = await open();
  ticket = new TicketPage(page);
  await signIn(page, desk.settings.url, owner);
}, 120_000);

afterAll(async () => {
  if (process.env.LOOK) await page?.screenshot({ path: `${process.env.LOOK}/last.png` });
  await browser?.close();
  await resend?.stop();
  await desk?.dispose();
});

const look = async (name: string, of: Page = page) => {
  if (process.env.LOOK) await of.screenshot({ path: `${process.env.LOOK}/${name}.png` });
};

const panel = () => page.getByRole('complementary', { name: 'Customer' });
const knownBy = () => panel().getByRole('region', { name: 'Known by' });
const plan = () => panel().getByRole('region', { name: 'Customer fields' });
const others = () => panel().getByRole('region', { name: 'Other conversations of this customer' });

it('[M9] who claims in the chat what is proven by mail is suggested, with what both are known by', async () => {
  await resend.receive({
    from: `Jo Miller <${jo}>`,
    to: support,
    subject: 'Order 4711',
    text: 'Order 4711 is late. I want to talk to a person, please.',
  });
  await deskMail(resend, jo, 1);
  chat = await Chat.open(await open(), await shopOf(desk, team));
  await chat.say('I want to talk to a person, please.');
  const field = chat.frame.getByLabel('Where should we send the answer?');
  await field.fill(jo);
  await field.press('Enter');
  await chat.frame.getByText(`The team can also answer at ${jo}.`).waitFor();
  await page.goto(`${desk.settings.url}/inbox/all/2`);
  await ticket.reads('I want to talk to a person, please.');
  await knownBy().getByText('is only claimed here').waitFor();
  await knownBy().getByText('Jo Miller').waitFor();
  // What the team keeps of either, by hand.
  await page.goto(`${desk.settings.url}/settings/fields`);
  await page.getByRole('button', { name: 'Add a field' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a field' });
  await dialog.getByLabel('Name').fill('Plan');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('listitem').filter({ hasText: 'Plan' }).waitFor();
  for (const [number, value] of [
    [1, 'Gold'],
    [2, 'Silver'],
  ]) {
    await page.goto(`${desk.settings.url}/inbox/all/${number}`);
    await plan().getByLabel('Plan').fill(`${value}`);
    await page.keyboard.press('Enter');
    await plan()
      .getByText(/^Ana Reyes, /)
      .waitFor({ state: 'attached' });
  }
  await look('suggested');
});

it('[M9] merged by one act: the list, the panel and the thread follow; the chat is shown nothing of the mails', async () => {
  await knownBy().getByRole('button', { name: 'Compare…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Same as another customer' });
  await dialog.getByRole('region', { name: 'Both are shown as' }).getByText('Jo Miller').waitFor();
  await dialog.getByRole('region', { name: 'Shown there, too' }).getByText(jo).first().waitFor();
  expect(
    await faultsByAxe(page, (axe) => axe.withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])),
  ).toEqual([]);
  await look('compare');
  await dialog.getByRole('button', { name: 'Merge', exact: true }).click();
  await page.getByText('One customer now.').waitFor();
  await others().getByText('Order 4711').waitFor();
  await knownBy()
    .getByText(/Merged by/)
    .waitFor();
  await page.getByText(/said that this customer and Jo Miller are the same/).waitFor();
  await page
    .getByRole('option', { name: /#?2|Jo Miller/ })
    .first()
    .waitFor();
  await look('merged');
  await chat.neverReads('4711');
  await chat.neverReads('Jo Miller');
});

it('[M9] each conversation of theirs opens, and what comes in stays with whoever it came from', async () => {
  // One that the agent had alone has no ticket: it is read in place.
  await resend.receive({
    from: `Jo Miller <${jo}>`,
    to: support,
    subject: 'Shipping abroad',
    text: 'How long does shipping take?',
  });
  await others().getByRole('button', { name: /email/ }).click();
  const read = page.getByRole('dialog').getByRole('log', { name: 'Earlier conversation' });
  await read.getByText('How long does shipping take?').waitFor();
  await read.getByRole('article', { name: 'Robin' }).waitFor();
  await look('past');
  await page.keyboard.press('Escape');
  await others().getByText('Order 4711').click();
  await ticket.reads('Order 4711 is late.');
  // What was put there last, and what else there is, beside each of theirs.
  await expect.poll(() => plan().getByLabel('Plan').inputValue()).toBe('Silver');
  await plan().getByText('Also: Gold').waitFor();
  await look('fields');
  await others()
    .getByText(/web chat/)
    .waitFor();
  await chat.say('And here I am again.');
  await page.goto(`${desk.settings.url}/inbox/all/2`);
  await ticket.reads('And here I am again.');
});

it('[M9] taken apart again both are as they were, on a phone and in the dark as well', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const narrow = await open({ viewport: { width: 390, height: 844 }, colorScheme });
    await signIn(narrow, desk.settings.url, owner);
    await narrow.goto(`${desk.settings.url}/inbox/all/2`);
    await narrow.locator('[data-thread]').getByText('And here I am again.').waitFor();
    await narrow.getByRole('button', { name: 'Customer panel' }).click();
    await narrow.getByText(/Merged by/).scrollIntoViewIfNeeded();
    expect(await narrow.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(
      await faultsByAxe(narrow, (axe) => axe.withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])),
    ).toEqual([]);
    await look(`phone-${colorScheme}`, narrow);
    await narrow.context().close();
  }
  await knownBy().getByRole('button', { name: 'Separate' }).click();
  await page.getByText('Two customers again, as they were.').waitFor();
  await knownBy().getByText('is only claimed here').waitFor();
  await plan().getByText('Also: Gold').waitFor({ state: 'detached' });
  expect(await plan().getByLabel('Plan').inputValue()).toBe('Silver');
  await page.getByText(/took back that this customer and Jo Miller are the same/).waitFor();
  await chat.neverReads('4711');
  expect(errors.flat()).toEqual([]);
});

it('[M9] by keyboard: found by a ticket’s number in the command menu’s act, merged, undone from the toast', async () => {
  await page.keyboard.press('Control+k');
  await page.keyboard.type('same as another');
  await page.keyboard.press('Enter');
  const field = page.getByRole('combobox', { name: 'Name, address, number or ticket' });
  await field.waitFor();
  await field.fill('#1');
  await page.getByRole('option', { name: /Jo Miller/ }).waitFor();
  await look('finder');
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'Both are shown as' }).waitFor();
  await page.getByRole('button', { name: 'Merge', exact: true }).press('Enter');
  await page.getByText('One customer now.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await knownBy().getByText('is only claimed here').waitFor();
});
