/**
 * `npm run test:faults`: the engine under bad luck, and what `npm test` tries at random, for long. Every run prints its figures
 * and its seed. `npm run test:faults -- kill reactivity` makes some of the runs; `FAULTS_SCALE=0.05` shortens them all,
 * `--minutes=5` the soak.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from '../engine/cli/flags.ts';
import { readCommandLine } from './commandLine.ts';
import { root } from './settings.ts';

interface Run {
  name: string;
  args: string[];
  /** How much of it, by the variable that says so. */
  size: Record<string, number>;
}

const FOLDER = 'test/faults';
const scale = Number(process.env.FAULTS_SCALE ?? 1);

/** These read FAULTS_SCALE themselves. */
const faults: Run[] = readdirSync(join(root, FOLDER))
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => ({
    name: file.slice(0, -'.test.ts'.length),
    args: ['--config', `${FOLDER}/vitest.config.ts`, `${FOLDER}/${file}`],
    size: {},
  }));

const long: Run[] = [
  { name: 'queries', args: ['engine/query'], size: { RUNS: 10_000 } },
  { name: 'programs', args: ['test/conformance/programs.test.ts'], size: { RUNS: 2_000 } },
  { name: 'aggregate', args: ['test/engine/aggregate.test.ts'], size: { RUNS: 300 } },
  { name: 'reactivity', args: ['test/engine/reactivity.test.ts'], size: { STEPS: 20_000 } },
  {
    name: 'badNetwork',
    args: ['test/chaos/badNetwork.test.ts'],
    size: { CHAOS_SEEDS: 500, CHAOS_STEPS: 200, CHAOS_STORM_MS: 60_000 },
  },
  { name: 'mailKills', args: ['test/delivery/kills.test.ts'], size: { ROUNDS: 200 } },
  { name: 'telegramKills', args: ['test/delivery/telegramKills.test.ts'], size: { ROUNDS: 200 } },
  { name: 'mailStorm', args: ['test/delivery/storm.test.ts'], size: { EVENTS: 2_000 } },
  { name: 'mailOutage', args: ['test/delivery/outage.test.ts'], size: { OUTAGE_MS: 300_000 } },
  { name: 'simulation', args: ['test/simulation/engine.test.ts'], size: { SIMULATION_RUNS: 100 } },
];
const fuzz = long.map((run) => ({
  ...run,
  args: ['--project', 'node', '--testTimeout', '3600000', '--disableConsoleIntercept', ...run.args],
}));

function execute({ args, size }: Run): Promise<number> {
  const sizes = Object.entries(size).map(([name, full]) => [name, String(Math.ceil(full * scale))]);
  return new Promise((resolve) => {
    const child = spawn(join(root, 'node_modules/.bin/vitest'), ['run', ...args], {
      cwd: root,
      env: { ...process.env, ...Object.fromEntries(sizes) },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', () => resolve(1));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

const runs = [...faults, ...fuzz];
const { values, words: wanted } = readCommandLine(
  `
Tries the engine under bad luck, and for long what "npm test" tries at random.

Usage: npm run test:faults                       all runs
       npm run test:faults -- RUN …              some of them: ${runs.map(({ name }) => name).join(', ')}
       npm run test:faults -- --minutes N …      so long a soak

FAULTS_SCALE=0.05 in the environment shortens them all.
`,
  { minutes: text },
  Infinity,
);
if (typeof values.minutes === 'string') process.env.SOAK_MINUTES = values.minutes;
const unknown = wanted.find((name) => !runs.some((run) => run.name === name));
if (unknown !== undefined || !(scale > 0)) {
  console.error(
    unknown === undefined
      ? `FAULTS_SCALE is a share of the full length, such as 0.05; "${process.env.FAULTS_SCALE}" is none.`
      : `There is no run "${unknown}". Runs: ${runs.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(1);
}
const failed: string[] = [];
for (const run of runs) {
  if (wanted.length > 0 && !wanted.includes(run.name)) continue;
  if ((await execute(run)) !== 0) failed.push(run.name);
}
console.log(failed.length === 0 ? 'Everything was survived.' : `Not survived: ${failed.join(', ')}.`);
process.exit(failed.length > 0 ? 1 : 0);
