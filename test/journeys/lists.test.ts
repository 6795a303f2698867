/** Lists as an operator works through them: in another order, narrowed, many tickets at a time. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { readerOf, readList, readShared } from '../../convex/readShared.setup.ts';
import { fillDesk, type SampleDesk } from '../pictures/sampleDesk.ts';
import { launchBrowser, openPage, owner, startTestDesk, type TestDesk } from './harness.ts';

let desk: TestDesk;
let browser: Browser;
let sample: SampleDesk;

beforeAll(async () => {
  desk = await startTestDesk();
  sample = await fillDesk(desk);
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

/** A page of the desk, signed in as the owner. */
async function openAt(path: string, options: BrowserContextOptions = {}) {
  const { page, context, errors } = await openPage(browser, options);
  page.setDefaultTimeout(8_000);
  await page.goto(desk.settings.url);
  await page.getByLabel('Email').fill(owner.email);
  await page.getByLabel('Password').fill(owner.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('[data-region=rail]').waitFor();
  await page.goto(desk.settings.url + path);
  return { page, context, errors };
}

/** Numbers of the rows, from the top. */
const numbersOn = (page: Page) =>
  page
    .locator('[data-region=list] [data-number]')
    .evaluateAll((rows) => rows.map((row) => Number((row as HTMLElement).dataset.number)));

/** Chooses in the menu that a key has opened. */
async function choose(page: Page, keys: string, typed: string) {
  await page.keyboard.press(keys);
  const field = page.getByRole('dialog').getByRole('combobox');
  await field.fill(typed);
  await page
    .getByRole('option', { name: new RegExp(typed, 'i') })
    .first()
    .waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

describe('[T7] [ux K3] a list', () => {
  it('is narrowed and sorted from the keyboard, stands in the address, and comes back with it', async () => {
    const { page, context, errors } = await openAt('/inbox/all');
    const { operator, teamId } = sample;
    const read = readerOf(operator, teamId);
    const all = await readList(read, { list: 'all' });
    for (const number of all.slice(-2)) {
      const { ticket } = (await readShared(operator, api.tickets.get, { teamId, number }))!;
      await operator.mutation(api.tickets.setPriority, { teamId, ticketId: ticket._id, priority: 'low' });
    }
    await expect.poll(() => numbersOn(page)).toEqual(all);
    await choose(page, 'Shift+F', 'priority: low');
    const low = await readList(read, { list: 'all', filters: { priority: 'low' } });
    expect(low).toEqual(all.slice(-2));
    await expect.poll(() => numbersOn(page)).toEqual(low);
    expect(new URL(page.url()).search).toBe('?priority=low');

    await choose(page, 'Shift+S', 'newest');
    const newest = low.toSorted((a, b) => b - a);
    await expect.poll(() => numbersOn(page)).toEqual(newest);
    // Walking keeps it.
    await page.keyboard.press('j');
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/inbox/all/${newest[0]}`);
    await page.reload();
    await expect.poll(() => numbersOn(page)).toEqual(newest);
    await page.getByLabel('Order of the list').selectOption({ label: 'Longest wait first' });
    await expect.poll(() => numbersOn(page)).toEqual(low);
    await page.getByRole('button', { name: 'Remove the filter Priority: Low' }).click();
    await expect.poll(() => numbersOn(page)).toEqual(all);
    expect(new URL(page.url()).search).toBe('');
    expect(errors).toEqual([]);
    await context.close();
  });

  it('with filters that fit nothing, or that nobody could have chosen, says so and breaks nothing', async () => {
    const hostile = `?tag=${'x'.repeat(5_000)}&priority=evil&agent=..%2F&status=open`;
    const { page, context, errors } = await openAt(`/inbox/all${hostile}`);
    await page.getByText('Nothing fits.').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await expect.poll(async () => (await numbersOn(page)).length).toBeGreaterThan(1);
    expect(errors).toEqual([]);
    await context.close();
  });
});
