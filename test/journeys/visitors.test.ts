/**
 * Who uses a browser, as the page around the chat says (docs/rules.md M9, E5): identified by a signed token, claimed, somebody
 * else, nobody any more, in one tab and in several. Real desk, real browser, a page of another origin under a strict policy.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConvexHttpClient } from 'convex/browser';
import { SignJWT } from 'jose';
import type { Browser, BrowserContext, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { readerOf, readList, readShared, readTicket } from '../../convex/readShared.setup.ts';
import { byWcag, faultsByAxe } from './axe.ts';
import { launchBrowser, setUpDesk, startTestDesk, type TestDesk } from './harness.ts';
import { openSignedIn } from './pages.ts';

let desk: TestDesk;
let browser: Browser;
let host: Server;
let client: ConvexHttpClient;
let teamId: Id<'teams'>;
let publicId: string;
let secret: string;
let settings: Page;

function serveHost(): Promise<Server> {
  const { url } = desk.settings;
  const policy = `default-src 'none'; script-src ${url}; frame-src ${url}; require-trusted-types-for 'script'`;
  const server = createServer((_request, response) => {
    response.setHeader('content-security-policy', policy).setHeader('content-type', 'text/html');
    response.end(
      `<!doctype html><html lang="en"><title>Shop</title><main><h1>Shop</h1></main><script async src="${url}/w.js" data-channel="${publicId}"></script>`,
    );
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  ({ operator: client, teamId } = await setUpDesk(desk, { teamName: 'Pinetrail' }));
  const [channel] = await readShared(client, api.channels.list, { teamId });
  publicId = channel!.publicId;
  host = await serveHost();
  ({ page: settings } = await openSignedIn(browser, desk.settings.url, '/settings/channels'));
  await settings.getByRole('button', { name: 'Make a secret' }).click();
  secret = (await settings.getByRole('status').locator('code').textContent())!;
}, 120_000);

afterAll(async () => {
  await browser?.close();
  host?.close();
  await desk?.dispose();
});

// Another site than 127.0.0.1, where the desk is.
const hostUrl = () => `http://localhost:${(host.address() as AddressInfo).port}/`;

const demoUrl = () => `${desk.settings.url}/demo.html?channel=${publicId}`;

const sign = (sub: string, more: Record<string, unknown> = {}, by = secret) =>
  new SignJWT(more)
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setAudience(publicId)
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(by));

interface Tab {
  page: Page;
  chat: FrameLocator;
  launcher: ReturnType<Page['getByRole']>;
  /** What was said in the console, warnings and errors alone. */
  said: string[];
  /** All that it has shown, in its frames, too. */
  shown: string[];
}

async function openTab(
  context: BrowserContext,
  before?: (page: Page) => Promise<unknown>,
  address = hostUrl(),
): Promise<Tab> {
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const said: string[] = [];
  const shown: string[] = [];
  await page.exposeFunction('noteShown', (text: string) => void shown.push(text));
  await page.addInitScript(() => {
    const note = (window as unknown as { noteShown: (text: string) => void }).noteShown;
    new MutationObserver((changes) => {
      for (const { addedNodes, target, type } of changes) {
        for (const node of addedNodes) note(node.textContent ?? '');
        if (type === 'characterData') note(target.textContent ?? '');
      }
    }).observe(document, { childList: true, subtree: true, characterData: true });
  });
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && said.push(message.text()));
  await before?.(page);
  await page.goto(address);
  const launcher = page.getByRole('button', { name: 'Chat with us' });
  await launcher.waitFor();
  return { page, launcher, said, shown, chat: page.frameLocator('iframe[title="Support chat"]') };
}

const composer = ({ chat }: Tab) => chat.getByRole('textbox', { name: 'Write a message' });

async function open(tab: Tab): Promise<void> {
  await tab.launcher.click();
  await composer(tab).waitFor();
}

async function write(tab: Tab, text: string): Promise<void> {
  await composer(tab).fill(text);
  await composer(tab).press('Enter');
  await tab.chat.locator('.own.sent').filter({ hasText: text }).waitFor();
}

const tell = ({ page }: Tab, command: string, value?: unknown) =>
  page.evaluate(([name, said]) => window.baton!(name as string, said), [command, value]);

const thread = ({ chat }: Tab) => chat.getByRole('log');

