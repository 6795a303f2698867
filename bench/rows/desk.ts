import { launchBrowser, openPage, owner, startTestDesk } from '../../test/journeys/harness.ts';
import { Chat, signIn, TicketPage } from '../../test/journeys/pages.ts';
import { fillDesk } from '../../test/pictures/sampleDesk.ts';
import type { Row } from '../row.ts';
import { startDeskProcess } from '../support/deskProcess.ts';
import { pause, percentile } from '../support/measure.ts';

/** From the customer's Enter in one browser until the words stand on the operator's screen in another. */
export const screen: Row = {
  name: 'screen',
  about: "from a customer's Enter in one browser to the operator's screen in another",
  async run({ size }) {
    const desk = await startTestDesk();
    const browser = await launchBrowser();
    try {
      await fillDesk(desk);
      const { url } = desk.settings;
      const { page } = await openPage(browser);
      await signIn(page, url, owner);
      await page.goto(`${url}/settings/channels`);
      const href = await page.getByRole('link', { name: 'Open the demo shop' }).getAttribute('href');
      const customer = await Chat.open((await openPage(browser)).page, new URL(href!, url).href);
      await customer.say('I want a refund, I bought it 45 days ago');
      await customer.reads(/outside our 30 days/);
      await page.goto(`${url}/inbox/all/7`);
      await page.getByText('Robin is answering').waitFor();
      await page.keyboard.press('t');
      await page.getByText('You speak now').waitFor();
      const ticket = new TicketPage(page);
      const taken: number[] = [];
      for (let turn = 0; turn < (size.tiny ? 2 : 40); turn++) {
        const text = `Line ${turn} of the bench`;
        const seen = ticket.thread.evaluate(
          (thread, wanted) =>
            new Promise<number>((resolve) => {
              const observer = new MutationObserver(() => {
                if (!thread.textContent!.includes(wanted)) return;
                observer.disconnect();
                requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()));
              });
              observer.observe(thread, { childList: true, subtree: true, characterData: true });
            }),
          text,
        );
        const box = customer.frame.getByRole('textbox');
        await box.fill(text);
        const sent = box.evaluate(
          (field) =>
            new Promise<number>((resolve) => {
              const tell = () => resolve(performance.timeOrigin + performance.now());
              field.addEventListener('keydown', tell, { once: true, capture: true });
            }),
        );
        await pause(150);
        await box.press('Enter');
        taken.push((await seen) - (await sent));
      }
      return [
        {
          what: "customer's Enter → operator's screen, p95",
          unit: 'ms',
          baseline: null,
          engine: percentile(taken, 0.95),
          reach: { atMost: 100 },
          note: `median ${percentile(taken, 0.5).toFixed(0)} ms`,
        },
      ];
    } finally {
      await browser.close();
      await desk.dispose();
    }
  },
};

/** `npm start` on a desk that was set up before. */
export const restart: Row = {
  name: 'restart',
  about: 'npm start on a desk that was set up before, until it is ready',
  async run() {
    const desk = await startTestDesk();
    await desk.stop();
    const begin = performance.now();
    const { stop } = await startDeskProcess(desk.settings);
    const seconds = (performance.now() - begin) / 1000;
    await stop();
    await desk.dispose();
    return [
      {
        what: 'npm start on an existing install',
        unit: 's',
        baseline: null,
        engine: seconds,
        reach: { atMost: 10 },
      },
    ];
  },
};
