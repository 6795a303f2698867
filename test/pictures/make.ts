/** `npm run pictures`: the screens in docs/pictures, from the running product, in both themes. */
import { join } from 'node:path';
import { root } from '../../scripts/settings.ts';
import { launchBrowser, openPage, owner, startTestDesk } from '../journeys/harness.ts';
import { Chat, signIn, TicketPage } from '../journeys/pages.ts';
import { connectAddress } from '../journeys/mailDesk.ts';
import { startResend } from '../../providers/resend/start.ts';
import { askByMail, mailRow } from './mail.ts';
import { pictureGuestBook } from './guestBook.ts';
import { fillDesk } from './sampleDesk.ts';

const folder = join(root, 'docs/pictures');
const desk = await startTestDesk();
const browser = await launchBrowser();
const resend = await startResend({ retryScale: 0.001 });
try {
  const { operator, teamId } = await fillDesk(desk);
  await connectAddress({ desk, resend, operator, teamId });
  const { url } = desk.settings;
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, context } = await openPage(browser, { colorScheme });
    const shop = await openPage(browser, { colorScheme, viewport: { width: 1180, height: 820 } });
    const picture = (name: string, of = page) =>
      of.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
    await signIn(page, url, owner);
    await page.getByRole('listbox').getByRole('option').first().waitFor();
    await picture('inbox');

    await page.goto(`${url}/board`);
    await page.getByText('The last 24 hours').waitFor();
    await page.waitForTimeout(400);
    await picture('board');

    await page.goto(`${url}/settings/channels`);
    const href = await page.getByRole('link', { name: 'Open the demo shop' }).getAttribute('href');
    const customer = await Chat.open(shop.page, new URL(href!, url).href);
    await customer.say('Where is my order?');
    await customer.reads(/tracking link/);
    await customer.say('I want a refund, I bought it 45 days ago');
    await customer.reads(/outside our 30 days/);

    await page.goto(`${url}/inbox/all`);
    await page
      .getByRole('option', { name: /refund, I bought it 45 days ago/ })
      .last()
      .click();
    const ticket = new TicketPage(page);
    await ticket.reads(/outside our 30 days/);
    await page.waitForTimeout(400);
    await picture('agent-answers');
    await page.keyboard.press('t');
    await page.getByText('You speak now').waitFor();
    await ticket.write(
      'Hi, Ana here. I can make an exception: the refund of 89 euro is on its way to your card.',
    );
    await ticket.send();
    await customer.reads(/on its way to your card/);
    await customer.say('That is very kind, thank you!');
    await ticket.reads('That is very kind, thank you!');
    await page.waitForTimeout(400);
    await picture('ticket');
    await picture('widget', shop.page);
    await askByMail(resend, `noor-${colorScheme}@customer.example`);
    await page.goto(`${url}/inbox/all`);
    await mailRow(page).click();
    await ticket.reads(/three weeks old/);
    await page.keyboard.press('t');
    await page.getByText('You speak now').waitFor();
    await ticket.write('Hello Noor, a new slider is in the post; you need no tools for it.');
    await ticket.send();
    await page.waitForTimeout(2_000);
    await picture('mail');
    await page.goto(`${url}/settings/channels`);
    await page.getByText('Support', { exact: false }).first().waitFor();
    await page.waitForTimeout(400);
    await picture('channels');
    await page.goto(`${url}/settings/agents`);
    await page.getByRole('link', { name: 'Rules and keys' }).first().click();
    await page.getByLabel('Try a message').fill('I want a refund, I bought it 45 days ago');
    await page.getByText(/Hands over by/).waitFor();
    await picture('rules');
    await context.close();
    await shop.context.close();
  }
  await pictureGuestBook(browser, folder);
} finally {
  await browser.close();
  await resend.stop();
  await desk.dispose();
}
