/**
 * The walls (docs/security.md): what every answer carries, what a browser makes of it, and who may put what into a frame.
 * Real desk, real browser, pages of other origins around it.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConvexHttpClient } from 'convex/browser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { readKeyOf } from '../../convex/readShared.setup.ts';
import type { Id } from '../../convex/_generated/dataModel.js';
import { launchBrowser, openPage, owner, startTestDesk, type TestDesk } from './harness.ts';
import { goOnline, setUpTeam, signIn } from './pages.ts';

let desk: TestDesk;
let browser: Browser;
let shop: Shop;
let client: ConvexHttpClient;
let teamId: Id<'teams'>;
let channelId: Id<'channels'>;
let publicId: string;

interface Shop {
  server: Server;
  /** Another site than 127.0.0.1, where the desk is. */
  url: string;
  /** What it serves next. */
  page: { headers: Record<string, string>; html: string };
}

function serveShop(): Promise<Shop> {
  return new Promise((done) => {
    const shop: Shop = { server: null!, url: '', page: { headers: {}, html: '' } };
    shop.server = createServer((_request, response) => {
      for (const [name, value] of Object.entries(shop.page.headers)) response.setHeader(name, value);
      response.setHeader('content-type', 'text/html; charset=utf-8').end(`<!doctype html>${shop.page.html}`);
    });
    shop.server.listen(0, '127.0.0.1', () => {
      shop.url = `http://localhost:${(shop.server.address() as AddressInfo).port}`;
      done(shop);
    });
  });
}

/** Everything a policy stopped on this page and in its frames. */
async function watchPolicies(page: Page): Promise<string[]> {
  const violations: string[] = [];
  await page.exposeFunction('noteViolation', (text: string) => void violations.push(text));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) => {
      const note = (window as unknown as { noteViolation: (text: string) => void }).noteViolation;
      note(`${violatedDirective}: ${blockedURI} (${sourceFile})`);
    });
  });
  return violations;
}

const snippet = () => `<script async src="${desk.settings.url}/w.js" data-channel="${publicId}"></script>`;

beforeAll(async () => {
  [desk, browser, shop] = await Promise.all([startTestDesk(), launchBrowser(), serveShop()]);
  const { page, context } = await openPage(browser);
  await setUpTeam(page, desk.setupUrl!);
  await context.close();
  client = new ConvexHttpClient(desk.settings.url);
  const params = { flow: 'signIn', email: owner.email, password: owner.password };
  client.setAuth((await client.action(api.auth.signIn, { provider: 'password', params })).tokens!.token);
  ({ teamId } = (await client.query(api.me.get, {})).memberships[0]!);
  const [channel] = await client.query(api.channels.list, {
    teamId,
    readKey: await readKeyOf(client, teamId),
  });
  ({ _id: channelId, publicId } = channel!);
});

afterAll(async () => {
  await browser?.close();
  shop?.server.close();
  await desk?.dispose();
});

