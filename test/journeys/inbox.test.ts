/** The inbox as one finds it after an hour: what a row says, what covers what, what is left when the list is done. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillDesk, type SampleDesk } from '../pictures/sampleDesk.ts';
import { api } from '../../convex/_generated/api.js';
import { readTicket } from '../../convex/readShared.setup.ts';
import { launchBrowser, startTestDesk, type TestDesk } from './harness.ts';
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

/** As the outside agent's call brings it in. */
async function sayIn(conversationId: string, path: string, body: object): Promise<{ sequence: number }> {
  const url = `${desk.settings.siteUrl}/api/v1/conversations/${conversationId}/${path}`;
  const headers = { Authorization: `Bearer ${sample.key}`, 'Content-Type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(answer.ok, path).toBe(true);
  return (await answer.json()) as { sequence: number };
}

/** Names of those that cannot be pressed where they stand, each first brought into view. */
function coveredIn(page: Page, region: string): Promise<string[]> {
  return page.locator(`${region} :is(button, a, textarea, select):visible`).evaluateAll((all) =>
    all.flatMap((each) => {
      each.scrollIntoView({ block: 'nearest' });
      const { x, y, width, height } = each.getBoundingClientRect();
      const hit = document.elementFromPoint(x + width / 2, y + height / 2);
      const isFree = hit !== null && (each.contains(hit) || hit.contains(each));
      return isFree ? [] : [`${each.ariaLabel ?? each.textContent} under ${hit?.className}`];
    }),
  );
}

const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
  // 1280 × 1024 at 400 %.
  { width: 320, height: 256 },
];

describe('[ux A5] nothing covers an action', () => {
  it.each(sizes)('a message of the desk lies over no button, $width × $height', async (viewport) => {
    const { page, context } = await openAt('/inbox/all/2', { viewport });
    const field = page.getByRole('textbox', { name: /^Reply to/ });
    await field.fill('One line of an answer that got long.\n'.repeat(12));
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Copy link' }).click();
    await page.locator('[data-toast]').waitFor();
    await page.waitForTimeout(250);
    expect(await coveredIn(page, '[data-region=thread]')).toEqual([]);
    expect(await coveredIn(page, '[data-region=rail]')).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    await field.fill('');
    await context.close();
  });

  it('nor over one of a dialog', async () => {
    const { page, context } = await openAt('/inbox/all/5', { viewport: { width: 1280, height: 720 } });
    const { teamId, operator } = sample;
    const { ticket } = (await readTicket(operator, { teamId, number: 5 }))!;
    await operator.mutation(api.tickets.takeOver, { teamId, ticketId: ticket._id });
    await page.getByText('You speak now').waitFor();
    // With somebody who waits it is asked whether to resolve.
    await sayIn(ticket.conversationId, 'customer-messages', { text: 'Could you call today?' });
    await page.getByRole('log').getByText('Could you call today?').waitFor();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Copy link' }).click();
    const news = page.locator('[data-toast]');
    await news.waitFor();
    const press = (keys: string) => () => page.keyboard.press(keys);
    const resolve = () => page.getByRole('button', { name: /^Resolve/ }).click();
    for (const open of [resolve, press('Control+k'), press('Shift+?')]) {
      await open();
      const dialog = page.locator('[role=dialog]:not([data-toast])');
      await dialog.waitFor();
      await page.waitForTimeout(250);
      const [panel, told] = await Promise.all([dialog.boundingBox(), news.boundingBox()]);
      expect(told!.y + told!.height).toBeLessThanOrEqual(panel!.y);
      expect(told!.y).toBeGreaterThanOrEqual(0);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }
    await context.close();
  });

  it('the title comes first, whatever the state of the ticket', async () => {
    const { page, context } = await openAt('/inbox/all/6');
    const { teamId, operator } = sample;
    await page.getByRole('heading', { level: 2, name: /The zip of my jacket/ }).waitFor();
    const { ticket } = (await readTicket(operator, { teamId, number: 6 }))!;
    const at = { teamId, ticketId: ticket._id };
    await operator.mutation(api.tickets.setWaiting, { ...at, waitingOn: 'thirdParty' });
    await operator.mutation(api.tickets.snooze, { ...at, until: Date.now() + 40 * 3_600_000 });
    await page.getByText(/Snoozed until .* · Waiting on a third party/).waitFor();
    const title = page.locator('main header h2');
    expect(await title.evaluate(({ clientWidth }) => clientWidth)).toBeGreaterThan(300);
    await operator.mutation(api.tickets.snooze, { ...at, until: null });
    await context.close();
  });

  it('in forced colours what is chosen is outlined, and what one presses has an edge', async () => {
    const { page, context } = await openAt('/inbox/all/2', { forcedColors: 'active' });
    for (const chosen of [
      page.getByRole('tab', { name: 'Reply' }),
      page.getByRole('listbox').getByRole('option', { selected: true }),
      page.locator('[data-region=views] [aria-current=page]'),
    ])
      expect(await chosen.evaluate((each) => getComputedStyle(each).outlineStyle)).toBe('solid');
    const edge = await page
      .getByRole('button', { name: 'Take over', exact: true })
      .evaluate((each) => getComputedStyle(each).borderTopWidth);
    expect(edge).toBe('1px');
    expect(
      await page.getByRole('tab', { name: 'Note' }).evaluate((each) => getComputedStyle(each).outlineStyle),
    ).toBe('none');
    await context.close();
  });
});

