/** J and K over a long list, in a real browser: how long a key takes to be seen, and what it costs the page. */
import type { CDPSession, Page } from 'playwright-core';
import { fillDesk } from '../../test/pictures/sampleDesk.ts';
import { launchBrowser, openPage, owner, startTestDesk } from '../../test/journeys/harness.ts';
import { manyTickets } from '../../test/journeys/manyTickets.ts';
import { signIn } from '../../test/journeys/pages.ts';
import type { Figure, Row } from '../row.ts';
import { pause, percentile } from '../support/measure.ts';

/** Between two presses of somebody who reads along. */
const paceMs = 150;

interface Walked {
  /** Until the row is seen to be the open one, and until the ticket itself is seen. */
  rowMs: number[];
  ticketMs: number[];
  cpuMs: number;
}

export const walk: Row = {
  name: 'walk',
  about: 'J and K over 10,000 tickets, from the key press until it is seen, and what it costs the page',
  async run({ size }) {
    const [tickets, keys] = size.tiny ? [80, 4] : [10_000, 80];
    const desk = await startTestDesk();
    const browser = await launchBrowser();
    try {
      await manyTickets(desk, await fillDesk(desk), tickets);
      const { page } = await openPage(browser);
      page.setDefaultTimeout(60_000);
      await signIn(page, desk.settings.url, owner);
      await page.goto(`${desk.settings.url}/inbox/all`);
      await page.getByRole('option').first().waitFor();
      await page.keyboard.press('j');
      await page.getByRole('region', { name: /^Ticket #/ }).waitFor();
      await pause(1_000);
      const atTop = await walkKeys(page, keys, ['j', 'k']);
      await scrollToEnd(page, tickets);
      await page.getByRole('listbox').getByRole('option').last().click();
      await pause(1_000);
      const atEnd = await walkKeys(page, keys, ['k', 'j']);
      return [...figuresOf('at the top', atTop), ...figuresOf('at the end', atEnd)];
    } finally {
      await browser.close();
      await desk.dispose();
    }
  },
};

/** Presses J and K in turns of ten, at the pace of somebody who reads along. */
async function walkKeys(page: Page, keys: number, [there, back]: [string, string]): Promise<Walked> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const walked: Walked = { rowMs: [], ticketMs: [], cpuMs: 0 };
  await page.evaluate(watchKeys);
  const before = await taskSeconds(session);
  for (let turn = 0; turn < keys; turn++) {
    await page.keyboard.press(Math.floor(turn / 10) % 2 === 0 ? there : back);
    await pause(paceMs);
  }
  await pause(500);
  walked.cpuMs = (((await taskSeconds(session)) - before) * 1000) / keys;
  for (const { rowMs, ticketMs } of await page.evaluate(() => (window as unknown as Watched).walked)) {
    walked.rowMs.push(rowMs);
    walked.ticketMs.push(ticketMs);
  }
  if (walked.rowMs.length !== keys) throw new Error(`${keys} keys, seen ${walked.rowMs.length}.`);
  await session.detach();
  return walked;
}

async function taskSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')!.value;
}

interface Watched {
  walked: { rowMs: number; ticketMs: number }[];
}

/** In the page: of each J and K, when the frame was made that shows its row as the open one, and its ticket. */
function watchKeys() {
  const walked: Watched['walked'] = ((window as unknown as Watched).walked = []);
  const rowNow = () =>
    document.querySelector<HTMLElement>('[role=option][aria-selected=true]')?.dataset.number;
  const ticketNow = () =>
    document.querySelector('[data-region=thread]:not([inert] *)')?.getAttribute('aria-label')?.split('#')[1];
  const painted = (is: () => boolean) =>
    new Promise<number>((resolve) => {
      const look = () => (is() ? setTimeout(() => resolve(performance.now())) : requestAnimationFrame(look));
      requestAnimationFrame(look);
    });
  window.addEventListener(
    'keydown',
    ({ key, timeStamp }) => {
      if (key !== 'j' && key !== 'k') return;
      const before = rowNow();
      const one = { rowMs: NaN, ticketMs: NaN };
      walked.push(one);
      void painted(() => rowNow() !== undefined && rowNow() !== before).then(
        (at) => (one.rowMs = at - timeStamp),
      );
      void painted(() => rowNow() !== before && ticketNow() === rowNow()).then(
        (at) => (one.ticketMs = at - timeStamp),
      );
    },
    { capture: true },
  );
}

/** Scrolls on until the last of the list is on screen. */
async function scrollToEnd(page: Page, tickets: number): Promise<void> {
  for (let tries = 0; tries < 2_000; tries++) {
    const height = await page.getByRole('listbox').evaluate((list) => {
      list.parentElement!.scrollTop = list.scrollHeight;
      return list.scrollHeight;
    });
    if (height >= tickets * 60) return;
    await pause(30);
  }
  throw new Error('The list has no end.');
}

function figuresOf(where: string, { rowMs, ticketMs, cpuMs }: Walked): Figure[] {
  const p95 = (values: number[]) => percentile(values, 0.95);
  return [
    {
      what: `J/K → its row is seen, ${where}, p95`,
      unit: 'ms',
      baseline: null,
      engine: p95(rowMs),
      reach: { atMost: 60 },
      note: `median ${percentile(rowMs, 0.5).toFixed(0)} ms; its ticket: median ${percentile(ticketMs, 0.5).toFixed(0)}, p95 ${p95(ticketMs).toFixed(0)} ms`,
    },
    {
      what: `J/K, CPU of the page a key, ${where}`,
      unit: 'ms',
      baseline: null,
      engine: cpuMs,
      reach: { atMost: 8 },
    },
  ];
}