describe('the desk behind its policy', () => {
  it('works on every screen and in every layer without one violation', async () => {
    const { page, context, errors } = await openPage(browser);
    const violations = await watchPolicies(page);
    const { url } = desk.settings;
    await signIn(page, url, owner);
    await goOnline(page);
    for (const section of ['me', 'team', 'people', 'agents', 'articles', 'channels', 'audit']) {
      await page.goto(`${url}/settings/${section}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
    }
    await page.keyboard.press('Shift+?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').fill('dark');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /, Online$/ }).click();
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('Escape');
    await page.goto(`${url}/settings/me`);
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('light');
    expect(violations).toEqual([]);
    expect(errors).toEqual([]);
    // They would have been seen.
    await page.evaluate(() => document.head.append(document.createElement('style')));
    await page.evaluate(() => document.querySelector('style')!.append('p { color: red }'));
    await expect.poll(() => violations.join()).toContain('style-src');
    await context.close();
  });

  it('every answer of both ports says what browsers may do with it; no page allows inline code or a foreign frame', async () => {
    const { url, siteUrl } = desk.settings;
    const index = await (await fetch(url)).text();
    const asset = /src="(\/assets\/[^"]+)"/.exec(index)![1]!;
    const addresses = [
      ...['/', '/inbox/all', '/index.html', '/widget.html', '/demo.html', '/w.js', '/icon.svg', asset].map(
        (path) => url + path,
      ),
      ...['/missing.js', '/config.json', '/health', '/api/nothing', '/api/query'].map((path) => url + path),
      ...['/api/v1/health', '/api/v1/me', '/nothing', '/.well-known/openid-configuration'].map(
        (path) => siteUrl + path,
      ),
    ];
    for (const address of addresses) {
      const { headers } = await fetch(address);
      expect(headers.get('x-content-type-options'), address).toBe('nosniff');
      expect(headers.get('referrer-policy'), address).toBe('no-referrer');
      expect(headers.get('cross-origin-opener-policy'), address).toBe('same-origin');
      expect(headers.get('permissions-policy'), address).toContain('camera=()');
      const policy = headers.get('content-security-policy')!;
      expect(policy, address).toMatch(/^default-src 'none'; base-uri 'none'; form-action 'none'; /);
      // What a mail that is shown needs, and nothing that runs (scripts/headers.ts).
      const besideMails = policy
        .replace("; style-src-attr 'unsafe-inline'", '')
        .replace(/(; img-src [^;]*) data: https:/, '$1');
      expect(besideMails, address).not.toMatch(/unsafe|data:|blob:|\*|https?: /);
      if (address.includes('/widget.html')) expect(besideMails, address).toBe(policy);
      expect(policy, address).toMatch(
        address.endsWith('/widget.html') ? /frame-ancestors 'self'/ : /frame-ancestors 'none'/,
      );
    }
  });
});

describe('the chat on a page of a customer', () => {
  /** The shop with the chat on it, under the strictest policy the snippet can live with. */
  async function visit(options: { headers?: Record<string, string>; body?: string } = {}) {
    const { url } = desk.settings;
    const policy = `default-src 'none'; script-src ${url}; frame-src ${url}; require-trusted-types-for 'script'`;
    shop.page = {
      headers: { 'content-security-policy': policy, ...options.headers },
      html: `<html lang="en"><title>Shop</title><main><h1>Shop</h1></main>${options.body ?? snippet()}</html>`,
    };
    const { page, context, errors: problems } = await openPage(browser);
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.goto(shop.url);
    const launcher = page.getByRole('button', { name: 'Chat with us' });
    const chat = page.frameLocator('iframe[title="Support chat"]');
    return { page, launcher, chat, problems, close: () => context.close() };
  }
  const setOrigins = (origins: string[]) =>
    client.mutation(api.channels.update, { teamId, channelId, origins });

  it('[M9] stands everywhere until the channel names its origins, then there alone', async () => {
    const open = await visit();
    await open.launcher.click();
    await open.chat.getByText('What can we help you with?').waitFor();
    expect(open.problems).toEqual([]);
    await open.close();

    const { page: settings, context } = await openPage(browser);
    await signIn(settings, desk.settings.url, owner);
    await settings.goto(`${desk.settings.url}/settings/channels`);
    const field = settings.getByLabel('Only on these sites');
    await field.fill('a.example b.example');
    await field.blur();
    await settings
      .getByText('A site is written like https://shop.example, without a path, one a line.')
      .first()
      .waitFor();
    expect(await field.inputValue()).toBe('');
    await field.fill('Shop.example');
    await field.blur();
    await settings.getByText('Saved. Pages that are open keep their chat.').first().waitFor();
    expect(await field.inputValue()).toBe('https://shop.example');
    await context.close();
    const foreign = await visit();
    await foreign.launcher.click();
    await expect.poll(() => foreign.problems.join()).toMatch(/frame-ancestors/);
    expect(await foreign.chat.getByRole('textbox').count()).toBe(0);
    await foreign.close();

    await setOrigins([shop.url]);
    const own = await visit();
    await own.launcher.click();
    await own.chat.getByText('What can we help you with?').waitFor();
    expect(own.problems).toEqual([]);
    await own.close();
    await setOrigins([]);
  });

  it('the desk shows itself in nobody’s frame', async () => {
    const frames = ['/', '/login', '/inbox/mine', '/demo.html'].map(
      (path) => `<iframe src="${desk.settings.url}${path}"></iframe>`,
    );
    const { page, problems, close } = await visit({ body: frames.join('') });
    await expect.poll(() => problems.filter((text) => text.includes('frame-ancestors')).length).toBe(4);
    for (const frame of page.frames().slice(1)) expect(await frame.locator('form, main').count()).toBe(0);
    await close();
  });

  it('stands on a page that isolates itself, as a module too', async () => {
    const headers = {
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-opener-policy': 'same-origin',
    };
    const asModule = `<script type="module" src="${desk.settings.url}/w.js" data-channel="${publicId}"></script>`;
    for (const body of [snippet(), asModule]) {
      const { launcher, chat, problems, close } = await visit({ headers, body });
      await launcher.click();
      await chat.getByText('What can we help you with?').waitFor();
      expect(problems).toEqual([]);
      await close();
    }
  });

  /** A page that loads other pages by putting their parts in place of its own, the snippet among them. */
  const withoutTrustedTypes = () => ({
    'content-security-policy': `script-src ${desk.settings.url}; frame-src ${desk.settings.url}`,
  });

  it('stays open on a page that replaces its body, and comes back where more is replaced, in one session', async () => {
    const { page, launcher, chat, problems, close } = await visit({ headers: withoutTrustedTypes() });
    const sessions: string[] = [];
    page.on(
      'request',
      (request) => request.url().endsWith('/widget/sessions') && sessions.push(request.url()),
    );
    await launcher.click();
    await chat.getByRole('textbox').fill('Do you ship to Norway?');
    await chat.getByRole('textbox').press('Enter');
    await chat.getByRole('log').getByText('Do you ship to Norway?').waitFor();
    await chat.getByRole('textbox').fill('half a sentence');
    for (const replaced of ['body', 'body', 'children', 'everything'] as const) {
      await page.evaluate(
        ({ what, src, channel }) => {
          const body = document.createElement('body');
          body.append(`The page after ${what} was replaced`);
          const script = Object.assign(document.createElement('script'), { src, async: true });
          script.dataset.channel = channel;
          body.append(script);
          if (what === 'body') return document.body.replaceWith(body);
          if (what === 'children')
            return document.documentElement.replaceChildren(document.createElement('head'), body);
          const html = document.createElement('html');
          html.append(body);
          document.documentElement.replaceWith(html);
        },
        { what: replaced, src: `${desk.settings.url}/w.js`, channel: publicId },
      );
      await page.waitForTimeout(300);
      expect(await launcher.count(), replaced).toBe(1);
      expect(await launcher.getAttribute('aria-expanded')).toBe('true');
      await chat.getByRole('log').getByText('Do you ship to Norway?').waitFor();
      expect(await chat.getByRole('textbox').inputValue()).toBe('half a sentence');
    }
    expect(sessions).toHaveLength(1);
    expect(problems).toEqual([]);
    await close();
  });

  it.each(['forbids to store anything', 'forbids to read what it stored', 'forgets what it stored'] as const)(
    'works for the life of a page in a browser that %s',
    async (how) => {
      const { page, close } = await visit();
      await page.addInitScript((way) => {
        const refuse = () => {
          throw new DOMException('Storage is forbidden.', 'SecurityError');
        };
        if (way === 'forbids to read what it stored') Storage.prototype.getItem = refuse;
        else if (way === 'forgets what it stored') Storage.prototype.setItem = () => {};
        else {
          for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
            Object.defineProperty(window, name, { get: refuse });
        }
        Object.defineProperty(navigator.locks, 'request', { value: async () => refuse() });
      }, how);
      await page.reload();
      const chat = page.frameLocator('iframe[title="Support chat"]');
      await page.getByRole('button', { name: 'Chat with us' }).click();
      await chat.getByText('What can we help you with?').waitFor();
      await chat.getByRole('textbox').fill('Do you ship to Norway?');
      await chat.getByRole('textbox').press('Enter');
      await chat.locator('.own.sent').waitFor();
      await close();
    },
  );

  it('Enter that confirms what an input method composed sends nothing, in Safari neither', async () => {
    const { launcher, chat, close } = await visit();
    await launcher.click();
    const box = chat.getByRole('textbox');
    await box.fill('にほん');
    for (const init of [{ keyCode: 229 }, { isComposing: true }]) {
      await box.evaluate((area, how) => {
        const press = { key: 'Enter', bubbles: true, cancelable: true, ...how };
        area.dispatchEvent(new KeyboardEvent('keydown', press));
      }, init);
    }
    expect(await box.inputValue()).toBe('にほん');
    await box.press('Enter');
    await chat.getByRole('log').getByText('にほん').waitFor();
    await close();
  });

  it('[M9] a launcher for a channel that does not exist says so, tells the page’s owner, and asks once', async () => {
    const body = snippet().replace(publicId, `${publicId}x`);
    const { page, launcher, chat, problems, close } = await visit({ body });
    const asked: string[] = [];
    const told: string[] = [];
    page.on('request', (request) => request.url().includes('/widget/') && asked.push(request.url()));
    page.on('console', (message) => message.type() === 'warning' && told.push(message.text()));
    // From now on a minute of the page's clock, and of its frame's, takes no time.
    await page.clock.install();
    await launcher.click();
    await chat.getByText('This chat is not open.').waitFor();
    expect(told.join()).toContain(`${publicId}x`);
    await page.clock.runFor(60_000);
    const times = (part: string) => asked.filter((url) => url.includes(part)).length;
    expect([times('/widget/sessions'), times('/widget/look'), asked.length]).toEqual([1, 1, 2]);
    // What the browser itself notes of an answer of 404.
    expect(problems.filter((text) => !text.includes('404'))).toEqual([]);
    await chat.getByRole('button', { name: 'Close chat' }).click();
    await expect.poll(() => launcher.count()).toBe(0);
    await close();
  });

  it('[M9] a closed channel has no launcher, but for a visitor whose talk goes on', async () => {
    const before = await visit();
    await before.launcher.waitFor();
    const talking = await visit();
    await talking.launcher.click();
    await talking.chat.getByRole('textbox').fill('Are you there?');
    await talking.chat.getByRole('textbox').press('Enter');
    await talking.chat.locator('.own.sent').waitFor();

    await client.mutation(api.channels.update, { teamId, channelId, active: false });
    const late = await visit();
    // The loader has run, and says first what is closed.
    await late.page.waitForFunction(() => 'batonClosed' in window);
    expect(await late.launcher.count()).toBe(0);
    expect(late.problems).toEqual([]);
    await late.close();

    // It stood there when the channel was closed: whoever tries it is told, once.
    await before.launcher.click();
    await before.chat.getByText('This chat is not open.').waitFor();
    expect(await before.chat.getByText('Connecting').count()).toBe(0);
    await before.chat.getByRole('button', { name: 'Close chat' }).click();
    await expect.poll(() => before.launcher.count()).toBe(0);
    await before.close();

    await talking.page.reload();
    await talking.launcher.click();
    await talking.chat.getByRole('log').getByText('Are you there?').waitFor();
    await talking.close();
    await client.mutation(api.channels.update, { teamId, channelId, active: true });
    const again = await visit();
    await again.launcher.waitFor();
    await again.close();
  });
});

describe('what others write, before an operator', () => {
  const question = 'مرحبا، أين طلبي رقم 48213؟ (ABC-1)';
  const address = `https://shop.example/${'a'.repeat(1_900)}`;
  const markup =
    '<img src=x onerror="document.title=1"> javascript:alert(1) \u202eevil\u202c http://good.example/x.';

  it('[E6] [M9] runs in its own direction, stays in its place, has its links, and what a customer claims is marked', async () => {
    const chatter = await openPage(browser);
    await chatter.page.goto(`${desk.settings.url}/widget.html?channel=${publicId}`);
    for (const text of [question, address, markup]) {
      const box = chatter.page.getByRole('textbox', { name: 'Write a message' });
      await box.fill(text);
      await box.press('Enter');
      await chatter.page.locator('.own.sent').nth([question, address, markup].indexOf(text)).waitFor();
    }
    await chatter.page.getByRole('button', { name: 'Talk to a person' }).click();
    await chatter.page.getByText('The team has been asked.').waitFor();
    await client.mutation(api.members.setStatus, { teamId, status: 'offline' });
    await chatter.page.getByLabel('Where should we send the answer?').fill('x\u202emoc.knab@eciffo.ku');
    await chatter.page.getByRole('button', { name: 'Save' }).click();
    await chatter.page.getByText('That is not an email address.').waitFor();
    await chatter.page.getByLabel('Where should we send the answer?').fill('lena@example.com');
    await chatter.page.getByRole('button', { name: 'Save' }).click();
    await chatter.page.getByText('The team can also answer at lena@example.com').waitFor();

    const { page, context, errors } = await openPage(browser);
    const violations = await watchPolicies(page);
    await signIn(page, desk.settings.url, owner);
    await page.goto(`${desk.settings.url}/inbox/all`);
    const row = page.getByRole('option').filter({ hasText: 'lena@example.com' });
    await row.getByText('claimed').waitFor();
    await row.click();
    const thread = page.getByRole('log', { name: 'Conversation' });
    const bubble = (text: string) => thread.locator('article [dir=auto]').filter({ hasText: text });
    await bubble(question).waitFor();
    expect(await bubble(question).evaluate((each) => getComputedStyle(each).direction)).toBe('rtl');
    for (const link of [address, 'http://good.example/x']) {
      const anchor = thread.getByRole('link', { name: link, exact: true });
      expect(await anchor.getAttribute('href')).toBe(link);
      expect(await anchor.getAttribute('rel')).toBe('noopener noreferrer nofollow');
    }
    expect(await thread.getByRole('link').count()).toBe(2);
    expect(await thread.locator('img').count()).toBe(0);
    expect(await thread.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
    await page.getByRole('complementary', { name: 'Customer' }).getByText('claimed').first().waitFor();
    // Name, subject and last words.
    expect(await row.locator('bdi').count()).toBe(3);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    expect([violations, errors]).toEqual([[], []]);
    await context.close();
    await chatter.context.close();
  });
});