describe('a row', () => {
  const row = (page: Page, number: number) => page.locator(`#ticket-${number}`);

  it('[T7] shows what the customer who waits said last, how long they wait, and whose it is', async () => {
    const { page, context } = await openAt('/inbox/all/3');
    const { teamId, operator } = sample;
    const four = row(page, 4);
    await four.getByText('Scout').first().waitFor();
    await four.getByText('→ Ana Reyes').waitFor();
    expect(await four.locator('time').getAttribute('title')).toMatch(/^Waiting for \d.*, since /);
    const { ticket } = (await readTicket(operator, { teamId, number: 4 }))!;
    const say = (path: string, body: object) => sayIn(ticket.conversationId, path, body);
    const { sequence } = await say('customer-messages', { text: 'The neighbours have not seen it.' });
    await four.getByText('The neighbours have not seen it.').waitFor();
    await say('answers', { text: 'I pass that on.', epoch: 1, seenThrough: sequence });
    await page.goto(`${desk.settings.url}/inbox/all/4`);
    await page.getByRole('log').getByText('I pass that on.').waitFor();
    expect(await four.getByText('The neighbours have not seen it.').count()).toBe(1);
    await page.getByRole('textbox', { name: /^Reply to/ }).fill('We ask the courier.');
    await page.keyboard.press('Control+Enter');
    await four.getByText('Answered').waitFor();
    await four.getByText('We ask the courier.').waitFor();
    await page.goto(`${desk.settings.url}/inbox/needsReply`);
    await row(page, 5).waitFor();
    expect(await four.count()).toBe(0);
    const view = page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: /^Needs reply/ });
    const listed = await page.getByRole('listbox').getByRole('option').count();
    expect(await view.textContent()).toContain(String(listed));
    await context.close();
  });

  it('[ux A2] says by a dot and by its weight that the customer’s words were not read here', async () => {
    const { page, context } = await openAt('/inbox/all/3');
    const five = row(page, 5);
    await five.getByText('Unread').waitFor({ state: 'attached' });
    expect(
      await five
        .locator('bdi')
        .first()
        .evaluate((name) => getComputedStyle(name).fontWeight),
    ).toBe('600');
    await five.click();
    await expect.poll(() => five.getByText('Unread').count()).toBe(0);
    expect(
      await five
        .locator('bdi')
        .first()
        .evaluate((name) => getComputedStyle(name).fontWeight),
    ).toBe('400');
    await page.reload();
    await five.locator('time').waitFor();
    expect(await five.getByText('Unread').count()).toBe(0);
    await context.close();
  });

  it('is one line of 44 px where one prefers it, and stays so', async () => {
    const { page, context } = await openAt('/settings/me');
    await page.getByLabel('Rows of the inbox').selectOption('compact');
    await page.goto(`${desk.settings.url}/inbox/all`);
    await row(page, 5).locator('time').waitFor();
    expect((await row(page, 5).boundingBox())!.height).toBe(44);
    const [upper, lower] = [await row(page, 2).boundingBox(), await row(page, 3).boundingBox()];
    expect(lower!.y - upper!.y).toBe(44);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('Compact or comf');
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await row(page, 5).boundingBox())!.height).toBe(68);
    await context.close();
  });
});

