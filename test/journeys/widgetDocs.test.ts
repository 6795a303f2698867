/**
 * docs/widget.md is followed: its tags, policies, commands, its signing in Node and its parts for frameworks, each on a page of
 * another origin in a real browser; and what it promises of pages around the chat.
 */
import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { ConvexHttpClient } from 'convex/browser';
import type { Browser, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { readerOf, readList, readShared, readTicket } from '../../convex/readShared.setup.ts';
import { root } from '../../scripts/settings.ts';
import { blocksOf } from './guide.ts';
import { launchBrowser, openPage, setUpDesk, startTestDesk, type TestDesk } from './harness.ts';
import { openSignedIn } from './pages.ts';

let desk: TestDesk;
let browser: Browser;
let host: Server;
let client: ConvexHttpClient;
let teamId: Id<'teams'>;
let channelId: Id<'channels'>;
let publicId: string;
let sign: (user: object) => Promise<string>;
const folder = mkdtempSync(join(root, 'node_modules/.widget-docs-'));

/** What the host serves next. */
let served: { policy?: string; html: string; script?: string };

const blocks = blocksOf('docs/widget.md');
const filled = (text: string) =>
  text.replaceAll('https://desk.example', desk.settings.url).replaceAll('PUBLIC_ID', publicId);
/** The first block that says this, as it stands there. */
function block(language: string, has: string): string {
  const found = blocks.find((each) => each.language === language && each.text.includes(has));
  return filled(found?.text ?? expect.unreachable(`No block of ${language} with ${has}`));
}
const policies = () =>
  blocks
    .filter(({ language }) => language === 'http')
    .map(({ text }) => filled(text).replace('Content-Security-Policy: ', '').trim());

beforeAll(async () => {
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  ({ operator: client, teamId } = await setUpDesk(desk, { teamName: 'Pinetrail' }));
  const [channel] = await readShared(client, api.channels.list, { teamId });
  ({ _id: channelId, publicId } = channel!);
  const { secret } = await client.mutation(api.identitySecrets.make, { teamId, channelId });
  Object.assign(process.env, { BATON_IDENTITY_SECRET: secret, BATON_CHANNEL: publicId });
  const file = join(folder, 'sign.mjs');
  writeFileSync(file, block('js', 'SignJWT'));
  ({ identityOf: sign } = (await import(pathToFileURL(file).href)) as { identityOf: typeof sign });
  host = createServer((request, response) => {
    if (served.policy) response.setHeader('content-security-policy', served.policy);
    if (request.url === '/baton-token') {
      const user = { id: 'u1', name: 'Lena Berg', email: 'lena@shop.example', plan: 'pro' };
      void sign(user).then((token) => response.end(JSON.stringify({ token })));
    } else if (request.url === '/page.js')
      response.setHeader('content-type', 'text/javascript').end(served.script ?? '');
    else
      response
        .setHeader('content-type', 'text/html; charset=utf-8')
        .end(`<!doctype html><html lang="en"><title>Shop</title>${served.html}`);
  });
  await new Promise<void>((done) => host.listen(0, '127.0.0.1', done));
}, 120_000);
afterAll(async () => {
  await browser?.close();
  host?.close();
  await desk?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

// Another site than 127.0.0.1, where the desk is.
const hostUrl = (path = '') => `http://localhost:${(host.address() as AddressInfo).port}/${path}`;

interface Visit {
  page: Page;
  chat: FrameLocator;
  problems: string[];
  close: () => Promise<void>;
}

async function visit(what: typeof served, before?: (page: Page) => Promise<unknown>): Promise<Visit> {
  served = what;
  const { page, context, errors: problems } = await openPage(browser);
  page.setDefaultTimeout(15_000);
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await before?.(page);
  await page.goto(hostUrl('tents/birk-2?session=secret#top'));
  return {
    page,
    problems,
    chat: page.frameLocator('iframe[title="Support chat"]'),
    close: () => context.close(),
  };
}

const tag = () => block('html', 'data-channel');
const module = '<script type="module" src="/page.js"></script>';

async function say(chat: FrameLocator, text: string): Promise<void> {
  const box = chat.getByRole('textbox', { name: 'Write a message' });
  await box.fill(text);
  await box.press('Enter');
  await chat.locator('.own.sent').filter({ hasText: text }).waitFor();
}

describe('the page around, as docs/widget.md has it', () => {
  it('[ux B5] every policy it names lets the chat stand, with the nonce where there is one, and nothing is stopped', async () => {
    expect(policies()).toHaveLength(2);
    for (const policy of policies()) {
      const nonce = /'nonce-(\w+)'/.exec(policy)?.[1];
      const script = nonce ? tag().replace('<script', `<script nonce="${nonce}"`) : tag();
      const strict = `default-src 'none'; ${policy}; require-trusted-types-for 'script'`;
      const { page, chat, problems, close } = await visit({ policy: strict, html: script });
      await page.getByRole('button', { name: 'Chat with us' }).click();
      await chat.getByRole('textbox').waitFor();
      expect(problems).toEqual([]);
      await close();
    }
  });

  it('its stub and its commands do what they say', async () => {
    const script = block('js', "querySelector('#help')");
    const html = `<button id="help">Help</button>${block('html', 'window.baton ??=')}${tag()}${module}`;
    const { page, chat, problems, close } = await visit({ html, script });
    await page.getByRole('button', { name: 'Help' }).click();
    await say(chat, 'Hello');
    expect(await knownAs(chat)).toEqual(['Lena Berg', false]);
    expect(problems).toEqual([]);
    await close();
  });

  it('[M9] its token, signed in Node and fetched by the page, says who the customer is', async () => {
    const script = `${block('js', 'baton-token')}\nbaton('open');`;
    const { chat, problems, close } = await visit({
      html: `${block('html', 'window.baton ??=')}${tag()}${module}`,
      script,
    });
    await say(chat, 'Hello from Lena');
    expect(await knownAs(chat)).toEqual(['Lena Berg', true]);
    expect(problems).toEqual([]);
    await close();
  });

  it.each([
    ['React', 'tsx', 'BatonChat'],
    ['Vue', 'ts', 'useBaton'],
  ])('its part for %s brings the chat in, once, and identifies', async (_name, language, has) => {
    const token = await sign({ id: `u-${has}`, name: has, email: 'x@shop.example', plan: 'pro' });
    const given = JSON.stringify([desk.settings.url, publicId, token]);
    const start =
      has === 'BatonChat'
        ? `import { createRoot } from 'react-dom/client';
           const [desk, channel, token] = ${given};
           createRoot(document.querySelector('main')).render(<><BatonChat {...{ desk, channel, token }} /><BatonChat {...{ desk, channel }} /></>);`
        : `const [desk, channel, token] = ${given};
           useBaton(desk, channel, () => token);
           useBaton(desk, channel, () => undefined);`;
    // What the part needs of Vue: a component that has been mounted.
    const vue = join(folder, 'vue.mjs');
    writeFileSync(vue, 'export const onMounted = (run) => run(); export const watchEffect = (run) => run();');
    const { outputFiles } = await build({
      stdin: { contents: `${block(language, has)}\n${start}`, loader: language as 'tsx', resolveDir: root },
      bundle: true,
      write: false,
      format: 'esm',
      jsx: 'automatic',
      alias: { vue },
      define: { 'process.env.NODE_ENV': '"production"' },
    });
    const { page, chat, problems, close } = await visit({
      html: `<main></main>${module}`,
      script: outputFiles[0]!.text,
    });
    const launcher = page.getByRole('button', { name: 'Chat with us' });
    await launcher.click();
    await say(chat, `Hello from ${has}`);
    expect(await launcher.count()).toBe(1);
    expect(await knownAs(chat)).toEqual([has, true]);
    expect(problems).toEqual([]);
    await close();
  });

  it('stays open, and keeps what is half written, through a view transition that replaces the body', async () => {
    const { page, chat, problems, close } = await visit({ html: tag() });
    await page.getByRole('button', { name: 'Chat with us' }).click();
    const box = chat.getByRole('textbox', { name: 'Write a message' });
    await box.fill('half a sentence');
    await page.evaluate(async () => {
      const next = document.createElement('body');
      next.append('The next page');
      await document.startViewTransition(() => document.body.replaceWith(next)).finished;
    });
    await page.getByText('The next page').waitFor();
    expect(await box.inputValue()).toBe('half a sentence');
    await say(chat, 'a whole sentence');
    expect(problems).toEqual([]);
    await close();
  });

  it('says so where the browser keeps nothing for it', async () => {
    const { chat, close } = await visit({ html: `${tag()}` }, (page) =>
      page.addInitScript(() => {
        const refuse = () => {
          throw new DOMException('Storage is forbidden.', 'SecurityError');
        };
        for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
          Object.defineProperty(window, name, { get: refuse });
        if (window.top === window) {
          const stub = Object.assign((...call: unknown[]) => void stub.q.push(call), {
            q: [] as unknown[][],
          });
          window.baton = stub;
          stub('open');
        }
      }),
    );
    await chat.getByText('Your browser keeps nothing for this chat').waitFor();
    await say(chat, 'Hello');
    await close();
  });
});

it('[M9] the page a customer writes from is shown once the team wants it and they have agreed, without what lets somebody in', async () => {
  const { page: settings, context } = await openSignedIn(browser, desk.settings.url, '/settings/channels');
  const wants = settings.getByRole('checkbox', { name: /^Show the page that customers write from/ });
  expect(await wants.isChecked()).toBe(false);
  await wants.check();
  await settings.getByText('Saved.').waitFor();
  const { page, chat, problems, close } = await visit({ html: tag() });
  await page.getByRole('button', { name: 'Chat with us' }).click();
  await say(chat, 'Where am I?');
  await chat.getByRole('button', { name: 'Talk to a person' }).click();
  await chat.getByText(/The team has been asked|in line already/).waitFor();
  await settings.goto(`${desk.settings.url}/inbox/all`);
  await settings.getByRole('option').filter({ hasText: 'Where am I?' }).click();
  const panel = settings.getByRole('complementary', { name: 'Customer' });
  await panel.getByText('First seen').waitFor();
  expect(await panel.getByText('On page').count()).toBe(0);
  await page.evaluate(() => window.baton!('consent', true));
  await panel.getByText('On page').waitFor();
  const shown = panel.getByText(/\/tents\/birk-2$/);
  await shown.waitFor();
  expect(await panel.innerText()).not.toMatch(/secret|#top/);
  await page.evaluate(() => window.baton!('consent', false));
  await expect.poll(() => panel.getByText('On page').count()).toBe(0);
  expect(problems).toEqual([]);
  await close();
  await context.close();
});

/** By which name the team knows who writes here, and whether it is verified. */
async function knownAs(chat: FrameLocator): Promise<[name: string | null, isProven: boolean]> {
  await chat.getByRole('button', { name: 'Talk to a person' }).click();
  await chat.getByText(/The team has been asked|in line already/).waitFor();
  const number = Math.max(...(await readList(readerOf(client, teamId), { list: 'all' })));
  const { customer } = (await readTicket(client, { teamId, number }))!;
  return [customer.isNamed ? customer.called : null, customer.isNameProven];
}
