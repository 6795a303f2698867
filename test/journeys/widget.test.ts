/**
 * A customer's chat from the page it stands on to the person who answers: real desk, real browser. The page is of another
 * origin than the desk and forbids everything the loader does not need.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConvexHttpClient } from 'convex/browser';
import type { Browser, BrowserContextOptions, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Doc, Id } from '../../convex/_generated/dataModel.js';
import { faultsByAxe } from './axe.ts';
import { launchBrowser, openPage, setUpDesk, startTestDesk, type TestDesk } from './harness.ts';
import { readerOf, readList, readShared, readThread, readTicket } from '../../convex/readShared.setup.ts';

let desk: TestDesk;
let browser: Browser;
let host: Server;
let team: Team;

interface Team {
  client: ConvexHttpClient;
  teamId: Id<'teams'>;
  publicId: string;
}

async function makeTeam(): Promise<Team> {
  const { operator: client, teamId } = await setUpDesk(desk, { teamName: 'Pinetrail' });
  const [channel] = await readShared(client, api.channels.list, { teamId });
  return { client, teamId, publicId: channel!.publicId };
}

/** Somebody's own page, with the snippet as the desk shows it. */
function serveHost(): Promise<Server> {
  const policy = `default-src 'none'; script-src ${desk.settings.url}; frame-src ${desk.settings.url}; require-trusted-types-for 'script'`;
  const snippet = `<script async src="${desk.settings.url}/w.js" data-channel="${team.publicId}"></script>`;
  const server = createServer((_request, response) => {
    response
      .setHeader('content-security-policy', policy)
      .setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      `<!doctype html><html lang="en"><title>Shop</title><main><h1>Shop</h1><p>Words.</p></main>${snippet}`,
    );
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

beforeAll(async () => {
  desk = await startTestDesk();
  team = await makeTeam();
  [host, browser] = await Promise.all([serveHost(), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  host?.close();
  await desk?.dispose();
});

interface Visit {
  page: Page;
  chat: FrameLocator;
  launcher: ReturnType<Page['getByRole']>;
  problems: string[];
  deskRequests: string[];
  close: () => Promise<void>;
}

async function visit(options: BrowserContextOptions = {}): Promise<Visit> {
  const { page, context, errors: problems } = await openPage(browser, options);
  const deskRequests: string[] = [];
  page.on(
    'request',
    (request) => request.url().startsWith(desk.settings.url) && deskRequests.push(request.url()),
  );
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(hostUrl());
  const launcher = page.getByRole('button', { name: 'Chat with us' });
  await launcher.waitFor();
  const chat = page.frameLocator('iframe[title="Support chat"]');
  return { page, chat, launcher, problems, deskRequests, close: () => context.close() };
}

// Another site than 127.0.0.1, where the desk is.
const hostUrl = () => `http://localhost:${(host.address() as AddressInfo).port}/`;

const composer = (chat: FrameLocator) => chat.getByRole('textbox', { name: 'Write a message' });

async function waitForFocus(chat: FrameLocator): Promise<void> {
  await expect
    .poll(() => composer(chat).evaluate((box) => box.matches(':focus')), { timeout: 5_000 })
    .toBe(true);
}

async function write(chat: FrameLocator, text: string): Promise<void> {
  await composer(chat).fill(text);
  await composer(chat).press('Enter');
}

async function newestTicket() {
  const number = Math.max(...(await readList(readerOf(team.client, team.teamId), { list: 'all' })));
  return (await readTicket(team.client, { teamId: team.teamId, number }))!;
}

/** Asks for a person and has Ana take the conversation over. */
async function takeOver(chat: FrameLocator): Promise<Doc<'tickets'>> {
  await chat.getByRole('button', { name: 'Talk to a person' }).click();
  await chat.getByText('The team has been asked.').waitFor();
  const { ticket } = await newestTicket();
  const { teamId, client } = team;
  await client.mutation(api.tickets.takeOver, { teamId, ticketId: ticket._id });
  return ticket;
}

async function replyAs({ number, conversationId }: Doc<'tickets'>, text: string): Promise<void> {
  const { client, teamId } = team;
  const { control, lastSequence } = (await readTicket(client, { teamId, number }))!;
  const { epoch } = control;
  const reply = {
    teamId,
    conversationId,
    text,
    clientMessageId: crypto.randomUUID(),
    epoch,
    seenThrough: lastSequence,
  };
  expect(await client.mutation(api.messages.reply, reply)).toHaveProperty('sent');
}

describe('the page around', () => {
  it('[ux B5] pays one request and no layout shift until somebody reaches for the chat, under a strict policy', async () => {
    const { page, chat, launcher, problems, deskRequests, close } = await visit();
    await page.waitForTimeout(500);
    expect(deskRequests).toEqual([`${desk.settings.url}/w.js`]);
    await launcher.click();
    await chat.getByText('What can we help you with?').waitFor();
    const shift = await page.evaluate(
      () =>
        new Promise<number>((done) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const each of list.getEntries()) sum += (each as PerformanceEntry & { value: number }).value;
          }).observe({ type: 'layout-shift', buffered: true });
          setTimeout(() => done(sum), 200);
        }),
    );
    expect(shift).toBe(0);
    expect(problems).toEqual([]);
    await close();
  });

  it('the launcher opens, Esc closes and gives the focus back, and the name of the button counts what is unread', async () => {
    const { page, chat, launcher, close } = await visit();
    await page.keyboard.press('Tab');
    expect(await launcher.evaluate((button) => button.matches(':focus'))).toBe(true);
    expect(await launcher.getAttribute('aria-expanded')).toBe('false');
    await page.keyboard.press('Enter');
    await expect.poll(() => launcher.getAttribute('aria-expanded')).toBe('true');
    await chat.getByText('What can we help you with?').waitFor();
    await waitForFocus(chat);
    await write(chat, 'Hello');
    const ticket = await takeOver(chat);
    await composer(chat).press('Escape');
    await expect.poll(() => launcher.getAttribute('aria-expanded')).toBe('false');
    expect(await launcher.evaluate((button) => button.matches(':focus'))).toBe(true);
    await replyAs(ticket, 'Hello, how can I help?');
    await page.getByRole('button', { name: 'Chat with us, 1 unread message', exact: true }).click();
    await chat.getByText('Hello, how can I help?').waitFor();
    await expect.poll(() => launcher.getAttribute('aria-label')).toBe('Chat with us');
    await page.reload();
    await expect.poll(() => page.frames().length).toBe(2);
    await page.waitForTimeout(1_000);
    expect(await launcher.getAttribute('aria-label'), 'read stays read').toBe('Chat with us');
    await close();
  });

  it('messages of strangers steer neither side', async () => {
    const { page, chat, launcher, close } = await visit();
    await launcher.click();
    await chat.getByText('What can we help you with?').waitFor();
    await page.evaluate(() => {
      const frame = document.querySelector('html > div')!.shadowRoot!.querySelector('iframe')!;
      for (const data of [
        { type: 'close' },
        { type: 'hidden' },
        { type: 'unread', count: 9 },
        { baton: 1, dir: 'rtl' },
      ]) {
        window.postMessage(data, '*');
        frame.contentWindow!.postMessage(data, '*');
        // A second hello, with a port of its own, comes too late.
        frame.contentWindow!.postMessage(data, '*', [new MessageChannel().port2]);
      }
    });
    await page.waitForTimeout(200);
    expect(await launcher.getAttribute('aria-expanded')).toBe('true');
    expect(await launcher.getAttribute('aria-label')).toBe('Chat with us');
    expect(await chat.locator('html').getAttribute('dir')).toBe('ltr');
    await close();
  });

  it('a page may open the chat before the loader has come', async () => {
    const { page, errors } = await openPage(browser);
    await page.goto(hostUrl(), { waitUntil: 'commit' });
    await page.addInitScript(() => {
      const stub = Object.assign((...call: unknown[]) => void stub.q.push(call), { q: [] as unknown[][] });
      window.baton = stub;
      stub('open');
    });
    await page.reload();
    await page.frameLocator('iframe[title="Support chat"]').getByText('What can we help you with?').waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });
});

