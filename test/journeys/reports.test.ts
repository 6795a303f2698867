/** Figures over time as a manager reads them: what happened a moment ago, what it means, the tickets behind it, and a file. */
import { readFileSync } from 'node:fs';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { readShared, readTicket } from '../../convex/readShared.setup.ts';
import { usualTargets } from '../../convex/shared/tickets/targets.ts';
import { openShop, type Shop } from '../costs/shop.ts';
import { faultsInThemes } from './axe.ts';
import { joinTeam, launchBrowser, openPage, owner, startTestDesk, type TestDesk } from './harness.ts';
import { signIn } from './pages.ts';

let browser: Browser;
let desk: TestDesk;
let shop: Shop;

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  shop = await openShop(desk);
  await workOnOneTicket();
}, 90_000);
afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

/** One customer asks for a person, is answered twice by the same click, and is done; another asks the agent alone. */
async function workOnOneTicket(): Promise<void> {
  const { owner: ana, teamId, customer } = shop;
  const targets = { ...usualTargets, isAroundTheClock: true };
  await ana.mutation(api.teams.update, { teamId, targets });
  await customer.mutation(api.web.send, { text: 'Is anybody there?', clientMessageId: 'a' });
  await customer.mutation(api.web.askForPerson, {});
  const ticket = (await readTicket(ana, { teamId, number: 1 }))!;
  const { conversationId, _id: ticketId } = ticket.ticket;
  const head = () => readShared(ana, api.conversations.head, { teamId, conversationId });
  await ana.mutation(api.tickets.takeOver, { teamId, ticketId });
  const { lastSequence: seenThrough } = await head();
  const { control } = (await readTicket(ana, { teamId, number: 1 }))!;
  const reply = {
    teamId,
    conversationId,
    text: 'Here I am.',
    clientMessageId: 'r',
    epoch: control.epoch,
    seenThrough,
  };
  await ana.mutation(api.messages.reply, reply);
  await ana.mutation(api.messages.reply, reply);
  const { lastSequence } = await head();
  const done = { expectedEpoch: control.epoch, seenThrough: lastSequence };
  await ana.mutation(api.tickets.resolve, { teamId, ticketId, ...done });
  const other = await shop.newCustomer();
  await other.mutation(api.web.send, { text: 'How long does delivery take?', clientMessageId: 'b' });
}

