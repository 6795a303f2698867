import { defineConfig } from 'vitest/config';

// Hours of bad luck in minutes. Run by scripts/faults.ts, one file after another, so that figures are of one run alone.
export default defineConfig({
  test: {
    root: import.meta.dirname,
    environment: 'node',
    include: ['**/*.test.ts'],
    globalSetup: ['./deploy.ts'],
    fileParallelism: false,
    disableConsoleIntercept: true,
    testTimeout: 1_200_000,
    hookTimeout: 120_000,
  },
});
