/** What a person types goes nowhere but where they meant it, and whatever happens meanwhile is told. */
import type { ConvexHttpClient } from 'convex/browser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { readTicket } from '../../convex/readShared.setup.ts';
import { fillDesk, type SampleDesk } from '../pictures/sampleDesk.ts';
import { joinTeam, launchBrowser, openPage, owner, startTestDesk, type TestDesk } from './harness.ts';
import { signIn, TicketPage } from './pages.ts';

const colleague = { name: 'Ben Ode', email: 'ben@northpeak.example', password: 'correct horse battery' };

let desk: TestDesk;
let sample: SampleDesk;
let ben: ConvexHttpClient;
let browser: Browser;
let page: Page;
let errors: string[];
let ticket: TicketPage;

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  sample = await fillDesk(desk);
  const team = { owner: sample.operator, teamId: sample.teamId };
  ({ client: ben } = await joinTeam(desk, team, colleague));
  ({ page, errors } = await openPage(browser));
  page.setDefaultTimeout(15_000);
  ticket = new TicketPage(page);
  await signIn(page, desk.settings.url, owner);
});

afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

async function open(number: number): Promise<void> {
  await page.goto(`${desk.settings.url}/inbox/all/${number}`);
  await ticket.thread.getByText('I have asked a person to look at this.').waitFor();
}

const ticketOf = async (number: number) =>
  (await readTicket(sample.operator, { teamId: sample.teamId, number }))!;

async function stealOf(number: number) {
  const { ticket: held, control } = await ticketOf(number);
  return { ticketId: held._id, steal: { expectedEpoch: control.epoch } };
}

const row = (number: number) => page.locator(`[data-number="${number}"]`);
const reply = () => page.getByRole('textbox', { name: /^Reply to/ });
const note = () => page.getByRole('textbox', { name: /^Note,/ });
const emptied = async () => {
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.press('Backspace');
};

it('[C5] what is typed just before a reload is there after it, in its own field', async () => {
  await open(1);
  await page.keyboard.press('r');
  await page.keyboard.type('Dear Carla');
  await page.keyboard.press('Control+.');
  await page.keyboard.type('rude');
  await page.reload();
  await expect.poll(() => note().inputValue()).toBe('rude');
  await page.getByRole('tab', { name: /^Reply, not sent yet/ }).click();
  expect(await reply().inputValue()).toBe('Dear Carla');
  await emptied();
  await page.reload();
  await expect.poll(() => note().inputValue()).toBe('rude');
  await page.getByRole('tab', { name: 'Reply', exact: true }).click();
  expect(await reply().inputValue()).toBe('');
});

it('[C6] "Send and resolve" while the agent answers takes over, sends and resolves', async () => {
  await open(2);
  await page.keyboard.press('r');
  await page.keyboard.type('A new one is on its way.');
  await page.getByRole('button', { name: /^Take over, send and resolve/ }).waitFor();
  await page.keyboard.press('Control+Shift+Enter');
  await page.getByText('Resolved. The agent answers from here.').waitFor();
  await open(2);
  await ticket.reads('A new one is on its way.');
  await page.getByText('Scout is answering').waitFor();
});

it('[C10] a note for the agent is one key away at every resolve and return', async () => {
  await open(3);
  await page.keyboard.press('Shift+T');
  await page.getByText('Scout is answering already.').waitFor();
  await page.keyboard.press('t');
  await page.getByText('You speak now').waitFor();
  await page.keyboard.type('The money is on its way back.');
  await ticket.send();
  await ticket.reads('The money is on its way back.');
  await page.keyboard.press('Escape');
  await page.keyboard.press('d');
  const dialog = page.getByRole('dialog', { name: 'Resolve' });
  await dialog.waitFor();
  expect(await dialog.getByRole('radio').count()).toBe(0);
  await expect
    .poll(() =>
      dialog.getByLabel('What the agent should know').evaluate((it) => it === document.activeElement),
    )
    .toBe(true);
  await page.keyboard.type('Refunded 49 euros');
  await dialog.getByRole('button', { name: 'Resolve' }).click();
  await page.getByText('Resolved. The agent answers from here.').waitFor();
  await open(3);
  await ticket.reads(/Refunded 49 euros/);
});

