/** Somebody of the team answers past the desk, from a mail program. Real desk, real browser, a local Resend. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalResend, startResend } from '../../providers/resend/start.ts';
import { launchBrowser, openPage, owner, setUpDesk, startTestDesk, type TestDesk } from './harness.ts';
import { connectAddress, deskMail, deskMails, headerOf, support } from './mailDesk.ts';
import { signIn, TicketPage } from './pages.ts';

let desk: TestDesk;
let resend: LocalResend;
let browser: Browser;
let page: Page;
let errors: string[];
let ticket: TicketPage;

const jo = 'jo@customer.example';

beforeAll(async () => {
  [desk, browser, resend] = await Promise.all([
    startTestDesk(),
    launchBrowser(),
    startResend({ retryScale: 0.001, ratePerSecond: 100 }),
  ]);
  const team = await setUpDesk(desk);
  await connectAddress({ desk, resend, ...team });
  ({ page, errors } = await openPage(browser, { timezoneId: 'UTC', locale: 'en-US' }));
  page.setDefaultTimeout(20_000);
  ticket = new TicketPage(page);
  await signIn(page, desk.settings.url, owner);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await resend?.stop();
  await desk?.dispose();
});

it('[C13] an answer from a mail program silences the agent, is shown as what it is, and is taken over without a steal', async () => {
  await resend.receive({
    from: `Jo <${jo}>`,
    to: support,
    subject: 'My parcel',
    text: 'I want to talk to a person, please.',
  });
  const answer = await deskMail(resend, jo, 1);
  await page.goto(`${desk.settings.url}/inbox/all/1`);
  await ticket.reads('I want to talk to a person, please.');
  // The customer writes on, and Max answers where his mails are, with a copy to the desk.
  const question = await resend.receive({
    from: `Jo <${jo}>`,
    to: headerOf(answer, 'reply-to'),
    subject: 'Re: My parcel',
    text: 'Is anybody there?',
    headers: { References: `${headerOf(answer, 'references')} ${answer.messageId}` },
  });
  await ticket.reads('Is anybody there?');
  await resend.receive({
    from: 'Max of Acme <support@acme.example>',
    to: jo,
    cc: support,
    subject: 'Re: My parcel',
    text: 'Max here. It comes today at five.',
    headers: {
      'In-Reply-To': question.mail.messageId!,
      References: `${headerOf(answer, 'references')} ${answer.messageId} ${question.mail.messageId}`,
    },
  });
  await ticket.reads('Max here. It comes today at five.');
  await page.getByText('The team is answering, from a mail program').waitFor();
  await page.getByText('sent from a mail program').waitFor();
  // Where the agent has handed over meanwhile, the changes are folded.
  const folded = page.getByRole('button', { name: /earlier changes/ });
  for (let left = await folded.count(); left > 0; left--) await folded.first().click();
  await page.getByText(/Somebody of the team answered from a mail program/).waitFor();
  if (process.env.LOOK) await page.screenshot({ path: `${process.env.LOOK}/outside.png` });
  // The agent says nothing more, whatever comes.
  const before = (await deskMails(resend, jo)).length;
  await resend.receive({
    from: `Jo <${jo}>`,
    to: headerOf(answer, 'reply-to'),
    subject: 'Re: My parcel',
    text: 'At five, good. And tomorrow?',
    headers: { References: `${answer.messageId}` },
  });
  await ticket.reads('At five, good. And tomorrow?');
  await page.waitForTimeout(3_000);
  expect((await deskMails(resend, jo)).length).toBe(before);
  await page.keyboard.press('t');
  await page.getByText('You speak now').waitFor();
  expect(errors).toEqual([]);
}, 90_000);