describe('a phone', () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true };

  it('[ux A3] everything one taps is 44 px high, but for links within a sentence', async () => {
    const { page, context } = await openAt('/inbox/all', phone);
    await page.getByRole('listbox').waitFor();
    for (const path of [
      '/inbox/all',
      '/inbox/all/2',
      '/settings/me',
      '/settings/team',
      '/settings/people',
      '/settings/agents',
      '/settings/channels',
    ]) {
      await page.goto(desk.settings.url + path);
      await page.locator('[data-region]:visible').nth(1).waitFor();
      await expect.poll(() => page.locator('[aria-busy=true]').count()).toBe(0);
      if (path.endsWith('/2')) await page.getByRole('button', { name: /customer panel/ }).click();
      const small = await page
        .locator(':is(button, a, select, input, textarea, summary, label:has(input)):visible')
        .evaluateAll((all) =>
          all
            .filter((each) => !each.matches('p a, label input') && each.getBoundingClientRect().height < 44)
            .map((each) => each.ariaLabel ?? each.textContent),
        );
      expect(small, path).toEqual([]);
    }
    await context.close();
  });

  it('reaches the command menu, and an agent’s card reads in lines', async () => {
    const { page, context } = await openAt('/settings/agents', phone);
    const kind = page.getByText('Answers over HTTP, with a key').first();
    expect(await kind.evaluate((line) => line.getBoundingClientRect().height)).toBeLessThan(30);
    await page.getByRole('button', { name: 'Command menu' }).tap();
    await page.keyboard.type('#4');
    await page.getByRole('option', { name: 'Go to ticket #4' }).tap();
    await page.waitForURL(/\/inbox\/all\/4$/);
    await context.close();
  });
});

