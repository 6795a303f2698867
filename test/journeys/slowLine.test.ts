/**
 * Every act on a slow line: what the desk says to this page arrives late, while its person types on, presses twice, takes
 * back or leaves. The composer's own are in `mainJob.test.ts`.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
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

const invite = (email: string) =>
  sample.operator.mutation(api.invitations.create, { teamId: sample.teamId, email, role: 'operator' });
