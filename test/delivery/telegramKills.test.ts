/**
 * The desk is killed at each step of a send to Telegram, which knows no key of ours (docs/rules.md M2): what had not been called for
 * is sent once, what had been is never said again, and a person sees that nobody knows. ROUNDS says how often each step is met.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Step } from '../../convex/delivery/steps.ts';
import { type LocalTelegram, startTelegram } from '../../providers/telegram/start.ts';
import { connectBot, jo, saidTo } from '../journeys/telegramDesk.ts';
import { DyingDesk, steps } from './dyingDesk.ts';

const rounds = Number(process.env.ROUNDS ?? 1);
const desk = new DyingDesk();
let telegram: LocalTelegram;

beforeAll(async () => {
  telegram = await startTelegram({ retryScale: 0.001, burst: 1_000, now: () => Date.now() + desk.offsetMs });
  await desk.start(async (running, team) => {
    await connectBot({ desk: running, telegram, ...team });
    telegram.people.write(jo, 'Let me talk to a person.');
    await vi.waitFor(() => expect(saidTo(telegram)).toHaveLength(1), { timeout: 60_000 });
  });
}, 120_000);

afterAll(async () => {
  desk.stop();
  await telegram?.stop();
});

/** What the one that was under way has come to, and how often it arrived. */
const comesTo: Record<Step, { state: string; times: number }> = {
  claimed: { state: 'sent', times: 1 },
  prepared: { state: 'sent', times: 1 },
  kept: { state: 'unknown', times: 0 },
  called: { state: 'unknown', times: 1 },
  settled: { state: 'sent', times: 1 },
};
const arrived = () => saidTo(telegram).flatMap(({ text }) => (text.startsWith('Reply ') ? [text] : []));

test.each(steps)(
  '[M2] [C11] a desk that dies at “%s” never says a thing twice, and goes on with the next',
  async (step) => {
    for (let round = 0; round < rounds; round++) {
      const died = await desk.dieAt(step);
      const next = await desk.reply();
      const client = await desk.signIn();
      const { state, times } = comesTo[step];
      await expect
        .poll(
          async () => {
            const known = await desk.deliveries(client);
            return [known.get(died), known.get(next)];
          },
          { timeout: 60_000, interval: 100 },
        )
        .toEqual([state, 'sent']);
      expect(arrived().filter((text) => text === died)).toHaveLength(times);
      const inOrder = desk.said.filter((text) => arrived().includes(text));
      expect(arrived()).toEqual(inOrder);
    }
  },
  1_200_000,
);