describe('settings', () => {
  it('[P1] an outside agent without a key answers nobody, and a key that is shown once can be copied', async () => {
    const { page, context } = await openAt('/settings/agents');
    await page.getByLabel('Name', { exact: true }).fill('Piper');
    await page.getByLabel('Kind').selectOption('external');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const row = page.getByRole('listitem').filter({ hasText: 'Piper' });
    await row.getByText('Needs a key').waitFor();
    expect(await row.getByText('Answering').count()).toBe(0);
    await row.getByRole('link', { name: 'Rules and keys of Piper' }).press('Enter');
    const detail = page.getByRole('region', { name: 'Piper' });
    await detail.getByLabel('New key for').fill('Production');
    await detail.getByRole('button', { name: 'Make a key' }).click();
    await detail.getByRole('button', { name: 'Copy' }).waitFor();
    await row.getByText('Has not called yet').waitFor();
    await context.close();
  });

  it('[ux A1] what is open of a list stands beside it, in its place on a phone, and the focus goes along', async () => {
    const { page, context } = await openAt('/settings/agents');
    const open = page.getByRole('link', { name: 'Rules and keys of Scout' });
    const list = page.getByRole('list', { name: 'Agents' });
    const detail = page.getByRole('region', { name: 'Scout' });
    const back = page.getByRole('link', { name: '← Agents' });
    await open.press('Enter');
    await detail.getByText('When it hands over').waitFor();
    const [left, right] = [(await list.boundingBox())!, (await detail.boundingBox())!];
    expect(left.x + left.width).toBeLessThanOrEqual(right.x);
    expect(await back.count()).toBe(0);
    await page.goBack();
    await detail.waitFor({ state: 'hidden' });
    await page.setViewportSize({ width: 390, height: 800 });
    await open.press('Enter');
    await expect.poll(() => detail.evaluate((pane) => pane === document.activeElement)).toBe(true);
    expect(await list.isVisible()).toBe(false);
    await back.press('Enter');
    await expect.poll(() => open.evaluate((link) => link === document.activeElement)).toBe(true);
    await page.goto(`${desk.settings.url}/settings/agents?open=nobody`);
    await list.waitFor();
    await context.close();
  });

  it('every control that saves itself says that it has', async () => {
    const { page, context } = await openAt('/settings/people');
    const limit = page.getByLabel('Limit of Ana Reyes');
    await limit.fill('4');
    await limit.blur();
    await page.getByText('Saved.').waitFor();
    await page.goto(`${desk.settings.url}/settings/me`);
    await page.getByLabel('Theme').selectOption('light');
    await page.getByText('Saved.').waitFor();
    await context.close();
  });
});

describe('the end', () => {
  it('[T4] of a list is quiet, and leads on', async () => {
    const { page, context } = await openAt('/inbox/unassigned');
    const rows = page.getByRole('listbox').getByRole('option');
    await rows.first().waitFor();
    for (let left = await rows.count(); left > 0; left--) {
      await rows.first().click();
      await page.getByText('Scout is answering').waitFor();
      await page.keyboard.press('e');
      await expect.poll(() => rows.count()).toBe(left - 1);
    }
    await page.getByText('That was the last one.').waitFor();
    await page.waitForURL(/\/inbox\/unassigned$/);
    await page.getByRole('button', { name: /open in the team/ }).click();
    await page.waitForURL(/\/inbox\/all$/);
    await context.close();
  });

  it('[T4] what the customer has heard the end of is not reopened without a word', async () => {
    const { page, context } = await openAt('/inbox/all/1');
    await page.getByText('Scout is answering').waitFor();
    await page.keyboard.press('t');
    await page.getByText('You speak now').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('e');
    await page.getByText('Resolved. The agent answers from here.').waitFor();
    await page.goto(`${desk.settings.url}/inbox/resolved/1`);
    await page.getByRole('button', { name: 'Reopen' }).waitFor();
    await page.keyboard.press('e');
    await page.getByText('The ticket is resolved. Reopen it first.').waitFor();
    await page.keyboard.press('Shift+E');
    const word = page.getByRole('alertdialog');
    await word.getByText('The customer was told that Scout answers from here.').waitFor();
    await word.getByRole('button', { name: 'Keep it resolved' }).click();
    await word.waitFor({ state: 'detached' });
    const { teamId, operator } = sample;
    expect((await readTicket(operator, { teamId, number: 1 }))!.ticket.status).toBe('resolved');
    await page.keyboard.press('Shift+E');
    await word.getByRole('button', { name: 'Reopen' }).click();
    await page.getByRole('button', { name: /^Resolve/ }).waitFor();
    await context.close();
  });
});

