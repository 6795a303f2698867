/**
 * [E5] What everybody in a team sees alike is read by a key: a screen lives through its turn, and loses everything with the
 * right to read it. A list of many is numbers, and its rows come where they are looked at.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { readerOf, readKeyOf, readList, readShared, readTicket } from '../../convex/readShared.setup.ts';
import { fillDesk, type SampleDesk } from '../pictures/sampleDesk.ts';
import {
  answerLate,
  joinTeam,
  launchBrowser,
  openPage,
  owner,
  startTestDesk,
  type TestDesk,
} from './harness.ts';
import { manyTickets } from './manyTickets.ts';
import { signIn, TicketPage } from './pages.ts';

const many = 400;
const colleague = { name: 'Dana Okoye', email: 'dana@pinetrail.example', password: owner.password };

let desk: TestDesk;
let sample: SampleDesk;
let browser: Browser;
let page: Page;
let errors: string[];
let danaId: Id<'members'>;

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  sample = await fillDesk(desk);
  ({ page, errors } = await openPage(browser));
  page.setDefaultTimeout(15_000);
  const team = { owner: sample.operator, teamId: sample.teamId };
  ({ memberId: danaId } = await joinTeam(desk, team, colleague));
  await signIn(page, desk.settings.url, owner);
});

afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

const row = (number: number, on = page) => on.locator(`[data-number="${number}"]`);
const pane = (number: number, on = page) =>
  on.getByRole('region', { name: `Ticket #${number}`, exact: true });

/** In the page: what was missing of an open inbox in any frame, since it was asked to watch. */
function watchForGaps() {
  const gaps: string[] = ((window as unknown as Watched).gaps = []);
  const rows = document.querySelectorAll('[data-number] time').length;
  const look = () => {
    const text = document.body.textContent ?? '';
    if (document.querySelectorAll('[data-number] time').length < rows) gaps.push('a row');
    if (document.querySelectorAll('[data-thread] article').length === 0) gaps.push('the thread');
    if (document.querySelector('.skeleton, [aria-busy=true]')) gaps.push('a skeleton');
    if (text.includes("didn't load")) gaps.push('a failure');
    requestAnimationFrame(look);
  };
  look();
}

interface Watched {
  gaps: string[];
}

describe('the key turns under an open screen', () => {
  beforeAll(async () => {
    await page.goto(`${desk.settings.url}/inbox/all/1`);
    await pane(1).waitFor();
    await row(3).getByText('Mei Tanaka').waitFor();
    await page.getByRole('log').getByRole('article').first().waitFor();
  });

  it('[E5] nothing flashes, and the screen stays live', async () => {
    await page.evaluate(watchForGaps);
    await turnKeys();
    await write(1, 'After the turn');
    await new TicketPage(page).reads('After the turn');
    await row(1).getByText('After the turn').waitFor();
    expect(await page.evaluate(() => [...new Set((window as unknown as Watched).gaps)])).toEqual([]);
  });

  it('[E5] a ticket that was left before the turn is live when one comes back to it', async () => {
    await row(2).click();
    await pane(2).waitFor();
    await turnKeys();
    await write(1, 'While you were away');
    await row(1).click();
    await new TicketPage(page).reads('While you were away');
  });

  it('[E5] what was sent just before the turn stands once', async () => {
    await page.keyboard.press('n');
    await page.keyboard.type('Written at the turn');
    await Promise.all([page.keyboard.press('Control+Enter'), turnKeys()]);
    await row(1).waitFor();
    await page.waitForTimeout(500);
    expect(await page.getByRole('log').getByText('Written at the turn').count()).toBe(1);
  });
});