describe('reports', () => {
  it('[B2] [B3] [B4] a manager reads what happened, what each number counts and which tickets, and saves it', async () => {
    const { page, errors } = await openPage(browser, {
      viewport: { width: 1440, height: 900 },
      locale: 'en-US',
    });
    await signIn(page, desk.settings.url, owner);
    await page.getByRole('link', { name: 'Reports' }).click();
    await page.getByRole('heading', { name: 'Reports', exact: true }).waitFor();

    const team = page.getByRole('region', { name: 'The team' });
    await team
      .getByRole('button', { name: 'Handovers: 1. Show what it counts' })
      .waitFor({ timeout: 30_000 });
    await team.getByRole('button', { name: 'Resolved: 1. Show what it counts' }).waitFor({ timeout: 30_000 });

    await page.getByRole('button', { name: 'What “Contained” counts' }).first().click();
    await page
      .getByRole('dialog')
      .getByText(/no handover, no message of a person, and no return/)
      .waitFor();
    await page.keyboard.press('Escape');

    // What opens something says so by its look, and what it opens says what it is about.
    const looks = (figure: Locator) =>
      figure.evaluate((element) => getComputedStyle(element).textDecorationLine);
    expect(await looks(team.getByRole('button', { name: /^Handovers: 1/ }))).toBe('underline');
    expect(await looks(team.getByRole('button', { name: /^Conversations: 2/ }))).toBe('underline');
    const wait = team.getByRole('heading', { name: 'Wait', exact: true }).locator('../../span');
    expect(await looks(wait)).toBe('none');
    await team.getByRole('button', { name: /^Handovers: 1/ }).click();
    await page
      .getByRole('dialog')
      .getByRole('link', { name: /^#1 · Is anybody there\?.*[A-Z][a-z]+ [A-Z][a-z]+/ })
      .waitFor();
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Repeats absorbed: 1. Show the tickets' }).click();
    await page.getByRole('dialog').getByRole('link', { name: '#1' }).waitFor();
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Operators' }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get('by')).toBe('operator');
    const figures = page.getByRole('region', { name: 'Figures by operators' });
    const row = figures.getByRole('row', { name: /^Ana Reyes/ });
    await row.waitFor();
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as CSV' }).click(),
    ]);
    const [head, line] = readFileSync((await saved.path())!, 'utf8').split('\r\n');
    expect(head).toMatch(/^\uFEFFOperators,Replies,First reply \(minutes\)/);
    expect(line).toMatch(/^Ana Reyes,1,/);

    await page.getByLabel('Range').selectOption('lastMonth');
    await page.getByText('Nothing in these days.').waitFor();
    await page.getByLabel('Range').selectOption('today');
    await row.waitFor();
    expect(await faultsInThemes(page)).toEqual([]);
    await row.getByRole('button', { name: /^First reply, Ana Reyes/ }).click();
    await page.getByRole('dialog').getByRole('link', { name: '#1' }).click();
    await page.waitForURL(/\/inbox\/all\/1$/);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('[B3] [T7] what was met and missed of the targets stands there, opens its tickets, and goes into the file', async () => {
    const { page, errors } = await openPage(browser, {
      viewport: { width: 1440, height: 900 },
      locale: 'en-US',
    });
    await signIn(page, desk.settings.url, owner);
    await page.goto(`${desk.settings.url}/reports?by=operator`);
    const targets = page.getByRole('region', { name: 'Targets' });
    const met = targets.getByRole('button', { name: 'First reply in time: 1 met. Show the tickets' });
    await met.waitFor({ timeout: 30_000 });
    await targets.getByRole('button', { name: 'Resolved in time: 1 met. Show the tickets' }).waitFor();
    expect(await targets.getByText('0 missed').count()).toBe(3);
    await page.getByRole('button', { name: 'What “First reply in time” counts' }).first().click();
    await page
      .getByRole('dialog')
      .getByText(/Counted at the instant it was met or missed/)
      .waitFor();
    await page.keyboard.press('Escape');
    await met.click();
    await page.getByRole('dialog').getByRole('link', { name: /^#1 / }).waitFor();
    await page.keyboard.press('Escape');
    const figures = page.getByRole('region', { name: 'Figures by operators' });
    const row = figures.getByRole('row', { name: /^Ana Reyes/ });
    await row.getByText('100%').first().waitFor();
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as CSV' }).click(),
    ]);
    const [head, line] = readFileSync((await saved.path())!, 'utf8').split('\r\n');
    expect(head).toMatch(/,First reply in time,Resolved in time,Rating,Ratings$/);
    expect(line).toMatch(/,1,1,,0?$/);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('[R2] [E5] an operator is told that reports are for managers, and has no way to them', async () => {
    const ben = { name: 'Ben', email: 'ben@northpeak.example', password: 'correct horse battery' };
    await joinTeam(desk, shop, ben);
    const { page, errors } = await openPage(browser);
    await signIn(page, desk.settings.url, ben);
    await page.getByRole('link', { name: 'Inbox' }).waitFor();
    expect(await page.getByRole('link', { name: 'Reports' }).count()).toBe(0);
    await page.goto(`${desk.settings.url}/reports`);
    await page.getByText('Only managers read reports.').waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('[ux A1] fits a phone', async () => {
    const { page } = await openPage(browser, { viewport: { width: 390, height: 844 } });
    await signIn(page, desk.settings.url, owner);
    await page.goto(`${desk.settings.url}/reports`);
    await page.getByRole('heading', { name: 'The last 24 hours' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    expect(await faultsInThemes(page)).toEqual([]);
    // The two ends of the days on one line, and a way out of what a number means.
    const top = (name: string) => page.getByLabel(name).evaluate((it) => it.getBoundingClientRect().top);
    expect(await top('First day')).toBe(await top('Last day'));
    await page.getByRole('button', { name: 'What “Contained” counts' }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.context().close();
  });
});
