/** Whoever has something to see to is told, in time and once, and nowhere any more when they have seen to it: in a real browser. */
import type { ConvexHttpClient } from 'convex/browser';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel';
import { readTicket } from '../../convex/readShared.setup.ts';
import { fillDesk, type SampleDesk } from '../pictures/sampleDesk.ts';
import {
  answerLate,
  joinTeam,
  launchBrowser,
  openPage,
  owner,
  startTestDesk,
  type TestDesk,
} from './harness.ts';
import { signIn, TicketPage } from './pages.ts';

const colleague = { name: 'Ben Ode', email: 'ben@northpeak.example', password: 'correct horse battery' };

let desk: TestDesk;
let sample: SampleDesk;
let ben: ConvexHttpClient;
let benId: Id<'members'>;
let anaId: Id<'members'>;
let browser: Browser;
let context: BrowserContext;
/** Two tabs of Ana's. */
let page: Page;
let other: Page;
let errors: string[];

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  sample = await fillDesk(desk);
  const team = { owner: sample.operator, teamId: sample.teamId };
  ({ client: ben, memberId: benId } = await joinTeam(desk, team, colleague));
  // Nothing comes but what is given by hand.
  await sample.operator.mutation(api.teams.update, { teamId: sample.teamId, assignmentMode: 'manual' });
  anaId = (await sample.operator.query(api.me.get, {})).memberships[0]!.memberId;
  ({ page, errors, context } = await openPage(browser));
  await signIn(page, desk.settings.url, owner);
  other = await context.newPage();
  other.on('pageerror', (error) => errors.push(String(error)));
  for (const tab of [page, other]) tab.setDefaultTimeout(15_000);
});
afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

beforeEach(async () => {
  await sample.operator.mutation(api.needs.dismissAll, { teamId: sample.teamId, through: Date.now() });
  for (const tab of [page, other]) {
    await tab.goto(`${desk.settings.url}/inbox/all`);
    await bell(tab).waitFor();
  }
});

const bell = (tab: Page, count: number | 'nothing' = 'nothing') =>
  tab.getByRole('button', { name: `What needs you: ${count}`, exact: true });
const toast = (tab: Page) => tab.locator('[data-toast]');
const ticketOf = async (number: number) =>
  (await readTicket(sample.operator, { teamId: sample.teamId, number }))!.ticket;

/** By Ben, who has it then. */
async function give(number: number, to: Id<'members'> = anaId): Promise<void> {
  const { _id: ticketId } = await ticketOf(number);
  await ben.mutation(api.tickets.assign, { teamId: sample.teamId, ticketId, memberId: to });
}

async function passToHer(number: number): Promise<void> {
  await give(number, benId);
  await give(number);
}

/** As its customer, by their platform. */
async function customerWrites(number: number, text: string): Promise<void> {
  const { conversationId } = await ticketOf(number);
  const path = `/api/v1/conversations/${conversationId}/customer-messages`;
  const response = await fetch(`${desk.settings.siteUrl}${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${sample.key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ text }),
  });
  expect(response.status).toBeLessThan(300);
}

it('[A5] what comes is told by bell, title, mark and a line, in every tab; opened in one, it is handled in all', async () => {
  const icon = (tab: Page) => tab.locator('link[rel=icon]').getAttribute('href');
  expect(await icon(other)).toBe('/icon.svg');
  await passToHer(1);
  for (const tab of [page, other]) {
    await bell(tab, 1).waitFor();
    await toast(tab).getByText('Ben Ode gave you #1.').waitFor();
    expect(await tab.title()).toMatch(/^● 1 · Ben Ode gave you #1 · /);
    expect(await icon(tab)).toBe('/icon-new.svg');
  }
  await page.keyboard.press('o');
  await page.waitForURL(/\/inbox\/mine\/1$/);
  for (const tab of [page, other]) {
    await bell(tab).waitFor();
    await expect.poll(() => toast(tab).count()).toBe(0);
    expect(await tab.title()).not.toContain('●');
    expect(await icon(tab)).toBe('/icon.svg');
  }
});

it('[T7] what its customer writes is told to whoever looks elsewhere, and quiet to whoever looks at it', async () => {
  await passToHer(2);
  await page.goto(`${desk.settings.url}/inbox/mine/2`);
  await bell(page).waitFor();
  await customerWrites(2, 'Is anybody there?');
  await new TicketPage(page).reads('Is anybody there?');
  await bell(page).waitFor();
  await page.waitForTimeout(1_000);
  expect(await toast(page).count()).toBe(0);
  await page.getByRole('link', { name: 'Settings' }).click();
  await customerWrites(2, 'Hello?');
  await toast(page).getByText('The customer wrote in #2.').waitFor();
  await bell(page, 1).waitFor();
  await page.goBack();
  await bell(page).waitFor();
});

it('[T7] a ticket that stands open in a tab nobody looks at is not seen, until they come back', async () => {
  await passToHer(2);
  await page.goto(`${desk.settings.url}/inbox/mine/2`);
  await bell(page).waitFor();
  const look = (isLooking: boolean) =>
    page.evaluate((value) => {
      document.hasFocus = () => value;
      window.dispatchEvent(new Event(value ? 'focus' : 'blur'));
    }, isLooking);
  await look(false);
  await customerWrites(2, 'And now?');
  await toast(page).getByText('The customer wrote in #2.').waitFor();
  await page.waitForTimeout(1_000);
  await bell(page, 1).waitFor();
  await look(true);
  await bell(page).waitFor();
  await expect.poll(() => toast(page).count()).toBe(0);
});

it('[A5] the list is walked by keys: what is opened, or marked, is handled', async () => {
  await passToHer(3);
  await passToHer(4);
  await bell(page, 2).waitFor();
  await page.keyboard.press('b');
  const panel = page.getByRole('dialog', { name: 'What needs you' });
  await panel.getByText('Ben Ode gave you #4').waitFor();
  await expect.poll(() => panel.locator('[data-need]').allInnerTexts()).toHaveLength(2);
  expect((await panel.locator('[data-need]').allInnerTexts())[1]).toContain('You charged me twice');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Delete');
  await bell(other, 1).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/inbox\/mine\/3$/);
  await panel.waitFor({ state: 'detached' });
  await bell(other).waitFor();
  await page.keyboard.press('b');
  await panel.getByText('Nothing needs you right now.').waitFor();
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  expect(await bell(page).evaluate((it) => it === document.activeElement)).toBe(true);
});

it('[lesson L27] many at once are one line, and none of it is left when all is marked handled, on a slow line too', async () => {
  const { page: slow, context: far } = await openPage(browser);
  await answerLate(slow, 400);
  await signIn(slow, desk.settings.url, owner);
  for (const number of [1, 2, 3, 4, 5]) await passToHer(number);
  await toast(page).getByText('5 new for you.').waitFor();
  await bell(slow, 5).waitFor();
  await toast(page).getByRole('button', { name: 'Show' }).click();
  await page.getByRole('dialog', { name: 'What needs you' }).waitFor();
  await bell(slow, 5).click();
  await slow.getByRole('button', { name: 'Mark all handled' }).click();
  // Before the desk has answered.
  await bell(slow).waitFor({ timeout: 300 });
  await bell(other).waitFor();
  await page.getByText('Nothing needs you right now.').waitFor();
  await far.close();
  expect(errors).toEqual([]);
});
