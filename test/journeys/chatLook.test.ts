/** How the chat looks and speaks on the pages of a team: what is chosen in the settings is what its customers see. */
import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Look } from '../../convex/shared/customer/look.ts';
import { readShared } from '../../convex/readShared.setup.ts';
import { faultsByAxe, faultsInThemes } from './axe.ts';
import { type ChatDesk, openChatDesk, visitChat } from './chatPages.ts';
import { launchBrowser, openPage, owner } from './harness.ts';
import { signIn } from './pages.ts';

let browser: Browser;
let made: ChatDesk;

beforeAll(async () => {
  [made, browser] = await Promise.all([openChatDesk(), launchBrowser()]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await made?.close();
});

const phone = { viewport: { width: 390, height: 780 }, hasTouch: true };
/** For whoever wants to look. */
const pictures = process.env.PICTURES;
const picture = async (page: Page, name: string) => {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: `${pictures}/${name}.png` });
};

async function setLook(look: Look) {
  const { operator, teamId, channelId } = made;
  await operator.mutation(api.channels.update, { teamId, channelId, look });
}

describe('the language of the chat', () => {
  it('[ux W1] is that of the page, in every word of it, also for the first message to a person and back', async () => {
    await setLook({});
    const { page, launcher, chat, problems, close } = await visitChat(browser, made.pageUrl('?lang=de-AT'), {
      locale: 'fr-FR',
      ...phone,
    });
    await expect.poll(() => launcher.getAttribute('aria-label')).toBe('Chatten Sie mit uns');
    await launcher.click();
    await chat.getByText('Hallo. Wobei können wir Ihnen helfen?').waitFor();
    expect(await chat.locator('html').getAttribute('lang')).toBe('de');
    expect(await page.locator('iframe#chat').getAttribute('title')).toBe('Support-Chat');
    const box = chat.getByRole('textbox', { name: 'Nachricht schreiben' });
    await box.fill('Meine Frage ist besonders');
    await box.press('Enter');
    await chat.getByRole('button', { name: 'Mit einem Menschen sprechen' }).click();
    await chat.getByText('Gerade ist niemand online. Ein Mensch antwortet').waitFor();
    await chat.getByText('Wohin sollen wir die Antwort schicken?').waitFor();
    // What the desk said in its own name is said in German as well.
    await chat.getByRole('log').getByText('Gerade ist niemand aus dem Team online.').waitFor();
    await picture(page, 'german-phone');
    expect(await faultsByAxe(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  it('is that of the browser where the page speaks none of ours, and English where neither does', async () => {
    for (const [locale, greeting] of [
      ['de-CH', 'Hallo. Wobei'],
      ['fr-FR', 'Hi. What can'],
    ] as const) {
      const { launcher, chat, close } = await visitChat(browser, made.pageUrl('?lang=it'), { locale });
      await launcher.click();
      await chat.getByText(greeting).waitFor();
      await close();
    }
  });

  it('[ux A5] is mirrored on a page that is written from the right, at 320 px too', async () => {
    const { page, launcher, chat, close } = await visitChat(browser, made.pageUrl('?lang=ar&dir=rtl'), {
      viewport: { width: 320, height: 560 },
    });
    const at = (await launcher.boundingBox())!;
    expect(at.x).toBeLessThan(40);
    await launcher.click();
    await chat.getByText('Hi. What can').waitFor();
    expect(await chat.locator('html').getAttribute('dir')).toBe('rtl');
    const box = chat.getByRole('textbox');
    await box.fill('أين طلبي رقم 48213؟');
    await box.press('Enter');
    const own = chat.locator('.message.own .bubble');
    await own.waitFor();
    // One's own stand where a line ends, which is left here; and send is pressed there.
    const send = (await chat.getByRole('button', { name: 'Send' }).boundingBox())!;
    const bubble = (await own.boundingBox())!;
    expect(bubble.x).toBeLessThan(60);
    expect(send.x).toBeLessThan(60);
    // Whom one speaks with stands beside the face, and says apart from the name that it is a machine.
    const side = async (text: string | RegExp) =>
      (await chat.locator('header').getByText(text).boundingBox())!;
    const [who, tag] = [(await chat.locator('.who').boundingBox())!, await side('AI')];
    const lineEnd = await chat.locator('.status').evaluate((line) => {
      const range = document.createRange();
      range.selectNodeContents(line);
      return Math.max(...[...range.getClientRects()].map(({ right }) => right));
    });
    const nameEnd = await chat.locator('h1').evaluate((title) => {
      const range = document.createRange();
      range.selectNode(title.firstChild!);
      return range.getBoundingClientRect().right;
    });
    const frame = (await page.locator('iframe[title="Support chat"]').boundingBox())!;
    expect(who.x + who.width - frame.x - lineEnd).toBeLessThan(8);
    expect(tag.x - frame.x - nameEnd).toBeGreaterThanOrEqual(2);
    await picture(page, 'from-right-320');
    const overflow = await chat.locator('body').evaluate((body) => body.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    expect(await faultsByAxe(page)).toEqual([]);
    await close();
  });
});

describe('the look of the chat', () => {
  it('[ux A2] is chosen with a preview, corrected where it could not be read, and is what the customer sees', async () => {
    await setLook({});
    const { page, errors } = await openPage(browser);
    await signIn(page, made.desk.settings.url, owner);
    await page.goto(`${made.desk.settings.url}/settings/channels`);
    await page.getByText('Look and language').click();
    const colour = page.getByRole('textbox', { name: 'Colour', exact: true });
    await colour.fill('#ffd400');
    await page.getByText(/^By day it is shown darker, #[0-9a-f]{6}, so that buttons can be told/).waitFor();
    await colour.blur();
    await page.getByText('Saved. Customers see it').first().waitFor();
    await page.getByLabel('Name', { exact: true }).first().fill('Pinetrail help');
    await page.getByLabel('Greeting, English').fill('Ahoy! Ask us anything.');
    await page.getByRole('img', { name: 'The chat by day' }).getByText('Ahoy! Ask us anything.').waitFor();
    await page.getByLabel('Greeting, English').blur();
    await page.getByLabel('Side', { exact: true }).selectOption('left');
    await page.getByLabel('From below, px').fill('64');
    await page.getByLabel('From below, px').blur();
    await expect
      .poll(
        async () => (await readShared(made.operator, api.channels.list, { teamId: made.teamId }))[0]!.look,
      )
      .toMatchObject({
        name: 'Pinetrail help',
        side: 'left',
        offsetY: 64,
        greetings: { en: 'Ahoy! Ask us anything.' },
      });
    await picture(page, 'settings-wide');
    // What was said of it goes by itself.
    await expect.poll(() => page.getByText(/^Saved\./).count(), { timeout: 15_000 }).toBe(0);
    expect(await faultsInThemes(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 780 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await picture(page, 'settings-phone');
    expect(errors).toEqual([]);
    await page.context().close();

    for (const colorScheme of ['light', 'dark'] as const) {
      const visit = await visitChat(browser, made.pageUrl(), { colorScheme });
      const at = (await visit.launcher.boundingBox())!;
      expect([at.x, 900 - at.y - at.height]).toEqual([20, 64]);
      await visit.launcher.click();
      await visit.chat.getByText('Ahoy! Ask us anything.').waitFor();
      const box = visit.chat.getByRole('textbox', { name: 'Write a message' });
      await box.fill('Hello');
      await visit.chat.getByRole('button', { name: 'Send' }).click();
      await visit.chat.getByText('Hello').waitFor();
      const frame = (await visit.page.locator('iframe#chat').boundingBox())!;
      expect(frame.x).toBe(20);
      await picture(visit.page, `coloured-${colorScheme}`);
      expect(await faultsByAxe(visit.page)).toEqual([]);
      expect(visit.problems).toEqual([]);
      await visit.close();
    }
  });

  it('[ux A5] holds at 400 % zoom, in forced colours and without motion', async () => {
    await setLook({ colour: '#c2185b' });
    const { page, launcher, chat, close } = await visitChat(browser, made.pageUrl(), {
      // 1280 px at 400 %.
      viewport: { width: 320, height: 256 },
      forcedColors: 'active',
      reducedMotion: 'reduce',
    });
    await launcher.click();
    await chat.getByText('Hi. What can').waitFor();
    const box = chat.getByRole('textbox');
    await box.fill('Hello');
    await box.press('Enter');
    await chat.getByRole('log').getByText('Hello').waitFor();
    expect(await box.isVisible()).toBe(true);
    const overflow = await chat.locator('body').evaluate((body) => body.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await picture(page, 'zoom-forced');
    await close();
  });
});
