/**
 * Every act on a slow line: what the desk says to this page arrives late, while its person types on, presses twice, takes
 * back or leaves. The composer's own are in `mainJob.test.ts`.
 */
import type { ConvexHttpClient } from 'convex/browser';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
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
import { signIn } from './pages.ts';
import { readShared, readThread, readTicket } from '../../convex/readShared.setup.ts';

const lateMs = 120;

let desk: TestDesk;
let sample: SampleDesk;
let browser: Browser;
let page: Page;
let errors: string[];
let line: { ms: number };

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  sample = await fillDesk(desk);
  ({ page, errors } = await openPage(browser));
  page.setDefaultTimeout(15_000);
  line = await answerLate(page, lateMs);
  await signIn(page, desk.settings.url, owner);
});

afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

/** For what must be over before the answer comes, however busy this machine is. */
async function slower(act: () => Promise<void>, ms = 500): Promise<void> {
  line.ms = ms;
  await act();
  line.ms = lateMs;
}

const later = (ms = lateMs + 150) => page.waitForTimeout(ms);
const toast = (text: string) => page.getByText(text, { exact: false }).first();
const ticketOf = async (number: number) =>
  (await readTicket(sample.operator, { teamId: sample.teamId, number }))!;

describe('settings', () => {
  const section = (name: string) =>
    page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name }).click();
  const team = () => readShared(sample.operator, api.teams.get, { teamId: sample.teamId });

  beforeAll(async () => {
    await page.getByRole('link', { name: 'Settings', exact: true }).click();
    await section('Team and assignment');
    await page.getByLabel('Team name').waitFor();
  });

  it('a field that is written again while it is saved keeps the newer text, and the focus', async () => {
    const field = page.getByLabel('Team name');
    await field.fill('Pinetrail West');
    await field.press('Tab');
    await field.focus();
    await field.press('End');
    await page.keyboard.type(' and');
    await toast('Saved.').waitFor();
    await page.keyboard.type(' East');
    expect(await field.inputValue()).toBe('Pinetrail West and East');
    await field.press('Tab');
    await expect.poll(async () => (await team()).name).toBe('Pinetrail West and East');
  });

  it('a change that is taken back before the desk has answered is taken back', async () => {
    const field = page.getByLabel('Agent answers within');
    await field.fill('45');
    await field.press('Tab');
    await field.fill('60');
    await field.press('Tab');
    await later(2 * lateMs);
    expect((await team()).answerDeadlineMs).toBe(60_000);
    expect(await field.inputValue()).toBe('60');
  });

  it('a refused change comes back, but not over what is being written', async () => {
    const field = page.getByLabel('Resolved tickets close after');
    const stored = await field.inputValue();
    await field.fill('-1');
    await field.press('Tab');
    await expect.poll(() => field.inputValue()).toBe(stored);
    await field.fill('-2');
    await field.press('Tab');
    await field.fill('9');
    await later();
    expect(await field.inputValue()).toBe('9');
  });

  it('a choice stands from the press on', async () => {
    const choice = page.getByLabel('Assignment mode');
    await choice.selectOption('manual');
    expect(await choice.inputValue()).toBe('manual');
    await choice.selectOption('roundRobin');
    const seen = await watch(choice, lateMs * 2);
    expect(seen).toEqual(['roundRobin']);
    expect((await team()).assignmentMode).toBe('roundRobin');
  });

  it('the next invitation can be written while the last is made, and a link is never lost', async () => {
    await section('People');
    const field = page.getByRole('textbox', { name: 'Email' });
    await field.fill('ben@pinetrail.example');
    await field.press('Enter');
    await field.fill('cleo@pinetrail.example');
    await page.getByText('Send this link to them', { exact: false }).waitFor();
    expect(await field.inputValue()).toBe('cleo@pinetrail.example');
    await slower(async () => {
      await field.press('Enter');
      await section('Articles');
    });
    await toast('The invitation for cleo@pinetrail.example is ready.').waitFor();
    await page.getByText('Copy the link', { exact: true }).waitFor();
  });

  it('a dialog keeps what was written until it knows that it is saved', async () => {
    await page.getByRole('button', { name: 'New article' }).click();
    const dialog = page.getByRole('dialog', { name: /article$/i });
    await dialog.getByLabel('Title').fill('Do you rent tents?');
    await dialog.getByLabel('Text').fill(' ');
    await dialog.getByRole('button', { name: 'Save' }).click();
    expect(await dialog.getByLabel('Title').isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await toast('An article has').waitFor();
    expect(await dialog.getByLabel('Title').inputValue()).toBe('Do you rent tents?');
    await dialog.getByLabel('Text').fill('From May on.');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /Do you rent tents/ }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete article' }).click();
    await toast('Deleted.').waitFor();
    await later(100);
    expect(await page.getByText("This page didn't load.").count()).toBe(0);
    expect(await page.getByRole('button', { name: /Do you rent tents/ }).count()).toBe(0);
  });

  it('a rule moved up twice moves up twice, and a deleted one is gone at once', async () => {
    await section('Agents');
    await page.getByRole('link', { name: 'Rules and keys' }).first().click();
    const rules = page.getByRole('region', { name: 'Handover rules' }).getByRole('listitem');
    await rules.first().waitFor();
    const names = async () =>
      (await rules.locator('span.font-medium').allInnerTexts()).map((name) => name.trim());
    const before = await names();
    const last = before.at(-1)!;
    const choose = async (choice: string) => {
      await page.getByRole('button', { name: `Change rule ${last}` }).press('Enter');
      await page.getByRole('menuitem', { name: choice }).press('Enter');
    };
    await choose('Move up');
    await choose('Move up');
    await later(2 * lateMs);
    expect((await names()).indexOf(last)).toBe(before.length - 3);
    await choose('Delete');
    await page.getByRole('button', { name: 'Delete rule' }).press('Enter');
    await later(100);
    expect(await names()).not.toContain(last);
    await toast('Deleted.').waitFor();
  });

  it('a tried message never shows what the one before came to as its own', async () => {
    const message = page.getByLabel('Try a message');
    const outcome = page.getByRole('region', { name: 'Handover rules' }).getByRole('status');
    await message.fill('I want to talk to a person');
    await outcome.getByText('the customer asks for a person').waitFor();
    await message.fill('Where is my order?');
    expect(await outcome.getAttribute('aria-busy')).toBe('true');
    await outcome.getByText('The agent answers').waitFor();
    expect(await outcome.getAttribute('aria-busy')).toBe('false');
  });
});