describe('the right to read ends', () => {
  it('[E5] signing out in one tab closes the screens of the session’s other tabs within a second', async () => {
    const { context, page: one } = await openPage(browser);
    const two = await context.newPage();
    // Of the same session, but out of reach of whatever a browser tells its tabs.
    await signIn(one, desk.settings.url, owner);
    const { context: elsewhere, page: three } = await openPage(browser, {
      storageState: await context.storageState(),
    });
    const heard = listen(three);
    for (const each of [two, three]) {
      await each.goto(`${desk.settings.url}/inbox/all/1`);
      await pane(1, each).waitFor();
    }
    await one.keyboard.press('Control+k');
    await one.keyboard.type('Sign out');
    await one.keyboard.press('Enter');
    await one.getByLabel('Password').waitFor();
    const since = Date.now();
    for (const each of [two, three]) {
      await each.getByLabel('Password').waitFor();
      expect(await row(1, each).count()).toBe(0);
    }
    expect(Date.now() - since).toBeLessThan(1_000);
    await write(1, 'Nobody is left to hear this');
    await new TicketPage(page).reads('Nobody is left to hear this');
    await three.waitForTimeout(300);
    expect(heard.filter((said) => said.includes('Nobody is left to hear this'))).toEqual([]);
    await Promise.all([context.close(), elsewhere.close()]);
  });

  it('[E5] a removed member’s screen closes, and its socket hears nothing more', async () => {
    const { context, page: theirs, errors: thrown } = await openPage(browser);
    await signIn(theirs, desk.settings.url, colleague);
    await theirs.goto(`${desk.settings.url}/inbox/all/1`);
    await pane(1, theirs).waitFor();
    const heard = listen(theirs);
    await theirs.reload();
    await pane(1, theirs).waitFor();
    await sample.operator.mutation(api.members.remove, { teamId: sample.teamId, memberId: danaId });
    await theirs.getByText('you are not in a team').waitFor();
    heard.length = 0;
    await write(1, 'Among ourselves');
    await new TicketPage(page).reads('Among ourselves');
    await theirs.waitForTimeout(300);
    expect(heard.filter((said) => said.includes('Among ourselves'))).toEqual([]);
    expect(thrown).toEqual([]);
    await context.close();
  });
});

describe('a long thread', () => {
  const thread = () => page.getByRole('log', { name: 'Conversation' });
  const said = (line: number) => thread().getByText(`Line ${line} of many`, { exact: true });
  const topOf = async (line: number) => (await said(line).boundingBox())!.y;
  const lines = 60;

  beforeAll(async () => {
    for (let line = 1; line <= lines; line++) await write(5, `Line ${line} of many`);
    await page.goto(`${desk.settings.url}/inbox/all/5`);
    await said(lines).waitFor();
  });

  it('[T7] opens at its newest, and older pages come as one scrolls up without moving what is read', async () => {
    expect(await said(1).count()).toBe(0);
    await thread().evaluate((log) => (log.scrollTop = -Infinity));
    const reading = lines - 15;
    await said(reading).waitFor();
    await said(reading).scrollIntoViewIfNeeded();
    const before = await topOf(reading);
    await said(lines - 40).waitFor({ state: 'attached' });
    await write(5, 'Something new below');
    await thread().getByText('Something new below').waitFor({ state: 'attached' });
    expect(Math.abs((await topOf(reading)) - before)).toBeLessThan(2);
    await expect
      .poll(async () => {
        await thread().evaluate((log) => (log.scrollTop = -log.scrollHeight));
        return said(1).count();
      })
      .toBe(1);
    await page.getByRole('button', { name: /^Newest/ }).click();
    await expect.poll(() => thread().evaluate((log) => Math.abs(log.scrollTop))).toBeLessThan(2);
  });

  it('[M2] what is written stands at once, once and last, also where a page of the thread is full', async () => {
    const line = await answerLate(page, 200);
    await page.reload();
    await said(lines).waitFor();
    const texts = Array.from({ length: 12 }, (_, index) => `Note ${index + 1} of twelve`);
    await page.keyboard.press('n');
    for (const text of texts) {
      await page.keyboard.type(text);
      await page.keyboard.press('Control+Enter');
      await thread().getByText(text, { exact: true }).waitFor({ timeout: 1_000 });
    }
    line.ms = 0;
    const stands = () =>
      thread()
        .getByText(/^Note \d+ of twelve$/)
        .allInnerTexts();
    await expect.poll(() => thread().locator('.opacity-70').count()).toBe(0);
    expect(await stands()).toEqual(texts);
  });

  it('[E5] a long text is shown cut, and whole for who asks', async () => {
    await write(5, `${'All of this is one long story. '.repeat(200)}The end of it.`);
    await thread().getByRole('button', { name: 'Show all' }).click();
    await thread().getByText('The end of it.').waitFor();
    expect(await thread().getByRole('button', { name: 'Show all' }).count()).toBe(0);
  });
});

