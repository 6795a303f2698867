/**
 * A customer on WhatsApp, start to end: the agent answers, a person takes over, whose first reply carries the line, resolves, and the
 * agent answers again, all on one thread; then a closed window, and a template that reaches them. Real desk, real browser, two pages:
 * the inbox and the demo phone.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalPhone, startPhone } from '../../providers/phone/start.ts';
import { whatsappApp } from '../../providers/whatsapp/phoneApp.ts';
import { type LocalWhatsapp, startWhatsapp } from '../../providers/whatsapp/start.ts';
import { faultsByAxe } from './axe.ts';
import { launchBrowser, openPage, owner, setUpDesk, startTestDesk, type TestDesk } from './harness.ts';
import { goOnline, signIn, TicketPage } from './pages.ts';
import { jo, saidTo } from './whatsappDesk.ts';

let desk: TestDesk;
let whatsapp: LocalWhatsapp;
let phone: LocalPhone;
let browser: Browser;
let inbox: Page;
let hand: Page;
let ticket: TicketPage;
const errors: string[][] = [];
const mia = '447700900123';
/** How far WhatsApp’s clock is from ours. */
let offsetMs = 0;

async function open(options: Parameters<typeof openPage>[1] = {}): Promise<Page> {
  const opened = await openPage(browser, { timezoneId: 'UTC', locale: 'en-US', ...options });
  errors.push(opened.errors);
  opened.page.setDefaultTimeout(20_000);
  return opened.page;
}

const look = async (page: Page, name: string) => {
  if (process.env.LOOK) await page.screenshot({ path: `${process.env.LOOK}/whatsapp-${name}.png` });
};
const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'];

beforeAll(async () => {
  [desk, browser, whatsapp] = await Promise.all([
    startTestDesk(),
    launchBrowser(),
    startWhatsapp({ retryScale: 0.001, now: () => Date.now() + offsetMs }),
  ]);
  phone = await startPhone({ apps: [whatsappApp(whatsapp, jo)] });
  await setUpDesk(desk);
  await desk.engine.environment.set({ WHATSAPP_BASE_URL: whatsapp.url });
  inbox = await open();
  ticket = new TicketPage(inbox);
  hand = await open({ viewport: { width: 480, height: 900 } });
  await signIn(inbox, desk.settings.url, owner);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await phone?.stop();
  await whatsapp?.stop();
  await desk?.dispose();
});

function isWithinDialog(line: Element): boolean {
  const [seen, whole] = [line.closest('.modal')!, line].map((each) => each.getBoundingClientRect());
  return whole!.top >= seen!.top && whole!.bottom <= seen!.bottom;
}

async function say(text: string): Promise<void> {
  await hand.getByRole('textbox', { name: 'Message' }).fill(text);
  await hand.keyboard.press('Enter');
}
const hears = (text: string | RegExp) => hand.locator('#messages').getByText(text).first().waitFor();

it('[M7] a manager connects a number, gives Meta what it asks for, and is told that it works', async () => {
  await goOnline(inbox);
  await inbox.goto(`${desk.settings.url}/settings/channels`);
  await inbox.getByRole('button', { name: 'Connect WhatsApp' }).click();
  const dialog = inbox.getByRole('dialog', { name: 'Connect WhatsApp' });
  await dialog.getByLabel('Phone number ID').fill('+1 555 0100');
  await dialog.getByLabel('WhatsApp Business Account ID').fill(whatsapp.accountId);
  await dialog.getByLabel('Access token').fill(whatsapp.token);
  await dialog.getByLabel('App secret').fill(whatsapp.appSecret);
  await dialog.getByRole('button', { name: 'Connect' }).click();
  const refusal = dialog.getByRole('alert');
  await refusal.getByText('it is not the number itself').waitFor();
  // On a screen on which the dialog scrolls, it is seen all the same.
  await expect.poll(() => refusal.evaluate(isWithinDialog)).toBe(true);
  await dialog.getByLabel('Phone number ID').fill(whatsapp.phoneNumberId);
  await dialog.getByRole('button', { name: 'Connect' }).click();
  const card = inbox.getByRole('region', { name: 'WhatsApp', exact: true }).last();
  await card.getByText('This is the verify token.').waitFor();
  const [url = '', verifyToken = ''] = await card.locator('code').allTextContents();
  await card.getByText('This is the verify token.').scrollIntoViewIfNeeded();
  await look(inbox, 'settings');
  const dashboard = await open();
  await dashboard.goto(whatsapp.dashboardUrl);
  await dashboard.getByLabel('Callback URL').fill(url);
  await dashboard.getByLabel('Verify token').fill('wrong');
  await dashboard.getByRole('button', { name: 'Verify and save' }).click();
  await dashboard.getByText('could not be validated').waitFor();
  await dashboard.getByLabel('Callback URL').fill(url);
  await dashboard.getByLabel('Verify token').fill(verifyToken);
  await dashboard.getByRole('button', { name: 'Verify and save' }).click();
  await dashboard.getByText('is told what happens').waitFor();
  await card.getByRole('button', { name: 'Check' }).click();
  await card.getByText('The token works, and customers see “Acme”').waitFor();
  expect(await faultsByAxe(inbox, (axe) => axe.withTags(tags))).toEqual([]);
});

it('[M1] [P4] the customer asks, and the agent answers', async () => {
  await hand.goto(phone.url);
  await say('How long can I return things?');
  await hears(/30 days/);
});

