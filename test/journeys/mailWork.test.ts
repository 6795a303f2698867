/** What operators do with mail beside answering it. Real desk, real browser, a local Resend; by keyboard, in both themes, on a phone. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Id } from '../../convex/_generated/dataModel';
import { readTicket } from '../../convex/readShared.setup.ts';
import { type LocalResend, startResend } from '../../providers/resend/start.ts';
import { callAsAdmin } from '../../scripts/adminCall.ts';
import { faultsByAxe } from './axe.ts';
import { launchBrowser, openPage, owner, setUpDesk, startTestDesk, type TestDesk } from './harness.ts';
import { answerMail, connectAddress, deskMail, deskMails, support } from './mailDesk.ts';
import { goOnline, signIn, TicketPage } from './pages.ts';

let desk: TestDesk;
let resend: LocalResend;
let browser: Browser;
let team: Awaited<ReturnType<typeof setUpDesk>>;
let channelId: Id<'channels'>;
let page: Page;
let ticket: TicketPage;
const errors: string[][] = [];

async function open(options: Parameters<typeof openPage>[1] = {}): Promise<Page> {
  const opened = await openPage(browser, { timezoneId: 'UTC', locale: 'en-US', ...options });
  errors.push(opened.errors);
  opened.page.setDefaultTimeout(20_000);
  return opened.page;
}

beforeAll(async () => {
  [desk, browser, resend] = await Promise.all([
    startTestDesk(),
    launchBrowser(),
    startResend({ retryScale: 0.001, ratePerSecond: 100 }),
  ]);
  team = await setUpDesk(desk);
  channelId = await connectAddress({ desk, resend, ...team });
  page = await open();
  ticket = new TicketPage(page);
  await signIn(page, desk.settings.url, owner);
}, 120_000);

afterAll(async () => {
  if (process.env.LOOK) await page?.screenshot({ path: `${process.env.LOOK}/last.png` });
  await browser?.close();
  await resend?.stop();
  await desk?.dispose();
});

const mailsTo = (address: string) => deskMails(resend, address);

async function statusOf(number: number) {
  return (await readTicket(team.operator, { teamId: team.teamId, number }))?.ticket.status;
}

/** Both themes, a phone's width: nothing is cut off and axe finds nothing. */
async function holdsOnPhone(path: string, ready: (narrow: Page) => Promise<unknown>) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const narrow = await open({ viewport: { width: 390, height: 844 }, colorScheme });
    await signIn(narrow, desk.settings.url, owner);
    await narrow.goto(desk.settings.url + path);
    await ready(narrow);
    expect(await narrow.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(
      await faultsByAxe(narrow, (axe) => axe.withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])),
    ).toEqual([]);
    if (process.env.LOOK) {
      const name = path.replaceAll('/', '-');
      await narrow.screenshot({ path: `${process.env.LOOK}/phone${name}-${colorScheme}.png` });
    }
    await narrow.context().close();
  }
}

describe('spam', () => {
  const spammer = 'win@spam.example';
  const writes = (text: string) =>
    resend.receive({ from: spammer, to: support, subject: 'Cheap watches', text });

  it('[M4] one key ends it: no word to its sender, whose later mails are kept and start nothing', async () => {
    await writes('Watches! Please let me talk to a person.');
    await expect.poll(() => statusOf(1), { timeout: 30_000 }).toBe('new');
    await expect.poll(async () => (await mailsTo(spammer)).length).toBe(1);
    await page.goto(`${desk.settings.url}/inbox/all/1`);
    await ticket.reads('Watches! Please let me talk to a person.');
    await page.locator('[data-thread]').focus();
    await page.keyboard.press('Shift+!');
    await page.getByText('Marked as spam and closed. Nobody was written to.').waitFor();
    await expect.poll(() => statusOf(1)).toBe('closed');
    await writes('Still cheap! A person, please.');
    await page.goto(`${desk.settings.url}/inbox/all/1`);
    await ticket.reads(/Mail from win@spam\.example, marked as spam: Cheap watches/);
    await page.getByText('Closed · Spam').waitFor();
    await page.getByRole('button', { name: 'Show its text' }).press('Enter');
    await ticket.reads('Still cheap! A person, please.');
    expect(await statusOf(2)).toBeUndefined();
    expect(await mailsTo(spammer)).toHaveLength(1);
  });

  it('[ux A1] it says so in both themes and on a phone', () =>
    holdsOnPhone('/inbox/all/1', (narrow) => narrow.getByText('Closed · Spam').waitFor()));

  it('[M4] by the command menu it is no spam: the ticket is open and mail is taken in again', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('Not spam');
    await page.keyboard.press('Enter');
    await page.getByText(`Not spam. Mail from ${spammer} is taken in again.`).waitFor();
    await expect.poll(() => statusOf(1)).toBe('open');
    await writes('I am a shop, really.');
    await expect.poll(async () => (await mailsTo(spammer)).length, { timeout: 30_000 }).toBe(2);
  });

  it('[A5] [M4] taken back at once it comes back to who did it, as no news', async () => {
    await page.goto(`${desk.settings.url}/inbox/all/1`);
    await goOnline(page);
    await ticket.reads('Watches! Please let me talk to a person.');
    await page.locator('[data-thread]').focus();
    await page.keyboard.press('t');
    await page.getByText('You speak now').waitFor();
    await page.locator('[data-thread]').focus();
    await page.keyboard.press('Shift+!');
    await page.getByText('Marked as spam and closed. Nobody was written to.').waitFor();
    await expect.poll(() => statusOf(1)).toBe('closed');
    await page.getByRole('button', { name: 'Undo' }).press('Enter');
    await page.getByText(`Not spam. Mail from ${spammer} is taken in again.`).waitFor();
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: /mine/i }).press('Enter');
    await page
      .getByRole('listbox', { name: 'Mine tickets' })
      .getByText(/win@spam/)
      .first()
      .waitFor();
    expect(await page.getByText('New for you').count()).toBe(0);
  });
});

