/** Tags as a team keeps them, in a real browser: offered while one types, coloured, renamed everywhere while others work. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { readerOf, readList, readTicket } from '../../convex/readShared.setup.ts';
import { fillDesk, type SampleDesk } from '../pictures/sampleDesk.ts';
import { byWcag, faultsInThemes } from './axe.ts';
import { joinTeam, launchBrowser, openPage, startTestDesk, type TestDesk } from './harness.ts';
import { openSignedIn, signIn } from './pages.ts';

const ben = { name: 'Ben Ode', email: 'ben@northpeak.example', password: 'correct horse battery' };
let desk: TestDesk;
let sample: SampleDesk;
let browser: Browser;

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  sample = await fillDesk(desk);
  await joinTeam(desk, { owner: sample.operator, teamId: sample.teamId }, ben);
  await tag(1, ['parcel', 'vip']);
  await tag(2, ['parcel']);
  await tag(3, ['pole', 'parcel']);
});
afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

const ticketOf = async (number: number) =>
  (await readTicket(sample.operator, { teamId: sample.teamId, number }))!.ticket;
async function tag(number: number, tags: string[]): Promise<void> {
  const { _id: ticketId } = await ticketOf(number);
  await sample.operator.mutation(api.tickets.setTags, { teamId: sample.teamId, ticketId, tags });
}
const chip = (page: Page, name: string) => page.getByRole('button', { name: `Remove the tag ${name}` });

it('[T7] the tags of the team are offered beside a ticket, most used first, by keys and by pointer', async () => {
  const { page, context, errors } = await openSignedIn(browser, desk.settings.url, '/inbox/all/4');
  page.setDefaultTimeout(20_000);
  await page.getByRole('textbox', { name: /^Reply to/ }).waitFor();
  await page.locator('[data-thread]').focus();
  await page.keyboard.press('l');
  const field = page.getByRole('combobox', { name: 'Add a tag' });
  await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true);
  const offered = page.getByRole('listbox', { name: 'Tags of the team' }).getByRole('option');
  await expect.poll(() => offered.allInnerTexts()).toEqual(['parcel\n3', 'pole\n1', 'vip\n1']);
  expect(await faultsInThemes(page, byWcag)).toEqual([]);
  // What is typed narrows; the arrows walk, and Enter takes what they are on.
  await field.fill('p');
  await expect
    .poll(async () => (await offered.allInnerTexts()).map((text) => text.split('\n')[0]))
    .toEqual(['parcel', 'pole', 'vip']);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await chip(page, 'pole').waitFor();
  expect(await field.inputValue()).toBe('');
  // Enter without one is what was typed; Escape closes what is offered and leaves the text.
  await field.fill('par');
  await page.keyboard.press('Escape');
  await offered.first().waitFor({ state: 'hidden' });
  expect(await field.inputValue()).toBe('par');
  await page.keyboard.press('Enter');
  await chip(page, 'par').waitFor();
  await field.click();
  await offered.filter({ hasText: 'vip' }).click();
  await chip(page, 'vip').waitFor();
  await expect.poll(async () => (await ticketOf(4)).tags).toEqual(['pole', 'par', 'vip']);
  // [E6] It takes sixty characters, as they are read, and none by half.
  const astronauts = '🧑‍🚀'.repeat(60);
  await field.fill(`${astronauts}𠮷`);
  await expect.poll(() => field.inputValue()).toBe(astronauts);
  await field.evaluate((input: HTMLInputElement) => input.setSelectionRange(0, 0));
  await field.press('x');
  expect(await field.inputValue()).toBe(astronauts);
  await field.fill('');
  // Written without a pause, or pasted: a comma parts them, and the team's spelling is taken.
  await field.pressSequentially('late,Parcel,half');
  await expect.poll(() => field.inputValue()).toBe('half');
  await field.fill('again, last');
  await page.keyboard.press('Enter');
  await expect
    .poll(async () => (await ticketOf(4)).tags)
    .toEqual(['pole', 'par', 'vip', 'late', 'parcel', 'again', 'last']);
  await tag(4, []);
  expect(errors).toEqual([]);
  await context.close();
});

it('[T7] [R3] a tag gets a colour and another name: lists, saved views and addresses follow, also while others work', async () => {
  const { page, context, errors } = await openSignedIn(browser, desk.settings.url, '/settings/tags');
  page.setDefaultTimeout(20_000);
  const other = await openPage(browser);
  await signIn(other.page, desk.settings.url, ben);
  await other.page.goto(`${desk.settings.url}/inbox/all?tag=parcel`);
  const list = other.page.locator('[data-region=list] [data-number]');
  await expect.poll(() => list.count()).toBe(3);
  const row = page.getByRole('listitem').filter({ hasText: 'parcel' });
  await row.getByText('3 tickets').waitFor();
  expect(await faultsInThemes(page)).toEqual([]);
  await row.getByLabel('Colour of parcel').selectOption('Green');
  await page.getByText('Saved.').waitFor();

  await row.getByRole('button', { name: 'Rename parcel' }).click();
  const dialog = page.getByRole('dialog', { name: 'Rename parcel' });
  await dialog.getByLabel('Name').fill('delivery');
  await dialog.getByText(/It is on 3 tickets/).waitFor();
  await dialog.getByRole('button', { name: 'Rename' }).click();
  await page.getByText('parcel becomes delivery.').waitFor();
  await page.getByRole('listitem').filter({ hasText: 'delivery' }).getByText('3 tickets').waitFor();
  await expect.poll(() => row.count()).toBe(0);
  // Whoever looked at the list under the old name looks at it under the new one.
  await other.page.getByRole('button', { name: 'Remove the filter Tag: delivery' }).waitFor();
  await expect.poll(() => new URL(other.page.url()).searchParams.get('tag')).toBe('delivery');
  await expect.poll(() => list.count()).toBe(3);
  await other.page.goto(`${desk.settings.url}/inbox/all?tag=parcel`);
  await other.page.getByRole('button', { name: 'Remove the filter Tag: delivery' }).waitFor();
  await other.page.goto(`${desk.settings.url}/inbox/all/3`);
  await other.page.getByText('Ana Reyes changed the tag parcel to delivery').waitFor();

  // Into another one only when that is said, and off everything.
  await page.getByRole('button', { name: 'Rename pole' }).click();
  const merging = page.getByRole('dialog', { name: 'Rename pole' });
  await merging.getByLabel('Name').fill('vip');
  await merging.getByText(/There is a tag vip already, on 1 ticket/).waitFor();
  await merging.getByRole('button', { name: 'Merge' }).click();
  await page.getByRole('listitem').filter({ hasText: 'vip' }).getByText('2 tickets').waitFor();
  await page.getByRole('button', { name: 'Delete vip' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete the tag' }).click();
  await expect.poll(() => page.getByRole('listitem').filter({ hasText: 'vip' }).count()).toBe(0);
  await expect.poll(async () => (await ticketOf(3)).tags).toEqual(['delivery']);
  const read = readerOf(sample.operator, sample.teamId);
  expect(await readList(read, { list: 'all', filters: { tag: 'delivery' } })).toHaveLength(3);
  await page.goto(`${desk.settings.url}/settings/audit`);
  await page.getByText('parcel → delivery').waitFor();
  expect([errors, other.errors]).toEqual([[], []]);
  await other.context.close();
  await context.close();
});

it('[R2] [ux A1] an operator reads the tags and changes none; the page fits a phone', async () => {
  const { page, context, errors } = await openPage(browser, { viewport: { width: 390, height: 844 } });
  await signIn(page, desk.settings.url, ben);
  await page.goto(`${desk.settings.url}/settings/tags`);
  await page.getByText('3 tickets').waitFor();
  expect(await page.getByRole('button', { name: /^(?:Rename|Delete) / }).count()).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  expect(await faultsInThemes(page)).toEqual([]);
  expect(errors).toEqual([]);
  await context.close();
});