describe('the conversation', () => {
  it('[ux W1] a first message takes one click and no form, and the agent answers it', async () => {
    const { page, chat, launcher, problems, close } = await visit();
    await launcher.click();
    await waitForFocus(chat);
    await page.keyboard.type('Where is my order?');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('It is a tent.');
    await page.keyboard.press('Enter');
    const log = chat.getByRole('log');
    await log.getByText('Where is my order?\nIt is a tent.').waitFor();
    await log.getByText('tracking link').waitFor();
    await log.getByText('From “Where is my order? Tracking a parcel”').waitFor();
    expect(await composer(chat).inputValue()).toBe('');
    expect(problems).toEqual([]);
    await close();
  });

  it('[M8] [ux W2] a person joining is seen within a second, the thread stays one, and only news is announced', async () => {
    const { page, chat, launcher, close } = await visit();
    await launcher.click();
    await chat.getByRole('heading', { name: 'Robin' }).waitFor();
    await write(chat, 'I want a refund, I bought it 45 days ago');
    await chat.getByText('Your purchase is outside our 30 days').waitFor();
    const { ticket } = await newestTicket();
    const started = Date.now();
    await team.client.mutation(api.tickets.takeOver, { teamId: team.teamId, ticketId: ticket._id });
    await chat.getByText(/^Ana.* joined the conversation\.$/).waitFor();
    await chat.getByRole('heading', { name: 'Ana' }).waitFor();
    expect(Date.now() - started).toBeLessThan(1_000);
    await team.client.mutation(api.typing.set, {
      teamId: team.teamId,
      conversationId: ticket.conversationId,
      isTyping: true,
    });
    await chat.getByText('Ana is typing').first().waitFor();
    // The same browser, later: the whole thread is there, and only what comes now is news.
    await page.context().addInitScript(() => {
      const announced: string[] = [];
      Object.assign(window, { announced });
      new MutationObserver((changes) => {
        for (const { addedNodes, target } of changes) {
          const log = (target as Element).closest?.('[role=log]');
          if (log?.getAttribute('aria-live') === 'polite')
            for (const node of addedNodes) announced.push(node.textContent!);
        }
      }).observe(document, { childList: true, subtree: true });
    });
    await page.reload();
    await launcher.click();
    await chat.getByText('I want a refund, I bought it 45 days ago').waitFor();
    await chat.getByRole('heading', { name: 'Ana' }).waitFor();
    await expect.poll(() => chat.getByRole('log').getAttribute('aria-live')).toBe('polite');
    await replyAs(ticket, 'I have read everything.');
    await chat.getByText('I have read everything.').waitFor();
    const announced = await chat
      .locator('html')
      .evaluate(() => (window as unknown as { announced: string[] }).announced);
    expect(announced).toEqual([expect.stringContaining('I have read everything.')]);
    await close();
  });

  it('[H5] who asks is told their place in line, and nobody is in line once a person has answered and left', async () => {
    const { chat, launcher, close } = await visit();
    await launcher.click();
    await write(chat, 'Hello');
    const ticket = await takeOver(chat);
    await chat.getByRole('heading', { name: 'Ana' }).waitFor();
    await replyAs(ticket, 'Done.');
    const { client, teamId } = team;
    const { control, lastSequence } = (await readTicket(client, { teamId, number: ticket.number }))!;
    const back = { expectedEpoch: control.epoch, seenThrough: lastSequence };
    await client.mutation(api.tickets.returnToAgent, {
      teamId,
      conversationId: ticket.conversationId,
      ...back,
    });
    await chat.getByText(/Robin is back/).waitFor();
    expect(await chat.getByText(/The team has been asked|in line already|will join you/).count()).toBe(0);
    await chat.getByRole('button', { name: 'Talk to a person' }).click();
    await chat.getByText(/^The team has been asked\. You (are next|were number \d+ at \d)/).waitFor();
    await chat.getByRole('button', { name: 'Talk to a person' }).click();
    await chat.getByText(/^You are in line already\. You (are next|were number \d+ at \d)/).waitFor();
    const { customer } = (await readTicket(client, { teamId, number: ticket.number }))!;
    expect(customer.timeZone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
    await close();
  });

  it('[M2] what was written offline survives the page and reaches the desk once', async () => {
    const { page, chat, launcher, close } = await visit();
    await launcher.click();
    await write(chat, 'Hello');
    const { conversationId } = await takeOver(chat);
    await page.context().setOffline(true);
    await write(chat, 'First line written in a tunnel');
    await write(chat, 'Second line written in a tunnel');
    await chat.getByText('No connection.').waitFor();
    await chat.getByText('Sent when you’re back', { exact: true }).first().waitFor();
    const again = await page.context().newPage();
    await page.close();
    await again.context().setOffline(false);
    await again.goto(hostUrl());
    await again.getByRole('button', { name: 'Chat with us' }).click();
    await again.frameLocator('iframe[title="Support chat"]').getByText('Sent', { exact: true }).waitFor();
    const entries = await readThread(team.client, { teamId: team.teamId, conversationId });
    const written = entries.flatMap(({ text }) => (text?.includes('tunnel') ? [text] : []));
    expect(written).toEqual(['First line written in a tunnel', 'Second line written in a tunnel']);
    await close();
  });

  it('[H5] with nobody online the customer is told so and may leave an address, after the question', async () => {
    const { chat, launcher, close } = await visit();
    await launcher.click();
    await chat.getByText('What can we help you with?').waitFor();
    expect(await chat.getByLabel('Where should we send the answer?').count()).toBe(0);
    await write(chat, 'My question is special');
    await chat.getByRole('button', { name: 'Talk to a person' }).click();
    await chat.getByText('Nobody is online now. A person answers when the team is back.').waitFor();
    const address = chat.getByLabel('Where should we send the answer?');
    await address.fill('nobody at example');
    await chat.getByRole('button', { name: 'Save' }).click();
    await chat.getByText('That is not an email address. Check it and save again.').waitFor();
    await address.fill('Lena@Example.com');
    await chat.getByRole('button', { name: 'Save' }).click();
    await chat.getByText('The team can also answer at Lena@Example.com.').waitFor();
    const { ticket } = await newestTicket();
    const { customer } = (await readTicket(team.client, {
      teamId: team.teamId,
      number: ticket.number,
    }))!;
    expect(customer.email).toBe('lena@example.com');
    await close();
  });

  it('a channel that does not exist says so and takes nothing', async () => {
    const { page } = await openPage(browser);
    await page.goto(`${desk.settings.url}/widget.html?channel=nothing`);
    await page.getByText('This chat is not open.').waitFor();
    expect(await page.getByRole('textbox').count()).toBe(0);
    await page.context().close();
  });
});

describe('everybody can use it', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const viewport of [
      { width: 1280, height: 800 },
      { width: 390, height: 780 },
      { width: 320, height: 560 },
    ]) {
      it(`[ux A1] [ux A5] no faults in ${colorScheme}, ${viewport.width} px wide, nothing cut off`, async () => {
        const { page } = await openPage(browser, { colorScheme, viewport, hasTouch: viewport.width < 500 });
        await page.goto(`${desk.settings.url}/demo.html?channel=${team.publicId}`);
        await page.getByRole('button', { name: 'Chat with us' }).waitFor();
        expect(await faultsByAxe(page)).toEqual([]);
        await page.getByRole('button', { name: 'Chat with us' }).click();
        const chat = page.frameLocator('iframe[title="Support chat"]');
        await chat.getByText('What can we help you with?').waitFor();
        await write(
          chat,
          `A word that does not end: ${'endless'.repeat(20)} https://long.example/${'path/'.repeat(20)}`,
        );
        await chat.getByText('so I have asked a person').waitFor();
        await chat.getByRole('button', { name: 'Talk to a person' }).click();
        await chat.getByLabel('Where should we send the answer?').waitFor();
        expect(await faultsByAxe(page)).toEqual([]);
        const overflow = await chat.locator('body').evaluate((body) => {
          const boxes = [...body.querySelectorAll('*')].filter((each) => !each.closest('.unseen'));
          return boxes
            .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
            .map((each) => each.className);
        });
        expect(overflow).toEqual([]);
        if (viewport.width < 500) {
          const small = await chat.locator('body').evaluate((body) =>
            [...body.querySelectorAll('button')]
              .filter(({ className }) => className !== 'link')
              .filter((each) => each.getBoundingClientRect().height < 44)
              .map(({ textContent }) => textContent),
          );
          if (await chat.locator('body').evaluate(() => matchMedia('(pointer: coarse)').matches))
            expect(small).toEqual([]);
        }
        await page.context().close();
      });
    }
  }
});
