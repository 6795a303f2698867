/** Finding, as an operator does: from the keys, by words, names, numbers and filters, in the search and in the command menu. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { readTicket } from '../../convex/readShared.setup.ts';
import { callsOf, fillDesk, type SampleDesk } from '../pictures/sampleDesk.ts';
import { launchBrowser, openPage, owner, startTestDesk, type TestDesk } from './harness.ts';
import { signIn, TicketPage } from './pages.ts';

let desk: TestDesk;
let sample: SampleDesk;
let browser: Browser;
let page: Page;
let errors: string[];

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  sample = await fillDesk(desk);
  ({ page, errors } = await openPage(browser));
  page.setDefaultTimeout(15_000);
  await signIn(page, desk.settings.url, owner);
});

afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

const field = (on = page) => on.getByRole('combobox', { name: 'Search' });
const found = (on = page) => on.getByRole('listbox', { name: 'Found conversations' }).getByRole('option');
const address = () => new URL(page.url());

describe('[T9] [ux K4] whoever looks for something', () => {
  it('presses / and types: what holds the words is there with the words marked, and is walked by the keys', async () => {
    await page.keyboard.press('/');
    await field().waitFor();
    await page.getByRole('heading', { name: 'What can be found' }).waitFor();
    await page.keyboard.type('broke');
    await expect.poll(() => found().count()).toBe(2);
    await expect.poll(() => address().searchParams.get('q')).toBe('broke');
    expect(await page.locator('mark').allTextContents()).toEqual(expect.arrayContaining(['broken', 'broke']));
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => address().searchParams.get('ticket')).toBe('1');
    await new TicketPage(page).reads(/broken pole/);
    expect(await field().evaluate((input) => document.activeElement === input)).toBe(true);
    await page.keyboard.press('Escape');
    await page.keyboard.press('k');
    await expect.poll(() => address().searchParams.get('ticket')).toBe('6');
    expect(await found().first().getAttribute('aria-selected')).toBe('true');
  });

  it('comes back to it: the address has the text and what was open', async () => {
    await page.reload();
    await expect.poll(() => found().count()).toBe(2);
    expect(await field().inputValue()).toBe('broke');
    await new TicketPage(page).reads(/zip of my jacket/);
  });

  it('narrows by filters that stand in the text, and sees what is not understood', async () => {
    await field().fill('');
    await page.getByRole('button', { name: 'Is', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Urgent' }).click();
    await expect.poll(() => field().inputValue()).toBe('is:urgent');
    await expect.poll(() => found().allTextContents()).toEqual([expect.stringContaining('Mei Tanaka')]);
    await page.getByRole('button', { name: 'From' }).click();
    await page.keyboard.type('nobody');
    await page.getByText('Nobody here is called “nobody”.').waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await field().fill('is:lost parcel');
    await page.getByText('Not understood, and left out: “is:lost”.').waitFor();
    await expect.poll(() => found().count()).toBe(1);
    await field().fill('elephant is:open');
    await page.getByText('No conversation holds this word and fits the filters.').waitFor();
    await page.getByRole('button', { name: 'Search without filters' }).click();
    await expect.poll(() => field().inputValue()).toBe('elephant');
    await field().fill('from:reyes');
    await page.getByText('is found by a word of it').waitFor();
    expect(await page.getByText('Nothing found').count()).toBe(0);
    await field().fill('#9999');
    await page.getByText('There is no ticket #9999.').waitFor();
  });

  it('finds customers, and what they wrote; a note as soon as it is written', async () => {
    await field().fill('ferrer');
    await page.getByRole('button', { name: /Lucía Ferrer/ }).click();
    await expect.poll(() => field().inputValue()).toBe('from:"lucia@example.com"');
    await expect.poll(() => found().allTextContents()).toEqual([expect.stringContaining('group order')]);
    const { teamId, operator } = sample;
    const { conversationId } = (await readTicket(operator, { teamId, number: 5 }))!.ticket;
    const note = { teamId, conversationId, text: 'Wholesale rebate agreed', clientMessageId: 'n1' };
    await operator.mutation(api.messages.note, note);
    await field().fill('rebate');
    await expect.poll(() => found().allTextContents()).toEqual([expect.stringContaining('Note · ')]);
  });

  it('[M9] finds who has said no name by what stands in their row', async () => {
    const call = callsOf(desk, sample.key);
    const { id } = await call('/conversations', {
      externalId: 'walk-in',
      customer: { externalId: 'walk-in' },
    });
    await call(`/conversations/${id}/customer-messages`, { text: 'Does the stove fit a small tent?' });
    await call(`/conversations/${id}/handovers`, { reason: 'agentAsked' });
    await page.goto(`${desk.settings.url}/inbox/all`);
    const row = page.getByRole('option').filter({ hasText: 'small tent' });
    const called = (await row.locator('bdi').first().textContent())!;
    expect(called).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/);
    await page.keyboard.press('/');
    await field().fill(called.toLowerCase());
    await expect.poll(() => found().allTextContents()).toEqual([expect.stringContaining('small tent')]);
    await page.getByRole('button', { name: called }).click();
    await expect.poll(() => field().inputValue()).toBe(`from:"${called}"`);
    await expect.poll(() => found().allTextContents()).toEqual([expect.stringContaining('small tent')]);
  });

  it('goes on from the command menu: tickets by name, words and number, and the search for the rest', async () => {
    // On a slow line one has typed before what finds is there.
    const arrives = Promise.withResolvers<void>();
    await page.route(/\/findChoices-/, async (route) => {
      await arrives.promise;
      await route.continue();
    });
    await page.goto(`${desk.settings.url}/inbox/mine`);
    await page.getByRole('heading', { name: 'Mine' }).waitFor();
    await page.keyboard.press('Control+k');
    const menu = page.getByRole('dialog', { name: 'Command menu' });
    await menu.getByRole('combobox').fill('tanaka 48213');
    await menu.getByText('Nothing fits.').waitFor();
    await page.waitForTimeout(400);
    arrives.resolve();
    await menu.getByRole('option', { name: /#3 · Mei Tanaka/ }).click();
    await new TicketPage(page).reads(/charged me twice/);
    await page.getByRole('link', { name: 'Search what they wrote' }).click();
    await expect.poll(() => field().inputValue()).toBe('from:"mei@example.com"');
    await expect.poll(() => found().count()).toBe(1);
    await page.keyboard.press('Control+k');
    await menu.getByRole('combobox').fill('courier');
    await menu.getByRole('option', { name: 'Search for “courier”' }).click();
    await expect.poll(() => found().allTextContents()).toEqual([expect.stringContaining('Oluwaseun')]);
    expect(errors).toEqual([]);
  });

  it('on a phone sees what was found, then the ticket, and steps back', async () => {
    const phone = await openPage(browser, { viewport: { width: 390, height: 844 } });
    await signIn(phone.page, desk.settings.url, owner);
    await phone.page.getByRole('link', { name: 'Search' }).click();
    await field(phone.page).fill('courier');
    await found(phone.page).first().click();
    await new TicketPage(phone.page).reads(/no parcel here/);
    await phone.page.goBack();
    await found(phone.page).first().waitFor();
    expect(await field(phone.page).inputValue()).toBe('courier');
    expect(phone.errors).toEqual([]);
    await phone.context.close();
  });
});
