/**
 * A talk in the chat, whole: files by every way, what either side sees of the other, the rating at its end and the conversation by
 * mail. The customer on another site's page, the operator in the desk.
 */
import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalResend, startResend } from '../../providers/resend/start.ts';
import { faultsByAxe } from './axe.ts';
import { type ChatDesk, type ChatVisit, openChatDesk, visitChat } from './chatPages.ts';
import { launchBrowser, openPage, owner } from './harness.ts';
import { goOnline, signIn, TicketPage } from './pages.ts';

let browser: Browser;
let made: ChatDesk;
let resend: LocalResend;
let inbox: Page;
let errors: string[];
let ticket: TicketPage;
let visit: ChatVisit;

const pictures = process.env.PICTURES;
const picture = async (page: Page, name: string) => {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: `${pictures}/${name}.png` });
};

beforeAll(async () => {
  [made, browser, resend] = await Promise.all([
    openChatDesk(),
    launchBrowser(),
    startResend({ retryScale: 0.001 }),
  ]);
  ({ page: inbox, errors } = await openPage(browser));
  inbox.setDefaultTimeout(15_000);
  await signIn(inbox, made.desk.settings.url, owner);
  await goOnline(inbox);
  ticket = new TicketPage(inbox);
  visit = await visitChat(browser, made.pageUrl(), { viewport: { width: 390, height: 780 } });
  await visit.launcher.click();
  await say('I need a person for my order');
  await visit.chat.getByRole('button', { name: 'Talk to a person' }).click();
  await visit.chat.getByText(/^The team has been asked\./).waitFor();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await resend?.stop();
  await made?.close();
});

async function say(text: string) {
  const box = visit.chat.getByRole('textbox', { name: 'Write a message' });
  await box.fill(text);
  await box.press('Enter');
}

interface Given {
  name: string;
  /** Bytes of it. */
  size: number;
  type?: string;
}

/** As a browser hands them out: pasted into, or let go over, an element. */
function give(target: ReturnType<Page['locator']>, how: 'paste' | 'drop', files: Given[], text = '') {
  return target.evaluate(
    (element, { how: way, files: given, text: copied }) => {
      const data = new DataTransfer();
      for (const { name, size, type = '' } of given)
        data.items.add(new File([new Uint8Array(size).fill(97)], name, { type }));
      if (copied !== '') data.setData('text/plain', copied);
      if (way === 'paste') {
        element.dispatchEvent(
          new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
        );
        return;
      }
      for (const type of ['dragenter', 'dragover', 'drop'])
        element.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    },
    { how, files, text },
  );
}

const tray = () => visit.chat.getByRole('list', { name: 'Files to send' });
const box = () => visit.chat.getByRole('textbox', { name: 'Write a message' });
const megabyte = 1024 * 1024;