describe('a ticket', () => {
  const row = (number: number) => page.locator(`[data-number="${number}"]`);
  const pane = (number: number) => page.getByRole('region', { name: `Ticket #${number}`, exact: true });
  const field = () => page.getByRole('textbox', { name: /^Reply to/ });
  const open = async (number: number) => {
    await row(number).click();
    await pane(number).waitFor();
  };
  let numbers: number[];
  let colleague: ConvexHttpClient;

  beforeAll(async () => {
    const team = { owner: sample.operator, teamId: sample.teamId };
    const joining = joinTeam(desk, team, { email: 'dana@pinetrail.example', name: 'Dana Okoye' });
    await page.getByRole('link', { name: 'Inbox' }).click();
    await page.getByRole('link', { name: /^All\b/ }).click();
    await row(1).waitFor();
    ({ client: colleague } = await joining);
    numbers = await page
      .getByRole('option')
      .evaluateAll((rows) => rows.map((each) => Number(each.dataset.number)));
  });

  it('keys never act on the ticket that was left while the next one comes, and words go into the next', async () => {
    await open(numbers[0]!);
    await page.keyboard.press('j');
    await page.keyboard.press('e');
    await pane(numbers[1]!).waitFor();
    await later();
    expect((await ticketOf(numbers[0]!)).ticket.status).toBe('new');
    expect((await ticketOf(numbers[1]!)).ticket.status).toBe('new');
    await page.keyboard.press('j');
    await page.keyboard.type('rHel');
    await pane(numbers[2]!).waitFor();
    await page.keyboard.type('lo');
    expect(await field().inputValue()).toBe('Hello');
  });

  it('a text left and found again within a moment is there', async () => {
    await slower(async () => {
      await page.keyboard.type(' there');
      await row(numbers[0]!).click();
      await pane(numbers[0]!).waitFor();
      await row(numbers[2]!).click();
      await pane(numbers[2]!).waitFor();
      await expect.poll(() => field().inputValue(), { timeout: 2_500 }).toBe('Hello there');
    }, 3_000);
  });

  it('what is written before the kept draft has come stands after it', async () => {
    const { ticket } = await ticketOf(numbers[3]!);
    const { conversationId } = ticket;
    const kept = { teamId: sample.teamId, conversationId };
    await sample.operator.mutation(api.drafts.save, { ...kept, mode: 'reply', text: 'From yesterday.' });
    const joined = 'From yesterday.\n\nFrom today.';
    await row(numbers[3]!).click();
    // Longer than the pause after which what is written is saved.
    line.ms = 700;
    await pane(numbers[3]!).waitFor();
    await field().pressSequentially('From today.');
    line.ms = lateMs;
    await expect.poll(() => field().inputValue()).toBe(joined);
    const draft = () => sample.operator.query(api.drafts.get, kept);
    await expect.poll(async () => (await draft()).reply).toBe(joined);
  });

  it('a choice in the panel stands from the press on', async () => {
    const priority = page.getByLabel('Priority');
    await priority.selectOption('low');
    expect(await watch(priority, lateMs * 2)).toEqual(['low']);
    await page.getByRole('button', { name: /^Why/ }).click();
    const why = page.getByRole('dialog', { name: /^Why/ });
    expect(await why.innerText()).not.toContain('No automatic decision');
    await why.getByText('Decided by').waitFor();
    await page.keyboard.press('Escape');
  });

  it('[A2] a status stands from the press on', async () => {
    const mine = page.getByRole('button', { name: /^Ana Reyes, / });
    await slower(async () => {
      await mine.click();
      await page.getByRole('menuitem', { name: /^Busy/ }).click();
      await mine.click();
      expect(await page.getByRole('menuitem', { name: /^Busy/ }).innerText()).toContain('chosen');
      // It takes keys from the moment it has the focus.
      await expect
        .poll(() => page.evaluate(() => document.activeElement?.closest('[role=menu]') !== null))
        .toBe(true);
      await page.keyboard.press('Escape');
      await page.getByRole('menu').waitFor({ state: 'hidden' });
    });
  });

  it('[C5] a refusal that comes after its person has left names its ticket and leads back', async () => {
    const { ticket } = await ticketOf(numbers[3]!);
    await slower(async () => {
      await colleague.mutation(api.tickets.takeOver, { teamId: sample.teamId, ticketId: ticket._id });
      await pane(numbers[3]!)
        .getByRole('button', { name: /Take over/ })
        .first()
        .click();
      await row(numbers[2]!).click();
    });
    await toast(`#${numbers[3]}: Dana Okoye is answering this conversation.`).waitFor();
    await page.getByText('Open', { exact: true }).last().click();
    await pane(numbers[3]!).waitFor();
  });

  it('[C10] [C5] what the agent should know outlives a refused resolve, and a steal', async () => {
    await open(numbers[2]!);
    await pane(numbers[2]!)
      .getByRole('button', { name: /^Take over/ })
      .first()
      .click();
    await page.getByText('You speak now').waitFor();
    const { ticket } = await ticketOf(numbers[2]!);
    await write(ticket.conversationId, 'What of my money?');
    await page.getByRole('log').getByText('What of my money?').waitFor();
    await pane(numbers[2]!)
      .getByRole('button', { name: /^Resolve/ })
      .click();
    const dialog = page.getByRole('dialog', { name: 'Resolve' });
    await dialog.getByLabel('What the agent should know').fill('Paid by hand');
    await slower(async () => {
      await write(ticket.conversationId, 'One more thing');
      await dialog.getByRole('button', { name: /^Resolve/ }).click();
    });
    await toast('The customer wrote just now.').waitFor();
    await pane(numbers[2]!)
      .getByRole('button', { name: /^Resolve/ })
      .click();
    expect(await dialog.getByLabel('What the agent should know').inputValue()).toBe('Paid by hand');
    await slower(async () => {
      const { control } = await ticketOf(numbers[2]!);
      const steal = { expectedEpoch: control.epoch };
      const act = { teamId: sample.teamId, ticketId: ticket._id, steal };
      await colleague.mutation(api.tickets.takeOver, act);
      await dialog.getByRole('button', { name: /^Resolve/ }).click();
    });
    await page.getByRole('alertdialog').getByRole('button', { name: 'Resolve', exact: true }).click();
    await toast('Resolved.').waitFor();
    const { teamId } = sample;
    const { conversationId } = ticket;
    const entries = await readThread(sample.operator, { teamId, conversationId });
    expect(JSON.stringify(entries)).toContain('Paid by hand');
  });

  it('E pressed twice resolves once and refuses nothing; whoever has moved on stays where they are', async () => {
    await open(numbers[0]!);
    await page.locator('[data-thread]').focus();
    await slower(async () => {
      await page.keyboard.press('e');
      await page.keyboard.press('e');
      await open(numbers[1]!);
    });
    await toast(`#${numbers[0]}: Resolved.`).waitFor();
    await later();
    expect(page.url()).toMatch(new RegExp(`/${numbers[1]}$`));
    expect(await page.getByText('The ticket is not in a state that allows this.').count()).toBe(0);
    expect((await ticketOf(numbers[0]!)).ticket.status).toBe('resolved');
  });
});