describe('copies', () => {
  const [jo, boss] = ['jo@customer.example', 'boss@customer.example'];
  const field = () => page.getByRole('textbox', { name: /^Reply to/ });
  const copiesOf = async (text: string) => {
    let found: Awaited<ReturnType<typeof mailsTo>> = [];
    await expect
      .poll(async () => (found = (await mailsTo(jo)).filter((mail) => mail.text?.includes(text))).length, {
        timeout: 30_000,
      })
      .toBe(1);
    return found[0]!.cc;
  };

  it('[M3] who reads along is left out of one mail by keyboard, put back, and the thread says who got none', async () => {
    await resend.receive({
      from: jo,
      to: support,
      cc: boss,
      subject: 'A present',
      text: 'It is for my boss. Please let me talk to a person.',
    });
    await expect.poll(() => statusOf(2), { timeout: 30_000 }).toBe('new');
    await page.goto(`${desk.settings.url}/inbox/all/2`);
    await ticket.reads('It is for my boss. Please let me talk to a person.');
    await page.getByRole('button', { name: `No copy to ${boss}` }).press('Enter');
    await page.getByRole('button', { name: `Send a copy to ${boss}` }).press('Enter');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('Leave out a copy');
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: `No copy to ${boss}` }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: `Send a copy to ${boss}` }).waitFor();
    await field().fill('I wrap it up for you.');
    await field().press('Control+Enter');
    expect(await copiesOf('I wrap it up for you.')).toEqual([]);
    await ticket.reads(`No copy to ${boss}`);
    await page.getByRole('button', { name: `No copy to ${boss}` }).waitFor();
    await field().fill('It has left.');
    await field().press('Control+Enter');
    expect(await copiesOf('It has left.')).toEqual([boss]);
  });

  it('[ux A1] it says so in both themes and on a phone', () =>
    holdsOnPhone('/inbox/all/2', (narrow) =>
      narrow.getByRole('button', { name: `No copy to ${boss}` }).waitFor(),
    ));
});

describe('the signature', () => {
  const signature = 'Ana Reyes\nCustomer care, +44 20 7946 0000';

  it('[M3] one writes it under Settings, sees in the composer that it is added, and the mail has it', async () => {
    await page.goto(`${desk.settings.url}/settings/me`);
    await page.getByRole('textbox', { name: 'Signature' }).fill(signature);
    await page.keyboard.press('Tab');
    await page.getByText('Saved.').waitFor();
    await page.goto(`${desk.settings.url}/inbox/all/2`);
    await page.getByRole('button', { name: 'Your signature is added.' }).press('Enter');
    await page.locator('[data-reply-way]').getByText('Customer care, +44 20').waitFor();
    const field = page.getByRole('textbox', { name: /^Reply to/ });
    await field.fill('Anything else?');
    await field.press('Control+Enter');
    await ticket.reads('Anything else?');
    await expect
      .poll(async () => (await mailsTo('jo@customer.example')).at(-1)?.text, { timeout: 30_000 })
      .toContain(`Anything else?\n\n-- \n${signature}\n\n`);
    expect(await ticket.thread.getByText('Customer care').count()).toBe(0);
  });

  it('[ux A1] both hold in both themes and on a phone', async () => {
    await holdsOnPhone('/settings/me', (narrow) =>
      narrow.getByRole('textbox', { name: 'Signature' }).waitFor(),
    );
    await holdsOnPhone('/inbox/all/2', (narrow) =>
      narrow.getByRole('button', { name: 'Your signature is added.' }).press('Enter'),
    );
  });
});

