/**
 * `npm test`: everything that proves the product, then one closing line, `N passed, N failed` (`, N skipped`).
 * Arguments are handed to vitest, for running a part: `npm test -- engine/values`. A whole run is also held against the
 * books of rules.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { books } from '../test/law/books.ts';
import { notYet } from '../test/law/notYet.ts';
import { faultsOf, type Test } from '../test/law/rules.ts';
import { root } from './settings.ts';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const binaries = join(root, 'node_modules/.bin');

function run(command: string, args: string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(join(binaries, command), args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', () => resolve(1));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

async function check(name: string, command: string, args: string[]): Promise<Counts> {
  const startedAt = performance.now();
  const failed = (await run(command, args)) === 0 ? 0 : 1;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${failed ? '✗' : '✓'} ${name} (${seconds} s)`);
  return { passed: 1 - failed, failed, skipped: 0 };
}

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  numFailedTestSuites: number;
  testResults: { assertionResults: { fullName: string; status: string }[] }[];
}

/** Vitest's own counts, and what ran; a run that dies before it can report is one failure. */
async function vitest(args: string[]): Promise<Counts & { tests: Test[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-test-'));
  const file = join(folder, 'report.json');
  try {
    const code = await run('vitest', [
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
      ...args,
    ]);
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numFailedTestSuites } = report;
    const failed = numFailedTests > 0 ? numFailedTests : numFailedTestSuites > 0 || code !== 0 ? 1 : 0;
    const tests = report.testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .map(({ fullName, status }) => ({ name: fullName, passed: status === 'passed' }));
    return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests, tests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0, tests: [] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
const results: Counts[] = [];
if (parts.length === 0) {
  results.push(await check('format', 'oxfmt', ['--check', '.']));
  results.push(await check('lint', 'oxlint', []));
  results.push(await check('dead code', 'knip', ['--no-progress']));
  results.push(await check('types', 'tsc', ['-p', 'tsconfig.json']));
  results.push(await check('types of convex/', 'tsc', ['-p', 'convex/tsconfig.json', '--noEmit']));
}
const { tests, ...counts } = await vitest(parts);
results.push(counts);
if (parts.length === 0) results.push(law(tests));

const total = results.reduce((sum, each) => ({
  passed: sum.passed + each.passed,
  failed: sum.failed + each.failed,
  skipped: sum.skipped + each.skipped,
}));
console.log(
  `${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`,
);
process.exit(total.failed > 0 ? 1 : 0);
