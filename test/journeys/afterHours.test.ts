/**
 * After hours: a question at night in the chat, the morning's answer by email on the same thread, and back to the page. Real
 * desk, real browsers, a local Resend; the operator uses the keyboard alone.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { readTicket } from '../../convex/readShared.setup.ts';
import { type LocalResend, startResend } from '../../providers/resend/start.ts';
import { byWcag, faultsByAxe } from './axe.ts';
import {
  launchBrowser,
  openPage,
  owner,
  setUpDesk,
  shopOf,
  startTestDesk,
  type TestDesk,
} from './harness.ts';
import { answerMail, connectAddress, deskMail, deskMails, headerOf } from './mailDesk.ts';
import { Chat, signIn, TicketPage } from './pages.ts';

let desk: TestDesk;
let resend: LocalResend;
let browser: Browser;
let team: Awaited<ReturnType<typeof setUpDesk>>;
let customer: Chat;
let ticket: TicketPage;
let shop: string;
const errors: string[][] = [];

/** Where it is noon now: no midnight comes between what is said of tomorrow and tomorrow. */
const behindUtc = new Date().getUTCHours() - 12;
const timeZone = `Etc/GMT${behindUtc < 0 ? '-' : '+'}${Math.abs(behindUtc)}`;

const jo = 'jo@customer.example';
const answer = 'Good morning! I have sent your money back.';

async function open(options: Parameters<typeof openPage>[1] = {}): Promise<Page> {
  const opened = await openPage(browser, { timezoneId: timeZone, locale: 'en-US', ...options });
  errors.push(opened.errors);
  return opened.page;
}

beforeAll(async () => {
  [desk, browser, resend] = await Promise.all([
    startTestDesk(),
    launchBrowser(),
    startResend({ retryScale: 0.001 }),
  ]);
  team = await setUpDesk(desk);
  const { operator, teamId } = team;
  await connectAddress({ desk, resend, ...team });
  // The team is back tomorrow at nine.
  const tomorrow = (new Date(Date.now() - behindUtc * 3_600_000).getUTCDay() + 1) % 7;
  const week = Array.from({ length: 7 }, (_, day) => (day === tomorrow ? [{ from: 540, to: 1_020 }] : []));
  await operator.mutation(api.calendars.save, { teamId, calendar: { timeZone, week, holidays: [] } });
  shop = await shopOf(desk, team);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await resend?.stop();
  await desk?.dispose();
});

async function status() {
  return (await readTicket(team.operator, { teamId: team.teamId, number: 1 }))!.ticket.status;
}

const way = () => ticket.page.locator('[data-reply-way]').innerText();

