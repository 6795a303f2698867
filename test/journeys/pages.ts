/** The screens of the desk and the customer's chat, as a person would use them. */
import type { Browser, BrowserContextOptions, FrameLocator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { launchBrowser, openPage, owner, startFirstDesk, type TestDesk } from './harness.ts';

/** First run in the browser, at the printed address: name, email, password, team. Ends in the inbox. */
export async function setUpTeam(page: Page, setupUrl: string): Promise<void> {
  await page.goto(setupUrl);
  await page.getByLabel('Your name').fill(owner.name);
  await page.getByLabel('Email').fill(owner.email);
  await page.getByLabel('Password').fill(owner.password);
  await page.getByLabel('Team', { exact: true }).fill('Northpeak');
  await page.getByRole('button', { name: 'Set up' }).click();
  await page.getByRole('heading', { name: 'Unassigned' }).waitFor();
}

/** A page of the desk, signed in as the owner. */
export async function openSignedIn(
  browser: Browser,
  url: string,
  path: string,
  options: BrowserContextOptions = {},
) {
  const opened = await openPage(browser, options);
  const { page } = opened;
  page.setDefaultTimeout(8_000);
  await page.goto(url);
  await fillSignIn(page, owner);
  await page.locator('[data-region=rail]').waitFor();
  await page.goto(url + path);
  return opened;
}

/** At the address a person types, as whoever is not signed in. Ends in the inbox. */
export async function signIn(
  page: Page,
  url: string,
  who: { email: string; password: string },
): Promise<void> {
  await page.goto(url);
  await fillSignIn(page, who);
  await page.getByRole('heading', { name: 'Mine' }).waitFor();
}

export async function fillSignIn(page: Page, who: { email: string; password: string }): Promise<void> {
  await page.getByLabel('Email').fill(who.email);
  await page.getByLabel('Password').fill(who.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export async function goOnline(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Go online' }).click();
  await page.getByRole('button', { name: /, Online$/ }).waitFor();
}

/** The demo shop's address, from the inbox's empty state. */
export async function demoAddress(page: Page): Promise<string> {
  const href = await page.getByRole('link', { name: 'Open the demo shop' }).getAttribute('href');
  return new URL(href!, page.url()).href;
}

/** Seconds the agent types before it answers: long, to take over in the middle. */
export async function setTypingTime(page: Page, url: string, seconds: number): Promise<void> {
  await page.goto(`${url}/settings/agents`);
  await page.getByRole('link', { name: 'Rules and keys' }).first().click();
  const field = page.getByLabel('Typing time');
  await field.fill(String(seconds));
  await field.blur();
  await page.getByText('Saved.').waitFor();
}

/** The customer's chat in the shop. */
export class Chat {
  readonly page: Page;
  readonly frame: FrameLocator;

  constructor(page: Page) {
    this.page = page;
    this.frame = page.frameLocator('iframe[title="Support chat"]');
  }

  static async open(page: Page, shop: string): Promise<Chat> {
    await page.goto(shop);
    await page.locator('button[aria-controls]').click();
    const chat = new Chat(page);
    await chat.frame.getByRole('textbox').waitFor();
    return chat;
  }

  async say(text: string): Promise<void> {
    const box = this.frame.getByRole('textbox');
    await box.fill(text);
    await box.press('Enter');
  }

  /** Waits until the thread says this. */
  async reads(text: string | RegExp): Promise<void> {
    await this.frame.getByRole('log').getByText(text).first().waitFor();
  }

  async neverReads(text: string | RegExp): Promise<void> {
    expect(await this.frame.getByRole('log').getByText(text).count()).toBe(0);
  }
}

/** One ticket in the inbox. */
export class TicketPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get thread() {
    return this.page.getByRole('log', { name: 'Conversation' });
  }

  async reads(text: string | RegExp): Promise<void> {
    await this.thread.getByText(text).first().waitFor();
  }

  /** What was said so long ago that one has to go up for it. */
  async readsBack(text: string | RegExp): Promise<void> {
    await this.thread.hover();
    await expect
      .poll(async () => {
        await this.page.mouse.wheel(0, -10_000);
        return this.thread.getByText(text).first().isVisible();
      })
      .toBe(true);
  }

  async write(text: string): Promise<void> {
    await this.page.getByRole('textbox', { name: /^Reply to/ }).fill(text);
  }

  async send(): Promise<void> {
    await this.page.keyboard.press('Control+Enter');
  }
}

/** A fresh install with its owner online in the inbox and a customer in the demo shop, each in a browser of their own. */
export interface FirstDesk {
  desk: TestDesk;
  browser: Browser;
  operator: Page;
  ticket: TicketPage;
  customer: Chat;
  /** What was thrown on either page. */
  errors: string[][];
  close(): Promise<void>;
}

export async function openFirstDesk(): Promise<FirstDesk> {
  const [desk, browser] = await Promise.all([startFirstDesk(), launchBrowser()]);
  const close = async () => {
    await browser.close();
    await desk.dispose();
  };
  try {
    const [inbox, shop] = [await openPage(browser), await openPage(browser)];
    const operator = inbox.page;
    await setUpTeam(operator, desk.setupUrl!);
    await goOnline(operator);
    const customer = await Chat.open(shop.page, await demoAddress(operator));
    const errors = [inbox.errors, shop.errors];
    return { desk, browser, operator, ticket: new TicketPage(operator), customer, errors, close };
  } catch (error) {
    await close();
    throw error;
  }
}
