/** Every screen, both themes, three widths: axe finds nothing; the keyboard alone is enough. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillDesk } from '../pictures/sampleDesk.ts';
import { byWcag, faultsByAxe } from './axe.ts';
import { launchBrowser, openPage, owner, startTestDesk, type TestDesk } from './harness.ts';
import { Chat, signIn } from './pages.ts';

let desk: TestDesk;
let browser: Browser;

beforeAll(async () => {
  desk = await startTestDesk();
  await fillDesk(desk);
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

/** Everything in the light theme; in the dark one what a theme can change, and that no width can change again. */
async function faultsOn(page: Page, options: { dark: boolean } = { dark: true }): Promise<string[]> {
  // Transitions would be measured half way.
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.waitForTimeout(100);
  const light = await faultsByAxe(page, byWcag);
  if (!options.dark) return light;
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.waitForTimeout(100);
  const dark = await faultsByAxe(page, (axe) => axe.withRules(['color-contrast']));
  return [...light, ...dark.map((fault) => `dark: ${fault}`)];
}

const screens = [
  '/inbox/all',
  '/inbox/all/2',
  '/inbox/resolved',
  '/live',
  '/search',
  '/search?q=order',
  '/search?q=order&ticket=3',
  '/reports',
  '/board',
  '/board?list=held',
  '/settings/me',
  '/settings/team',
  '/settings/hours',
  '/settings/targets',
  '/settings/people',
  '/settings/agents',
  '/settings/articles',
  '/settings/channels',
  '/settings/tags',
  '/settings/fields',
  '/settings/audit',
];

describe.each([
  [1440, 900],
  [1024, 768],
  [390, 844],
])('[ux A1] [ux A2] axe finds nothing at %i × %i', (width, height) => {
  let opened: Awaited<ReturnType<typeof openPage>>;
  beforeAll(async () => void (opened = await openPage(browser, { viewport: { width, height } })));
  afterAll(() => opened?.context.close());

  it('before somebody has signed in', async () => {
    const { page } = opened;
    await page.goto(desk.settings.url);
    await page.getByLabel('Email').waitFor();
    expect(await faultsOn(page)).toEqual([]);
    await signIn(page, desk.settings.url, owner);
  });

  it.each(screens)('on %s', async (path) => {
    const { page, errors } = opened;
    await page.goto(desk.settings.url + path);
    await page.locator('[data-region]:visible').nth(1).waitFor();
    await expect.poll(() => page.locator('[aria-busy=true]').count()).toBe(0);
    expect(await page.getByText(/didn't load/).count()).toBe(0);
    expect(await faultsOn(page, { dark: width === 1440 })).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow, 'it scrolls sideways').toBeLessThanOrEqual(0);
    expect(errors).toEqual([]);
  });
});

describe('[ux A1] [ux A2] axe finds nothing', () => {
  it("in the customer's chat", async () => {
    const { page, context } = await openPage(browser);
    await signIn(page, desk.settings.url, owner);
    await page.goto(`${desk.settings.url}/settings/channels`);
    const link = page.getByRole('link', { name: 'Open the demo shop' });
    const chat = await Chat.open(page, new URL((await link.getAttribute('href'))!, page.url()).href);
    await chat.say('Where is my order?');
    await chat.reads(/tracking link/);
    expect(await faultsOn(page)).toEqual([]);
    await context.close();
  });
});

describe('the keyboard alone', () => {
  it('[ux P3] keys pressed before the list is there are not lost, and a hundred J land on the last ticket', async () => {
    const { page, context } = await openPage(browser);
    await signIn(page, desk.settings.url, owner);
    await page.goto(`${desk.settings.url}/inbox/all`, { waitUntil: 'commit' });
    await page.waitForFunction(() => '__earlyKeys' in window);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.waitForURL(/\/inbox\/all\/2$/);
    for (let presses = 0; presses < 100; presses += 1) await page.keyboard.press('j');
    await page.waitForURL(/\/inbox\/all\/6$/);
    await context.close();
  });

  it('[ux K1] signs in, takes over, answers and resolves without a mouse', async () => {
    const { page, context } = await openPage(browser);
    await page.goto(desk.settings.url);
    await page.getByLabel('Email').waitFor();
    await page.keyboard.type(owner.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(owner.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Mine' }).waitFor();
    await page.keyboard.press('j');
    await page.getByText('Scout is answering').waitFor();
    await page.keyboard.press('r');
    await page.keyboard.type('A new pole leaves our workshop today.');
    await page.keyboard.press('Control+Enter');
    await page.getByText('You speak now').waitFor();
    await page.getByRole('log').getByText('A new pole leaves our workshop today.').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('e');
    await page.getByText('Resolved. The agent answers from here.').waitFor();
    await context.close();
  });

  it('[ux K4] the command menu reaches what is on screen, and opens second steps', async () => {
    const { page, context } = await openPage(browser);
    await signIn(page, desk.settings.url, owner);
    await page.goto(`${desk.settings.url}/inbox/all/3`);
    await page.getByText('Scout is answering').waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('set prio');
    await page.keyboard.press('Enter');
    await page.keyboard.type('low');
    await page.keyboard.press('Enter');
    await page.getByRole('log').getByText('set priority from urgent to low').waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('#2');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/inbox\/all\/2$/);
    await context.close();
  });

  it('[ux A4] single keys can be turned off', async () => {
    const { page, context } = await openPage(browser);
    await signIn(page, desk.settings.url, owner);
    await page.goto(`${desk.settings.url}/settings/me`);
    await page.getByRole('checkbox', { name: 'Single keys act' }).uncheck();
    await page.goto(`${desk.settings.url}/inbox/all`);
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('j');
    await page.waitForTimeout(200);
    expect(page.url()).toMatch(/\/inbox\/all$/);
    await context.close();
  });
});