it('joining shows neither an empty page nor an invitation that no longer works', async () => {
  const { token } = await invite('eli@pinetrail.example');
  const { page: far, context } = await openPage(browser);
  far.setDefaultTimeout(15_000);
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
  await far.waitForURL(/\/inbox\//);
  const seen = await far.evaluate(() => (window as unknown as { seen: string[] }).seen);
  expect([...new Set(seen)].filter((title) => !title.startsWith('Join'))).toEqual([]);
  await context.close();
});

it('throws nothing on the page', () => {
  expect(errors).toEqual([]);
});

/** The different values a control shows within the time. */
async function watch(control: Locator, ms: number): Promise<string[]> {
  const seen = new Set<string>();
  for (const end = Date.now() + ms; Date.now() < end; await page.waitForTimeout(30)) {
    seen.add(await control.inputValue());
  }
  return [...seen];
}

const invite = (email: string) =>
  sample.operator.mutation(api.invitations.create, { teamId: sample.teamId, email, role: 'operator' });

/** The customer of a sample conversation writes. */
async function write(conversationId: string, text: string): Promise<void> {
  const response = await fetch(
    `${desk.settings.siteUrl}/api/v1/conversations/${conversationId}/customer-messages`,
    {
      method: 'POST',
      headers: { Authorization: `Bearer ${sample.key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ text }),
    },
  );
  expect(response.ok).toBe(true);
}
