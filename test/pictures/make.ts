/** `npm run pictures`: the screens in docs/pictures, from the running product, in both themes. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { api } from '../../convex/_generated/api.js';
import { readShared } from '../../convex/readShared.setup.ts';
import { root } from '../../scripts/settings.ts';
import { launchBrowser, openPage, owner, startTestDesk } from '../journeys/harness.ts';
import { Chat, signIn, TicketPage } from '../journeys/pages.ts';
import { connectAddress } from '../journeys/mailDesk.ts';
import { connectNumber, saidTo } from '../journeys/whatsappDesk.ts';
import { startResend } from '../../providers/resend/start.ts';
import { startWhatsapp } from '../../providers/whatsapp/start.ts';
import { fillFloor } from './floor.ts';
import { askByMail, mailRow } from './mail.ts';
import { pictureGuestBook } from './guestBook.ts';
import { fillDesk } from './sampleDesk.ts';
import { bringTwoWeeks } from './twoWeeks.ts';

/** Until the business has said this to them. */
async function hears(person: string, text: RegExp): Promise<void> {
  for (let tries = 0; !saidTo(whatsapp, person).some((each) => text.test(each.text)); tries++) {
    if (tries === 600) throw new Error(`Nobody has written ${text} to ${person}.`);
    await sleep(50);
  }
}

const dayBefore = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
const folder = join(root, 'docs/pictures');
const desk = await startTestDesk();
const browser = await launchBrowser();
const resend = await startResend({ retryScale: 0.001 });
const whatsapp = await startWhatsapp({ retryScale: 0.001 });
try {
  const sample = await fillDesk(desk);
  const { operator, teamId } = sample;
  await connectAddress({ desk, resend, operator, teamId });
  await connectNumber({ desk, whatsapp, operator, teamId });
  await fillFloor(desk, sample);
  const agents = await readShared(operator, api.agents.list, { teamId });
  await bringTwoWeeks(
    desk,
    teamId,
    agents.map(({ _id }) => _id),
  );
  const { url } = desk.settings;
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, context } = await openPage(browser, { colorScheme });
    const shop = await openPage(browser, { colorScheme, viewport: { width: 1180, height: 820 } });
    const picture = async (name: string, of = page) => {
      // What lies under the pointer looks as if it were pressed.
      await of.mouse.move(0, 0);
      await of.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
    };
    await signIn(page, url, owner);
    await page.getByRole('listbox').getByRole('option').first().waitFor();
    await picture('inbox');

    await page.goto(`${url}/board`);
    await page.getByText('The last 24 hours').waitFor();
    await page.waitForTimeout(400);
    await picture('board');

    await page.goto(`${url}/live`);
    await page.getByText('Sounds angry').waitFor();
    await page.keyboard.press('j');
    await page.getByRole('list', { name: 'Why it is hot' }).waitFor();
    await page.waitForTimeout(400);
    await picture('live');

    await page.goto(`${url}/reports?from=${dayBefore(7)}&to=${dayBefore(1)}`);
    await page.getByRole('heading', { name: 'Day by day' }).waitFor();
    await page.waitForTimeout(400);
    await picture('reports');

    await page.goto(`${url}/search?q=order`);
    await page.getByRole('option', { name: /48213/ }).first().click();
    await page.getByRole('log', { name: 'Conversation' }).waitFor();
    await page.waitForTimeout(400);
    await picture('search');

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
    const noor = colorScheme === 'light' ? 'Noor Haddad' : 'Noor Aziz';
    await askByMail(resend, {
      name: noor,
      address: `${noor.replace(' ', '.').toLowerCase()}@customer.example`,
    });
    await page.goto(`${url}/inbox/all`);
    await mailRow(page, noor).click();
    await ticket.reads(/three weeks old/);
    await page.keyboard.press('t');
    await page.getByText('You speak now').waitFor();
    await ticket.write('Hello Noor, a new slider is in the post; you need no tools for it.');
    await ticket.send();
    await page.waitForTimeout(2_000);
    await picture('mail');
    const [mia, name] =
      colorScheme === 'light'
        ? (['447700900123', 'Mia Clarke'] as const)
        : (['447700900124', 'Mia Berger'] as const);
    whatsapp.person(mia, { name });
    whatsapp.write(mia, 'Hi! How *long* can I return things?');
    await hears(mia, /30 days/);
    whatsapp.write(mia, 'They are too small. Can I talk to a person, please?');
    await page.goto(`${url}/inbox/all`);
    await page
      .getByRole('option', { name: new RegExp(name) })
      .first()
      .click();
    await ticket.reads(/They are too small/);
    await page.keyboard.press('t');
    await page.getByText('You speak now').waitFor();
    await ticket.write('Hi Mia, *of course*: I have sent you a label, and half a size up is on its way.');
    await ticket.send();
    await hears(mia, /half a size up/);
    whatsapp.read(mia);
    await page.getByRole('article').getByText('Read', { exact: true }).first().waitFor();
    await page.waitForTimeout(400);
    await picture('whatsapp');
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
  await whatsapp.stop();
  await desk.dispose();
}
