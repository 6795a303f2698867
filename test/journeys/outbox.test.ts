/** A desk without a key: what it would mail is read in the local outbox, and its links work from there (docs/rules.md M2, R1). */
import type { Browser, Page } from 'playwright-core';
import { api } from '../../convex/_generated/api.js';
import { readShared, readTicket } from '../../convex/readShared.setup.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsInThemes } from './axe.ts';
import {
  joinTeam,
  launchBrowser,
  openPage,
  owner,
  setUpDesk,
  shopOf,
  startTestDesk,
  type TestDesk,
} from './harness.ts';
import { Chat, fillSignIn, signIn, TicketPage } from './pages.ts';

let browser: Browser;
let desk: TestDesk;
let page: Page;
let errors: string[];
let team: Awaited<ReturnType<typeof setUpDesk>>;
const at = (path: string) => desk.settings.url + path;
const ben = { name: 'Ben Okafor', email: 'ben@northpeak.example', password: 'marble trombone 7' };

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  team = await setUpDesk(desk);
  const { operator, teamId } = team;
  await joinTeam(desk, { owner: operator, teamId }, { name: 'Mina', email: 'mina@northpeak.example' });
  ({ page, errors } = await openPage(browser));
  page.setDefaultTimeout(20_000);
  await signIn(page, desk.settings.url, owner);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

/** Opens the newest mail of this subject. */
async function openMail(subject: string) {
  await page.goto(at('/settings/outbox'));
  await page.getByRole('list', { name: 'Outbox' }).getByRole('link', { name: subject }).first().click();
  return page.getByRole('region', { name: subject });
}

/** What another person does, in a browser of their own. */
async function elsewhere(act: (other: Page) => Promise<void>) {
  const { context, page: other, errors: thrown } = await openPage(browser);
  other.setDefaultTimeout(20_000);
  try {
    await act(other);
    expect(thrown).toEqual([]);
  } finally {
    await context.close();
  }
}

