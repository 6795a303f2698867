/** By when a person replies: set by a manager, seen in the list and the ticket, missed to the second, kept by a reply. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { readPages, readerOf, readShared, readTicket } from '../../convex/readShared.setup.ts';
import { faultsInThemes } from './axe.ts';
import {
  launchBrowser,
  openPage,
  owner,
  setUpDesk,
  shopOf,
  startTestDesk,
  type TestDesk,
} from './harness.ts';
import { Chat, signIn, TicketPage } from './pages.ts';

let browser: Browser;
let desk: TestDesk;
let team: Awaited<ReturnType<typeof setUpDesk>>;
let shop: string;
let page: Page;
let errors: string[];

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  team = await setUpDesk(desk);
  shop = await shopOf(desk, team);
  ({ page, errors } = await openPage(browser, { locale: 'en-US', viewport: { width: 1440, height: 900 } }));
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

const targets = async () => (await readShared(team.operator, api.teams.get, { teamId: team.teamId })).targets;
const ticketOf = async (number: number) =>
  (await readTicket(team.operator, { teamId: team.teamId, number }))!.ticket;

describe('targets', () => {
  it('[T7] [ux A1] are set by a manager, each as it is written, with what they come to in words', async () => {
    await signIn(page, desk.settings.url, owner);
    await page.goto(`${desk.settings.url}/settings/targets`);
    await page.getByRole('button', { name: 'Set targets' }).click();
    await page.getByText(/^Handed over .*, a first reply is due:$/).waitFor();
    await page.getByText(/^No opening hours are set/).waitFor();
    const field = page.getByLabel('First reply, high');
    await field.fill('soon');
    await field.press('Enter');
    await page.getByText('“soon” is not a time like 15m, 4h or 1h 30m.').first().waitFor();
    expect(await field.inputValue()).toBe('1h');
    await field.fill('1m');
    await field.press('Enter');
    await expect.poll(async () => (await targets())?.goals.high.firstReply).toBe(1);
    await page.getByLabel('Resolution, high').fill('');
    await page.getByLabel('Resolution, high').press('Enter');
    await expect.poll(async () => (await targets())?.goals.high.resolution).toBeUndefined();
    await page.getByLabel('It waits on a third party').check();
    await expect.poll(async () => (await targets())?.pauses.thirdParty).toBe(true);
    expect(await faultsInThemes(page, (axe) => axe.exclude('[data-toast]'))).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('[T7] [T8] what is due counts down in the list and the ticket, and is missed at its second, in words', async () => {
    const customer = await Chat.open((await openPage(browser)).page, shop);
    await customer.say('I want a refund, I bought it 45 days ago');
    await page.goto(`${desk.settings.url}/inbox/all`);
    const row = page.getByRole('option', { name: /#1/ });
    await row.getByText(/^(First reply )?due in <1m$/).waitFor();
    await row.click();
    // Near: the last quarter of its time.
    await page
      .locator('header')
      .getByText(/First reply due in <1m/)
      .waitFor({ timeout: 90_000 });
    const { deadline } = await ticketOf(1);
    const ticket = new TicketPage(page);
    await page.getByText(/Target missed: first reply by/).waitFor({ timeout: 90_000 });
    const { conversationId } = await ticketOf(1);
    const entries = await readPages(readerOf(team.operator, team.teamId), conversationId);
    const missed = entries.filter(({ event }) => event?.type === 'targetMissed');
    expect(missed).toMatchObject([{ event: { target: 'firstReply', dueAt: deadline!.dueAt } }]);
    expect(missed[0]!.at - deadline!.dueAt).toBeLessThan(1_000);
    await row.getByText(/<1m overdue/).waitFor();
    const minute = Math.ceil(Date.now() / 60_000);
    const due = await readShared(team.operator, api.tickets.due, { teamId: team.teamId, minute });
    expect(due.numbers).toEqual([1]);
    await page.keyboard.press('t');
    await ticket.write('I am on it.');
    await ticket.send();
    await row.getByText(/overdue/).waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
  }, 150_000);

  it('[T7] [A6] in a list by deadline, what becomes due sooner rises at once', async () => {
    for (const { name } of [{ name: 'two' }, { name: 'three' }]) {
      const customer = await Chat.open((await openPage(browser)).page, shop);
      await customer.say(`I want a refund, I bought it 45 days ago, says ${name}`);
      await customer.reads(/asked a person/);
    }
    const { teamId, operator } = team;
    const setPriority = async (number: number, priority: 'normal' | 'urgent') =>
      operator.mutation(api.tickets.setPriority, {
        teamId,
        ticketId: (await ticketOf(number))._id,
        priority,
      });
    await setPriority(2, 'normal');
    await setPriority(3, 'normal');
    await page.goto(`${desk.settings.url}/inbox/unassigned?sort=deadline`);
    const shown = async () => {
      const rows = await page.getByRole('option').evaluateAll((all) =>
        all
          .map((row) => ({
            number: Number((row as HTMLElement).dataset.number),
            top: row.getBoundingClientRect().top,
          }))
          .sort((a, b) => a.top - b.top),
      );
      return rows.map(({ number }) => number);
    };
    await expect.poll(shown).toEqual([2, 3]);
    await setPriority(3, 'urgent');
    // Rows stay still under the hand for a moment.
    await expect.poll(shown, { timeout: 15_000 }).toEqual([3, 2]);
    await page
      .getByRole('option', { name: /#3/ })
      .getByText(/due in 1[0-4]m/)
      .waitFor();
  }, 90_000);
});
