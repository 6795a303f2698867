/**
 * Files both ways, in real browsers: a customer's photo from the chat, an operator's bill in return, and a page that was sent
 * to do harm.
 */
import { readFileSync } from 'node:fs';
import type { Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsByAxe } from './axe.ts';
import { openPage } from './harness.ts';
import { type Chat, type FirstDesk, openFirstDesk, type TicketPage } from './pages.ts';

let first: FirstDesk;
let operator: Page;
let ticket: TicketPage;
let customer: Chat;

/** One pixel. */
const photo = {
  name: 'broken zip.png',
  mimeType: 'image/png',
  buffer: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
};
const bill = {
  name: 'Rechnung März.pdf',
  mimeType: 'application/pdf',
  buffer: Buffer.from('%PDF-1.7 the bill'),
};
const harm = {
  name: 'photo.png',
  mimeType: 'image/png',
  buffer: Buffer.from('<!doctype html><title>harm</title><script>document.title = "it ran"</script>'),
};

beforeAll(async () => {
  first = await openFirstDesk();
  ({ operator, ticket, customer } = first);
});

afterAll(() => first?.close());

const ofCustomer = () => customer.frame;
const choose = (files: Parameters<ReturnType<Page['locator']>['setInputFiles']>[0]) =>
  ofCustomer().locator('input[type=file]').setInputFiles(files);
const lost = { ...bill, name: 'lost.txt' };
/** What is chosen meanwhile does not arrive. */
async function loseUploads(meanwhile: () => Promise<void>): Promise<void> {
  await operator.route('**/api/storage/upload**', (route) => route.abort());
  await meanwhile();
  await operator.unroute('**/api/storage/upload**');
}
/** Drawn, and not only there. */
const widthOf = (image: ReturnType<Page['getByRole']>) =>
  image.evaluate((element) => (element as HTMLImageElement).naturalWidth);

async function saved(download: Promise<Download>): Promise<{ name: string; bytes: Buffer }> {
  const done = await download;
  return { name: done.suggestedFilename(), bytes: readFileSync(await done.path()) };
}

