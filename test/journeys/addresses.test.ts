/** Addresses that somebody typed, shortened or was sent by another team: whatever they say, the desk stands, and says what is not there. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { readShared } from '../../convex/readShared.setup.ts';
import { fillDesk, type SampleDesk } from '../pictures/sampleDesk.ts';
import { launchBrowser, startTestDesk, type TestDesk } from './harness.ts';
import { openSignedIn } from './pages.ts';

let desk: TestDesk;
let sample: SampleDesk;
let browser: Browser;

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  sample = await fillDesk(desk);
});
afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

const long = 'x'.repeat(3_000);
const hidden = encodeURIComponent(`tag:"\u202e\u0000${long}" from:"`);

it('[E1] an address that leads nowhere leaves the desk standing, and says what is not there', async () => {
  const { page } = await openSignedIn(browser, desk.settings.url, '/inbox/all');
  page.setDefaultTimeout(20_000);
  const { ticket } = (await readShared(sample.operator, api.tickets.get, {
    teamId: sample.teamId,
    number: 1,
  }))!;
  const noConversation = "This conversation didn't load.";
  for (const [path, said] of [
    ['/live?conversation=abc', noConversation],
    // An id, and of something else.
    [`/live?conversation=${ticket._id}`, noConversation],
    ['/inbox/all/999999', 'There is no ticket #999999 here.'],
    ['/inbox/mine/NaN', 'There is no ticket #NaN here.'],
    ['/inbox/nonsense', 'Choose a ticket.'],
    [`/inbox/all?tag=${long}&saved=abc`, 'Choose a ticket.'],
    ['/inbox/all?assignee=abc&agent=abc', 'Choose a ticket.'],
    ['/board?list=assigned&of=abc', 'Waiting for a person'],
    ['/board?list=held&of=abc', 'Waiting for a person'],
    ['/reports?from=abc&to=9999-99-99&by=nonsense', 'Conversations'],
    ['/reports?from=20261128&to=true&by=%7B%7D', 'Conversations'],
    ['/search?q=1&ticket=99999', 'There is no ticket #99999 here.'],
    ['/settings/nonsense', 'Appearance'],
  ] as const) {
    await page.goto(desk.settings.url + path);
    await page.getByRole('main').getByText(said).first().waitFor();
    expect(await page.locator('[data-region=rail]').count(), path).toBe(1);
  }
  await page.goto(`${desk.settings.url}/search?q=${hidden}`);
  await page.getByRole('combobox').or(page.getByRole('searchbox')).first().waitFor();
  // The way on from what is not there.
  await page.goto(`${desk.settings.url}/live?conversation=abc`);
  await page.getByText(noConversation).waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('Choose a conversation.').waitFor();
});
