/**
 * Every act on a slow line: what the desk says to this page arrives late, while its person types on, presses twice, takes
 * back or leaves. The composer's own are in `mainJob.test.ts`.
 */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { fillDesk, type SampleDesk } from '../pictures/sampleDesk.ts';
import { answerLate, launchBrowser, openPage, owner, startTestDesk, type TestDesk } from './harness.ts';
import { signIn } from './pages.ts';

const lateMs = 120;

let desk: TestDesk;
let sample: SampleDesk;
let browser: Browser;
let page: Page;
let errors: string[];

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  sample = await fillDesk(desk);
  ({ page, errors } = await openPage(browser));
  page.setDefaultTimeout(6_000);
  await signIn(page, desk.settings.url, owner);
  await answerLate(page, lateMs);
});

afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

const later = (ms = lateMs + 150) => page.waitForTimeout(ms);
const toast = (text: string) => page.getByText(text, { exact: false }).first();
describe('settings', () => {
  const section = (name: string) =>
    page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name }).click();
  const team = () => sample.operator.query(api.teams.get, { teamId: sample.teamId });

  beforeAll(async () => {
    await page.goto(`${desk.settings.url}/settings/team`);
    await page.getByLabel('Team name').waitFor();
  });

  it('a field that is written again while it is saved keeps the newer text, and the focus', async () => {
    const field = page.getByLabel('Team name');
    await field.fill('Pinetrail West');
    await field.press('Tab');
    await field.focus();
    await field.press('End');
    await page.keyboard.type(' and');
    await toast('Saved.').waitFor();
    await page.keyboard.type(' East');
    expect(await field.inputValue()).toBe('Pinetrail West and East');
    await field.press('Tab');
    await expect.poll(async () => (await team()).name).toBe('Pinetrail West and East');
  });

  it('a change that is taken back before the desk has answered is taken back', async () => {
    const field = page.getByLabel('Agent answers within');
    await field.fill('45');
    await field.press('Tab');
    await field.fill('60');
    await field.press('Tab');
    await later(2 * lateMs);
    expect((await team()).answerDeadlineMs).toBe(60_000);
    expect(await field.inputValue()).toBe('60');
  });

  it('a refused change comes back, but not over what is being written', async () => {
    const field = page.getByLabel('Resolved tickets close after');
    const stored = await field.inputValue();
    await field.fill('-1');
    await field.press('Tab');
    await expect.poll(() => field.inputValue()).toBe(stored);
    await field.fill('-2');
    await field.press('Tab');
    await field.fill('9');
    await later();
    expect(await field.inputValue()).toBe('9');
  });

  it('a choice stands from the press on', async () => {
    const choice = page.getByLabel('Assignment mode');
    await choice.selectOption('manual');
    expect(await choice.inputValue()).toBe('manual');
    await choice.selectOption('roundRobin');
    const seen = await watch(choice, lateMs * 2);
    expect(seen).toEqual(['roundRobin']);
    expect((await team()).assignmentMode).toBe('roundRobin');
  });

  it('the next invitation can be written while the last is made, and a link is never lost', async () => {
    await section('People');
    const field = page.getByRole('textbox', { name: 'Email' });
    await field.fill('ben@pinetrail.example');
    await field.press('Enter');
    await field.fill('cleo@pinetrail.example');
    await page.getByText('Send this link to them.', { exact: false }).waitFor();
    expect(await field.inputValue()).toBe('cleo@pinetrail.example');
    await field.press('Enter');
    await section('Articles');
    await toast('The invitation for cleo@pinetrail.example is ready.').waitFor();
    await page.getByText('Copy the link', { exact: true }).waitFor();
  });

  it('a dialog keeps what was written until it knows that it is saved', async () => {
    await page.getByRole('button', { name: 'New article' }).click();
    const dialog = page.getByRole('dialog', { name: /article$/i });
    await dialog.getByLabel('Title').fill('Do you rent tents?');
    await dialog.getByLabel('Text').fill(' ');
    await dialog.getByRole('button', { name: 'Save' }).click();
    expect(await dialog.getByLabel('Title').isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await toast('An article has').waitFor();
    expect(await dialog.getByLabel('Title').inputValue()).toBe('Do you rent tents?');
    await dialog.getByLabel('Text').fill('From May on.');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /Do you rent tents/ }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete article' }).click();
    await toast('Deleted.').waitFor();
    await later(100);
    expect(await page.getByText("This page didn't load.").count()).toBe(0);
    expect(await page.getByRole('button', { name: /Do you rent tents/ }).count()).toBe(0);
  });

  it('a rule moved up twice moves up twice, and a deleted one is gone at once', async () => {
    await section('Agents');
    await page.getByRole('button', { name: 'Rules and keys' }).first().click();
    const rules = page.getByRole('region', { name: 'Handover rules' }).getByRole('listitem');
    await rules.first().waitFor();
    const names = async () =>
      (await rules.locator('span.font-medium').allInnerTexts()).map((name) => name.trim());
    const before = await names();
    const last = before.at(-1)!;
    const choose = async (choice: string) => {
      await page.getByRole('button', { name: `Change rule ${last}` }).press('Enter');
      await page.getByRole('menuitem', { name: choice }).press('Enter');
    };
    await choose('Move up');
    await choose('Move up');
    await later(2 * lateMs);
    expect((await names()).indexOf(last)).toBe(before.length - 3);
    await choose('Delete');
    await later(100);
    expect(await names()).not.toContain(last);
    await toast('Deleted.').waitFor();
  });

  it('a tried message never shows what the one before came to as its own', async () => {
    const message = page.getByLabel('Try a message');
    const outcome = page.getByRole('region', { name: 'Handover rules' }).getByRole('status');
    await message.fill('I want to talk to a person');
    await outcome.getByText('the customer asks for a person').waitFor();
    await message.fill('Where is my order?');
    expect(await outcome.getAttribute('aria-busy')).toBe('true');
    await outcome.getByText('The agent answers').waitFor();
    expect(await outcome.getAttribute('aria-busy')).toBe('false');
  });
});

