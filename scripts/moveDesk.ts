/**
 * Takes a desk with everything it has to another deployment, by what Convex officially offers: `env`, `deploy`, `export`,
 * `import`, and functions of its own for the scheduled ones, which snapshots leave behind (convex/jobs/moving.ts).
 *
 *   empty? ─▶ keys, functions ─▶ the old desk closes ─▶ snapshot ─▶ compared ─▶ scheduled ─▶ the new one opens
 *                                   └────────── anything fails: it opens again ◀──────────┘
 *
 * Promises: nothing is acknowledged that does not come along; whatever fails, the old desk is as it was and at work.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { callAsAdmin, NoAnswer } from './adminCall.ts';
import { compareSnapshots } from './compareSnapshots.ts';
import { convex, type Deployment } from './convexCli.ts';
import { deploy } from './pushed.ts';
import { upgrade } from './upgrade.ts';

/** One end of the way. */
export interface Side extends Deployment {
  /** As the user named it. */
  name: string;
}

export interface Addresses {
  url: string;
  siteUrl: string;
}

export interface Arrived extends Addresses {
  documents: number;
  files: number;
  jobs: number;
}

/** A mistake or an obstacle, as one sentence for whoever typed the command. */
export class MoveError extends Error {}

interface Job {
  name: string;
  args: unknown;
  at: number;
}
interface Listed {
  id: string;
  madeAt: number;
  isOpen: boolean;
  job: Job;
}

const CLOSED = 'DESK_CLOSED';
/** What was under way when the desk closed has ended by then. */
const SETTLE_MS = 5_000;
const JOBS_AT_ONCE = 100;
const STOPPING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** These exist in every desk that was set up. */
const TABLES_OF_A_DESK = ['users', 'teams'];