it('[C3] [H1] asking for a person opens a ticket', async () => {
  await say('I want my money back for order 48213. Please let me talk to a person.');
  await inbox.goto(`${desk.settings.url}/inbox/all/1`);
  await ticket.reads('I want my money back for order 48213. Please let me talk to a person.');
  await expect.poll(() => saidTo(whatsapp).length, { timeout: 20_000 }).toBe(2);
});

it('[C4] [M8] a takeover sends nothing; the first reply carries who joined, and is seen to be read', async () => {
  const before = saidTo(whatsapp).length;
  await inbox.locator('[data-thread]').focus();
  await inbox.keyboard.press('t');
  await inbox.getByText('You speak now').waitFor();
  await inbox.getByText('WhatsApp takes any answer for another').waitFor();
  await inbox.getByText('The customer reads with the next reply:').waitFor();
  expect(saidTo(whatsapp)).toHaveLength(before);
  await ticket.write('I have sent your money back.');
  await ticket.send();
  await hand.locator('#messages em').getByText('Ana joined the conversation.', { exact: true }).waitFor();
  await hears('I have sent your money back.');
  whatsapp.read(jo);
  const reply = inbox.getByRole('article').filter({ hasText: 'I have sent your money back.' });
  await reply.getByText('Read', { exact: true }).waitFor();
  await inbox.getByText(/^\d+ (reply|replies), by WhatsApp$/).waitFor();
  await inbox.getByRole('complementary', { name: 'Customer' }).getByText(`+${jo}`).waitFor();
  await look(inbox, 'inbox');
  await look(hand, 'phone');
});

it('[C10] resolved, the agent answers again, on the same thread', async () => {
  await inbox.locator('[data-thread]').focus();
  await inbox.keyboard.press('e');
  await inbox
    .getByRole('dialog')
    .getByRole('button', { name: /^Resolve/ })
    .click({ timeout: 3_000 })
    .catch(() => {});
  await inbox.getByText('resolved', { exact: false }).first().waitFor();
  const before = saidTo(whatsapp).length;
  await say('How long does shipping take?');
  await expect.poll(() => saidTo(whatsapp).length, { timeout: 20_000 }).toBeGreaterThan(before);
  await inbox.goto(`${desk.settings.url}/inbox/resolved/1`);
  await ticket.reads('How long does shipping take?');
  await ticket.readsBack('How long can I return things?');
});

it('[M7] outside the 24 hours only a template is taken: it is said, chosen, filled in, seen and sent', async () => {
  // What they wrote a day ago is told only now.
  offsetMs = -25 * 3_600_000;
  whatsapp.person(mia, { name: 'Mia' });
  whatsapp.write(mia, 'Where is my parcel? Let me talk to a person.');
  offsetMs = 0;
  await inbox.goto(`${desk.settings.url}/inbox/all/2`);
  await ticket.reads('Where is my parcel? Let me talk to a person.');
  await inbox.getByText('WhatsApp takes only an approved template now.').first().waitFor();
  await ticket.write('It arrives tomorrow.');
  const sendButton = inbox.getByRole('button', { name: /^(Take over & send|Send)$/ });
  expect(await sendButton.isDisabled()).toBe(true);
  await look(inbox, 'closed');
  await inbox.locator('[data-thread]').focus();
  await inbox.keyboard.press('Shift+V');
  const dialog = inbox.getByRole('dialog', { name: 'Send a template' });
  await dialog.getByLabel('Template', { exact: true }).selectOption({ label: 'reply_waiting (en, utility)' });
  const sendTemplate = dialog.getByRole('button', { name: 'Take over & send template' });
  expect(await sendTemplate.isDisabled()).toBe(true);
  await dialog.getByLabel('Blank 1 in the text').fill('Mia');
  const words = 'Hello Mia, we have an answer to your question. Write back to read it.';
  await dialog.getByLabel('Preview').getByText(words).waitFor();
  await look(inbox, 'template');
  expect(await faultsByAxe(inbox, (axe) => axe.withTags(tags))).toEqual([]);
  await sendTemplate.click();
  await expect
    .poll(() => saidTo(whatsapp, mia).map(({ text }) => text), { timeout: 20_000 })
    .toEqual([words]);
  await ticket.reads(words);
  // They answer: anything may be written again.
  whatsapp.write(mia, 'Yes, please!');
  await inbox.getByText('WhatsApp takes any answer for another').waitFor();
  // Written anew: they have said something since.
  await ticket.write('It arrives tomorrow at noon.');
  await ticket.send();
  const last = () => saidTo(whatsapp, mia).at(-1)?.text;
  await expect.poll(last, { timeout: 20_000 }).toContain('It arrives tomorrow at noon.');
});

it('[ux A1] on a narrow screen it fits, in both themes, and nothing was thrown', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const narrow = await open({ viewport: { width: 390, height: 844 }, colorScheme });
    await signIn(narrow, desk.settings.url, owner);
    await narrow.goto(`${desk.settings.url}/inbox/all/2`);
    await narrow.getByText('WhatsApp takes any answer for another').waitFor();
    expect(await narrow.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await look(narrow, `narrow-${colorScheme}`);
    await narrow.goto(`${desk.settings.url}/settings/channels`);
    await narrow.getByText('Connect WhatsApp').waitFor();
    expect(await narrow.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await narrow.context().close();
  }
  expect(errors.flat()).toEqual([]);
});
