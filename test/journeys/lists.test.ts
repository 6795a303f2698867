/** Lists as an operator works through them: in another order, narrowed, many tickets at a time. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { readerOf, readList, readShared } from '../../convex/readShared.setup.ts';
import { fillDesk, type SampleDesk } from '../pictures/sampleDesk.ts';
import { joinTeam, launchBrowser, startTestDesk, type TestDesk } from './harness.ts';
import { openSignedIn } from './pages.ts';

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

const openAt = (path: string, options?: BrowserContextOptions) =>
  openSignedIn(browser, desk.settings.url, path, options);

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
  await field.waitFor({ state: 'hidden' });
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
    await page.getByRole('button', { name: 'Newest first' }).click();
    await page.getByRole('menuitem', { name: 'Longest wait first' }).click();
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

describe('[C5] [T8] many tickets at a time', () => {
  const priorityOf = async (number: number) => {
    const { operator, teamId } = sample;
    const { ticket } = (await readShared(operator, api.tickets.get, { teamId, number }))!;
    return ticket.priority;
  };

  it('are selected by key and mouse, and each has an outcome of its own', async () => {
    const { page, context, errors } = await openAt('/inbox/all');
    const { operator, teamId } = sample;
    const all = await readList(readerOf(operator, teamId), { list: 'all' });
    await expect.poll(() => numbersOn(page)).toEqual(all);
    const [first, second, third] = all as [number, number, number];
    // By key: the first, on to the second.
    await page.keyboard.press('x');
    await page.getByText('1 selected').waitFor();
    // Where one is, is seen over the rows that are selected, too.
    await page.getByRole('listbox').focus();
    const ring = () =>
      page
        .getByRole('listbox')
        .evaluate((list) => getComputedStyle(list.parentElement!.parentElement!, '::after').outlineStyle);
    expect(await ring()).toBe('solid');
    await page.locator(`[data-number="${third}"]`).click({ modifiers: ['Shift'] });
    await page.getByText('3 selected').waitFor();
    await page.locator(`[data-number="${third}"] [data-mark]`).click();
    await page.getByText('2 selected').waitFor();
    // With one open, the keys still mean the selected ones.
    await page.locator(`[data-number="${third}"]`).click();
    await page.getByRole('textbox', { name: /^Reply to/ }).waitFor();
    await page.locator('[data-thread]').focus();
    const before = await priorityOf(third);
    await choose(page, 'p', 'low');
    await page.getByText('2 tickets set to Low.').waitFor();
    expect([await priorityOf(first), await priorityOf(second)]).toEqual(['low', 'low']);
    expect(await priorityOf(third)).toBe(before);
    await page.getByText('2 selected').waitFor({ state: 'hidden' });
    expect(errors).toEqual([]);
    await context.close();
  });

  it('that a colleague answers are refused by name, stay selected, and can be confirmed', async () => {
    const { page, context, errors } = await openAt('/inbox/all');
    const { operator, teamId } = sample;
    const { client: maya } = await joinTeam(
      desk,
      { owner: operator, teamId },
      { name: 'Maya Brandt', email: 'maya@northpeak.example' },
    );
    const [held, free] = (await readList(readerOf(operator, teamId), { list: 'all' })) as [number, number];
    const { ticket } = (await readShared(operator, api.tickets.get, { teamId, number: held }))!;
    await operator.mutation(api.tickets.assign, { teamId, ticketId: ticket._id, memberId: null });
    await maya.mutation(api.tickets.takeOver, { teamId, ticketId: ticket._id });
    const resolved = () => readList(readerOf(operator, teamId), { list: 'resolved' });
    for (const number of [held, free]) {
      await page.locator(`[data-number="${number}"]`).click({ modifiers: ['ControlOrMeta'] });
    }
    await page.getByText('2 selected').waitFor();
    await page.keyboard.press('e');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Resolve' }).click();
    const report = page.getByRole('dialog', { name: '1 of 2 resolved' });
    await report.getByText('Maya Brandt is answering this conversation.').waitFor();
    await report.getByRole('link', { name: `#${held}` }).waitFor();
    expect(await resolved()).toEqual([free]);
    await report.getByRole('button', { name: 'Resolve it all the same' }).click();
    await page.getByText('1 ticket resolved.').waitFor();
    expect((await resolved()).toSorted()).toEqual([held, free].toSorted());
    expect(errors).toEqual([]);
    await context.close();
  });
});

describe('a saved view', () => {
  it('[T7] keeps a list under a name, for oneself or the team, and comes back with one click', async () => {
    const { page, context, errors } = await openAt('/inbox/all?priority=low&sort=newest');
    const views = page.locator('[data-region=views]');
    await page.getByRole('button', { name: 'Save view' }).click();
    await page.getByLabel('Name').fill('Quiet ones');
    await page.getByLabel('For the whole team').check();
    await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    const link = views.getByRole('link', { name: /^Quiet ones/ });
    await link.waitFor();
    await views.getByRole('link', { name: /^Mine/ }).click();
    await expect.poll(() => new URL(page.url()).search).toBe('');
    await link.click();
    await page.getByRole('button', { name: 'Remove the filter Priority: Low' }).waitFor();
    expect(new URL(page.url()).searchParams.get('sort')).toBe('newest');
    expect(await link.getAttribute('aria-current')).toBe('page');
    expect(await views.locator('[aria-current=page]').count()).toBe(1);
    // It goes by its own name, not by that of the list it narrows.
    await page.getByRole('heading', { level: 1, name: 'Quiet ones' }).waitFor();
    await expect.poll(() => page.title()).toMatch(/Quiet ones · Baton$/);
    // Where there is no room for the sidebar it is chosen beside the lists.
    await page.setViewportSize({ width: 390, height: 844 });
    const choice = page.getByLabel('View', { exact: true });
    await choice.selectOption('Mine');
    await expect.poll(() => new URL(page.url()).search).toBe('');
    await choice.selectOption('Quiet ones');
    await page.getByRole('button', { name: 'Remove the filter Priority: Low' }).waitFor();
    expect(new URL(page.url()).searchParams.get('sort')).toBe('newest');
    await expect.poll(() => choice.locator('option:checked').innerText()).toBe('Quiet ones');
    await page.setViewportSize({ width: 1440, height: 900 });
    // Narrowed further and saved again, it is the same one.
    await choose(page, 'Shift+F', 'status: open');
    await page.getByRole('button', { name: 'Edit view' }).click();
    await page.getByLabel('Name').fill('Quiet and open');
    await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    await views.getByRole('link', { name: /^Quiet and open/ }).waitFor();
    expect(await views.getByRole('link', { name: /^Quiet/ }).count()).toBe(1);
    const ofTeam = await readShared(sample.operator, api.savedViews.ofTeam, { teamId: sample.teamId });
    expect(ofTeam).toMatchObject([
      { name: 'Quiet and open', list: { view: 'all', priority: 'low', status: 'open', sort: 'newest' } },
    ]);
    await page.getByRole('button', { name: 'Edit view' }).click();
    await page.getByRole('button', { name: 'Delete the view' }).click();
    await page.getByText('View deleted. Its tickets stay as they are.').waitFor();
    expect(await views.getByRole('link', { name: /^Quiet/ }).count()).toBe(0);
    expect(errors).toEqual([]);
    await context.close();
  });
});
