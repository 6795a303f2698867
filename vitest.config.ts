import { defineConfig } from 'vitest/config';

// One project per runtime: the desk's functions run where Convex's default runtime would put them,
// the engine and everything around it runs in Node.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'convex',
          environment: 'edge-runtime',
          include: ['convex/**/*.test.ts'],
          server: { deps: { inline: ['convex-test'] } },
        },
      },
      {
        test: {
          name: 'engine',
          environment: 'node',
          include: ['engine/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts', 'src/**/*.test.{ts,tsx}'],
          exclude: ['test/journeys/**', 'test/faults/**'],
          testTimeout: 20_000,
        },
      },
    ],
  },
});
