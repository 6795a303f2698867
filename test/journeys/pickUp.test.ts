/** A ticket that came by itself and is not looked at goes back, with the reason; one that is looked at stays. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { readShared, readTicket } from '../../convex/readShared.setup.ts';
import {
  launchBrowser,
  openPage,
  owner,
  setUpDesk,
  shopOf,
  startTestDesk,
  type TestDesk,
} from './harness.ts';
import { Chat, goOnline, signIn } from './pages.ts';

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
  await signIn(page, desk.settings.url, owner);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

const ticket = async (number: number) => readTicket(team.operator, { teamId: team.teamId, number });
async function isGiven(number: number) {
  const assignee = async () => (await ticket(number))?.ticket.assigneeId;
  await expect.poll(assignee, { timeout: 30_000 }).toBe(team.memberId);
}
async function asks() {
  const customer = await Chat.open((await openPage(browser)).page, shop);
  await customer.say('I want a refund, I bought it 45 days ago');
}

describe('picked up', () => {
  it('[A9] the team sets how long one has', async () => {
    await page.goto(`${desk.settings.url}/settings/team`);
    const field = page.getByLabel('Picked up within');
    await field.fill('1');
    await field.blur();
    const kept = async () => (await readShared(team.operator, api.teams.get, { teamId: team.teamId })).pickUp;
    await expect.poll(kept).toEqual({ minutes: 1, urgentMinutes: 3 });
    await field.scrollIntoViewIfNeeded();
    await goOnline(page);
  });

  it('[A9] what is looked at for two seconds stays', async () => {
    await asks();
    await isGiven(1);
    expect((await ticket(1))!.pickUpBy).not.toBeNull();
    await page.goto(`${desk.settings.url}/inbox/mine/1`);
    await page.getByText(/^Not opened yet: back to the pool/).waitFor();
    await page.mouse.move(300, 300);
    await page.getByText(/^Not opened yet: back to the pool/).waitFor({ state: 'detached' });
    await expect.poll(async () => (await ticket(1))!.pickUpBy).toBeNull();
  });

  it('[A9] [A5] what is ignored goes back after its minute, its person is told, and the ticket says why', async () => {
    await page.goto(`${desk.settings.url}/settings/team`);
    await asks();
    await isGiven(2);
    const by = (await ticket(2))!.pickUpBy!;
    await expect
      .poll(async () => (await ticket(2))!.ticket.passedOver, { timeout: 90_000, interval: 500 })
      .toMatchObject([{ memberId: team.memberId }]);
    expect(Date.now() - by).toBeLessThan(3_000);
    expect((await ticket(1))!.ticket.assigneeId).toBe(team.memberId);
    await page.goto(`${desk.settings.url}/inbox/unassigned/2`);
    await page.getByText('Ana Reyes did not pick it up in time: back in the pool').waitFor();
    await page.getByRole('button', { name: 'Why nobody yet?' }).click();
    await page.getByRole('cell', { name: 'Did not pick it up in time: others come first' }).waitFor();
    await page.keyboard.press('Escape');
    expect(errors).toEqual([]);
  }, 150_000);
});