describe('passing on', () => {
  const works = 'works@supplier.example';
  const dialog = () => page.getByRole('dialog', { name: 'Forward' });
  const passedOn = (nth: number) => deskMail(resend, works, nth);

  it('[M3] [C2] a mail is passed on with a note by keyboard, but not to who takes part', async () => {
    await page.goto(`${desk.settings.url}/inbox/all/2`);
    await ticket.reads('It is for my boss. Please let me talk to a person.');
    await page.getByRole('button', { name: 'Forward…' }).first().press('Enter');
    await dialog().getByText('The mail “A present” goes below your note').waitFor();
    await page.keyboard.type('jo@customer.example');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Do you sell this wrapped?');
    await page.keyboard.press('Control+Enter');
    const refusal = dialog().getByText('jo@customer.example takes part in the conversation: write a reply.');
    await refusal.waitFor();
    await dialog().getByLabel('To', { exact: true }).fill(works);
    await refusal.waitFor({ state: 'hidden' });
    await page.keyboard.press('Enter');
    await page.getByText(`Forwarded to ${works}.`).waitFor();
    const mail = await passedOn(1);
    expect(mail.subject).toBe('Fwd: A present');
    expect(mail.text).toContain('Do you sell this wrapped?');
    expect(mail.text).toMatch(
      /From: .*jo@customer\.example[^]*To: support@in\.acme\.example\n\nIt is for my boss\./,
    );
    await ticket.reads(`Forwarded a mail to ${works}`);
    await ticket.thread
      .getByRole('article', { name: /^Note by/ })
      .getByText('Delivered')
      .waitFor();
  });

  it('[M3] [C9] what is answered stands there for the team alone; the customer hears nothing of it', async () => {
    const before = (await mailsTo('jo@customer.example')).length;
    await answerMail(resend, await passedOn(1), { from: works, text: 'We do, for two euros.' });
    const answer = ticket.thread.getByRole('article', { name: `Answer to the forward from ${works}` });
    await answer.getByText('We do, for two euros.').waitFor();
    await answer.getByText('only the team sees it').waitFor();
    await answer.scrollIntoViewIfNeeded();
    await page.goto(`${desk.settings.url}/inbox/all`);
    const row = page.getByRole('option', { name: /#2 · A present/ });
    await row.getByText('Unread').waitFor();
    await row.click();
    await answer.waitFor();
    await row.getByText('Unread').waitFor({ state: 'detached' });
    expect(await statusOf(3)).toBeUndefined();
    expect((await mailsTo('jo@customer.example')).length).toBe(before);
    expect((await mailsTo(works)).length).toBe(1);
  });

  it('[M3] [M4] what does not arrive is said where it was passed on, and in the thread', async () => {
    const gone = 'bounced@resend.dev';
    await page.getByRole('button', { name: 'Forward…' }).first().press('Enter');
    await dialog().getByLabel('To', { exact: true }).fill(gone);
    await page.keyboard.press('Enter');
    await ticket.reads(`What was forwarded did not reach ${gone}`);
    const note = ticket.thread.getByRole('article', { name: /^Note by/ }).last();
    await note.getByText(/^Not delivered/).waitFor();
    await note.scrollIntoViewIfNeeded();
    if (process.env.LOOK) await page.screenshot({ path: `${process.env.LOOK}/forward-lost.png` });
  });

  it('[M3] F passes on the conversation', async () => {
    await page.locator('[data-thread]').focus();
    await page.keyboard.press('f');
    await dialog().getByText('The newest messages go below your note').waitFor();
    await page.keyboard.type(works);
    await page.keyboard.press('Enter');
    const mail = await passedOn(2);
    expect(mail.text).toContain('It has left.');
    expect(mail.text).not.toContain('two euros');
  });

  it('[ux A1] the dialog and the thread hold in both themes and on a phone', () =>
    holdsOnPhone('/inbox/all/2', async (narrow) => {
      await narrow.locator('[data-thread]').getByText('We do, for two euros.').waitFor();
      await narrow.locator('[data-thread]').focus();
      await narrow.keyboard.press('f');
      await narrow.getByRole('dialog', { name: 'Forward' }).getByLabel('To', { exact: true }).waitFor();
    }));
});

describe('events that failed', () => {
  const list = (of: Page) =>
    of
      .getByRole('region', { name: 'support@acme.example' })
      .getByRole('region', { name: 'Events that failed' });
  const show = (of: Page) => of.getByRole('button', { name: 'Show what failed' }).press('Enter');

  it('[M1] [E2] at the address stands what could not be read and why, and one press tries it again', async () => {
    const deployment = { url: desk.settings.url, adminKey: desk.engine.adminKey };
    const event = { channelId, teamId: team.teamId, type: 'email.received', payload: '{}' };
    for (let key = 0; key < 21; key++) {
      await callAsAdmin(deployment, 'mutation', 'delivery/receive:store', { ...event, key: `bad ${key}` });
    }
    await page.goto(`${desk.settings.url}/settings/channels`);
    await show(page);
    const why = 'A mail was told of without its id.';
    await expect.poll(() => list(page).getByText(why).count()).toBe(20);
    await list(page).getByRole('button', { name: 'Earlier' }).press('Enter');
    await expect.poll(() => list(page).getByText(why).count()).toBe(21);
    const first = list(page).getByRole('listitem').first();
    await first.getByText('A mail that came in').waitFor();
    await first.getByRole('button', { name: /^Try again/ }).press('Enter');
    await page.getByText('It is tried again.').waitFor();
    await list(page).getByText('Tried twice.').waitFor();
  });

  it('[M1] [E2] what waits for its next try stands there too, and one press does not wait', async () => {
    const deployment = { url: desk.settings.url, adminKey: desk.engine.adminKey };
    const payload = JSON.stringify({ type: 'email.received', data: { email_id: crypto.randomUUID() } });
    const event = { channelId, teamId: team.teamId, type: 'email.received', payload, key: 'not there' };
    await callAsAdmin(deployment, 'mutation', 'delivery/receive:store', event);
    const first = list(page).getByRole('listitem').first();
    await first.getByText(/Tried again (at|now)/).waitFor();
    const tried = async () => /Tried [^.]*/.exec(await first.innerText())?.[0];
    const before = await tried();
    await first.getByRole('button', { name: /^Try now/ }).press('Enter');
    await expect.poll(tried, { timeout: 4_000 }).not.toBe(before);
  });

  it('[ux A1] it holds in both themes and on a phone', () =>
    holdsOnPhone('/settings/channels', async (narrow) => {
      await show(narrow);
      await list(narrow).getByText('A mail that came in').first().waitFor();
      // The strip of tabs shows where one is.
      const { x, width } = (await narrow.getByRole('link', { name: 'Channels' }).boundingBox())!;
      expect([x >= 0, x + width <= 390]).toEqual([true, true]);
    }));
});

it('[M2] a long mail that never arrived is sent again whole, with its file, by keyboard', async () => {
  const away = 'away@customer.example';
  await resend.receive({ from: away, to: support, subject: 'My bill', text: 'Let me talk to a person.' });
  await expect.poll(() => statusOf(3), { timeout: 30_000 }).toBe('new');
  resend.setFate(away, 'failed');
  await page.goto(`${desk.settings.url}/inbox/all/3`);
  await ticket.reads('Let me talk to a person.');
  const bill = { name: 'bill.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 the bill') };
  await page.locator('input[type=file]').setInputFiles([bill]);
  await page.getByRole('list', { name: 'Files to send' }).getByText('17 bytes').waitFor();
  const field = page.getByRole('textbox', { name: /^Reply to/ });
  await field.fill(`${'It is long. '.repeat(200)}The end.`);
  await field.press('Control+Enter');
  const again = ticket.thread.getByRole('button', { name: 'Send again' });
  await again.waitFor({ timeout: 30_000 });
  const arrived = async () => {
    const said = (await mailsTo(away)).filter(({ text }) => text?.includes('The end.'));
    return said.map((mail) => mail.attachments?.map(({ filename }) => filename));
  };
  expect(await arrived()).toEqual([]);
  resend.setFate(away, 'delivered');
  await again.press('Enter');
  await expect.poll(arrived, { timeout: 30_000 }).toEqual([['bill.pdf']]);
  await ticket.thread.getByText('Delivered').waitFor();
  await again.press('Enter');
  await page.getByText('It was sent again before: see below.').waitFor();
  expect(await arrived()).toHaveLength(1);
});

it('no page has thrown', () => expect(errors.flat()).toEqual([]));
