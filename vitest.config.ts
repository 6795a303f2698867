import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** The simulation on the test double, which runs where the functions do. */
const onConvexTest = ['test/simulation/planted.test.ts', 'test/simulation/convexTest.test.ts'];

const ofFunctions = [...globSync('convex/**/*.test.ts'), ...onConvexTest];
/** They put modules of their own in the place of ours, for which a file needs modules of its own. */
const replacing = ofFunctions.filter((file) => readFileSync(file, 'utf8').includes('vi.mock('));

/** Where Convex's default runtime would put the functions. */
const asFunctions = {
  environment: 'edge-runtime',
  server: { deps: { inline: ['convex-test', '@convex-dev/migrations'] } },
  testTimeout: 20_000,
  setupFiles: ['convex/timers.setup.ts'],
};

// One project per runtime: the desk's functions run where Convex's default runtime would put them; the engine and what
// surrounds it run in Node; the journeys drive a real browser against a whole desk.
export default defineConfig({
  test: {
    // Half of the time a file waits for other processes, for the disk or for its clock.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    projects: [
      {
        test: {
          ...asFunctions,
          name: 'convex',
          include: ofFunctions.filter((file) => !replacing.includes(file)),
          // Each file would load the same functions again, which takes longer than most take to run.
          isolate: false,
        },
      },
      { test: { ...asFunctions, name: 'planted', include: replacing } },
      {
        test: {
          name: 'node',
          environment: 'node',
          include: ['{engine,providers,src,scripts,test,bench}/**/*.test.{ts,tsx}'],
          exclude: ['test/journeys/**', 'test/faults/**', '**/node_modules/**', ...onConvexTest],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'journeys',
          globalSetup: 'test/journeys/globalSetup.ts',
          environment: 'node',
          include: ['test/journeys/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // A second, the default, is short for a browser and a server on a machine that does other things too.
          expect: { poll: { timeout: 10_000 } },
        },
      },
    ],
  },
});
