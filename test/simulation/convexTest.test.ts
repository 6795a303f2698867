/// <reference types="vite/client" />
/**
 * C1–C11 and T1–T6 under random agents, customers and operators: every answer, thread, control record, ticket, row and
 * count is what the twin says. `SIMULATION_SEED` and `SIMULATION_RUNS` repeat or lengthen a run.
 */
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { simulate } from './driver.ts';
import { anyActs } from './steps.ts';
import { openSimulatedDesk } from './convexTestDesk.ts';

const seed = Number(process.env.SIMULATION_SEED ?? Date.now() % 1_000_000_007);
const numRuns = Number(process.env.SIMULATION_RUNS ?? 60);

beforeEach(() => {
  // Deadlines must not fire between steps; Date still moves with every step.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('[C1] [C2] [C4] [C5] [C6] [C7] [C8] [C9] [C10] [T1] [T2] [T5] [T6] [T8] [M1] [B2] whatever people do, one voice speaks and the desk is what the rules say', async () => {
  console.log(`simulation seed ${seed}, ${numRuns} runs`);
  const property = fc.asyncProperty(anyActs, async (acts) => {
    const { desk, world } = await openSimulatedDesk();
    await simulate(desk, world, acts);
  });
  await fc.assert(property, { seed, numRuns });
  expect(numRuns).toBeGreaterThan(0);
}, 600_000);
