/** Keys mean one thing at a time: what is typed is text, a started sequence owns the next key, and only then come shortcuts. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { fillDesk, type SampleDesk } from '../pictures/sampleDesk.ts';
import { launchBrowser, openPage, owner, startTestDesk, type TestDesk } from './harness.ts';
import { signIn, TicketPage } from './pages.ts';
import { readTicket } from '../../convex/readShared.setup.ts';

let desk: TestDesk;
let sample: SampleDesk;
let browser: Browser;
let page: Page;
let errors: string[];
let ticket: TicketPage;

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  sample = await fillDesk(desk);
  ({ page, errors } = await openPage(browser));
  page.setDefaultTimeout(15_000);
  ticket = new TicketPage(page);
  await signIn(page, desk.settings.url, owner);
});

afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

const ticketOf = async (number: number) =>
  (await readTicket(sample.operator, { teamId: sample.teamId, number }))!;

async function open(number: number): Promise<void> {
  await page.goto(`${desk.settings.url}/inbox/all/${number}`);
  await ticket.thread.getByText('I have asked a person to look at this.').waitFor();
}

const text = (name: RegExp) => page.getByRole('textbox', { name });
const composer = () => page.getByRole('form', { name: /^(Reply|Note)$/ });
const path = () => new URL(page.url()).pathname;

/** Leaves nothing written, and nothing kept that could come back. */
async function empty(): Promise<void> {
  await text(/^Reply to/).fill('');
  const { conversationId } = (await ticketOf(Number(path().split('/').at(-1)))).ticket;
  const kept = () => sample.operator.query(api.drafts.get, { teamId: sample.teamId, conversationId });
  await expect.poll(async () => (await kept()).reply).toBe('');
}

/** Whatever the keys did has been drawn and has reached the desk. */
const settle = () => page.waitForTimeout(300);

describe('what is typed in the composer is text', () => {
  beforeEach(() => open(1));

  it('who chooses "Note" writes the note, and the ticket stays open', async () => {
    await page.getByRole('tab', { name: 'Note' }).click();
    await page.keyboard.type('customer is rude');
    expect(await text(/^Note,/).inputValue()).toBe('customer is rude');
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.keyboard.type('fraud suspected');
    await ticket.reads('customer is rude');
    expect(await text(/^Note,/).inputValue()).toBe('fraud suspected');
    await page.getByRole('tab', { name: /^Reply/ }).click();
    expect(await text(/^Reply to/).inputValue()).toBe('');
    await page.keyboard.type('Dear Jo');
    await page.getByRole('tab', { name: /^Note, not sent yet/ }).click();
    expect(await text(/^Note,/).inputValue()).toBe('fraud suspected');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.press('Backspace');
    await page.getByRole('tab', { name: /^Reply/ }).click();
    expect(await text(/^Reply to/).inputValue()).toBe('Dear Jo');
    await empty();
    expect((await ticketOf(1)).ticket.status).not.toBe('resolved');
  });

  it('no single key acts while any part of the composer has the focus', async () => {
    await text(/^Reply to/).fill('Half a reply');
    const buttons = await composer().getByRole('button').all();
    const tabs = await composer().getByRole('tab').all();
    expect(buttons.length * tabs.length).toBeGreaterThan(0);
    const before = await ticketOf(1);
    for (const part of [...tabs, ...buttons]) {
      for (const key of ['e', 'i', 't', 'a', 'j', '3', ']', '?']) {
        await part.focus();
        await page.keyboard.press(key);
      }
    }
    await settle();
    const { ticket: after, control } = await ticketOf(1);
    expect([after.status, after.assigneeId, control.epoch]).toEqual([
      before.ticket.status,
      before.ticket.assigneeId,
      before.control.epoch,
    ]);
    expect(path()).toBe('/inbox/all/1');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await empty();
  });

  it('the list has a ring while it has the focus, and no longer', async () => {
    const list = page.getByRole('listbox', { name: 'All tickets' });
    const ringPx = () =>
      list.evaluate((it) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(it.closest('.relative')!, '::after');
        return outlineStyle === 'none' ? 0 : Number.parseFloat(outlineWidth);
      });
    await text(/^Reply to/).focus();
    expect(await ringPx()).toBe(0);
    await list.focus();
    // As the browser sees it who comes by a key.
    await page.keyboard.press('Shift');
    await expect.poll(ringPx).toBe(2);
    await text(/^Reply to/).focus();
    await expect.poll(ringPx).toBe(0);
  });

  it('[C9] who keeps editing a held reply writes on in it', async () => {
    await open(4);
    await page.keyboard.press('t');
    await page.getByText('You speak now').waitFor();
    await page.keyboard.type('It is on its way');
    await customerSays(4, 'Is anybody there?');
    await ticket.reads('Is anybody there?');
    await ticket.send();
    await page.getByRole('button', { name: 'Keep editing' }).click();
    await page.keyboard.type('. See you there');
    expect(await text(/^Reply to/).inputValue()).toBe('It is on its way. See you there');
  });

  it.each([
    ['T', 5, () => page.keyboard.press('t')],
    [
      'a click',
      6,
      () =>
        page
          .getByRole('button', { name: /^Take over/ })
          .first()
          .click(),
    ],
  ])('[C6] who takes over by %s writes at once, and no word is a shortcut', async (_by, number, takeOver) => {
    await open(number);
    await takeOver();
    await page.keyboard.type('everything is fine');
    await page.getByText('You speak now').waitFor();
    expect(await text(/^Reply to/).inputValue()).toBe('everything is fine');
    expect(await page.getByRole('dialog').count()).toBe(0);
    const { ticket: taken, control } = await ticketOf(number);
    expect([taken.status, control.holder]).toEqual(['open', 'operator']);
    await empty();
  });

  async function customerSays(number: number, words: string): Promise<void> {
    const { conversationId } = (await ticketOf(number)).ticket;
    const at = `${desk.settings.siteUrl}/api/v1/conversations/${conversationId}/customer-messages`;
    const headers = { Authorization: `Bearer ${sample.key}`, 'Content-Type': 'application/json' };
    const response = await fetch(at, { method: 'POST', headers, body: JSON.stringify({ text: words }) });
    expect(response.status).toBeLessThan(300);
  }
});

