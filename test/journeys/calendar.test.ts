/** Opening hours, from the screen where they are set to the line that a customer reads. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { readShared } from '../../convex/readShared.setup.ts';
import type { Calendar } from '../../convex/shared/kit/calendar.js';
import { faultsInThemes } from './axe.ts';
import {
  joinTeam,
  launchBrowser,
  openPage,
  owner,
  setUpDesk,
  shopOf,
  startTestDesk,
  type TestDesk,
} from './harness.ts';
import { Chat, signIn } from './pages.ts';

let browser: Browser;
let desk: TestDesk;
let team: Awaited<ReturnType<typeof setUpDesk>>;

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  team = await setUpDesk(desk);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

const kept = () => readShared(team.operator, api.calendars.get, { teamId: team.teamId });
const save = (calendar: Calendar | null) =>
  team.operator.mutation(api.calendars.save, { teamId: team.teamId, calendar });

/** With the Tab key alone. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 120; presses++) {
    const focused = await page.evaluate(() => {
      const element = document.activeElement as HTMLInputElement | null;
      const label = element?.labels?.[0]?.textContent;
      return element?.getAttribute('aria-label') ?? label ?? element?.textContent ?? '';
    });
    if (focused.trim() === name) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`"${name}" is not reached with Tab.`);
}

describe('opening hours', () => {
  it('[H1] [ux A1] are set on a phone with the keyboard alone, proposed until they are saved, and each change saved from then on', async () => {
    const { page, errors } = await openPage(browser, {
      viewport: { width: 390, height: 844 },
      timezoneId: 'Europe/Berlin',
      locale: 'en-US',
    });
    await signIn(page, desk.settings.url, owner);
    await page.goto(`${desk.settings.url}/settings/hours`);
    await page.getByText('No opening hours yet.').waitFor();
    await tabTo(page, 'Set opening hours');
    await page.keyboard.press('Enter');
    await page.getByText(/^Now: (open|closed)\. (Opens|Closes) /).waitFor();
    await page.getByText('Nothing is saved yet').waitFor();
    expect(await kept()).toBeNull();

    // The button is gone: the hand goes on at the first field that has come.
    await page.getByLabel('Time zone').and(page.locator(':focus')).waitFor();
    await page.keyboard.type('atlantis');
    await page.keyboard.press('Enter');
    await page.getByText('This is no time zone, or more than one.').waitFor();
    await page.keyboard.type('new york');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByLabel('Time zone').inputValue()).toBe('America/New_York');
    expect(await kept()).toBeNull();
    await tabTo(page, 'Save opening hours');
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await kept())?.timeZone).toBe('America/New_York');
    await page.getByText(/^Now: .* \(New York time\), .* \(your time\)\.$/).waitFor();

    await tabTo(page, 'Monday, from');
    await page.keyboard.type('1030PM');
    await tabTo(page, 'Monday, to');
    await page.getByText('next day').waitFor();
    await tabTo(page, 'Add hours on Saturday');
    await page.keyboard.press('Enter');
    await page.getByLabel('Saturday, from').waitFor();
    await tabTo(page, 'Remove 09:00 to 17:00 on Tuesday');
    await page.keyboard.press('Enter');
    await expect
      .poll(async () => (await kept())?.week)
      .toMatchObject([[], [{ from: 1_350, to: 2_460 }], [], [{}], [{}], [{}], [{ from: 540, to: 1_020 }]]);

    await tabTo(page, 'Name');
    await page.keyboard.type('Christmas');
    await tabTo(page, 'First day');
    await page.keyboard.type('12242099');
    await tabTo(page, 'Last day, if longer');
    await page.keyboard.type('12262099');
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: 'Holidays' }).getByText('Dec 24 – 26, 2099').waitFor();
    await tabTo(page, 'Add hours on Christmas');
    await page.keyboard.press('Enter');
    const christmas = {
      name: 'Christmas',
      from: '2099-12-24',
      to: '2099-12-26',
      open: [{ from: 540, to: 1_020 }],
    };
    await expect.poll(async () => (await kept())?.holidays).toEqual([christmas]);

    await page.reload();
    await page.getByLabel('Christmas, from').waitFor();
    expect(await page.getByLabel('Time zone').inputValue()).toBe('America/New_York');
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    expect(await faultsInThemes(page)).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('[R2] are read by operators, and changed by none of them', async () => {
    const email = 'ben@northpeak.example';
    await joinTeam(desk, { owner: team.operator, teamId: team.teamId }, { name: 'Ben', email });
    const { page } = await openPage(browser);
    await signIn(page, desk.settings.url, { email, password: owner.password });
    await page.goto(`${desk.settings.url}/settings/hours`);
    await page.getByLabel('Monday, from').waitFor();
    expect(await page.getByLabel('Monday, from').isDisabled()).toBe(true);
    expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
    await page.context().close();
  });

  it('[H1] an agent with hours of its own is named, and takes those of the team', async () => {
    const { operator, teamId } = team;
    const [agent] = await readShared(operator, api.agents.list, { teamId });
    const openingHours = { timeZone: 'Asia/Tokyo', open: [{ day: 1, from: '09:00', to: '17:00' }] };
    await operator.mutation(api.agents.update, { teamId, agentId: agent!._id, openingHours });
    const { page } = await openPage(browser);
    await signIn(page, desk.settings.url, owner);
    await page.goto(`${desk.settings.url}/settings/hours`);
    const own = page.getByRole('region', { name: 'Agents with hours of their own' });
    await own.getByText('Asia/Tokyo').waitFor();
    await own.getByRole('button', { name: 'Use the team’s hours' }).click();
    await own.waitFor({ state: 'detached' });
    const [after] = await readShared(operator, api.agents.list, { teamId });
    expect(after!.openingHours).toBeNull();
    await page.context().close();
  });

  it('[H5] a customer reads when the team is back by their own clock, in the header and in the answer', async () => {
    // Open for an hour at nine in UTC, three days from now: six in the afternoon in Tokyo.
    const opens = new Date(Math.floor(Date.now() / 86_400_000 + 3) * 86_400_000);
    const week = Array.from({ length: 7 }, (_, day) =>
      day === opens.getUTCDay() ? [{ from: 540, to: 600 }] : [],
    );
    await save({ timeZone: 'UTC', week, holidays: [] });
    const weekday = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' }).format(opens);
    const phone = { viewport: { width: 390, height: 780 }, timezoneId: 'Asia/Tokyo', locale: 'en-US' };
    const { page, errors } = await openPage(browser, phone);
    const chat = await Chat.open(page, await shopOf(desk, team));
    await chat.frame
      .getByText(new RegExp(`answers at once\\. We’re back ${weekday} at 6:00\\sPM\\.`))
      .waitFor();
    await chat.say('My question is special');
    await chat.frame.getByRole('button', { name: 'Talk to a person' }).click();
    await chat.frame
      .getByText(new RegExp(`^Nobody is online now\\. We’re back ${weekday} at 6:00\\sPM\\.`))
      .waitFor();
    await chat.reads(`We are back on ${weekday} at 18:00`);
    expect(await faultsInThemes(page)).toEqual([]);
    // What is saved while the chat is open is read at once.
    await save(null);
    await chat.frame.getByText('A person answers when the team is back.').waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