it('joining shows neither an empty page nor an invitation that no longer works', async () => {
  const { token } = await invite('eli@pinetrail.example');
  const { page: far, context } = await openPage(browser);
  far.setDefaultTimeout(6_000);
  await answerLate(far, lateMs);
  await far.goto(`${desk.settings.url}/invite/${token}`);
  await far.getByLabel('Your name').fill('Eli Brandt');
  await far.getByLabel('Password').fill(owner.password);
  await far.evaluate(() => {
    const seen = ((window as unknown as { seen: string[] }).seen = []) as string[];
    const look = () => {
      if (location.pathname.startsWith('/invite'))
        seen.push(document.querySelector('h1')?.textContent ?? '(nothing)');
    };
    new MutationObserver(look).observe(document.body, {
      childList: true,
      subtree: true,
      characterData: true,
    });
  });
  await far.getByRole('button', { name: 'Join' }).click();
  await far.getByRole('heading', { name: 'Mine' }).waitFor();
  const seen = await far.evaluate(() => (window as unknown as { seen: string[] }).seen);
  expect([...new Set(seen)].filter((title) => !title.startsWith('Join'))).toEqual([]);
  await context.close();
});

it('throws nothing on the page', () => {
  expect(errors).toEqual([]);
});

/** The different values a control shows within the time. */
async function watch(control: Locator, ms: number): Promise<string[]> {
  const seen = new Set<string>();
  for (const end = Date.now() + ms; Date.now() < end; await page.waitForTimeout(30)) {
    seen.add(await control.inputValue());
  }
  return [...seen];
}

const invite = (email: string) =>
  sample.operator.mutation(api.invitations.create, { teamId: sample.teamId, email, role: 'operator' });