describe('files from the chat', () => {
  it('[E4] what may go is said before one chooses, to eyes and to a screen reader', async () => {
    const button = visit.chat.getByRole('button', { name: 'Attach files' });
    expect(await button.getAttribute('title')).toBe('Attach files. Up to 10 files of any kind, 25 MB each');
    const described = await button.getAttribute('aria-describedby');
    expect(await visit.chat.locator(`#${described}`).innerText()).toBe(
      'Up to 10 files of any kind, 25 MB each',
    );
  });

  it('[M1] a picture is pasted, and goes with the message; a text with pictures of it stays a text', async () => {
    await give(box(), 'paste', [{ name: 'image.png', size: 300, type: 'image/png' }]);
    await tray().getByText('300 bytes').waitFor();
    await give(box(), 'paste', [{ name: 'image.png', size: 300, type: 'image/png' }], 'Cells of a sheet');
    expect(await tray().getByRole('listitem').count()).toBe(1);
    await say('As pasted');
    await visit.chat
      .getByRole('log')
      .getByRole('link', { name: /image\.png/ })
      .waitFor();
  });

  it('[E4] of a drop of twelve files, one of them of 30 MB, the rest is kept and what does not go is said', async () => {
    const many = Array.from({ length: 10 }, (_, n) => ({ name: `page ${n}.txt`, size: 20 }));
    await give(visit.chat.locator('body'), 'drop', [
      { name: 'film.mov', size: 30 * megabyte },
      { name: 'nothing.txt', size: 0 },
      ...many,
      { name: 'one more.txt', size: 20 },
    ]);
    await expect.poll(() => tray().getByRole('listitem').count()).toBe(10);
    await visit.chat
      .getByRole('alert')
      .getByText(
        '“film.mov” does not go: it is larger than 25 MB. “nothing.txt” does not go: it is empty. One file was left out: a message has at most 10.',
      )
      .waitFor();
    await expect.poll(() => tray().getByText('20 bytes').count()).toBe(10);
    await picture(visit.page, 'files-phone');
    expect(await faultsByAxe(visit.page)).toEqual([]);
    await say('Ten pages');
    await visit.chat
      .getByRole('log')
      .getByRole('link', { name: /page 9\.txt/ })
      .waitFor();
    expect(
      await visit.chat
        .getByRole('log')
        .getByRole('link', { name: /one more/ })
        .count(),
    ).toBe(0);
  });

  it('[M2] on a slow line one sees how far it has come, can leave off, and nothing goes before it is there', async () => {
    const line = await visit.page.context().newCDPSession(visit.page);
    // Frames of another site have a network of their own: the address it is posted to is made slow instead.
    let isCut = true;
    await visit.page.route('**/api/storage/upload**', async (route) => {
      if (isCut) return route.abort();
      await new Promise((done) => setTimeout(done, 1_500));
      await route.continue();
    });
    await give(box(), 'paste', [{ name: 'photo.jpg', size: 2_000 }]);
    await tray().getByText('It was not uploaded.').waitFor();
    isCut = false;
    await tray().getByRole('button', { name: 'Retry' }).click();
    await tray().getByRole('progressbar', { name: 'Upload of photo.jpg' }).waitFor();
    expect(await visit.chat.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
    await tray().getByRole('button', { name: 'Cancel the upload of photo.jpg' }).press('Enter');
    await expect.poll(() => tray().count()).toBe(0);
    await give(box(), 'paste', [{ name: 'again.jpg', size: 2_000 }]);
    await tray().getByRole('button', { name: 'Remove again.jpg' }).waitFor();
    await tray().getByRole('button', { name: 'Remove again.jpg' }).click();
    await visit.page.unroute('**/api/storage/upload**');
    await line.detach();
  });
});

describe('what either side sees of the other', () => {
  it('[A9] the customer is told once a person has looked for two seconds, and not before', async () => {
    await inbox.goto(`${made.desk.settings.url}/inbox/all/1`);
    await ticket.reads('Ten pages');
    await inbox
      .getByRole('button', { name: /^Take over/ })
      .first()
      .click();
    await inbox.getByText('You speak now').waitFor();
    // Whoever looks at something else has not seen it.
    await inbox.goto(`${made.desk.settings.url}/settings/me`);
    await say('Is anybody there?');
    const state = visit.chat.locator('.message.own .byline').last();
    await expect.poll(() => state.innerText()).toBe('Sent');
    await inbox.waitForTimeout(2_500);
    expect(await state.innerText()).toBe('Sent');
    await inbox.goto(`${made.desk.settings.url}/inbox/all/1`);
    await ticket.reads('Is anybody there?');
    const opened = Date.now();
    await expect.poll(() => state.innerText()).toBe('Seen by a person');
    expect(Date.now() - opened).toBeGreaterThan(1_500);
    await picture(visit.page, 'seen-phone');
  });

  it('[M8] the operator sees that a reply was read, when the chat is really open', async () => {
    await visit.chat.getByRole('button', { name: 'Close chat' }).click();
    await ticket.write('Yes, how can I help?');
    await ticket.send();
    await ticket.reads('Yes, how can I help?');
    await inbox.getByText('Not read yet').waitFor();
    await visit.launcher.click();
    await inbox.getByText('Read by the customer').waitFor();
    await picture(inbox, 'read-wide');
  });

  it('[E4] files are dropped and pasted in the desk as well, with the same limits said', async () => {
    await give(inbox.locator('body'), 'drop', [
      { name: 'film.mov', size: 30 * megabyte },
      { name: 'bill.pdf', size: 40 },
    ]);
    const files = inbox.getByRole('list', { name: 'Files to send' });
    await files.getByText('bill.pdf').waitFor();
    await inbox.getByText('“film.mov” does not go: it is larger than 25 MB.').first().waitFor();
    const field = inbox.getByRole('textbox', { name: /^Reply to/ });
    await give(field, 'paste', [{ name: 'screen.png', size: 50, type: 'image/png' }]);
    await files.getByText('50 bytes').waitFor();
    const button = inbox.getByRole('button', { name: 'Attach files' });
    const described = await button.getAttribute('aria-describedby');
    const said = await inbox.evaluate((id) => document.getElementById(id!)?.textContent, described);
    expect(said).toBe('Up to 10 files of any kind, 25 MB each');
    await ticket.write('Your bill');
    await ticket.send();
    await visit.chat
      .getByRole('log')
      .getByRole('link', { name: /bill\.pdf/ })
      .waitFor();
  });
});

describe('the end of a talk', () => {
  it('[B3] once a person has resolved it the customer rates by keyboard alone, once, and the team reads it', async () => {
    expect(await visit.chat.getByRole('group', { name: /^How did/ }).count()).toBe(0);
    await inbox.getByRole('button', { name: 'Resolve', exact: true }).click();
    await inbox.keyboard.press('Control+Enter');
    const form = visit.chat.getByRole('group', { name: 'How did Ana do?' });
    await form.waitFor();
    // Whoever stands at the end sees all of it.
    const hidden = () =>
      form.evaluate((asked) => {
        const [whole, seen] = [asked.closest('form')!, asked.closest('.scroll')!];
        return whole.getBoundingClientRect().bottom - seen.getBoundingClientRect().bottom;
      });
    await expect.poll(hidden).toBeLessThanOrEqual(1);
    expect(await faultsByAxe(visit.page)).toEqual([]);
    await form.getByRole('radio', { name: 'Good', exact: true }).focus();
    await visit.page.keyboard.press('Space');
    const comment = visit.chat.getByRole('textbox', { name: 'Anything to add? (optional)' });
    await comment.fill('Quick and friendly');
    await picture(visit.page, 'rating-phone');
    expect(await faultsByAxe(visit.page)).toEqual([]);
    await visit.chat.getByRole('button', { name: 'Send rating' }).press('Enter');
    await visit.chat.getByText('Thank you. The team has your rating.').waitFor();
    await inbox.goto(`${made.desk.settings.url}/inbox/all/1`);
    await inbox.getByText('The customer rated Ana Reyes: 4 of 5, “Quick and friendly”').waitFor();
    await visit.page.reload();
    await visit.launcher.click();
    await visit.chat.getByText('Your bill').waitFor();
    expect(await visit.chat.getByText('How did Ana do?').count()).toBe(0);
  });

  it('[B3] the reports count it, and say what it is', async () => {
    await inbox.goto(`${made.desk.settings.url}/reports`);
    // Counters follow within seconds.
    await expect
      .poll(
        async () => {
          await inbox.reload();
          const tile = inbox.getByRole('button', { name: /^Rating: 4\.0 of 5/ });
          await tile.waitFor({ timeout: 3_000 }).catch(() => {});
          return tile.count();
        },
        { timeout: 40_000 },
      )
      .toBe(1);
    await inbox.getByRole('button', { name: 'What “Rating” counts' }).first().click();
    await inbox.getByText('never about an agent alone').waitFor();
    await inbox.keyboard.press('Escape');
    await picture(inbox, 'rating-report');
  }, 60_000);

  it('[M9] the conversation is mailed as a link to an address that nobody has proven', async () => {
    await visit.chat.getByRole('button', { name: 'Email me this conversation' }).click();
    const address = visit.chat.getByLabel('Where should we send the conversation?');
    await address.fill('nobody at example');
    await visit.chat.getByRole('button', { name: 'Send', exact: true }).first().click();
    await visit.chat.getByText('That is not an email address.').waitFor();
    await address.fill('lena@example.com');
    await picture(visit.page, 'transcript-phone');
    expect(await faultsByAxe(visit.page)).toEqual([]);
    await address.press('Enter');
    await visit.chat.getByText('We sent a link to lena@example.com.').waitFor();
    await inbox.goto(`${made.desk.settings.url}/settings/outbox`);
    await inbox.getByText('Your conversation with Pinetrail').first().click();
    await inbox.getByRole('button', { name: 'As plain text' }).click();
    const [href] = /http\S+#mail=\S+/.exec(await inbox.getByText(/#mail=/).innerText())!;
    const { page, context } = await openPage(browser);
    await page.goto(href);
    await page.getByText('Your bill').waitFor();
    await page.getByRole('button', { name: 'Email me this conversation' }).click();
    await page.getByText('On its way to lena@example.com.').waitFor();
    await context.close();
    expect(errors).toEqual([]);
    expect(visit.problems.filter((text) => !/ERR_FAILED|mailTranscript/.test(text))).toEqual([]);
  });
});
