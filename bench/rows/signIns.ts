import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { ConvexHttpClient } from 'convex/browser';
import { api } from '../../convex/_generated/api.js';
import { removeFolder } from '../../test/engine/cliSupport.ts';
import { freshSettings, owner } from '../../test/journeys/harness.ts';
import { fillDesk } from '../../test/pictures/sampleDesk.ts';
import type { Row } from '../row.ts';
import { startDeskProcess } from '../support/deskProcess.ts';
import { pause, percentile } from '../support/measure.ts';

const WRONG = 400;

/**
 * The owner signs in from the browser they always use, alone and while four hundred wrong tries at as many addresses have been
 * sent at once from one source, which each window has anew.
 */
export const signIns: Row = {
  name: 'signIns',
  about: "an owner's sign-in from a known browser beside 400 wrong tries, and beside none",
  async run({ size }) {
    const windows = size.tiny ? 1 : 7;
    const settings = await freshSettings();
    const { setupUrl, stop } = await startDeskProcess(settings);
    try {
      const { operator } = await fillDesk({ settings, setupUrl });
      const browsers = [(await operator.query(api.sessions.browserToken, {}))!];
      const signIn = async () => {
        const params = { flow: 'signIn', email: owner.email, password: owner.password, browsers };
        const began = performance.now();
        const client = new ConvexHttpClient(settings.url, { logger: false });
        await client.action(api.auth.signIn, { provider: 'password', params });
        return performance.now() - began;
      };
      const [alone, beside] = [[] as number[], [] as number[]];
      const answers: Record<string, number> = {};
      await signIn();
      for (let window = 0; window < windows; window++) {
        alone.push(await signIn());
        const wrong = Array.from({ length: WRONG }, (_, at) => tryWrong(settings.url, window, at));
        await pause(100);
        beside.push(await signIn());
        for (const answer of await Promise.all(wrong)) answers[answer] = (answers[answer] ?? 0) + 1;
      }
      return [
        {
          what: `an owner's sign-in beside ${WRONG} wrong tries at once`,
          unit: 'ms',
          against: 'the same beside none',
          baseline: percentile(alone, 0.5),
          engine: percentile(beside, 0.5),
          reach: { atMost: 1_500 },
          note: `slowest ${Math.max(...beside).toFixed(0)} ms; ${Object.entries(answers)
            .map((each) => each.join(': '))
            .join(', ')}`,
        },
      ];
    } finally {
      await stop();
      removeFolder(settings.dataDir);
    }
  },
};

/** At an address of its own, from the source of this window. Answers the code of the refusal. */
async function tryWrong(url: string, window: number, at: number): Promise<string> {
  // Through a proxy on this machine, as `npm start` trusts it: what comes from here without a name is nobody's.
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': `203.0.113.${window + 1}` };
  const asked = request(`${url}/api/action`, { method: 'POST', headers, agent: false });
  const params = { flow: 'signIn', email: `p${window}-${at}@example.com`, password: 'not the password' };
  asked.end(JSON.stringify({ path: 'auth:signIn', args: { provider: 'password', params }, format: 'json' }));
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const { errorData } = JSON.parse(await text(response)) as { errorData?: { code?: string } };
  return errorData?.code ?? 'no refusal';
}