export async function moveDesk(from: Side, to: Side, log: (line: string) => void): Promise<Arrived> {
  await requireDesk(from);
  await requireEmpty(to);
  log(`Preparing ${to.name}…`);
  await takeKeys(from, to);
  await deploy(to);
  const addresses = await callAsAdmin<Addresses>(to, 'query', 'jobs/moving:addresses');
  const folder = mkdtempSync(join(tmpdir(), 'baton-move-'));
  const closing = setVariable(from, CLOSED, 'moving');
  try {
    const arrived = await unlessStopped(async () => {
      await closing;
      await pause(SETTLE_MS);
      return carry(from, to, folder, log);
    });
    await setVariable(from, CLOSED, JSON.stringify(addresses));
    await setVariable(to, CLOSED, null);
    return { ...addresses, ...arrived };
  } catch (error) {
    // Or it closes after it was opened.
    await closing.catch(() => {});
    await setVariable(from, CLOSED, null);
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Takes back that a desk has moved: it is at work again, as it was when it closed. */
export async function reopen(side: Side): Promise<void> {
  await requireDesk(side);
  await setVariable(side, CLOSED, null);
}

/** Who stops the command leaves no closed desk behind: that is a failure like any other. */
async function unlessStopped<Result>(work: () => Promise<Result>): Promise<Result> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stop = () => reject(new MoveError('Stopped: nothing has moved.'));
  for (const signal of STOPPING) process.once(signal, stop);
  try {
    return await Promise.race([work(), stopped]);
  } finally {
    for (const signal of STOPPING) process.off(signal, stop);
  }
}

async function carry(
  from: Side,
  to: Side,
  folder: string,
  log: (line: string) => void,
): Promise<Omit<Arrived, keyof Addresses>> {
  const before = await listJobs(from);
  log(`Copying ${from.name}, which is closed meanwhile…`);
  const snapshot = join(folder, 'from.zip');
  await exportTo(from, snapshot);
  const jobs = jobsAt(before, await listJobs(from));
  await convex(to, ['import', '-y', snapshot]);
  log('Comparing what has arrived…');
  const arrived = join(folder, 'to.zip');
  await exportTo(to, arrived);
  const { documents, files, differences } = await compareSnapshots(snapshot, arrived);
  if (differences.length > 0)
    throw new MoveError(`What arrived at ${to.name} is not what was sent: ${differences.join('; ')}.`);
  for (let at = 0; at < jobs.length; at += JOBS_AT_ONCE) {
    await callAsAdmin(to, 'mutation', 'jobs/moving:arm', { jobs: jobs.slice(at, at + JOBS_AT_ONCE) });
  }
  await upgrade(to, log);
  return { documents, files, jobs: jobs.length };
}

/**
 * What was still to be done at the instant of a snapshot taken between two looks: what was open at either, and what was
 * made and has ended in between.
 */
function jobsAt(before: Listed[], after: Listed[]): Job[] {
  const lastMade = Math.max(0, ...before.map(({ madeAt }) => madeAt));
  const open = [
    ...before.filter(({ isOpen }) => isOpen),
    ...after.filter(({ isOpen, madeAt }) => isOpen || madeAt > lastMade),
  ];
  return [...new Map(open.map(({ id, job }) => [id, job])).values()];
}

async function listJobs(side: Side): Promise<Listed[]> {
  const all: Listed[] = [];
  let cursor: string | null = null;
  do {
    const page: { jobs: Listed[]; cursor: string | null } = await callAsAdmin(
      side,
      'query',
      'jobs/moving:list',
      { cursor },
    );
    all.push(...page.jobs);
    ({ cursor } = page);
  } while (cursor !== null);
  return all;
}

async function requireDesk(side: Side): Promise<void> {
  try {
    await callAsAdmin(side, 'query', 'jobs/moving:addresses');
  } catch (error) {
    throw explained(
      error,
      side,
      `${side.name} has no desk of this version: start it once with this version, or run "npm run deploy" there.`,
    );
  }
}

/** Two desks in one would mix their tickets. */
async function requireEmpty(side: Side): Promise<void> {
  try {
    // No function of ours need be there; this is refused for what a key or an address may have wrong.
    await callAsAdmin(side, 'query', 'jobs/moving:addresses');
  } catch (error) {
    if (!(error instanceof NoAnswer && error.why === 'noFunction')) throw explained(error, side, '');
  }
  const tables = (await convex(side, ['data'])).split('\n').map((line) => line.trim());
  for (const table of TABLES_OF_A_DESK.filter((each) => tables.includes(each))) {
    const shown = await convex(side, ['data', table, '--limit', '1', '--format', 'jsonLines']);
    if (shown.includes('"_id"'))
      throw new MoveError(
        `${side.name} has a desk already. Move to an empty deployment; nothing was changed.`,
      );
  }
}

function explained(error: unknown, { name, url }: Side, noFunction: string): Error {
  if (!(error instanceof NoAnswer)) return error as Error;
  const sentence = {
    unreachable: `Nothing answers at ${url}. Is the address right, and does it run?`,
    wrongKey: `${name} does not take its admin key.`,
    noFunction,
  }[error.why];
  return new MoveError(`${sentence} Nothing was changed.`);
}

/** All that was set there: signing keys, so that whoever is known stays known, and the team's own. */
async function takeKeys(from: Side, to: Side): Promise<void> {
  await setVariable(to, CLOSED, 'moving');
  // A value may be of many lines: the plain list cannot be read line by line.
  const names = (await convex(from, ['env', 'list', '--names-only'])).split('\n');
  const taken = names.filter((name) => /^\w+$/.test(name) && name !== CLOSED);
  const values = await Promise.all(taken.map((name) => convex(from, ['env', 'get', name])));
  for (const [at, name] of taken.entries()) await setVariable(to, name, values[at]!.replace(/\n$/, ''));
}

/** On standard input, of which one newline at the end is not the value's: arguments can be read by every process of the machine. */
async function setVariable(side: Side, name: string, value: string | null): Promise<void> {
  if (value === null) await convex(side, ['env', 'remove', name]);
  else await convex(side, ['env', 'set', name], { input: `${value}\n` });
}

const exportTo = (side: Side, path: string) =>
  convex(side, ['export', '--path', path, '--include-file-storage']);