describe('files both ways', () => {
  it('[M1] [H7] a photo without a word goes from the chat to a person, and both see it', async () => {
    await choose(photo);
    const chosen = ofCustomer().getByRole('list', { name: 'Files to send' });
    await chosen
      .getByText('68 bytes')
      .or(chosen.getByText(/bytes$/))
      .waitFor();
    await ofCustomer().getByRole('textbox').press('Enter');
    const own = ofCustomer().getByRole('log').getByRole('img', { name: photo.name });
    await own.waitFor();
    await expect.poll(() => widthOf(own)).toBe(1);
    await operator.getByRole('link', { name: /^Mine\b/ }).click();
    const row = operator.getByRole('listbox').getByRole('option').first();
    await row.waitFor();
    expect(await row.innerText()).toContain('#1');
    await operator.keyboard.press('j');
    const shown = ticket.thread.getByRole('img', { name: photo.name });
    await shown.waitFor();
    await expect.poll(() => widthOf(shown)).toBe(1);
  });

  it('[R2] the photo is read with its address alone, and with no other', async () => {
    const address = (await ticket.thread.getByRole('img', { name: photo.name }).getAttribute('src'))!;
    expect(Buffer.from(await (await fetch(address)).arrayBuffer())).toEqual(photo.buffer);
    const key = new URL(address).pathname.split('/')[2]!;
    const guessed = address.replace(key, [...key].reverse().join(''));
    expect((await fetch(guessed)).status).toBe(404);
  });

  it('[C6] [M2] the operator answers with a bill by keyboard alone, and the customer keeps it', async () => {
    await ticket.write('Here is your bill.');
    await operator.getByRole('button', { name: 'Attach files' }).waitFor();
    const chooser = operator.waitForEvent('filechooser');
    await operator.keyboard.press('Control+Shift+A');
    await (await chooser).setFiles(bill);
    const tray = operator.getByRole('list', { name: 'Files to send' });
    await tray.getByText('17 bytes').waitFor();
    await ticket.send();
    await ticket.reads('Here is your bill.');
    expect(await tray.count()).toBe(0);
    const link = ofCustomer()
      .getByRole('log')
      .getByRole('link', { name: /Rechnung März\.pdf/ });
    await link.waitFor();
    const { name, bytes } = await saved(
      Promise.race([
        customer.page.waitForEvent('download'),
        customer.page.waitForEvent('popup').then((popup) => popup.waitForEvent('download')),
        link.click().then(() => new Promise<never>(() => {})),
      ]),
    );
    expect([name, bytes.toString()]).toEqual([bill.name, bill.buffer.toString()]);
  });

  it('[E2] a page that says it is a photo is no photo anywhere, and never runs', async () => {
    await choose(harm);
    const chosen = ofCustomer().getByRole('list', { name: 'Files to send' });
    await chosen.getByText(/^\d+ bytes$/).waitFor();
    await customer.say('Look at this');
    await ticket.reads('Look at this');
    const link = ticket.thread.getByRole('link', { name: /^photo\.png/ });
    await link.waitFor();
    expect(await link.getByRole('img').count()).toBe(0);
    const address = (await link.getAttribute('href'))!;
    const opened = await openPage(first.browser);
    const download = opened.page.waitForEvent('download');
    await opened.page.goto(address).catch(() => {});
    expect((await saved(download)).bytes).toEqual(harm.buffer);
    expect(await opened.page.title()).not.toBe('it ran');
    // Nor does a page that puts it into a frame of its own make anything of it.
    await opened.page.goto(first.desk.settings.siteUrl).catch(() => {});
    await opened.page.setContent(`<iframe src="${address}"></iframe><object data="${address}"></object>`);
    await opened.page.waitForTimeout(300);
    const titles = await Promise.all(opened.page.frames().map((frame) => frame.title()));
    expect(titles).not.toContain('it ran');
    await opened.context.close();
  });

  it('[C5] what was chosen stays with its ticket while the page lives, and can be taken back', async () => {
    const input = operator.locator('input[type=file]');
    const tray = operator.getByRole('list', { name: 'Files to send' });
    await loseUploads(async () => {
      await input.setInputFiles([lost]);
      await tray.getByRole('button', { name: 'Upload lost.txt again' }).waitFor();
    });
    await input.setInputFiles([bill]);
    await tray.getByText('17 bytes').waitFor();
    expect(
      await operator
        .getByRole('button', { name: /^Send\b/ })
        .last()
        .isDisabled(),
    ).toBe(true);
    expect(await faultsByAxe(operator, (axe) => axe.include('form[aria-label="Reply"]'))).toEqual([]);
    await operator.getByRole('link', { name: /^All\b/ }).click();
    await tray.waitFor({ state: 'detached' });
    await operator.getByRole('listbox').getByRole('option').first().click();
    await tray.getByText('17 bytes').waitFor();
    await tray.getByRole('button', { name: 'Remove lost.txt' }).click();
    expect(
      await operator
        .getByRole('button', { name: /^Send\b/ })
        .last()
        .isEnabled(),
    ).toBe(true);
    await tray.getByRole('button', { name: /^Remove Rechnung/ }).click();
    expect(await tray.count()).toBe(0);
  });

  it('[C9] a held reply with a file that was not uploaded says so when it is to be sent as it is', async () => {
    await ticket.write('Held');
    await customer.say('One more thing');
    await ticket.reads('One more thing');
    await ticket.send();
    const asIs = operator.getByRole('button', { name: 'Send as it is' });
    await asIs.waitFor();
    await loseUploads(async () => {
      await operator.locator('input[type=file]').setInputFiles([lost]);
      await operator.getByRole('button', { name: 'Upload lost.txt again' }).waitFor();
    });
    await asIs.click();
    await operator.getByText('A file was not uploaded: try again, or remove it.').first().waitFor();
    await operator.getByRole('button', { name: 'Remove lost.txt' }).click();
    await asIs.click();
    await customer.reads('Held');
  });

  it('[E4] more than ten files are not dropped in silence', async () => {
    await choose(Array.from({ length: 12 }, (_, at) => ({ ...photo, name: `${at}.png` })));
    const chosen = ofCustomer().getByRole('list', { name: 'Files to send' });
    const says = ofCustomer().getByText('2 files were left out: a message has at most 10.');
    await says.waitFor();
    expect(await chosen.getByRole('listitem').count()).toBe(10);
    for (let left = 10; left > 0; left--)
      await chosen
        .getByRole('button', { name: /^Remove/ })
        .first()
        .click();
    expect(await says.count()).toBe(0);
  });

  it('[M2] a message of the chat whose files are no longer kept says so, and goes without them', async () => {
    const { page } = customer;
    await choose({ ...photo, name: 'late.png' });
    await ofCustomer()
      .getByRole('list', { name: 'Files to send' })
      .getByText(/bytes$/)
      .waitFor();
    await page.context().setOffline(true);
    await customer.say('With a photo');
    // As the chat keeps it until the desk is there again: its file has then gone out once, and never waits again.
    const chat = page.frames().find((frame) => frame.url().includes('/widget'))!;
    const key = (await chat.evaluate(() => Object.keys(localStorage))).find((each) =>
      each.endsWith('.outbox'),
    )!;
    const kept = (await chat.evaluate((name) => localStorage.getItem(name), key))!;
    await page.context().setOffline(false);
    await ticket.reads('With a photo');
    const late = [{ ...JSON.parse(kept)[0], clientMessageId: 'late', text: 'A day later' }];
    await chat.evaluate(([name, text]) => localStorage.setItem(name!, text!), [key, JSON.stringify(late)]);
    await page.reload();
    await page.locator('button[aria-controls]').click();
    const without = ofCustomer().getByRole('button', { name: 'Send without them' });
    await without.waitFor();
    await ofCustomer()
      .getByText(/^Not sent\. Its files waited too long/)
      .waitFor();
    await without.click();
    await ticket.reads('A day later');
    expect(await without.count()).toBe(0);
  });

  it('nothing on either page failed', () => {
    expect(first.errors.flat()).toEqual([]);
  });
});