it('[T7] a ticket one comes back to is open at its newest message', async () => {
  await page.setViewportSize({ width: 1440, height: 420 });
  const left = () => page.locator('[data-thread]').evaluate((thread) => Math.abs(thread.scrollTop));
  await open(1);
  const beyond = () =>
    page.locator('[data-thread]').evaluate((thread) => thread.scrollHeight - thread.clientHeight);
  await expect.poll(beyond).toBeGreaterThan(60);
  await expect.poll(left).toBeLessThan(40);
  await page.keyboard.press('j');
  await page.waitForURL(/\/inbox\/all\/(?!1$)/);
  await page.keyboard.press('k');
  await page.waitForURL(/\/inbox\/all\/1$/);
  await settle();
  expect(await left()).toBeLessThan(40);
  await page.setViewportSize({ width: 1440, height: 900 });
});

describe('what has the focus keeps its keys', () => {
  it('a message: letters do not reach the ticket behind it, and Escape closes the message alone', async () => {
    await open(2);
    await page.keyboard.press('e');
    const reopen = page.getByRole('button', { name: 'Reopen' }).last();
    await page.getByText('Resolved. The agent answers from here.').waitFor();
    // On to the next one; the address follows.
    await page.waitForURL(/\/inbox\/all\/(?!2$)\d+$/);
    const now = path();
    const before = await ticketOf(Number(now.split('/').at(-1)));
    await reopen.focus();
    await page.keyboard.press('e');
    await page.keyboard.press('j');
    await page.keyboard.press('Escape');
    await page.getByText('Resolved. The agent answers from here.').waitFor({ state: 'detached' });
    await settle();
    expect(path()).toBe(now);
    expect((await ticketOf(before.ticket.number)).ticket.status).toBe(before.ticket.status);
  });

  it('a form of the settings: its button does not lead to another page', async () => {
    await page.goto(`${desk.settings.url}/settings/people`);
    await page.getByRole('button', { name: 'Invite' }).focus();
    await page.keyboard.type('3gi');
    await settle();
    expect(path()).toBe('/settings/people');
  });
});