describe('[M9] a customer whom the site signs for', () => {
  it('is known to the team in the middle of a talk, and finds it on another browser', async () => {
    const context = await browser.newContext();
    const tab = await openTab(context);
    await open(tab);
    await write(tab, 'Where is my tent?');
    await composer(tab).fill('half a sentence');
    await tell(tab, 'identify', {
      token: await sign('u1', {
        name: 'Lena Berg',
        email: 'lena@shop.example',
        attributes: { plan: 'pro', order_value: 349 },
      }),
    });
    await tab.chat.getByRole('button', { name: 'Talk to a person' }).click();
    await tab.chat.getByText('The team has been asked.').waitFor();
    // Nothing of what was under way is lost.
    expect(await composer(tab).inputValue()).toBe('half a sentence');
    await thread(tab).getByText('Where is my tent?').waitFor();
    expect(tab.said).toEqual([]);

    const inbox = await openSignedIn(browser, desk.settings.url, '/inbox/all');
    const row = inbox.page.getByRole('option').filter({ hasText: 'Lena Berg' });
    await row.waitFor();
    expect(await row.getByText('claimed').count()).toBe(0);
    await row.click();
    const panel = inbox.page.getByRole('complementary', { name: 'Customer' });
    await panel.getByText('Lena Berg').waitFor();
    // The name and the address; and both by which they are known.
    expect(await panel.getByText('verified').count()).toBe(4);
    expect(await panel.getByText('claimed').count()).toBe(0);
    const facts = panel.getByRole('region', { name: 'From your site' });
    expect(await facts.innerText()).toMatch(/plan\s+pro\s+order_value\s+349/);
    expect(await panel.getByText('u1', { exact: true }).count()).toBe(1);
    expect(await faultsByAxe(inbox.page, byWcag)).toEqual([]);
    await inbox.context.close();

    const other = await browser.newContext();
    const elsewhere = await openTab(other);
    await tell(elsewhere, 'identify', { token: await sign('u1', { name: 'Lena Berg' }) });
    await open(elsewhere);
    await thread(elsewhere).getByText('Where is my tent?').waitFor();
    expect(elsewhere.said).toEqual([]);
    await other.close();
    await context.close();
  });

  it('goes back to a talk of before, and on with it', async () => {
    const first = await browser.newContext();
    const phone = await openTab(first);
    await tell(phone, 'identify', { token: await sign('u7') });
    await open(phone);
    await write(phone, 'Asked on the phone');
    const second = await browser.newContext();
    // Where what looks for faults can look into the frame.
    const laptop = await openTab(second, undefined, demoUrl());
    await open(laptop);
    await write(laptop, 'Begun before signing in');
    expect(await laptop.chat.getByText('Earlier conversations').count()).toBe(0);
    await tell(laptop, 'identify', { token: await sign('u7') });
    await laptop.chat.getByText('Earlier conversations').click();
    await laptop.chat.locator('.talks').getByRole('button').click();
    await thread(laptop).getByText('Asked on the phone').waitFor();
    await write(laptop, 'I am back');
    await thread(phone).getByText('I am back').waitFor();
    expect(await thread(laptop).getByText('Begun before').count()).toBe(0);
    await laptop.chat.getByText('Earlier conversations').click();
    expect(await faultsByAxe(laptop.page)).toEqual([]);
    await Promise.all([first.close(), second.close()]);
  });

  it('[E5] never sees what somebody else said, wrote or had under way in this browser, in no tab', async () => {
    const context = await browser.newContext();
    const tab = await openTab(context);
    await tell(tab, 'identify', { token: await sign('lena', { name: 'Lena' }) });
    await open(tab);
    await write(tab, 'A secret of Lena');
    const other = await openTab(context);
    await open(other);
    await thread(other).getByText('A secret of Lena').waitFor();
    await composer(tab).fill('half a secret');
    await expect.poll(() => composer(other).inputValue()).toBe('half a secret');

    for (const each of [tab, other]) each.shown.length = 0;
    await tell(tab, 'identify', { token: await sign('omar', { name: 'Omar' }) });
    for (const each of [tab, other]) {
      await expect.poll(() => thread(each).getByText('A secret of Lena').count()).toBe(0);
      await each.chat.getByText('What can we help you with?').waitFor();
      expect(await composer(each).inputValue()).toBe('');
    }
    await write(other, 'A secret of Omar');
    await thread(tab).getByText('A secret of Omar').waitFor();
    expect([...tab.shown, ...other.shown].join()).not.toMatch(/secret of Lena|half a secret/);

    // On a page that says so from the start, the former talk is not even fetched.
    const token = await sign('mia', { name: 'Mia' });
    const third = await openTab(context, (page) =>
      page.addInitScript((given) => {
        if (window.top !== window) return;
        const stub = Object.assign((...call: unknown[]) => void stub.q.push(call), { q: [] as unknown[][] });
        window.baton = stub as never;
        stub('identify', { token: given });
        stub('open');
      }, token),
    );
    await third.chat.getByText('What can we help you with?').waitFor();
    expect(third.shown.join()).not.toContain('secret');
    expect([...tab.said, ...other.said, ...third.said]).toEqual([]);
    await context.close();
  });

  it('a token that is not right says why in the console, and changes nothing', async () => {
    const context = await browser.newContext();
    const tab = await openTab(context);
    await open(tab);
    await write(tab, 'Hello');
    const foreign = await sign('u1', {}, 'bi_a-secret-of-nobody-00000000000000000000000');
    await tell(tab, 'identify', { token: foreign });
    await expect
      .poll(() => tab.said.filter((text) => text.startsWith('Baton')))
      .toEqual([
        'Baton: identify was refused, nothing has changed: its signature is not of a secret of this chat.',
      ]);
    await tell(tab, 'identify', { token: 7 });
    await expect.poll(() => tab.said.at(-1)).toBe('Baton: the token of identify is not a text');
    await tell(tab, 'identify', {});
    await expect.poll(() => tab.said.at(-1)).toMatch(/^Baton: identify takes \{ token \}, or/);
    await tell(tab, 'setAttributes', { plan: ['pro'] });
    await expect.poll(() => tab.said.at(-1)).toMatch(/^Baton: setAttributes takes an object of texts/);
    await tell(tab, 'setAttributes', { plan: 'x'.repeat(300) });
    await expect
      .poll(() => tab.said.at(-1))
      .toBe('Baton: The value of an attribute has at most 200 characters.');
    await tell(tab, 'hide');
    await expect.poll(() => tab.said.at(-1)).toBe('Baton: there is no command “hide”');
    await thread(tab).getByText('You: Hello').waitFor();
    await write(tab, 'Still here');
    await context.close();
  });
});