describe('the local outbox', () => {
  it('[R1] [M2] an invitation is read there and accepted by its link', async () => {
    await page.goto(at('/settings/people'));
    await page.getByLabel('Email').fill(ben.email);
    await page.getByRole('button', { name: 'Invite' }).click();
    await page
      .getByText(
        'Send this link to them: no mail leaves this desk yet. Owners find it in Settings → Outbox, too.',
      )
      .waitFor();
    const mail = await openMail('Ana Reyes invites you to Northpeak');
    await mail.getByText('Only here').waitFor();
    const frame = mail.frameLocator('iframe');
    const [invited] = await Promise.all([
      page.context().waitForEvent('page'),
      frame.getByRole('link', { name: 'Join the team' }).click(),
    ]);
    const link = invited.url();
    await invited.close();
    await elsewhere(async (other) => {
      await other.goto(link);
      await other.getByLabel('Your name').fill(ben.name);
      await other.getByLabel('Password').fill(ben.password);
      await other.getByRole('button', { name: 'Join' }).click();
      await other.getByRole('heading', { name: 'Mine', exact: true }).waitFor();
      await other.goto(at('/settings/outbox'));
      await other.getByText('Only managers and owners read the outbox.').waitFor();
    });
  });

  it('[R1] a link is shown as long as it opens something, and one’s own name is changed in Settings', async () => {
    await page.goto(at('/settings/people'));
    await page.getByLabel('Email').fill('cy@northpeak.example');
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByText('Send this link to them').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).last().click();
    await page.getByText('Send this link to them').waitFor({ state: 'detached' });
    await page.goto(at('/settings/me'));
    const name = page.getByLabel('Your name');
    await name.fill('');
    await name.blur();
    await page.getByText('Left empty it stays as it was.').first().waitFor();
    await name.fill('Ana María Reyes');
    await name.blur();
    await page.getByRole('button', { name: /^Ana María Reyes, / }).waitFor();
    await name.fill(owner.name);
    await name.blur();
    await page.getByRole('button', { name: /^Ana Reyes, / }).waitFor();
  });

  it('what is switched off says what follows, and is undone from the toast', async () => {
    await page.goto(at('/settings/channels'));
    await page.getByText('Conversations that have begun go on, and are answered.').first().waitFor();
    await page.getByRole('button', { name: 'Switch this chat off' }).click();
    await page.getByText(/ is off for new visitors\.$/).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Switch this chat off' }).waitFor();
    await page.goto(at('/settings/agents'));
    await page.getByRole('link', { name: 'Rules and keys of Robin' }).click();
    await page.getByText(/^Turned off, it answers nobody/).waitFor();
    await page.getByRole('button', { name: 'Turn off' }).click();
    await page.getByText('Robin is off.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Turn off' }).waitFor();
  });

  it('[R1] [E4] whoever forgot their password gets a link, and strangers learn nothing', async () => {
    const ask = async (other: Page, email: string) => {
      await other.goto(at('/login'));
      await other.getByRole('link', { name: 'Forgot your password?' }).click();
      // The page of the sign-in has a field of this name, too.
      await other.getByRole('heading', { name: 'A new password' }).waitFor();
      await other.getByLabel('Email').fill(email);
      await other.getByRole('button', { name: 'Send the link' }).click();
      await other.getByRole('heading', { name: 'Look into your mailbox' }).waitFor();
      await other.getByRole('link', { name: 'Back to signing in' }).waitFor();
      return (await other.getByRole('main').innerText()).replaceAll(email, '…');
    };
    await elsewhere(async (other) => {
      expect(await ask(other, 'nobody@northpeak.example')).toBe(await ask(other, ben.email));
    });
    const mail = await openMail('A new password');
    await page.getByText(`New password to ${ben.email}`).waitFor();
    await mail.getByRole('button', { name: 'As plain text' }).click();
    const link = (await mail.getByRole('link').first().getAttribute('href'))!;
    expect(await page.getByText('New password to').count()).toBe(1);
    await elsewhere(async (other) => {
      await other.goto(link);
      await other.getByText(`For ${ben.name}, ${ben.email}`).waitFor();
      ben.password = 'a velvet anchor';
      await other.getByLabel('New password').fill(ben.password);
      await other.getByRole('button', { name: 'Save and sign in' }).click();
      await other.getByRole('heading', { name: 'Mine', exact: true }).waitFor();
    });
    await elsewhere(async (other) => {
      await other.goto(link);
      await other.getByRole('heading', { name: 'This link no longer works' }).waitFor();
      await other.goto(at('/login'));
      await fillSignIn(other, ben);
      await other.getByRole('heading', { name: 'Mine', exact: true }).waitFor();
    });
  });

  it('[M2] [T7] a reply that stays here has answered nobody: the customer waits on, and the operator sees why', async () => {
    const { operator, teamId } = team;
    const [channel] = await readShared(operator, api.channels.list, { teamId });
    const mail = {
      address: 'help@northpeak.example',
      senderName: '',
      replyAddress: 'help@in.northpeak.example',
    };
    await operator.mutation(api.channels.connectAddress, {
      teamId,
      agentId: channel!.agentId,
      name: 'Help',
      mail,
    });
    await elsewhere(async (other) => {
      const customer = await Chat.open(other, await shopOf(desk, team));
      await customer.say('I want to talk to a person');
      const ticketOf = async () => (await readTicket(operator, { teamId, number: 1 }))?.ticket;
      await expect.poll(ticketOf, { timeout: 20_000 }).toBeTruthy();
      const { conversationId, waitingSince } = (await ticketOf())!;
      expect(waitingSince).toBeDefined();
      await operator.mutation(api.mails.noteAddress, {
        teamId,
        conversationId,
        address: 'dana@customer.example',
      });
      await page.goto(at('/inbox/all/1'));
      const ticket = new TicketPage(page);
      await ticket.reads('I want to talk to a person');
      await page.getByRole('textbox', { name: /^Reply to/ }).waitFor();
      await page.keyboard.press('v');
      await page.getByRole('option', { name: /^Email to dana/ }).click();
      await page.getByText('The customer goes on waiting; it can be read in').waitFor();
      await ticket.write('It is on its way to you.');
      await ticket.send();
      await ticket.reads('Never sent: there was no key to send it with.');
      await ticket.reads('A reply did not reach the customer: they wait again');
      expect(await ticketOf()).toMatchObject({ waitingSince });
      await customer.neverReads('Answered by email.');
      await page.goto(at('/inbox/needsReply'));
      await page.getByRole('listbox').getByRole('option', { name: /#1/ }).waitFor();
    });
  });

  it('[T7] mails about waiting customers are switched off by whoever wants none', async () => {
    await page.goto(at('/settings/me'));
    const mail = page.getByRole('combobox', { name: 'Mail: A customer writes in a ticket of yours' });
    expect(await mail.inputValue()).toBe('10');
    await mail.selectOption('No mail');
    await page.getByText('Saved.').waitFor();
    await page.reload();
    await mail.waitFor();
    expect(await mail.inputValue()).toBe('never');
  });

  it('[ux A1] is read in both themes and on a phone', async () => {
    await openMail('Ana Reyes invites you to Northpeak');
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 844 });
      expect(await faultsInThemes(page, (axe) => axe.exclude('[data-toast]')), `${width}`).toEqual([]);
      expect(await page.evaluate(() => document.body.scrollWidth)).toBeLessThanOrEqual(width);
    }
    expect(errors).toEqual([]);
  });
});