describe('after hours', () => {
  it('[H5] [P4] at night the agent answers what it can, and says when a person will answer the rest', async () => {
    customer = await Chat.open(await open(), shop);
    await customer.say('How long does shipping take?');
    await customer.reads(/working days/);
    await customer.say('I want a refund, I bought it 45 days ago');
    await customer.frame.getByText(/We’re back tomorrow at 9:00/).waitFor();
    await customer.frame.getByLabel('Where should we send the answer?').fill(jo);
    await customer.page.keyboard.press('Enter');
    await customer.frame.getByText(`Saved. The team can also answer at ${jo}.`).waitFor();
  });

  it('[M6] [M9] in the morning an operator sees by which ways they can be reached, and answers by email', async () => {
    const page = await open();
    await signIn(page, desk.settings.url, owner);
    await page.goto(`${desk.settings.url}/inbox/all/1`);
    ticket = new TicketPage(page);
    await ticket.reads('I want a refund, I bought it 45 days ago');
    await expect.poll(way).toMatch(/^Web chat[^]*As the customer last wrote\./);
    await page.getByRole('button', { name: /^Take over & send/ }).waitFor();
    await page.keyboard.press('v');
    await page
      .getByRole('option', { name: /^Email to jo@customer\.example from support@acme\.example/ })
      .waitFor();
    await page.keyboard.type('email to');
    await page.keyboard.press('Enter');
    await expect
      .poll(way)
      .toMatch(
        /^Email to jo@customer\.example from support@acme\.example[^]*claimed[^]*No takeover: Robin goes on/,
      );
    await page.getByRole('textbox', { name: /^Reply to/ }).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA');
    await page.keyboard.type(answer);
    await page.getByRole('button', { name: /^Send by email(?! and)/ }).waitFor();
    await ticket.send();
    await ticket.reads(answer);
    await ticket.reads('Delivered');
    await page.getByText('Robin is answering').waitFor();
  });

  it('[M3] the customer gets one mail; the page says no more than that there was one', async () => {
    const mail = await deskMail(resend, jo, 1);
    expect(mail.text).toContain(answer);
    expect(headerOf(mail, 'reply-to')).toContain('@in.acme.example');
    expect(await deskMails(resend, jo)).toHaveLength(1);
    await customer.reads('Answered by email.');
    await customer.neverReads(answer);
  });

  it('[M3] [M1] their answer by mail stands in the same conversation, and mail is their channel now', async () => {
    const mail = await deskMail(resend, jo, 1);
    const quoted = `On Sat, 28 Nov 2026 at 10:12, Acme support <support@acme.example> wrote:\n> ${answer}`;
    await answerMail(resend, mail, {
      from: jo,
      text: `Thank you, it has arrived!\n\n${quoted}`,
      html: '<p>Thank you, it has arrived!</p><img src="https://tracker.example/seen.png" onerror="alert(1)">',
    });
    await ticket.reads('Thank you, it has arrived!');
    await ticket.reads(/^from jo@customer\.example/);
    await expect
      .poll(way)
      .toMatch(/^Email to jo@customer\.example from support@acme\.example[^]*As the customer last wrote\./);
    await ticket.page.getByRole('button', { name: /^Take over & send/ }).waitFor();
    await customer.reads('Written by email.');
    await customer.neverReads('Thank you, it has arrived!');
  });

  it('[M5] what is quoted in it is folded and not lost, and its HTML loads nothing before somebody asks', async () => {
    const { page } = ticket;
    const asked: string[] = [];
    page.on('request', (request) => request.url().includes('tracker') && asked.push(request.url()));
    await page.getByRole('button', { name: 'Show quoted text' }).press('Enter');
    await page.getByLabel('The whole mail').getByText(`> ${answer}`).waitFor();
    await page.getByRole('button', { name: 'Show as HTML' }).press('Enter');
    const frame = page.frameLocator('iframe[title="Mail as it was laid out"]');
    await frame.getByText('Thank you, it has arrived!').waitFor();
    await page.getByText('1 image is hidden').waitFor();
    expect(asked).toEqual([]);
    await page.getByRole('button', { name: 'Hide HTML' }).press('Enter');
  });

  it('[M8] [M9] by the link in the mail they come back to the page and see all of it', async () => {
    const [, link] =
      /(http\S+widget\.html\S+#mail=\S+)/.exec((await deskMail(resend, jo, 1)).text ?? '') ?? [];
    const page = await open({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    await page.goto(link!);
    const log = page.getByRole('log');
    for (const text of ['How long does shipping take?', answer, 'Thank you, it has arrived!']) {
      await log.getByText(text).first().waitFor();
    }
    expect(page.url()).not.toContain('mail=');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.reload();
    await log.getByText(answer).first().waitFor();
  });

  it('[C10] [T6] [P4] once it is resolved the agent answers the next mail', async () => {
    // The agent has answered the thanks, too: what is resolved has been seen.
    await deskMail(resend, jo, 2);
    await expect.poll(() => ticket.thread.getByText('Delivered').count()).toBe(2);
    const before = (await deskMails(resend, jo)).length;
    await ticket.page.locator('[data-thread]').focus();
    await ticket.page.keyboard.press('e');
    // The inbox goes on by itself, out of what is resolved.
    await expect.poll(status).toBe('resolved');
    await answerMail(resend, await deskMail(resend, jo, 1), {
      from: jo,
      text: 'How long does shipping take?',
    });
    const next = await deskMail(resend, jo, before + 1);
    expect(next.text).toContain('working days');
    expect(headerOf(next, 'auto-submitted')).toBe('auto-replied');
    expect(await status()).toBe('resolved');
  });

  it.each(['light', 'dark'] as const)(
    '[ux A1] the ticket with its mails holds on a phone, %s',
    async (colorScheme) => {
      const page = await open({ viewport: { width: 390, height: 844 }, colorScheme });
      await signIn(page, desk.settings.url, owner);
      await page.goto(`${desk.settings.url}/inbox/all/1`);
      await new TicketPage(page).reads('Thank you, it has arrived!');
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      expect(await faultsByAxe(page, byWcag)).toEqual([]);
    },
  );

  it('no page has thrown', () => expect(errors.flat()).toEqual([]));
});
