/**
 * The desk is killed at each step of a send, again and again (docs/rules.md M2). The provider's own log says what it has: every
 * reply once, and in order. ROUNDS says how often each step is met.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type LocalResend, startResend } from '../../providers/resend/start.ts';
import { connectAddress, support } from '../journeys/mailDesk.ts';
import { DyingDesk, steps } from './dyingDesk.ts';

const rounds = Number(process.env.ROUNDS ?? 1);
const customer = 'jo@customer.example';
const desk = new DyingDesk();
let resend: LocalResend;

beforeAll(async () => {
  // By the machine's clock, as the door of its webhooks: signed by the desk's, which each round sets forward, the eighth round's were
  // refused as being of the future.
  resend = await startResend({ retryScale: 0.001, ratePerSecond: 1_000 });
  await desk.start(async (running, team) => {
    await connectAddress({ desk: running, resend, ...team });
    await resend.receive({ from: customer, to: support, text: 'Let me talk to a person.' });
    await vi.waitFor(() => expect(resend.log.acceptedFor(customer)).toHaveLength(1), { timeout: 60_000 });
  });
}, 120_000);

afterAll(async () => {
  desk.stop();
  await resend?.stop();
});

const arrived = () =>
  resend.log.acceptedFor(customer).flatMap(({ body }) => /Reply \d+/.exec(JSON.stringify(body))?.[0] ?? []);

test.each(steps)(
  '[M2] [C11] a desk that dies at “%s” sends every reply once, in order',
  async (step) => {
    for (let round = 0; round < rounds; round++) {
      await desk.dieAt(step);
      await desk.reply();
      const client = await desk.signIn();
      await expect
        .poll(async () => new Set((await desk.deliveries(client)).values()), {
          timeout: 60_000,
          interval: 100,
        })
        .toEqual(new Set(['delivered']));
      expect(arrived()).toEqual(desk.said);
    }
  },
  1_200_000,
);