it('[M9] what only the page says of a customer is marked as claimed', async () => {
  const context = await browser.newContext();
  const tab = await openTab(context);
  await tell(tab, 'identify', { name: 'Carla Claim', email: 'carla@shop.example' });
  await open(tab);
  await write(tab, 'Hello');
  await tell(tab, 'setAttributes', { plan: 'pro' });
  await tab.chat.getByRole('button', { name: 'Talk to a person' }).click();
  await tab.chat.getByText('The team has been asked.').waitFor();
  const inbox = await openSignedIn(browser, desk.settings.url, '/inbox/all');
  const row = inbox.page.getByRole('option').filter({ hasText: 'Carla Claim' });
  await row.getByText('claimed').waitFor();
  await row.click();
  const panel = inbox.page.getByRole('complementary', { name: 'Customer' });
  // The name, the address twice, the plan.
  await expect.poll(() => panel.getByText('claimed').count()).toBe(4);
  expect(await panel.getByText('verified').count()).toBe(0);
  expect(tab.said).toEqual([]);
  await inbox.context.close();
  await context.close();
});

it('[M9] reset: the browser forgets the session, every tab follows, and whoever comes next begins anew', async () => {
  const context = await browser.newContext();
  const tab = await openTab(context);
  await open(tab);
  await write(tab, 'A secret of Lena');
  const other = await openTab(context);
  await open(other);
  await thread(other).getByText('A secret of Lena').waitFor();
  await composer(other).fill('half a secret');
  const sessionToken = await tab.chat.locator('html').evaluate(() => {
    const key = Object.keys(localStorage).find((each) => each.endsWith('.session'))!;
    return localStorage.getItem(key)!;
  });
  for (const each of [tab, other]) each.shown.length = 0;
  await tell(tab, 'reset');
  for (const each of [tab, other]) {
    await expect.poll(() => each.launcher.getAttribute('aria-expanded')).toBe('false');
    await open(each);
    await each.chat.getByText('What can we help you with?').waitFor();
    expect(await composer(each).inputValue()).toBe('');
  }
  // The right itself has ended, for whoever noted it.
  await expect
    .poll(async () => {
      const body = JSON.stringify({ sessionToken });
      const headers = { 'Content-Type': 'application/json' };
      return (await fetch(`${desk.settings.siteUrl}/widget/token`, { method: 'POST', headers, body })).status;
    })
    .toBe(401);
  await write(other, 'Somebody new');
  await thread(tab).getByText('Somebody new').waitFor();
  await tab.page.reload();
  await open(tab);
  await thread(tab).getByText('Somebody new').waitFor();
  expect(await thread(tab).getByText('A secret of Lena').count()).toBe(0);
  expect([...tab.shown, ...other.shown].join()).not.toMatch(/secret of Lena|half a secret/);
  expect([...tab.said, ...other.said]).toEqual([]);
  await context.close();
});

