/**
 * `npm test`: everything that proves the product, then one closing line, `N passed, N failed` (`, N skipped`).
 * Arguments are handed to vitest, for running a part: `npm test -- engine/values`. A whole run is also held against the
 * books of rules.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { books } from '../test/law/books.ts';
import { notYet } from '../test/law/notYet.ts';
import { faultsOf, type Test } from '../test/law/rules.ts';
import { root } from './settings.ts';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Files whose time is printed. */
const SLOWEST = 10;
const binaries = join(root, 'node_modules/.bin');

/** Resolves with the exit code, and with what was said unless it is to be seen at once. */
function run(
  command: string,
  args: string[],
  stdio: 'inherit' | 'pipe',
): Promise<[code: number, said: string]> {
  return new Promise((resolve) => {
    const child = spawn(join(binaries, command), args, { cwd: root, stdio: ['ignore', stdio, stdio] });
    let said = '';
    for (const output of [child.stdout, child.stderr]) output?.on('data', (chunk) => (said += chunk));
    child.on('error', (error) => resolve([1, error.message]));
    child.on('close', (code) => resolve([code ?? 1, said]));
  });
}

interface Check {
  counts: Counts;
  line: string;
}

async function check(name: string, command: string, args: string[]): Promise<Check> {
  const startedAt = performance.now();
  const [code, said] = await run(command, args, 'pipe');
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (code === 0) return { counts: { passed: 1, failed: 0, skipped: 0 }, line: `✓ ${name} (${seconds} s)` };
  return {
    counts: { passed: 0, failed: 1, skipped: 0 },
    line: `${said.trimEnd()}\n✗ ${name} (${seconds} s)`,
  };
}

/** One after another, beside the tests, which wait much. */
async function checks(): Promise<Check[]> {
  return [
    await check('format', 'oxfmt', ['--check', '.']),
    await check('lint', 'oxlint', []),
    await check('dead code', 'knip', ['--no-progress']),
    await check('types', 'tsc', ['-p', 'tsconfig.json']),
    await check('types of convex/', 'tsc', ['-p', 'convex/tsconfig.json', '--noEmit']),
  ];
}

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  numFailedTestSuites: number;
  testResults: {
    name: string;
    startTime: number;
    endTime: number;
    assertionResults: { fullName: string; status: string }[];
  }[];
}

/** Vitest's own counts, and what ran; a run that dies before it can report is one failure. */
async function vitest(args: string[]): Promise<Counts & { tests: Test[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-test-'));
  const file = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const [code] = await run('vitest', ['run', ...reporters, ...args], 'inherit');
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numFailedTestSuites } = report;
    const failed = numFailedTests > 0 ? numFailedTests : numFailedTestSuites > 0 || code !== 0 ? 1 : 0;
    const tests = report.testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .map(({ fullName, status }) => ({ name: fullName, passed: status === 'passed' }));
    printSlowest(report);
    return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests, tests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0, tests: [] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function printSlowest({ testResults }: Report): void {
  if (testResults.length <= SLOWEST) return;
  const seconds = ({ startTime, endTime }: Report['testResults'][number]) => (endTime - startTime) / 1000;
  const slowest = testResults.toSorted((a, b) => seconds(b) - seconds(a)).slice(0, SLOWEST);
  console.log('Slowest:');
  for (const file of slowest)
    console.log(`${seconds(file).toFixed(1).padStart(6)} s  ${relative(root, file.name)}`);
}

/** Every rule is shown by a test that passed in this run (test/law). */
function law(tests: Test[]): Counts {
  const faults = faultsOf(books, tests, notYet);
  console.log(`${faults.length > 0 ? '✗' : '✓'} rules`);
  for (const fault of faults) console.log(`  ${fault}`);
  const failed = faults.length > 0 ? 1 : 0;
  return { passed: 1 - failed, failed, skipped: 0 };
}

const parts = process.argv.slice(2);
const isWhole = parts.length === 0;
const [checked, { tests, ...counts }] = await Promise.all([isWhole ? checks() : [], vitest(parts)]);
for (const { line } of checked) console.log(line);
const results = [...checked.map((each) => each.counts), counts, ...(isWhole ? [law(tests)] : [])];

const total = results.reduce((sum, each) => ({
  passed: sum.passed + each.passed,
  failed: sum.failed + each.failed,
  skipped: sum.skipped + each.skipped,
}));
console.log(
  `${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`,
);
process.exit(total.failed > 0 ? 1 : 0);
