/**
 * The same simulation against the embedded engine, over HTTP, with conflicts injected: a mutation is run, rolled back
 * and run again with probability `chaosOcc`. `SIMULATION_SEED` and `SIMULATION_RUNS` repeat or lengthen a run.
 */
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestDesk, type TestDesk } from '../journeys/harness.ts';
import { simulate } from './driver.ts';
import { openEngineDesk } from './engineDesk.ts';
import { type Act, anyActs, conversations } from './steps.ts';

const seed = Number(process.env.SIMULATION_SEED ?? Date.now() % 1_000_000_007);
const numRuns = Number(process.env.SIMULATION_RUNS ?? 4);

let running: TestDesk;
/** Live results that were left as they were by a commit that changed them. */
const violations: Error[] = [];
beforeAll(async () => {
  const onViolation = (violation: Error) => void violations.push(violation);
  running = await startTestDesk({ app: false, chaosOcc: 0.3, onViolation });
}, 60_000);
afterAll(() => running?.dispose());

/** Each run has conversations of its own in the one team. */
function moved(act: Act, by: number): Act {
  if ('atOnce' in act) return { atOnce: [moved(act.atOnce[0], by), moved(act.atOnce[1], by)] as never };
  return { ...act, conversation: act.conversation + by };
}

test(
  '[C1] [C2] [C4] [C7] [C8] [T1] [T8] [M1] [B2] [E5] on the engine, with every third mutation run twice, one voice speaks, and every screen shows it',
  async () => {
    console.log(`engine simulation seed ${seed}, ${numRuns} runs`);
    const runs = fc.sample(anyActs, { seed, numRuns });
    const acts = runs.flatMap((run, index) => run.map((act) => moved(act, index * conversations)));
    const { desk, screen, world } = await openEngineDesk(running, numRuns * conversations);
    await simulate(desk, world, acts);
    expect(world.memberIds).toHaveLength(3);
    expect(screen.size).toBeGreaterThan(world.conversationIds.length * 2);
    expect(await screen.stale()).toEqual([]);
    expect(screen.failures).toEqual([]);
    expect(violations).toEqual([]);
    await screen.close();
  },
  numRuns > 4 ? 3_600_000 : 300_000,
);
