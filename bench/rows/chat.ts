/** The chat on a slow device, in a real browser: until somebody can write, and how long it holds the page it stands on. */
import type { Browser } from 'playwright-core';
import { launchBrowser, openPage, setUpDesk, shopOf, startTestDesk } from '../../test/journeys/harness.ts';
import type { Figure, Row } from '../row.ts';
import { percentile } from '../support/measure.ts';

/** So many times slower than this machine. */
const SLOWER = 4;

interface Opened {
  /** From the press on the launcher until the text field takes words. */
  readyMs: number;
  /** The longest task once the page carries the launcher, and once it was pressed: here the chat's frame shares its thread. 0: none over 50 ms. */
  loadingMs: number;
  openingMs: number;
}

export const chat: Row = {
  name: 'chat',
  about: `the customer's chat on a CPU ${SLOWER} times slower: until it takes words, and how long it holds the page`,
  async run({ size }) {
    const desk = await startTestDesk();
    const browser = await launchBrowser();
    try {
      const shop = await shopOf(desk, await setUpDesk(desk));
      const opened: Opened[] = [];
      for (let visit = 0; visit < (size.tiny ? 1 : 12); visit++) opened.push(await openChat(browser, shop));
      return figuresOf(opened);
    } finally {
      await browser.close();
      await desk.dispose();
    }
  },
};

/** Of a visitor who has never been here. */
async function openChat(browser: Browser, shop: string): Promise<Opened> {
  const { context, page } = await openPage(browser);
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  await page.addInitScript(() => {
    const tasks: { startTime: number; duration: number }[] = [];
    new PerformanceObserver((list) => void tasks.push(...list.getEntries())).observe({ type: 'longtask' });
    (window as unknown as { tasks: typeof tasks }).tasks = tasks;
  });
  // A page that does nothing: what is seen is the chat's.
  const body = '<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1></html>';
  await page.route(shop, (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto(shop);
  await page.waitForTimeout(500);
  await page.evaluate(() => {
    const channel = new URL(location.href).searchParams.get('channel')!;
    const script = Object.assign(document.createElement('script'), { async: true });
    script.dataset.channel = channel;
    script.src = `/w.js?channel=${channel}`;
    document.body.append(script);
    (window as unknown as { tasks: unknown[] }).tasks.length = 0;
  });
  await page.locator('button[aria-controls]').waitFor();
  await page.waitForTimeout(500);
  const opened = await page.evaluate(async () => {
    const { tasks } = window as unknown as { tasks: { startTime: number; duration: number }[] };
    const frames = () =>
      [...document.querySelectorAll('*')].flatMap(({ shadowRoot }) => [
        ...(shadowRoot?.querySelectorAll('iframe, button[aria-controls]') ?? []),
      ]);
    const press = performance.now();
    frames()
      .find((found) => found instanceof HTMLButtonElement)!
      .click();
    const isReady = () =>
      frames().some(
        (found) =>
          found instanceof HTMLIFrameElement &&
          found.contentDocument?.querySelector('textarea:not(:disabled)') != null,
      );
    await new Promise<void>((resolve) => {
      const look = () => (isReady() ? setTimeout(resolve) : requestAnimationFrame(look));
      look();
    });
    const readyMs = performance.now() - press;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const longest = (isMeant: (startTime: number) => boolean) =>
      Math.max(0, ...tasks.filter((task) => isMeant(task.startTime)).map(({ duration }) => duration));
    return { readyMs, loadingMs: longest((at) => at < press), openingMs: longest((at) => at >= press) };
  });
  await context.close();
  return opened;
}

function figuresOf(opened: Opened[]): Figure[] {
  const of = (which: keyof Opened) => opened.map((each) => each[which]);
  const median = (which: keyof Opened) => percentile(of(which), 0.5);
  return [
    {
      what: `the chat, pressed → it takes words, CPU ${SLOWER} times slower, median`,
      unit: 'ms',
      baseline: null,
      engine: median('readyMs'),
      reach: { atMost: 1_000 },
      note: `most ${Math.max(...of('readyMs')).toFixed(0)} ms`,
    },
    {
      what: 'the same, longest task of a page because of its launcher, median',
      unit: 'ms',
      baseline: null,
      engine: median('loadingMs'),
      reach: { atMost: 50 },
      note: `most ${Math.max(...of('loadingMs')).toFixed(0)} ms; once it is opened, in the chat's own frame: ${median('openingMs').toFixed(0)} ms`,
    },
  ];
}
