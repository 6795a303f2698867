/** Somebody's own pages with the snippet on them, of another site than the desk: in any language, from either side. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConvexHttpClient } from 'convex/browser';
import type { Browser, BrowserContextOptions, FrameLocator, Page } from 'playwright-core';
import type { Id } from '../../convex/_generated/dataModel.js';
import { api } from '../../convex/_generated/api.js';
import { readShared } from '../../convex/readShared.setup.ts';
import { openPage, setUpDesk, startTestDesk, type TestDesk } from './harness.ts';

export interface ChatDesk {
  desk: TestDesk;
  operator: ConvexHttpClient;
  teamId: Id<'teams'>;
  memberId: Id<'members'>;
  channelId: Id<'channels'>;
  publicId: string;
  /** `?lang=de&dir=rtl` */
  pageUrl: (query?: string) => string;
  close(): Promise<void>;
}

export async function openChatDesk(): Promise<ChatDesk> {
  const desk = await startTestDesk();
  const team = await setUpDesk(desk, { teamName: 'Pinetrail' });
  const channels = await readShared(team.operator, api.channels.list, { teamId: team.teamId });
  const { _id: channelId, publicId } = channels[0]!;
  const server = createServer((request, response) => {
    const query = new URL(request.url!, 'http://localhost').searchParams;
    const [lang, dir] = [query.get('lang') ?? 'en', query.get('dir') ?? 'ltr'];
    const snippet = `<script async src="${desk.settings.url}/w.js?channel=${publicId}" data-channel="${publicId}"></script>`;
    const { url } = desk.settings;
    response.setHeader('content-security-policy', `default-src 'none'; script-src ${url}; frame-src ${url}`);
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      `<!doctype html><html lang="${lang}" dir="${dir}"><title>Shop</title><main><h1>Shop</h1></main>${snippet}`,
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    desk,
    ...team,
    channelId,
    publicId,
    pageUrl: (query = '') => `http://localhost:${port}/${query}`,
    close: async () => {
      server.close();
      await desk.dispose();
    },
  };
}

export interface ChatVisit {
  page: Page;
  launcher: ReturnType<Page['locator']>;
  chat: FrameLocator;
  problems: string[];
  close: () => Promise<void>;
}

export async function visitChat(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<ChatVisit> {
  const { page, context, errors: problems } = await openPage(browser, options);
  page.setDefaultTimeout(15_000);
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(url);
  const launcher = page.locator('button[aria-controls=chat]');
  await launcher.waitFor();
  return { page, launcher, chat: page.frameLocator('iframe#chat'), problems, close: () => context.close() };
}