it('[C5] a steal while one types is told at once, by name, with a way on, and the text is kept', async () => {
  await open(4);
  await page.keyboard.press('t');
  await page.getByText('You speak now').waitFor();
  await page.keyboard.type('Half of what I');
  await ben.mutation(api.tickets.takeOver, { teamId: sample.teamId, ...(await stealOf(4)) });
  await page.getByRole('alert').getByText('Ben Ode took this over from you').waitFor();
  expect(await reply().inputValue()).toBe('Half of what I');
  await page.keyboard.type(' meant');
  await page.getByRole('button', { name: /^Take over & send/ }).click();
  const steal = page.getByRole('alertdialog', { name: 'Take over from Ben Ode and send?' });
  await steal.getByRole('button', { name: 'Take over & send' }).click();
  await page.getByText('You speak now').waitFor();
  await ticket.reads('Half of what I meant');
  await page.getByText('Ben Ode took this over from you').waitFor({ state: 'detached' });
});

it('[C5] a steal of what one does not look at is told wherever one is, and leads there', async () => {
  await page.goto(`${desk.settings.url}/settings/me`);
  await page.getByRole('heading', { name: 'Me' }).first().waitFor();
  await ben.mutation(api.tickets.takeOver, { teamId: sample.teamId, ...(await stealOf(4)) });
  await page
    .getByText(/Ben Ode took #4 over from you/)
    .first()
    .waitFor();
  await page.locator('[data-toast]').getByText('Open', { exact: true }).click();
  await page.getByRole('alert').getByText('Ben Ode took this over from you').waitFor();
  await page.getByRole('button', { name: 'All right' }).click();
  await page.getByText('Ben Ode took this over from you').waitFor({ state: 'detached' });
  await expect.poll(() => page.getByText(/took #4 over/).count()).toBe(0);
});

it('[T3] a snoozed ticket is gone from the list until it wakes, and stands in its view with the time', async () => {
  await open(5);
  await page.keyboard.press('h');
  await page.getByRole('combobox', { name: /^Snooze until/ }).fill('tomorrow at 25:00');
  await page.getByText('Try “tomorrow at 9”').waitFor();
  await page.getByRole('combobox', { name: /^Snooze until/ }).fill('tomorrow at 9');
  await page.getByRole('option', { name: /^tomorrow at 9/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByText(/^Back tomorrow/).waitFor();
  await row(5).waitFor({ state: 'detached' });
  await page.getByRole('dialog', { name: 'Command menu' }).waitFor({ state: 'detached' });
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await row(5)
    .getByText(/Snoozed until tomorrow/)
    .waitFor();
  await row(5).click();
  await page.keyboard.press('h');
  await page.getByRole('option', { name: 'Wake it now' }).click();
  await page.getByText('Nothing is snoozed.').waitFor();
});

it('[A5] a ticket that comes is told in the title, in its row and by name, and is one key away', async () => {
  const { ticket: given } = await ticketOf(6);
  const memberOf = async (client: ConvexHttpClient) =>
    (await client.query(api.me.get, {})).memberships[0]!.memberId;
  const give = async (to: ConvexHttpClient) =>
    ben.mutation(api.tickets.assign, {
      teamId: sample.teamId,
      ticketId: given._id,
      memberId: await memberOf(to),
    });
  await give(ben);
  await page.goto(`${desk.settings.url}/inbox/mine`);
  await row(1).waitFor();
  await page.keyboard.press('2');
  await page.getByRole('heading', { name: 'Unassigned' }).waitFor();
  expect(await page.title()).not.toMatch(/gave/);
  await give(sample.operator);
  await page.getByText('Ben Ode gave you #6.').first().waitFor();
  expect(await page.title()).toMatch(/^● \d · Ben Ode gave you #6/);
  await page.keyboard.press('o');
  await page.waitForURL(/\/inbox\/mine\/6$/);
  await expect.poll(() => page.title()).not.toMatch(/gave/);
});

it('one act stands out in each state: take over, then send, then resolve', async () => {
  await page.goto(`${desk.settings.url}/inbox/all/1`);
  const standsOut = () =>
    page
      .getByRole('region', { name: 'Ticket #1' })
      .getByRole('button')
      .evaluateAll((buttons) =>
        buttons
          .filter((it) => it.className.includes('bg-accent '))
          .map((it) => it.textContent.replace(/[^a-z &]/gi, '')),
      );
  await page.getByText('Scout is answering').waitFor();
  await page.getByRole('tab', { name: /^Reply/ }).click();
  await emptied();
  await expect.poll(standsOut).toEqual([expect.stringMatching(/^Take over/)]);
  await page.keyboard.type('Hello');
  await expect.poll(standsOut).toEqual([expect.stringMatching(/^Take over & send/)]);
  await ticket.send();
  await expect.poll(standsOut).toEqual([expect.stringMatching(/^Resolve/)]);
  await page.keyboard.type('Bye');
  await expect.poll(standsOut).toEqual([expect.stringMatching(/^Send/)]);
  await emptied();
});

it('[T7] tags are chips on the ticket that come and go', async () => {
  await page.goto(`${desk.settings.url}/inbox/all/1`);
  await page.getByText('You speak now').waitFor();
  await page.keyboard.press('l');
  await expect
    .poll(() => page.getByLabel('Add a tag').evaluate((it) => it === document.activeElement))
    .toBe(true);
  await page.keyboard.type('vip');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Remove the tag vip' }).click();
  await page.getByRole('button', { name: 'Remove the tag vip' }).waitFor({ state: 'detached' });
  expect((await ticketOf(1)).ticket.tags).not.toContain('vip');
});

it('[A5] "Why nobody yet?" says what stands in the way now', async () => {
  await open(6);
  await sample.operator.mutation(api.members.setStatus, { teamId: sample.teamId, status: 'away' });
  await page.getByRole('combobox', { name: 'Assignee' }).selectOption('');
  await page.getByRole('button', { name: 'Why nobody yet?' }).click();
  const why = page.getByRole('dialog', { name: 'Why nobody yet' });
  await why.getByText('Nobody can take it now.').waitFor();
  await why.getByText('Away').waitFor();
  await page.keyboard.press('Escape');
  await sample.operator.mutation(api.members.setStatus, { teamId: sample.teamId, status: 'online' });
});

it('[H3] rules are rehearsed on past conversations', async () => {
  await page.goto(`${desk.settings.url}/settings/agents`);
  await page.getByRole('link', { name: 'Rules and keys' }).first().click();
  await page.getByRole('button', { name: 'Rehearse' }).click();
  await page.getByText(/There are no past conversations yet|would have been handed over/).waitFor();
});

it('the list is read out as one walks it, and the sheet of keys says them', async () => {
  await page.goto(`${desk.settings.url}/inbox/all`);
  await row(4).waitFor();
  await page.keyboard.press('j');
  await page.waitForURL(/\/inbox\/all\/\d+$/);
  const list = page.getByRole('listbox');
  await expect.poll(() => list.evaluate((it) => it === document.activeElement)).toBe(true);
  const active = await list.getAttribute('aria-activedescendant');
  expect(await page.locator(`#${active}`).getAttribute('aria-selected')).toBe('true');
  await page.keyboard.press('Shift+?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await sheet.getByText('Control Enter', { exact: true }).waitFor();
  await page.keyboard.press('Escape');
});

it('[A2] who has just joined reads on every screen that they are offline, with one button', async () => {
  const joined = await openPage(browser);
  joined.page.setDefaultTimeout(15_000);
  await signIn(joined.page, desk.settings.url, colleague);
  await joined.page.getByText('You are offline').waitFor();
  await joined.page.goto(`${desk.settings.url}/settings/me`);
  await joined.page.getByRole('button', { name: 'Go online' }).click();
  await joined.page.getByText('You are offline').waitFor({ state: 'detached' });
  expect(joined.errors).toEqual([]);
  await joined.context.close();
});

it('nothing was thrown', () => {
  expect(errors).toEqual([]);
});
