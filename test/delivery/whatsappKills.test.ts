/**
 * The desk is killed at each step of a send to WhatsApp, which knows no key of ours (docs/rules.md M2): what had not been called for is
 * sent once; of what had been, a status tells, by what the send carried; only where none comes a person sees that nobody knows. ROUNDS
 * says how often each step is met.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Step } from '../../convex/delivery/steps.ts';
import { type LocalWhatsapp, startWhatsapp } from '../../providers/whatsapp/start.ts';
import { connectNumber, jo, saidTo } from '../journeys/whatsappDesk.ts';
import { DyingDesk, steps } from './dyingDesk.ts';

const rounds = Number(process.env.ROUNDS ?? 1);
const desk = new DyingDesk();
let whatsapp: LocalWhatsapp;

beforeAll(async () => {
  // Statuses wait for a desk that is away.
  whatsapp = await startWhatsapp({ retryScale: 0.1, now: () => Date.now() + desk.offsetMs });
  await desk.start(async (running, team) => {
    await connectNumber({ desk: running, whatsapp, ...team });
    whatsapp.write(jo, 'Let me talk to a person.');
    await vi.waitFor(() => expect(saidTo(whatsapp)).toHaveLength(1), { timeout: 60_000 });
  });
}, 120_000);

afterAll(async () => {
  desk.stop();
  await whatsapp?.stop();
});

/** What the one that was under way has come to, and how often it arrived. */
const comesTo: Record<Step, { state: string; times: number }> = {
  claimed: { state: 'delivered', times: 1 },
  prepared: { state: 'delivered', times: 1 },
  kept: { state: 'unknown', times: 0 },
  called: { state: 'delivered', times: 1 },
  settled: { state: 'delivered', times: 1 },
};
const arrived = () =>
  saidTo(whatsapp).flatMap(({ text }) => [...text.matchAll(/^Reply \d+$/gm)].map(([said]) => said));

test.each(steps)(
  '[M2] [C11] a desk that dies at “%s” never says a thing twice, and goes on with the next',
  async (step) => {
    for (let round = 0; round < rounds; round++) {
      const died = await desk.dieAt(step);
      const next = await desk.reply();
      const client = await desk.signIn();
      const comes = async (text: string, to: string) => {
        const known = async () => (await desk.deliveries(client)).get(text);
        await expect.poll(known, { timeout: 90_000, interval: 100 }).toBe(to);
      };
      await comes(next, 'delivered');
      // It may have died over the status that would tell, which is looked at again within minutes.
      desk.passes(5 * 60_000);
      const { state, times } = comesTo[step];
      await comes(died, state);
      expect(arrived().filter((text) => text === died)).toHaveLength(times);
      const inOrder = desk.said.filter((text) => arrived().includes(text));
      expect(arrived()).toEqual(inOrder);
    }
  },
  1_200_000,
);
