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
  ({ client: ben } = await joinTeam(desk, team, colleague));
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

/** By Ben; whoever had it lets go of it themselves. */
async function passToHer(number: number): Promise<void> {
  const of = { teamId: sample.teamId, ticketId: (await ticketOf(number))._id };
  await sample.operator.mutation(api.tickets.assign, { ...of, memberId: null });
  await ben.mutation(api.tickets.assign, { ...of, memberId: anaId });
}

async function setPriority(number: number, priority: 'normal' | 'urgent'): Promise<void> {
  const of = { teamId: sample.teamId, ticketId: (await ticketOf(number))._id };
  await sample.operator.mutation(api.tickets.setPriority, { ...of, priority });
}

/** She has been given it, has opened it, and nothing needs her: a page that has just come says so too soon, the other does not. */
async function openTold(number: number): Promise<void> {
  await page.goto(`${desk.settings.url}/settings/me`);
  await passToHer(number);
  await bell(other, 1).waitFor();
  await page.goto(`${desk.settings.url}/inbox/mine/${number}`);
  await bell(other).waitFor();
  await bell(page).waitFor();
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
  await openTold(2);
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
  await openTold(2);
  const look = (isLooking: boolean) =>
    page.evaluate((value) => {
      document.hasFocus = () => value;
      window.dispatchEvent(new Event(value ? 'focus' : 'blur'));
    }, isLooking);
  await look(false);
  await page.waitForTimeout(200);
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

it('[A5] sound and notices of the system: by choice, from one tab, while nobody looks, and taken back once handled', async () => {
  const heard = { sounds: 0, notices: [] as string[] };
  const { page: first, context: far } = await openPage(browser, { permissions: ['notifications'] });
  await far.exposeFunction('heardSound', () => heard.sounds++);
  await far.exposeFunction('heardNotice', (text: string) => heard.notices.push(text));
  // What a browser without a screen or a loudspeaker has nothing for.
  await far.addInitScript(() => {
    const { heardSound, heardNotice } = globalThis as unknown as Record<string, (text?: string) => void>;
    const { createOscillator } = AudioContext.prototype;
    AudioContext.prototype.createOscillator = function () {
      heardSound!();
      return createOscillator.call(this);
    };
    class Notice extends EventTarget {
      static permission = 'granted';
      text: string;
      constructor(text: string) {
        super();
        this.text = text;
        heardNotice!(text);
      }
      close() {
        heardNotice!(`closed: ${this.text}`);
      }
    }
    Object.assign(globalThis, { Notification: Notice });
    document.hasFocus = () => false;
  });
  await signIn(first, desk.settings.url, owner);
  const second = await far.newPage();
  await second.goto(`${desk.settings.url}/settings/me`);
  const told = second.getByRole('region', { name: 'What you are told' });
  await told.getByText('Allowed in this browser.').waitFor();
  await passToHer(1);
  await expect.poll(() => heard.notices).toEqual(['Ben Ode gave you #1']);
  expect(heard.sounds).toBe(0);
  await told.getByRole('checkbox', { name: 'Sound: A ticket comes to you' }).check();
  await told.getByRole('checkbox', { name: 'Desktop: A ticket comes to you' }).uncheck();
  await second.getByText('Saved.').first().waitFor();
  await passToHer(2);
  await expect.poll(() => heard.sounds).toBe(2);
  await sample.operator.mutation(api.needs.dismissAll, { teamId: sample.teamId, through: Date.now() });
  await expect.poll(() => heard.notices).toEqual(['Ben Ode gave you #1', 'closed: Ben Ode gave you #1']);
  // The tab that spoke is gone: the other one does.
  await first.close();
  await second.waitForTimeout(3_500);
  await passToHer(3);
  await expect.poll(() => heard.sounds).toBe(4);
  expect(heard.notices).toHaveLength(2);
  await told.getByRole('checkbox', { name: 'On the page: A ticket comes to you' }).uncheck();
  await second.reload();
  await expect
    .poll(() => told.getByRole('checkbox', { name: /^On the page: A ticket/ }).isChecked())
    .toBe(false);
  await passToHer(4);
  await second.getByRole('button', { name: /^What needs you: \d/ }).waitFor();
  await second.waitForTimeout(500);
  expect(await second.getByText('Ben Ode gave you #4').count()).toBe(0);
  const usual = { toast: true, sound: false, desktop: true, mailAfterMin: 30 };
  await sample.operator.mutation(api.needs.choose, {
    teamId: sample.teamId,
    kind: 'assigned',
    notice: usual,
  });
  await far.close();
});

it('[T8] a colleague is mentioned by a few keys, told, and finds it again; who was removed is offered to nobody', async () => {
  const { page: bens, errors: bensErrors, context: far } = await openPage(browser);
  await signIn(bens, desk.settings.url, colleague);
  await page.goto(`${desk.settings.url}/inbox/all/1`);
  const thread = new TicketPage(page).thread;
  await thread.getByText('I have asked a person to look at this.').waitFor();
  await page.keyboard.press('n');
  const note = page.getByRole('textbox', { name: 'Note, only the team sees it' });
  await note.waitFor();
  await page.keyboard.type('Can you look, @od');
  const offered = page.getByRole('listbox', { name: 'Mention a colleague' }).getByRole('option');
  await expect.poll(() => offered.allInnerTexts()).toEqual([expect.stringContaining('Ben Ode')]);
  await page.keyboard.press('Escape');
  await expect.poll(() => offered.count()).toBe(0);
  expect(await note.inputValue()).toBe('Can you look, @od');
  for (let times = 0; times < 3; times++) await page.keyboard.press('Backspace');
  await page.keyboard.type('@od');
  await offered.first().waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.type('please?');
  expect(await note.inputValue()).toBe('Can you look, @Ben Ode please?');
  await page.keyboard.press('Control+Enter');
  await thread.getByText('@Ben Ode', { exact: true }).waitFor();
  expect(await note.inputValue()).toBe('');

  await toast(bens).getByText('Ana Reyes mentions you in #1.').waitFor();
  await bens.keyboard.press('g');
  await bens.keyboard.press('m');
  await bens.getByRole('heading', { name: 'Mentions' }).waitFor();
  await bens.getByRole('listbox').getByRole('option').first().click();
  await new TicketPage(bens).thread.getByText('@Ben Ode', { exact: true }).waitFor();
  await bell(bens).waitFor();
  expect(await bens.getByRole('listbox').getByRole('option').count()).toBe(1);
  expect(bensErrors).toEqual([]);
  await far.close();

  const gone = { name: 'Odette Gone', email: 'odette@northpeak.example' };
  const team = { owner: sample.operator, teamId: sample.teamId };
  const { memberId } = await joinTeam(desk, team, gone);
  await note.fill('');
  await note.pressSequentially('@ode');
  await expect.poll(() => offered.count()).toBe(2);
  await sample.operator.mutation(api.members.remove, { teamId: sample.teamId, memberId });
  await expect.poll(() => offered.allInnerTexts()).toEqual([expect.stringContaining('Ben Ode')]);
  await note.fill('');
});

it('[lesson L27] many at once are one line, and none of it is left when all is marked handled, on a slow line too', async () => {
  const { page: slow, context: far } = await openPage(browser);
  await answerLate(slow, 400);
  await signIn(slow, desk.settings.url, owner);
  for (const number of [1, 2, 3, 4, 5]) await setPriority(number, 'normal');
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

it('[B6] [A5] among many at once a call for help and what is urgent are told by themselves', async () => {
  await setPriority(2, 'urgent');
  for (const number of [1, 3, 4]) await passToHer(number);
  await bell(page, 3).waitFor();
  const asked = { teamId: sample.teamId, ticketId: (await ticketOf(5))._id };
  await ben.mutation(api.tickets.askForHelp, { ...asked, memberId: anaId, why: 'Is this one lawful?' });
  await passToHer(2);
  await bell(page, 5).waitFor();
  await toast(page).getByText('Ben Ode asks for your help in #5.').waitFor();
  await toast(page).getByText('Ben Ode gave you #2.').waitFor();
  await toast(page).getByText('3 new for you.').waitFor();
  await expect.poll(() => toast(page).count()).toBe(3);
  await setPriority(2, 'normal');
  await sample.operator.mutation(api.tickets.endHelp, asked);
  expect(errors).toEqual([]);
});

it('[ux P2] [A5] on a phone and beside a ticket a long name is whole next to what is new', async () => {
  const called = 'Bartholomew Featherstone';
  const detail = (await readTicket(sample.operator, { teamId: sample.teamId, number: 4 }))!;
  const of = { teamId: sample.teamId, customerId: detail.customer._id };
  await sample.operator.mutation(api.customers.call, { ...of, name: called });
  await setPriority(4, 'normal');
  await passToHer(4);
  const row = page.getByRole('option').filter({ hasText: called });
  for (const width of [390, 1_440]) {
    await page.setViewportSize({ width, height: 800 });
    await row.getByText('New for you').waitFor();
    const name = row.getByText(called, { exact: true });
    const [shown, needed] = await name.evaluate(({ clientWidth, scrollWidth }) => [clientWidth, scrollWidth]);
    expect(shown, `${width} px`).toBe(needed);
  }
  await page.setViewportSize({ width: 1_440, height: 900 });
  await sample.operator.mutation(api.customers.call, { ...of, name: null });
});
