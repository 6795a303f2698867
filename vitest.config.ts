import { defineConfig } from 'vitest/config';

/** The simulation on the test double, which runs where the functions do. */
const onConvexTest = ['test/simulation/planted.test.ts', 'test/simulation/convexTest.test.ts'];

// One project per runtime: the desk's functions run where Convex's default runtime would put them; the engine and what
// surrounds it run in Node; the journeys drive a real browser against a whole desk, one after another.
export default defineConfig({
  test: {
    // Vitest leaves a core free; most of these wait for other processes, so two cores take two files at a time.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'convex',
          environment: 'edge-runtime',
          include: ['convex/**/*.test.ts', ...onConvexTest],
          server: { deps: { inline: ['convex-test', '@convex-dev/migrations'] } },
        },
      },
      {
        test: {
          name: 'node',
          environment: 'node',
          include: ['{engine,src,scripts,test,bench}/**/*.test.{ts,tsx}'],
          exclude: ['test/journeys/**', 'test/faults/**', '**/node_modules/**', ...onConvexTest],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'journeys',
          environment: 'node',
          include: ['test/journeys/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // A second, the default, is short for a browser and a server on a machine that does other things too.
          expect: { poll: { timeout: 10_000 } },
        },
      },
    ],
  },
});
