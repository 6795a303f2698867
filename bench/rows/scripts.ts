import { gzipSync } from 'node:zlib';
import type { Response } from 'playwright-core';
import { launchBrowser, openPage, owner } from '../../test/journeys/harness.ts';
import { signIn } from '../../test/journeys/pages.ts';
import { startBenchDesk } from '../desk/desks.ts';
import type { Row } from '../row.ts';

const KB = 1_000;

/** From the sign-in's address to the inbox. */
export const scripts: Row = {
  name: 'scripts',
  about: 'what the scripts weigh that a browser loads before the inbox works',
  async run() {
    const desk = await startBenchDesk({ teams: 1, operators: 0, tickets: 1, status: 'busy' });
    const browser = await launchBrowser();
    try {
      const { page } = await openPage(browser);
      const bodies: Promise<Buffer>[] = [];
      const take = (response: Response) => {
        if (response.request().resourceType() === 'script') bodies.push(response.body());
      };
      page.on('response', take);
      await signIn(page, desk.settings.url, owner);
      page.off('response', take);
      const packed = (await Promise.all(bodies)).reduce((sum, body) => sum + gzipSync(body).length, 0);
      return [
        {
          what: 'scripts before the inbox works, gzipped',
          unit: 'kB',
          baseline: null,
          engine: packed / KB,
          reach: { atMost: 220 },
        },
      ];
    } finally {
      await browser.close();
      await desk.dispose();
    }
  },
};