describe('a newcomer', () => {
  it.each([1440, 320])('reads who is snoozed and until when, %i wide', async (width) => {
    const { teamId, operator } = sample;
    const { ticket } = (await readTicket(operator, { teamId, number: 4 }))!;
    const at = { teamId, ticketId: ticket._id };
    await operator.mutation(api.tickets.snooze, { ...at, until: Date.now() + 40 * 3_600_000 });
    const { page, context } = await openAt('/inbox/snoozed', { viewport: { width, height: 700 } });
    const row = page.locator('#ticket-4');
    const isWhole = (part: Element) => {
      const [own, line] = [part, part.parentElement!].map((each) => each.getBoundingClientRect());
      return own!.width > 0 && own!.right <= line!.right;
    };
    await expect.poll(() => row.getByText(/^Snoozed until/).evaluate(isWhole)).toBe(true);
    expect(
      await row
        .locator('bdi')
        .first()
        .evaluate((name) => name.getBoundingClientRect().width),
    ).toBeGreaterThan(40);
    expect(await row.evaluate((all) => all.scrollWidth <= all.clientWidth)).toBe(true);
    await operator.mutation(api.tickets.snooze, { ...at, until: null });
    await context.close();
  });

  it('[H1] [H3] a rule is tried as it stands in its form, with what the customer would read', async () => {
    const { page, context } = await openAt('/settings/agents');
    await page.getByRole('link', { name: 'Rules and keys' }).first().click();
    await page.getByRole('button', { name: 'New rule' }).click();
    const form = page.getByRole('dialog', { name: 'New rule' });
    await form.getByRole('combobox', { name: 'Condition' }).selectOption({ label: 'the customer sounds' });
    await form.getByRole('combobox', { name: 'the customer sounds' }).selectOption({ label: 'furious' });
    await form.getByRole('textbox', { name: 'Text to the customer' }).fill('I am very sorry.');
    const message = form.getByRole('textbox', { name: 'Try a message' });
    await message.fill('Where is my order? This is awful.');
    const outcome = form.getByRole('status');
    await outcome.getByText('The agent answers').waitFor();
    await outcome
      .getByText('This rule: The customer sounds unhappy; the rule is for who sounds furious.')
      .waitFor();
    // Enter tries, and saves nothing.
    await message.press('Enter');
    await message.fill('Where is my order? Awful, horrible, I hate it!!');
    await outcome.getByText('This rule: The customer sounds furious.').waitFor();
    await form.getByRole('combobox', { name: 'Then' }).selectOption({ label: 'Never hand over' });
    await outcome.getByText('✓ This rule').waitFor();
    await form.getByRole('button', { name: 'Cancel' }).click();
    await context.close();
  });

  it('is asked before a rule is deleted, and goes on beside where it was', async () => {
    const { page, context } = await openAt('/settings');
    await page.waitForURL(/\/settings\/me$/);
    const rail = page.locator('[data-region=rail]');
    expect(await rail.locator('[aria-current=page]').getAttribute('aria-label')).toBe('Settings');
    await page.goto(`${desk.settings.url}/settings/agents`);
    await page.getByRole('link', { name: 'Rules and keys' }).first().click();
    const rules = page.getByRole('region', { name: 'Handover rules' }).getByRole('listitem');
    await rules.first().waitFor();
    const count = await rules.count();
    const askToDelete = async () => {
      await rules
        .last()
        .getByRole('button', { name: /^Change rule/ })
        .click();
      await page.getByRole('menuitem', { name: 'Delete' }).click();
      await page.getByText('Delete this rule?').waitFor();
    };
    await askToDelete();
    await page.getByRole('button', { name: 'Keep' }).click();
    expect(await rules.count()).toBe(count);
    await askToDelete();
    await page.getByRole('button', { name: 'Delete rule' }).click();
    await page.getByText('Deleted.').waitFor();
    await expect.poll(() => rules.count()).toBe(count - 1);
    await page.waitForTimeout(250);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('New rule');
    expect(await coveredIn(page, '[data-region=thread]')).toEqual([]);
    await context.close();
  });

  it('[T4] is asked before a ticket is closed, and told what that means', async () => {
    const { page, context } = await openAt('/inbox/all/2');
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Close…' }).click();
    const word = page.getByRole('dialog', { name: 'Close the ticket?' });
    await word.getByText(/that is a new ticket; this one can be reopened by hand/).waitFor();
    await word.getByRole('button', { name: 'Leave it' }).click();
    const { teamId, operator } = sample;
    const { ticket } = (await readTicket(operator, { teamId, number: 2 }))!;
    expect(ticket.status).not.toBe('closed');

    await page.getByRole('button', { name: 'Take over', exact: true }).click();
    await page.getByText('You speak now').waitFor();
    await sayIn(ticket.conversationId, 'customer-messages', { text: 'Are you there?' });
    await page.getByRole('log').getByText('Are you there?').waitFor();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Close…' }).click();
    await word.getByText("The customer's last message has no answer yet.").waitFor();
    await word.getByLabel('Leave it; nobody answers it').check();
    await word.getByRole('button', { name: 'Close it' }).click();
    await page.getByText(/^Closed\. /).waitFor();
    expect((await readTicket(operator, { teamId, number: 2 }))!.ticket.status).toBe('closed');
    await context.close();
  });

  it('[T4] is told no longer that a ticket is resolved which is open again', async () => {
    const { page, context } = await openAt('/inbox/all/3');
    await page.getByText('Scout is answering').waitFor();
    await page.keyboard.press('e');
    const news = page.getByText('#3 resolved. The agent answers from here.');
    await news.waitFor();
    await page.getByRole('link', { name: /^Resolved/ }).click();
    await page.locator('#ticket-3').click();
    await page.getByRole('region', { name: 'Ticket #3' }).waitFor();
    await page.keyboard.press('Shift+E');
    await news.waitFor({ state: 'detached', timeout: 4_000 });
    await context.close();
  });

  it('steps back from the customer panel to the ticket under it', async () => {
    const { page, context } = await openAt('/inbox/all/2', { viewport: sizes[2]! });
    const panel = page.locator('[data-region=panel]');
    await page.getByRole('button', { name: 'Show or hide the customer panel' }).click();
    await panel.waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    expect(page.url()).toMatch(/\/2$/);
    await context.close();
  });
});