it('[M8] “End chat” asks once more, lets the agent rest and tells the team; writing again goes on in the same thread', async () => {
  const context = await browser.newContext();
  const tab = await openTab(context, undefined, demoUrl());
  await open(tab);
  expect(await tab.chat.getByRole('button', { name: 'End chat' }).count()).toBe(0);
  await write(tab, 'I am Ende, and I want a person');
  await tab.chat.getByRole('button', { name: 'Talk to a person' }).click();
  await tab.chat.getByText('The team has been asked.').waitFor();
  await tab.chat.getByRole('button', { name: 'End chat' }).click();
  await tab.chat.getByText('End this chat?').waitFor();
  await tab.page.keyboard.press('Escape');
  await expect.poll(() => tab.chat.getByText('End this chat?').count()).toBe(0);
  expect(await tab.launcher.getAttribute('aria-expanded')).toBe('true');
  await tab.chat.getByRole('button', { name: 'End chat' }).click();
  await tab.chat.getByRole('group').getByRole('button', { name: 'End chat' }).click();
  await tab.chat.getByText('You ended this chat. Write to go on.').waitFor();

  const inbox = await openSignedIn(browser, desk.settings.url, '/inbox/all');
  await inbox.page.getByRole('option').filter({ hasText: 'I am Ende' }).click();
  const conversation = inbox.page.getByRole('log', { name: 'Conversation' });
  await conversation.getByText('The customer ended the chat').waitFor();
  await tab.page.reload();
  await open(tab);
  await tab.chat.getByText('You ended this chat. Write to go on.').waitFor();
  await write(tab, 'One more thing');
  await expect.poll(() => tab.chat.getByText('You ended this chat.').count()).toBe(0);
  await thread(tab).getByText('I am Ende').waitFor();
  await conversation.getByText('One more thing').waitFor();
  expect(tab.said).toEqual([]);
  await tab.chat.getByRole('button', { name: 'End chat' }).click();
  expect(await faultsByAxe(tab.page)).toEqual([]);
  await inbox.context.close();
  await context.close();
});

it('several tabs agree: what is unread, what is half written and what waits to be sent', async () => {
  const context = await browser.newContext();
  const [tab, other] = [await openTab(context), await openTab(context)];
  await open(tab);
  await write(tab, 'Hello from one tab');
  await other.page.reload();
  await open(other);
  await thread(other).getByText('Hello from one tab').waitFor();
  await composer(tab).fill('half written here');
  await expect.poll(() => composer(other).inputValue()).toBe('half written here');
  await composer(other).press('Enter');
  await thread(tab).getByText('half written here').waitFor();
  await expect.poll(() => composer(tab).inputValue()).toBe('');
  // Both closed: what comes is unread in both, and read in both once one has read it.
  await tell(other, 'close');
  await tab.chat.getByRole('button', { name: 'Talk to a person' }).click();
  await tab.chat.getByText(/The team has been asked|in line already/).waitFor();
  await tell(tab, 'close');
  const number = Math.max(...(await readList(readerOf(client, teamId), { list: 'all' })));
  const { ticket } = (await readTicket(client, { teamId, number }))!;
  await client.mutation(api.tickets.takeOver, { teamId, ticketId: ticket._id });
  for (const each of [tab, other])
    await expect.poll(() => each.launcher.getAttribute('aria-label')).toMatch(/, [1-9] unread/);
  await tell(other, 'open');
  for (const each of [tab, other])
    await expect.poll(() => each.launcher.getAttribute('aria-label')).toBe('Chat with us');
  await context.close();
});

it('[M9] a secret is told once, two are taken at a time, and a withdrawn one is refused', async () => {
  const card = settings.getByRole('region', { name: /^Identity of/ });
  expect(await card.locator('pre').first().textContent()).toContain(`.setAudience('${publicId}')`);
  await card.getByRole('button', { name: 'Make a second secret' }).click();
  await expect.poll(() => card.getByRole('listitem').count()).toBe(2);
  expect(await card.getByRole('button', { name: /^Make/ }).count()).toBe(0);
  const second = (await card.getByRole('status').locator('code').textContent())!;
  expect(second).not.toBe(secret);
  await card.getByText('last used').waitFor();
  expect(await faultsByAxe(settings)).toEqual([]);
  await settings.reload();
  await expect.poll(() => card.getByRole('listitem').count()).toBe(2);
  expect(await settings.content()).not.toContain(second);
  await card.getByRole('button', { name: `Withdraw the secret that ends in ${secret.slice(-4)}` }).click();
  await expect.poll(() => card.getByRole('listitem').count()).toBe(1);
  const context = await browser.newContext();
  const tab = await openTab(context);
  await tell(tab, 'identify', { token: await sign('u1') });
  await open(tab);
  await expect.poll(() => tab.said.join()).toContain('its signature is not of a secret of this chat');
  await tell(tab, 'identify', { token: await sign('u1', {}, second) });
  await write(tab, 'Known again');
  expect(tab.said.filter((text) => text.startsWith('Baton'))).toHaveLength(1);
  await context.close();
});
