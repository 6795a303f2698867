/** Finding among a million messages, as an operator's search asks. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConvexHttpClient } from 'convex/browser';
import { api } from '../../convex/_generated/api.js';
import { firstUnits } from '../../convex/shared/kit/text.ts';
import { startBenchDesk } from '../desk/desks.ts';
import { drawRanks, wordAt } from '../desk/messages.ts';
import type { Figure, Row } from '../row.ts';
import { runScript } from '../support/child.ts';
import { percentile, timings } from '../support/measure.ts';

const REACH_MS = 100;

export const search: Row = {
  name: 'search',
  about: 'search.find over 1,000,000 messages: words, beginnings, a customer, a month of before',
  async run({ size }) {
    const [messages, tickets, times] = size.tiny ? [2_000, 4, 5] : [1_000_000, 400, 200];
    const plan = { teams: 1, operators: 0, tickets, status: 'busy' as const, messages };
    const draw = drawRanks(2);
    const word = () => wordAt(draw());
    const pairs = Array.from({ length: times }, (): [string, string] => [word(), word()]);
    const folder = mkdtempSync(join(tmpdir(), 'baton-search-'));
    const bareMs = await runScript<number[]>('baselines/search.ts', { folder, messages, searches: pairs });
    rmSync(folder, { recursive: true });
    const desk = await startBenchDesk(plan);
    try {
      const { teamId, owner } = desk.teams[0]!;
      const client = new ConvexHttpClient(desk.settings.url);
      client.setAuth(owner.token);
      const find = (text: string) =>
        client.query(api.search.find, { teamId, text, now: Date.now(), minutesBehind: 0 });
      const measure = async (what: string, texts: string[], baseline?: number[]): Promise<Figure[]> => {
        const taken = await timings(texts.length, (turn) => find(texts[turn]!));
        const [p50, p99] = [percentile(taken, 0.5), percentile(taken, 0.99)];
        const slowest = {
          what: `${what}, p99`,
          unit: 'ms',
          baseline: null,
          engine: p99,
          reach: { atMost: REACH_MS },
        };
        if (baseline === undefined) return [{ ...slowest, note: `p50 ${p50.toFixed(1)} ms` }];
        const bare = { baseline: percentile(baseline, 0.5), against: 'bare FTS5, nothing read' };
        return [
          slowest,
          { what: `${what}, p50`, unit: 'ms', engine: p50, ...bare, reach: { ratioAtMost: 6 } },
        ];
      };
      // The first one finds functions and indexes cold.
      await find('warm');
      const some = (make: (n: number) => string) => Array.from({ length: times }, (_, n) => make(n));
      const all = `search over ${messages.toLocaleString('en')} messages`;
      return [
        ...(await measure(
          `${all}: two words`,
          pairs.map((pair) => pair.join(' ')),
          bareMs,
        )),
        ...(await measure(`${all}: one word`, some(word))),
        ...(await measure(
          `${all}: a beginning of three letters`,
          some(() => firstUnits(word(), 3)),
        )),
        ...(await measure(
          `${all}: a word, before a month`,
          some((n) => `${word()} before:2026-${1 + (n % 9)}`),
        )),
      ];
    } finally {
      await desk.dispose();
    }
  },
};
