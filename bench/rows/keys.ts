import { gzipSync } from 'node:zlib';
import type { Page, Response } from 'playwright-core';
import { launchBrowser, openPage, owner } from '../../test/journeys/harness.ts';
import { signIn } from '../../test/journeys/pages.ts';
import { startBenchDesk } from '../desk/desks.ts';
import type { Figure, Row } from '../row.ts';
import { pause, percentile } from '../support/measure.ts';

const KB = 1_000;
const KEY_EVERY_MS = 150;
/** Of a machine that has other things to do. */
const PATIENCE_MS = 120_000;

/** A person walks the list of all tickets, a ticket a key. */
export const keys: Row = {
  name: 'keys',
  about: 'J and K over 10,000 tickets in a browser: key to paint, and CPU; scripts before the inbox works',
  async run({ size }) {
    const [tickets, copies] = size.tiny ? [20, 1] : [100, 99];
    const desk = await startBenchDesk({ teams: 1, operators: 0, tickets, copies, status: 'busy' });
    const browser = await launchBrowser();
    try {
      const { url } = desk.settings;
      const { page } = await openPage(browser);
      page.setDefaultTimeout(PATIENCE_MS);
      const scripts = countScripts(page);
      await signIn(page, url, owner);
      const loaded = await scripts();
      await page.goto(`${url}/inbox/all`);
      await page.getByRole('option').first().waitFor();
      await page.keyboard.press('j');
      await page.waitForURL(/\/inbox\/all\/\d+$/);
      await pause(1_000);
      const walked = await walk(page, size.tiny ? 5 : 150);
      return [...walkFigures(walked, tickets * (copies + 1)), scriptFigure(loaded)];
    } finally {
      await browser.close();
      await desk.dispose();
    }
  },
};

interface Walked {
  /** Milliseconds of each key. */
  taken: number[];
  /** Milliseconds of the page's thread for each key, all it led to included. */
  cpu: number;
}

/** Two steps down and one up, as people look for a ticket. */
async function walk(page: Page, keysPressed: number): Promise<Walked> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busy = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1_000;
  };
  await page.evaluate(measureKeys);
  const before = await busy();
  for (let turn = 0; turn < keysPressed; turn++) {
    await page.keyboard.press(turn % 3 === 2 ? 'k' : 'j');
    await pause(KEY_EVERY_MS);
  }
  await pause(500);
  const cpu = ((await busy()) - before) / keysPressed;
  const taken = await page.evaluate(() => (globalThis as unknown as { taken: number[] }).taken);
  return { taken, cpu };
}

/** From the key's own time until the frame after the one in which another row is the selected one. */
function measureKeys(): void {
  const taken: number[] = [];
  Object.assign(globalThis, { taken });
  const selected = () =>
    document.querySelector('[role=option][aria-selected=true]')?.getAttribute('data-number');
  addEventListener(
    'keydown',
    ({ timeStamp }) => {
      const before = selected();
      const look = () => {
        if (selected() === before) return requestAnimationFrame(look);
        const painted = new MessageChannel();
        painted.port1.onmessage = () => taken.push(performance.now() - timeStamp);
        painted.port2.postMessage(null);
      };
      requestAnimationFrame(look);
    },
    { capture: true },
  );
}

function walkFigures({ taken, cpu }: Walked, tickets: number): Figure[] {
  const over = `J and K over ${tickets.toLocaleString('en')} tickets`;
  return [
    {
      what: `${over}, key → paint p95`,
      unit: 'ms',
      baseline: null,
      engine: percentile(taken, 0.95),
      reach: { atMost: 60 },
      note: `median ${percentile(taken, 0.5).toFixed(0)} ms`,
    },
    { what: `${over}, CPU per key`, unit: 'ms', baseline: null, engine: cpu, reach: { atMost: 8 } },
  ];
}

/** Answers, once it is asked, what all scripts so far weigh when they are packed. */
function countScripts(page: Page): () => Promise<number> {
  const bodies: Promise<Buffer>[] = [];
  const listen = (response: Response) => {
    if (response.request().resourceType() === 'script') bodies.push(response.body());
  };
  page.on('response', listen);
  return async () => {
    page.off('response', listen);
    return (await Promise.all(bodies)).reduce((sum, body) => sum + gzipSync(body).length, 0);
  };
}

function scriptFigure(bytes: number): Figure {
  const what = 'scripts before the inbox works, gzipped';
  return { what, unit: 'kB', baseline: null, engine: bytes / KB, reach: { atMost: 220 } };
}
