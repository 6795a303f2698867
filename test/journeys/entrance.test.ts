/** Into a desk that is set up, from a browser that has never been there: the address asked for, the sign-in, that page. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillDesk } from '../pictures/sampleDesk.ts';
import { launchBrowser, openPage, owner, startTestDesk, type TestDesk } from './harness.ts';
import { fillSignIn } from './pages.ts';

let desk: TestDesk;
let browser: Browser;

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  await fillDesk(desk);
});

afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
});

/** A fresh profile at this address; what the page threw, and where else it tried to go, must stay empty. */
async function visit(path: string, act: (page: Page) => Promise<void>): Promise<void> {
  const { context, page, errors } = await openPage(browser);
  page.setDefaultTimeout(15_000);
  const foreign: string[] = [];
  await context.route(
    (url) => url.protocol.startsWith('http') && url.hostname !== '127.0.0.1',
    (route) => {
      foreign.push(route.request().url());
      return route.abort();
    },
  );
  try {
    await page.goto(desk.settings.url + path);
    await act(page);
    expect({ errors, foreign }).toEqual({ errors: [], foreign: [] });
  } finally {
    await context.close();
  }
}

const nextOf = (page: Page) => new URL(page.url()).searchParams.getAll('next');
const pathOf = (page: Page) => page.url().slice(desk.settings.url.length);

describe('whoever is not signed in signs in, and then sees the page that was asked for', () => {
  it.each([
    ['/', '/inbox/mine', 'Mine'],
    ['/settings/people', '/settings/people', 'People'],
    ['/inbox/all/2?from=mail#end', '/inbox/all/2?from=mail#end', 'All'],
  ])('%s', async (path, asked, heading) => {
    await visit(path, async (page) => {
      await page.getByLabel('Email').waitFor();
      expect(new URL(page.url()).pathname).toBe('/login');
      expect(nextOf(page)).toEqual([asked]);
      await fillSignIn(page, owner);
      await page.getByRole('heading', { name: heading, exact: true }).waitFor();
      expect(pathOf(page)).toBe(asked);
    });
  });

  it('also after a wrong password', async () => {
    await visit('/inbox/mine', async (page) => {
      await fillSignIn(page, { ...owner, password: 'not this one' });
      await page.getByText('Email or password is not right.').waitFor();
      await fillSignIn(page, owner);
      await page.getByRole('heading', { name: 'Mine', exact: true }).waitFor();
    });
  });

  it('who signs out on a page finds it again', async () => {
    await visit('/inbox/all/3', async (page) => {
      await fillSignIn(page, owner);
      await page.getByRole('log', { name: 'Conversation' }).waitFor();
      await page.keyboard.press('Control+k');
      await page.keyboard.type('sign out');
      await page.getByRole('option', { name: /^Sign out/ }).waitFor();
      await page.keyboard.press('Enter');
      await page.getByLabel('Email').waitFor();
      await expect.poll(() => nextOf(page)).toEqual(['/inbox/all/3']);
      await fillSignIn(page, owner);
      await page.getByRole('log', { name: 'Conversation' }).waitFor();
      expect(pathOf(page)).toBe('/inbox/all/3');
    });
  });
});

describe('[E2] the sign-in leads nowhere but to pages of this desk', () => {
  it.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    'javascript:void(document.title="evil")',
    '/.//evil.example/',
    '/login?next=/login',
  ])('%j', async (next) => {
    await visit(`/login?next=${encodeURIComponent(next)}`, async (page) => {
      await fillSignIn(page, owner);
      await page.getByRole('heading', { name: 'Mine' }).waitFor();
      expect(pathOf(page)).toBe('/inbox/mine');
      expect(await page.title()).not.toBe('evil');
    });
  });
});