describe('a started sequence owns the next key', () => {
  beforeEach(async () => {
    const { teamId, operator } = sample;
    await operator.mutation(api.tickets.assign, {
      teamId,
      ticketId: (await ticketOf(3)).ticket._id,
      memberId: null,
    });
    await open(3);
  });

  it.each([
    ['i', '/inbox/mine'],
    ['u', '/inbox/unassigned'],
    ['a', '/inbox/all'],
    ['r', '/inbox/resolved'],
    ['d', '/inbox/closed'],
    [',', '/settings/me'],
  ])('G %s goes there and does nothing else', async (key, there) => {
    const before = await ticketOf(3);
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await page.waitForURL((url) => url.pathname === there);
    await settle();
    expect(path()).toBe(there);
    expect((await ticketOf(3)).lastSequence).toBe(before.lastSequence);
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('G E goes nowhere and resolves nothing; E alone does', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('e');
    await settle();
    expect((await ticketOf(3)).ticket.status).not.toBe('resolved');
    await page.keyboard.press('e');
    await page.getByText('Resolved. The agent answers from here.').waitFor();
  });
});

describe('what lies over the page comes after it', () => {
  let late: Page;

  beforeEach(async () => {
    late = (await openPage(browser)).page;
    late.setDefaultTimeout(15_000);
  });

  it('what is typed and entered before the command menu has come goes into it, step by step', async () => {
    let letCome = () => {};
    const held = new Promise<void>((resolve) => (letCome = resolve));
    await late.route(/commandMenuPanel/, async (route) => {
      await held;
      await route.continue();
    });
    await signIn(late, desk.settings.url, owner);
    await late.keyboard.press('3');
    await late.getByRole('option').first().waitFor();
    await late.keyboard.press('j');
    await late.getByRole('button', { name: 'More actions' }).waitFor();
    await late.keyboard.press('Control+k');
    await late.keyboard.type('set prio');
    await late.keyboard.press('Enter');
    await late.keyboard.type('lo');
    letCome();
    const field = late.getByRole('combobox', { name: 'Set priority…' });
    await expect.poll(() => field.evaluate((it) => it === document.activeElement)).toBe(true);
    expect(await field.inputValue()).toBe('lo');
    await late.keyboard.type('w');
    expect(await late.getByRole('option', { name: /^Low/ }).last().isVisible()).toBe(true);
    await late.keyboard.press('Escape');
    await late.context().close();
  });

  it('the keys right after Escape has closed the bell are the page’s again', async () => {
    await signIn(late, desk.settings.url, owner);
    await late.keyboard.press('b');
    await late.getByRole('dialog', { name: 'What needs you' }).waitFor();
    await late.keyboard.press('Escape');
    await late.keyboard.press('g');
    await late.keyboard.press('m');
    await late.waitForURL(/inbox\/mentions$/);
    await late.context().close();
  });

  it('what is typed after L, before the panel has come, goes into the tag and does nothing else', async () => {
    let letCome = () => {};
    const held = new Promise<void>((resolve) => (letCome = resolve));
    await late.route(/customerPanel/, async (route) => {
      await held;
      await route.continue();
    });
    await signIn(late, desk.settings.url, owner);
    await late.goto(`${desk.settings.url}/inbox/all/5`);
    await late.getByRole('button', { name: 'More actions' }).waitFor();
    await late.keyboard.press('l');
    await late.keyboard.type('ten');
    letCome();
    const field = late.getByRole('combobox', { name: 'Add a tag' });
    await expect.poll(() => field.evaluate((it) => it === document.activeElement)).toBe(true);
    await late.keyboard.type('t');
    expect(await field.inputValue()).toBe('tent');
    await late.keyboard.press('Enter');
    await late.getByRole('button', { name: 'Remove the tag tent' }).waitFor();
    expect((await ticketOf(5)).ticket.status).not.toBe('resolved');
    await late.context().close();
  });

  it('a dialog that is opened from a menu keeps the focus, and F6 walks every region', async () => {
    await signIn(late, desk.settings.url, owner);
    await late.goto(`${desk.settings.url}/inbox/all/5`);
    await late.getByRole('button', { name: 'More actions' }).click();
    await late.getByRole('menuitem', { name: /^Snooze/ }).click();
    const field = late.getByRole('combobox', { name: /^Snooze until/ });
    await field.waitFor();
    await late.getByRole('menu').waitFor({ state: 'detached' });
    await late.waitForTimeout(400);
    await late.keyboard.type('in the evening');
    expect(await field.inputValue()).toBe('in the evening');
    await late.keyboard.press('Escape');
    await field.waitFor({ state: 'detached' });
    const regions = new Set<string>();
    for (let presses = 0; presses < 6; presses++) {
      await late.keyboard.press('F6');
      const region = await late.evaluate(
        () => document.activeElement?.closest<HTMLElement>('[data-region]')?.dataset.region,
      );
      regions.add(region ?? 'none');
    }
    expect([...regions].toSorted()).toEqual(['list', 'panel', 'rail', 'thread', 'views']);
    await late.context().close();
  });

  it('what cannot be fetched says so and blocks nothing, and loading the page again brings it', async () => {
    await late.route(/commandMenuPanel/, (route) => route.abort());
    await signIn(late, desk.settings.url, owner);
    await late.keyboard.press('Control+k');
    await late.getByText('This part of the desk did not load.').first().waitFor();
    await late.keyboard.press('3');
    await late.waitForURL(/inbox\/all$/);
    await late.unrouteAll();
    await Promise.all([late.waitForEvent('load'), late.getByText('Reload', { exact: true }).first().click()]);
    await late.getByRole('heading', { name: 'All' }).waitFor();
    await late.keyboard.press('Control+k');
    await late.getByRole('dialog', { name: 'Command menu' }).waitFor();
    await late.context().close();
  });
});

describe('what an input method takes means nothing to anything else', () => {
  /** As Chromium and Firefox tell of it, and as Safari does. */
  const ways = [{ isComposing: true }, { keyCode: 229 }];
  /** Tells of it for as long as the field has the focus. */
  const compose = async (...keys: string[]) => {
    for (const key of keys)
      for (const way of ways)
        await page.evaluate(
          (how) =>
            document.activeElement!.dispatchEvent(
              new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...how }),
            ),
          { key, ...way },
        );
    await settle();
  };
  const hasFocus = (field: Locator) => field.evaluate((it) => it === document.activeElement);

  it('the command menu stays, and runs nothing', async () => {
    await open(1);
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: /^Type a command/ });
    await field.fill('resolve');
    await page.getByRole('option').first().waitFor();
    await compose('ArrowDown', 'Enter', 'Escape');
    expect(await field.inputValue()).toBe('resolve');
    expect((await ticketOf(1)).ticket.status).not.toBe('resolved');
    await page.keyboard.press('Escape');
    await field.waitFor({ state: 'detached' });
  });

  it('nobody is chosen who is looked for', async () => {
    await open(1);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('same as another');
    await page.keyboard.press('Enter');
    const field = page.getByRole('combobox', { name: 'Name, address, number or ticket' });
    await field.fill('#2');
    await page.getByRole('option').first().waitFor();
    await compose('Enter', 'Escape');
    expect(await field.inputValue()).toBe('#2');
    await page.keyboard.press('Escape');
    await field.waitFor({ state: 'detached' });
  });

  it('half a time is not read', async () => {
    await page.goto(`${desk.settings.url}/settings/targets`);
    await page.getByRole('button', { name: 'Set targets' }).click();
    const goal = page.getByRole('textbox', { name: /^First reply/ }).first();
    await goal.fill('よんじ');
    await compose('Enter');
    expect(await goal.inputValue()).toBe('よんじ');
    expect(await hasFocus(goal)).toBe(true);
    await goal.fill('');
  });
});

it('nothing was thrown', () => {
  expect(errors).toEqual([]);
});