describe('a list of many', () => {
  const list = () => page.getByRole('listbox');
  const nodes = () => page.evaluate(() => document.querySelectorAll('*').length);
  const named = /Customer \d+/;
  let numbers: number[];
  let asked: string[];

  beforeAll(async () => {
    await manyTickets(desk, sample, many);
    numbers = await readList(readerOf(sample.operator, sample.teamId), { list: 'all' });
    asked = listen(page, 'framesent');
    await page.goto(`${desk.settings.url}/inbox/all`);
    await row(numbers[0]!).waitFor();
  }, 120_000);

  it('[E5] is scrolled to its end: rows come where one looks, and few are drawn', async () => {
    const toEnd = () => list().evaluate((box) => box.parentElement!.scrollTo(0, box.scrollHeight));
    const last = row(numbers.at(-1)!);
    await expect.poll(async () => (await toEnd(), last.count()), { timeout: 30_000 }).toBe(1);
    await last.getByText(named).waitFor();
    await row(numbers.at(-5)!).getByText(named).waitFor();
    expect(await nodes()).toBeLessThan(1_500);
    const rows = asked.join().match(/"tickets:row"/g)!;
    expect(rows.length).toBeLessThan(many / 2);
  });

  it('is walked without a key lost or a line left empty', async () => {
    await row(numbers.at(-1)!).click();
    for (let presses = 0; presses < 60; presses++) await page.keyboard.press('k');
    const there = numbers.at(-61)!;
    await page.waitForURL(new RegExp(`/inbox/all/${there}$`));
    await pane(there).waitFor();
    for (const number of numbers.slice(-66, -56)) await row(number).getByText(named).waitFor();
    // Of all that was walked past, nothing is left in the page.
    const parts = [
      '[data-region=thread]',
      '[data-thread]',
      '[data-region=thread] form',
      '[aria-label=Customer]',
    ];
    for (const part of parts) expect(await page.locator(part).count(), part).toBe(1);
    expect(await nodes()).toBeLessThan(1_500);
  });

  it('whoever walks and at once goes elsewhere stays there, and the hand is off what it pressed', async () => {
    const [from, to] = [numbers.at(-61)!, numbers.at(-63)!];
    await pane(from).getByRole('button', { name: 'Show or hide the customer panel' }).focus();
    // The second step is the one whose address waits.
    await page.keyboard.press('k');
    await page.keyboard.press('k');
    await pane(to).waitFor();
    expect(await page.evaluate(() => document.activeElement?.role)).toBe('listbox');
    await page.keyboard.press('3');
    await page.waitForURL(/\/inbox\/all$/);
    await page.waitForTimeout(400);
    expect(new URL(page.url()).pathname).toBe('/inbox/all');
    await row(to).click();
    await pane(to).waitFor();
  });

  it('whoever walks finds the next ticket there before it is asked for', async () => {
    const next = numbers.at(-64)!;
    const isAsked = (said: string) => said.includes('tickets:get') && said.includes(`"number":${next},`);
    await expect.poll(() => asked.filter(isAsked).length).toBe(1);
    await page.waitForTimeout(300);
    await page.keyboard.press('k');
    await pane(next).getByRole('article').first().waitFor();
    expect(asked.filter(isAsked)).toHaveLength(1);
  });
});

it('throws nothing on the page', () => {
  expect(errors).toEqual([]);
});

/** What the sockets hear that this page opens from now on, or say. */
function listen(on: Page, what: 'framereceived' | 'framesent' = 'framereceived'): string[] {
  const frames: string[] = [];
  const keep = ({ payload }: { payload: string | Buffer }) => void frames.push(payload.toString());
  on.on('websocket', (socket) => {
    if (what === 'framesent') socket.on('framesent', keep);
    else socket.on('framereceived', keep);
  });
  return frames;
}

/** As whenever somebody loses a right. */
async function turnKeys(): Promise<void> {
  const { operator, teamId } = sample;
  const members = await readShared(operator, api.members.list, { teamId });
  const { role } = members.find(({ memberId }) => memberId === danaId)!;
  const next = role === 'operator' ? 'manager' : 'operator';
  const before = await readKeyOf(operator, teamId);
  await operator.mutation(api.members.setRole, { teamId, memberId: danaId, role: next });
  expect(await readKeyOf(operator, teamId)).not.toBe(before);
}

/** The customer of a sample ticket writes. */
async function write(number: number, text: string): Promise<void> {
  const { ticket } = (await readTicket(sample.operator, { teamId: sample.teamId, number }))!;
  const response = await fetch(
    `${desk.settings.siteUrl}/api/v1/conversations/${ticket.conversationId}/customer-messages`,
    {
      method: 'POST',
      headers: { Authorization: `Bearer ${sample.key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ text }),
    },
  );
  expect(response.ok).toBe(true);
}
