/** What a newcomer meets in the first hour at the desk, and who comes back to it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { readTicket } from '../../convex/readShared.setup.ts';
import { distDir } from '../../scripts/build.ts';
import { fillDesk, type SampleDesk } from '../pictures/sampleDesk.ts';
import { launchBrowser, openPage, owner, startTestDesk, type TestDesk } from './harness.ts';
import { fillSignIn, signIn, TicketPage } from './pages.ts';

let desk: TestDesk;
let sample: SampleDesk;
let browser: Browser;
let page: Page;
let errors: string[];
const said: string[] = [];

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  sample = await fillDesk(desk);
  ({ page, errors } = await openPage(browser));
  page.setDefaultTimeout(10_000);
  page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
  await signIn(page, desk.settings.url, owner);
});

afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

const goto = (path: string) => page.goto(desk.settings.url + path);
const ticketOf = async (number: number) =>
  (await readTicket(sample.operator, { teamId: sample.teamId, number }))!;
const toast = (text: string | RegExp) => page.locator('[data-toast]').getByText(text);

async function open(number: number): Promise<void> {
  await goto(`/inbox/all/${number}`);
  await new TicketPage(page).thread.getByText('I have asked a person to look at this.').waitFor();
}

it('nothing on a page makes code from text, and a ticket is opened without a complaint', async () => {
  const scripts = readdirSync(join(distDir, 'assets')).filter((name) => name.endsWith('.js'));
  const made = scripts.filter((name) =>
    /\bnew Function\b|=Function;/.test(readFileSync(join(distDir, 'assets', name), 'utf8')),
  );
  expect(made).toEqual([]);
  await open(1);
  await page.getByRole('complementary').first().waitFor();
  await page.waitForLoadState('networkidle');
  expect(said).toEqual([]);
});

it('a click on a message leaves the keys where they were', async () => {
  await open(2);
  await page.keyboard.press('e');
  await toast(/The agent answers from here/).click();
  await page.waitForURL(/\/inbox\/all\/(?!2$)\d+$/);
  const next = Number(page.url().split('/').at(-1));
  await page.keyboard.press('t');
  await expect.poll(async () => (await ticketOf(next)).control.holder).toBe('operator');
});

it('a change of many is taken back in one press', async () => {
  const before = await Promise.all([4, 5].map(async (number) => (await ticketOf(number)).ticket.priority));
  await goto('/inbox/all');
  for (const number of [4, 5])
    await page.locator(`[data-number="${number}"]`).click({ modifiers: ['Control'] });
  await page.getByRole('button', { name: 'Priority 2 tickets' }).click();
  await page.keyboard.type('Low');
  await page.keyboard.press('Enter');
  await toast('2 tickets set to Low.').waitFor();
  expect((await ticketOf(4)).ticket.priority).toBe('low');
  await page.locator('[data-toast]').getByText('Undo').click();
  await toast('2 tickets as before.').waitFor();
  expect(await Promise.all([4, 5].map(async (number) => (await ticketOf(number)).ticket.priority))).toEqual(
    before,
  );
});

it.each([1440, 1280])('a compact row keeps twelve characters of its subject, %i px wide', async (width) => {
  await page.setViewportSize({ width, height: 900 });
  await page.evaluate(() => localStorage.setItem('baton.density', 'compact'));
  await open(1);
  const subjects = page.getByRole('option').locator('span:has(> bdi)', { hasText: /^#\d+ · / });
  expect(await subjects.count()).toBeGreaterThan(3);
  const shown = await subjects.evaluateAll((all) =>
    all.map((each) => {
      const range = document.createRange();
      const text = each.querySelector('bdi')!.firstChild!;
      range.setStart(text, 0);
      range.setEnd(text, Math.min(12, text.textContent!.length));
      return range.getBoundingClientRect().right <= each.getBoundingClientRect().right;
    }),
  );
  expect(shown.every(Boolean)).toBe(true);
  await page.evaluate(() => localStorage.removeItem('baton.density'));
});

it.each([
  [1280, 900],
  [390, 844],
])('what is sent with, and who speaks, stand in one line each, %i px wide', async (width, height) => {
  await page.setViewportSize({ width, height });
  await open(1);
  await page.keyboard.press('t');
  await page.getByText('You speak now').waitFor();
  const heightOf = async (what: string) => (await page.locator(what).boundingBox())!.height;
  const bar = page.getByRole('status').filter({ hasText: 'You speak now' });
  expect((await bar.boundingBox())!.height).toBeLessThan(48);
  expect(await heightOf('form[aria-label=Reply] footer')).toBeLessThan(48);
  expect(await heightOf('form[aria-label=Reply]')).toBeLessThan(height / 4);
});

it('a rule half written is not dropped by Escape without a question', async () => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await sample.operator.mutation(api.agents.create, {
    teamId: sample.teamId,
    name: 'Nova',
    kind: 'external',
  });
  await goto('/settings/agents');
  await page
    .getByRole('listitem')
    .filter({ hasText: 'Nova' })
    .getByRole('link', { name: 'Rules and keys' })
    .click();
  await page.getByText('No rules yet').waitFor();
  await page.getByRole('button', { name: 'New rule' }).click();
  await page.getByLabel('Name', { exact: true }).last().fill('Refunds');
  await page.keyboard.press('Escape');
  await page.getByRole('alertdialog', { name: 'Drop what you wrote?' }).waitFor();
  await page.getByRole('button', { name: 'Go on writing' }).click();
  expect(await page.getByLabel('Name', { exact: true }).last().inputValue()).toBe('Refunds');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Drop it' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

it('who was signed out from elsewhere reads it, and signs out from the menu', async () => {
  const other = await openPage(browser);
  await signIn(other.page, desk.settings.url, owner);
  await goto('/settings/me');
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await other.page.getByText('You were signed out: from elsewhere').waitFor();
  await fillSignIn(other.page, owner);
  await other.page.getByRole('button', { name: /^Ana Reyes, / }).click();
  await other.page.getByRole('menuitem', { name: 'Sign out' }).click();
  await other.page.getByLabel('Email').waitFor();
  expect(await other.page.getByText('You were signed out').count()).toBe(0);
  await other.context.close();
});

it('nothing was thrown', () => {
  expect(errors).toEqual([]);
});
