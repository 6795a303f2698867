import { ConvexHttpClient } from 'convex/browser';
import { api } from '../../convex/_generated/api.js';
import { removeFolder } from '../../test/engine/cliSupport.ts';
import { freshSettings, owner } from '../../test/journeys/harness.ts';
import { fillDesk } from '../../test/pictures/sampleDesk.ts';
import type { Row } from '../row.ts';
import { startDeskProcess } from '../support/deskProcess.ts';
import { inTurns, pause, percentile, seededRandom } from '../support/measure.ts';

const PACE_MS = 25;
const MESSAGES_PER_SIGN_UP = 2;
const SIGN_UPS_A_SECOND = 1_000 / PACE_MS / MESSAGES_PER_SIGN_UP;

/**
 * Customers' messages at a steady pace, with and without sign-ups being hashed beside them. Windows of both take turns,
 * and the median window counts: a 99th percentile hangs on a handful of messages, which one hiccup of the machine spoils.
 */
export const signUps: Row = {
  name: 'signUps',
  about: "99th percentile of a customer's message beside 20 sign-ups a second, and beside none",
  async run({ size }) {
    const [windows, windowMs] = size.tiny ? [1, 500] : [5, 6_000];
    const settings = await freshSettings();
    const { setupUrl, stop } = await startDeskProcess(settings);
    const random = seededRandom(5);
    try {
      const { operator, teamId, key } = await fillDesk({ settings, setupUrl });
      await operator.mutation(api.teams.allowFurtherTeams, { teamId, allowed: true });
      const { siteUrl, url } = settings;
      const post = async (path: string, body: object) => {
        const response = await fetch(`${siteUrl}/api/v1${path}`, {
          method: 'POST',
          headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        });
        if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
        return (await response.json()) as { id: string };
      };
      const { id } = await post('/conversations', { externalId: 'bench', customer: { externalId: 'bench' } });
      const signedUp = { begun: 0, finished: 0 };
      const signUp = async () => {
        const email = `p${signedUp.begun++}@example.com`;
        const params = { flow: 'signUp', name: 'Bench', email, password: owner.password };
        const answer = new ConvexHttpClient(url).action(api.auth.signIn, { provider: 'password', params });
        await answer.then(
          () => signedUp.finished++,
          () => {},
        );
      };

      /** Milliseconds of each message of a window. The next window begins when all that this one began is done. */
      const measure = async (withSignUps: boolean): Promise<number[]> => {
        const under: Promise<unknown>[] = [];
        const taken: number[] = [];
        const begin = performance.now();
        // Each message is sent at its time, however long the ones before it take; sign-ups come between at random.
        for (let turn = 0; turn * PACE_MS < windowMs; turn++) {
          const dueAt = begin + turn * PACE_MS;
          await pause(Math.max(0, dueAt - performance.now()));
          if (withSignUps && turn % MESSAGES_PER_SIGN_UP === 0)
            under.push(pause(random() * PACE_MS * MESSAGES_PER_SIGN_UP).then(signUp));
          const message = post(`/conversations/${id}/customer-messages`, { text: 'Hello' });
          under.push(message.then(() => taken.push(performance.now() - dueAt)));
        }
        await Promise.all(under);
        return taken;
      };

      await measure(false);
      const all = { quiet: [] as number[], loaded: [] as number[] };
      const window = (side: keyof typeof all) => async () => {
        const taken = await measure(side === 'loaded');
        all[side].push(...taken);
        return percentile(taken, 0.99);
      };
      const { quiet, loaded } = await inTurns(windows, { quiet: window('quiet'), loaded: window('loaded') });
      const pooled = (share: number) =>
        [all.quiet, all.loaded].map((taken) => percentile(taken, share).toFixed(0)).join(' and ');
      return [
        {
          what: `customer message p99 beside ${SIGN_UPS_A_SECOND} sign-ups a second`,
          unit: 'ms',
          against: 'the same with none',
          baseline: quiet,
          engine: loaded,
          reach: { ratioAtMost: 1.2 },
          note: `${signedUp.finished} of ${signedUp.begun} sign-ups done; of all ${all.loaded.length} messages a side, medians ${pooled(0.5)} ms, p99 ${pooled(0.99)} ms`,
        },
      ];
    } finally {
      await stop();
      removeFolder(settings.dataDir);
    }
  },
};
