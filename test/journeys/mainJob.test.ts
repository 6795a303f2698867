/** The main job on a fresh install, in real browsers, with the customer in the demo shop and the operator in the inbox. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distDir } from '../../scripts/build.ts';
import { answerLate, openPage, owner } from './harness.ts';
import { type Chat, type FirstDesk, openFirstDesk, setTypingTime, signIn, TicketPage } from './pages.ts';

let first: FirstDesk;
let operator: Page;
let ticket: TicketPage;
let customer: Chat;

beforeAll(async () => {
  first = await openFirstDesk();
  ({ operator, ticket, customer } = first);
});

afterAll(() => first?.close());

const list = () => operator.getByRole('listbox');

describe('the main job', () => {
  it('[P4] the agent answers "where is my order" and no ticket opens', async () => {
    await customer.say('Where is my order?');
    await customer.reads(/tracking link/);
    await operator.getByRole('link', { name: /^All\b/ }).click();
    expect(await list().count()).toBe(0);
  });

  it('[H1] [T1] [A4] a refund outside the window opens ticket #1, high priority, assigned by load, live', async () => {
    await operator.getByRole('link', { name: /^Mine\b/ }).click();
    await customer.say('I want a refund, I bought it 45 days ago');
    const row = list().getByRole('option').first();
    await row.waitFor();
    expect(await row.innerText()).toMatch(/High/);
    expect(await row.innerText()).toMatch(/#1/);
    await operator.keyboard.press('j');
    await ticket.reads('Where is my order?');
    await ticket.reads(/Assigned to Ana Reyes automatically/);
    await operator.getByText(/least load/).waitFor();
  });

  it('[C3] the agent still answers the next question', async () => {
    await operator.getByText('Robin is answering').waitFor();
    await customer.say('How long does shipping take?');
    await customer.reads(/working days/);
    await ticket.reads(/working days/);
  });

  it('[C6] nothing goes out while the agent holds: the only send there is takes over', async () => {
    expect(await operator.getByRole('button', { name: 'Send', exact: true }).count()).toBe(0);
    await operator.getByRole('button', { name: /Take over & send/ }).waitFor();
  });

  it('[C4] [C7] a takeover silences an answer that is being written; it stays as a suppressed draft', async () => {
    await setTypingTime(operator, first.desk.settings.url, 4);
    await operator.goto(`${first.desk.settings.url}/inbox/mine/1`);
    await operator.getByText('Robin is answering').waitFor();
    await customer.say('Do you repair jackets, and what does the warranty cover?');
    await ticket.reads(/Do you repair jackets/);
    await operator.keyboard.press('t');
    await operator.getByText('You speak now').waitFor();
    const draft = operator.getByRole('article', { name: 'Suppressed draft' });
    await draft.waitFor();
    await customer.reads('Ana joined the conversation.');
    const withheld = (await draft.innerText()).split('\n').at(-1)!;
    expect(withheld.length).toBeGreaterThan(20);
    await customer.neverReads(withheld);
  });

  it('[M8] operator and customer talk live', async () => {
    await operator.keyboard.press('r');
    await operator.keyboard.type('Hi, Ana here. I refunded 89 euro to your card.');
    await ticket.send();
    await customer.reads(/refunded 89 euro/);
    await customer.say('That is very kind');
    await ticket.reads('That is very kind');
  });

  describe('on a slow line', () => {
    let page: Page;
    let far: TicketPage;

    beforeAll(async () => {
      ({ page } = await openPage(first.browser));
      far = new TicketPage(page);
      await answerLate(page, 500);
      await signIn(page, first.desk.settings.url, owner);
      await page.goto(`${first.desk.settings.url}/inbox/mine/1`);
      await far.reads('That is very kind');
    });

    afterAll(async () => page.context().close());

    it('[M2] lines sent faster than they are acknowledged arrive each once and in order', async () => {
      const lines = Array.from({ length: 5 }, (_, index) => `Quick line ${index + 1}`);
      for (const line of lines) {
        await far.write(line);
        await far.send();
      }
      await customer.reads(lines.at(-1)!);
      expect(await customer.frame.getByRole('log').getByText('Quick line').allInnerTexts()).toEqual(lines);
    });

    it('[C9] whoever sends and moves on learns that the reply was held, and finds it where it was', async () => {
      await far.write('It takes three days');
      await customer.say('To my old card, please');
      await far.reads('To my old card, please');
      await far.send();
      await page.getByRole('link', { name: /^All\b/ }).click();
      await page.getByText('Your reply in #1 was not sent.', { exact: false }).first().waitFor();
      await customer.neverReads('It takes three days');
      await page.getByText('Open', { exact: true }).click();
      const field = page.getByRole('textbox', { name: /^Reply to/ });
      await expect.poll(() => field.inputValue()).toBe('It takes three days');
      await field.focus();
      await far.send();
      await customer.reads('It takes three days');
      await customer.say('Three days are fine');
      await ticket.reads('Three days are fine');
    });
  });

  it('[C10] resolving hands back with what the agent should know', async () => {
    await setTypingTimeBack();
    await operator.keyboard.press('e');
    const dialog = operator.getByRole('dialog');
    await dialog.getByLabel('Leave it; nobody answers it').check();
    await dialog.getByLabel('What the agent should know').fill('Refund of 89 euro done by hand');
    await dialog.getByRole('button', { name: 'Resolve', exact: true }).click();
    await operator.getByText('Resolved. The agent answers from here.').waitFor();
  });

  it("[C10] [T6] the customer's next message is answered by the agent, and the ticket stays resolved", async () => {
    await customer.say('Where is my order?');
    await customer.reads(/is back/);
    await expect
      .poll(() =>
        customer.frame
          .getByRole('log')
          .getByText(/tracking link/)
          .count(),
      )
      .toBe(2);
    await operator.goto(`${first.desk.settings.url}/inbox/resolved/1`);
    await ticket.reads(/Refund of 89 euro done by hand/);
    await operator.getByText('Resolved', { exact: true }).first().waitFor();
  });

  it('[T4] the ticket can be reopened, with its number and history', async () => {
    await operator.keyboard.press('Shift+E');
    // The customer was told that the agent answers from here: a word before it begins again.
    await operator.getByRole('alertdialog').getByRole('button', { name: 'Reopen' }).click();
    await operator.getByRole('button', { name: 'Resolve', exact: true }).waitFor();
    await ticket.reads(/reopened the ticket/);
  });

  it('was done on the app that npm start serves: built for production, whoever built it', () => {
    const assets = join(distDir, 'assets');
    const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'));
    const texts = scripts.map((name) => readFileSync(join(assets, name), 'utf8'));
    expect(texts.some((text) => text.includes('Minified React error'))).toBe(true);
    expect(texts.some((text) => text.includes('React DevTools'))).toBe(false);
  });

  it('throws nothing on any page', () => {
    expect(first.errors.flat()).toEqual([]);
  });
});

async function setTypingTimeBack() {
  await setTypingTime(operator, first.desk.settings.url, 0.3);
  await operator.goto(`${first.desk.settings.url}/inbox/mine/1`);
  await operator.getByText('You speak now').waitFor();
}