describe('what gives way', () => {
  it("in a row, the holder's name to the customer's", async () => {
    const { teamId, operator } = sample;
    const { ticket } = (await readTicket(operator, { teamId, number: 6 }))!;
    await operator.mutation(api.tickets.setPriority, { teamId, ticketId: ticket._id, priority: 'high' });
    const { page, context } = await openAt('/inbox/all/6', { viewport: { width: 1440, height: 900 } });
    await page.getByRole('button', { name: 'Take over', exact: true }).click();
    await page.getByText('You speak now').waitFor();
    const row = page.locator('#ticket-6');
    await row.getByTitle('Ana Reyes answers').waitFor();
    const list = page.getByRole('separator', { name: 'List width' });
    await list.focus();
    for (let each = 0; each < 5; each++) await page.keyboard.press('ArrowLeft');
    const isWhole = () =>
      row
        .locator('bdi')
        .first()
        .evaluate((name) => name.scrollWidth <= name.clientWidth && name.clientWidth > 60);
    await expect.poll(isWhole).toBe(true);
    await context.close();
  });

  it('in the settings, the page to what just happened, while it is told', async () => {
    const { page, context } = await openAt('/settings/channels', { viewport: { width: 1440, height: 900 } });
    await page.getByRole('heading', { level: 1, name: 'Channels' }).waitFor();
    const bottom = () => page.getByRole('main').evaluate((main) => main.getBoundingClientRect().bottom);
    expect(await bottom()).toBe(900);
    await page.getByRole('button', { name: 'Connect an address' }).click();
    await page.getByLabel('Address', { exact: true }).fill('help@acme.example');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    const news = page.locator('[data-toast]');
    await news.waitFor();
    expect(await bottom()).toBeLessThan((await news.boundingBox())!.y);
    await news.waitFor({ state: 'detached' });
    await expect.poll(bottom).toBe(900);
    await context.close();
  });
});
