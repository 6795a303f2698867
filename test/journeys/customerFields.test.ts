/** What a team keeps of its customers, in a real browser: defined by a manager, filled in beside a ticket, seen by all at once. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
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
});
afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

async function define(page: Page, name: string, kind: string, choices?: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a field' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a field' });
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('Kind').selectOption(kind);
  if (choices !== undefined) await dialog.getByLabel('Choices, one a line').fill(choices);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('listitem').filter({ hasText: name }).waitFor();
}
const fields = (page: Page) => page.getByRole('region', { name: 'Customer fields' });

it('[T7] a manager says which fields there are, an operator fills them in, and everybody sees by whom', async () => {
  const { page, context, errors } = await openSignedIn(browser, desk.settings.url, '/settings/fields');
  page.setDefaultTimeout(20_000);
  await define(page, 'Plan', 'Choice', 'Gold\nSilver');
  await define(page, 'Seats', 'Number');
  await define(page, 'Since', 'Date');
  await define(page, 'Contact', 'Text');
  await page.getByRole('button', { name: 'Move Contact up' }).click();
  await expect
    .poll(() => page.getByRole('list', { name: 'Customer fields' }).getByRole('listitem').allInnerTexts())
    .toEqual([/^Plan/, /^Seats/, /^Contact/, /^Since/].map((name) => expect.stringMatching(name) as string));
  expect(await faultsInThemes(page)).toEqual([]);

  await page.goto(`${desk.settings.url}/inbox/all/1`);
  const mine = fields(page);
  const colleague = await openPage(browser);
  await signIn(colleague.page, desk.settings.url, ben);
  await colleague.page.goto(`${desk.settings.url}/inbox/all/1`);
  const theirs = fields(colleague.page);
  await mine.getByLabel('Plan').selectOption('Gold');
  await mine.getByLabel('Seats').fill('12');
  await page.keyboard.press('Enter');
  await mine.getByLabel('Contact').fill('Ms Menges, mornings');
  await mine.getByLabel('Since').fill('2024-02-29');
  await mine.getByLabel('Plan').focus();
  await expect.poll(() => theirs.getByLabel('Plan').inputValue()).toBe('Gold');
  await expect.poll(() => theirs.getByLabel('Seats').inputValue()).toBe('12');
  await expect.poll(() => theirs.getByLabel('Since').inputValue()).toBe('2024-02-29');
  await expect.poll(() => theirs.getByLabel('Contact').inputValue()).toBe('Ms Menges, mornings');
  await theirs.getByLabel('Seats').focus();
  await theirs
    .getByText(/^Ana Reyes, /)
    .filter({ visible: true })
    .waitFor();
  expect(await faultsInThemes(colleague.page, byWcag)).toEqual([]);

  // Half a number and half a day are nothing that anybody meant, and empty nothing.
  await mine.getByLabel('Seats').fill('');
  await mine.getByLabel('Seats').pressSequentially('7e');
  await mine.getByLabel('Plan').focus();
  await expect.poll(() => mine.getByLabel('Seats').inputValue()).toBe('12');
  await mine.getByLabel('Since').focus();
  await page.keyboard.press('Backspace');
  await mine.getByLabel('Plan').focus();
  await expect.poll(() => mine.getByLabel('Since').inputValue()).toBe('2024-02-29');
  await mine.getByLabel('Contact').fill('Ms Menges');
  await mine.getByLabel('Plan').focus();
  await expect.poll(() => theirs.getByLabel('Contact').inputValue()).toBe('Ms Menges');
  expect(await theirs.getByLabel('Seats').inputValue()).toBe('12');
  expect(await theirs.getByLabel('Since').inputValue()).toBe('2024-02-29');

  // Both at once: who was later is told by whom, keeps what they meant, and decides.
  await theirs.getByLabel('Contact').fill('Mr Menges');
  await mine.getByLabel('Contact').fill('Ms Menges, evenings');
  await mine.getByLabel('Plan').focus();
  await theirs.getByLabel('Plan').focus();
  await theirs.getByText(/Ana Reyes changed this meanwhile/).waitFor();
  await theirs.getByText('You meant: Mr Menges').waitFor();
  await expect.poll(() => theirs.getByLabel('Contact').inputValue()).toBe('Ms Menges, evenings');
  await theirs.getByRole('button', { name: 'Set mine' }).click();
  await expect.poll(() => mine.getByLabel('Contact').inputValue()).toBe('Mr Menges');
  // Escape takes back what was not kept; emptied, it is not known any more.
  await mine.getByLabel('Contact').fill('nobody');
  await page.keyboard.press('Escape');
  expect(await mine.getByLabel('Contact').inputValue()).toBe('Mr Menges');
  await mine.getByLabel('Seats').fill('');
  await page.keyboard.press('Enter');
  await expect.poll(() => theirs.getByLabel('Seats').inputValue()).toBe('');

  // It is the customer's, not the ticket's; what is deleted is gone from every screen.
  await page.goto(`${desk.settings.url}/settings/fields`);
  await page.getByRole('button', { name: 'Delete Contact' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete the field' }).click();
  await expect.poll(() => theirs.getByLabel('Contact').count()).toBe(0);
  expect([errors, colleague.errors]).toEqual([[], []]);
  await colleague.context.close();
  await context.close();
});

it('[R2] [ux A1] an operator cannot change which there are; the page fits a phone', async () => {
  const { page, context, errors } = await openPage(browser, { viewport: { width: 390, height: 844 } });
  await signIn(page, desk.settings.url, ben);
  await page.goto(`${desk.settings.url}/settings/fields`);
  await page.getByText('Choice: Gold, Silver').waitFor();
  expect(await page.getByRole('button', { name: /^(?:Add|Edit|Delete|Move) / }).count()).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  expect(await faultsInThemes(page)).toEqual([]);
  expect(errors).toEqual([]);
  await context.close();
});

it('[M9] an operator calls a customer by a name of the team, in place and by keys; the others see it at once', async () => {
  const { page, context, errors } = await openSignedIn(browser, desk.settings.url, '/inbox/all/1');
  page.setDefaultTimeout(20_000);
  const panel = page.getByRole('complementary', { name: 'Customer' });
  const change = panel.getByRole('button', { name: 'Change what the team calls them' });
  const field = panel.getByLabel('What the team calls them');
  const colleague = await openPage(browser);
  await signIn(colleague.page, desk.settings.url, ben);
  await colleague.page.goto(`${desk.settings.url}/inbox/all`);
  const row = colleague.page.getByRole('option').filter({ hasText: '#1 ·' });
  await row.getByText('Carla Menges').waitFor();
  await change.focus();
  await page.keyboard.press('Enter');
  await field.waitFor();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('Carla, tents');
  await page.keyboard.press('Escape');
  await panel.getByText('Carla Menges', { exact: true }).waitFor();
  expect(await change.evaluate((button) => button === document.activeElement)).toBe(true);
  await page.keyboard.press('Enter');
  expect(await field.getAttribute('placeholder')).toBe('As they call themselves');
  await field.fill('Carla, tents');
  // Enter and Escape belong to the input method while it composes.
  for (const key of ['Enter', 'Escape']) await field.dispatchEvent('keydown', { key, isComposing: true });
  expect(await field.inputValue()).toBe('Carla, tents');
  await page.keyboard.press('Enter');
  await row.getByText('Carla, tents').waitFor();
  // Whole where there is no room for it, too.
  expect(await panel.getByText('Carla, tents').getAttribute('title')).toBe('Carla, tents');
  expect(await faultsInThemes(page, byWcag)).toEqual([]);
  // What a reader takes for one character stays one.
  await change.click();
  await field.fill('👩‍👩‍👧 Menges');
  await page.keyboard.press('Enter');
  await row.getByText('👩‍👩‍👧M', { exact: true }).waitFor();
  // Nothing of the team's is left: they are called as they call themselves.
  await change.click();
  expect(await field.getAttribute('placeholder')).toBe("As without the team's name");
  await field.fill('');
  await field.blur();
  await row.getByText('Carla Menges').waitFor();
  expect([errors, colleague.errors]).toEqual([[], []]);
  await Promise.all([context.close(), colleague.context.close()]);
});
