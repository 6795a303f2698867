/**
 * `npm run move -- --from WHERE --to WHERE`: takes the desk with everything it has from one deployment to another. WHERE is
 * a data folder, or the address of any Convex deployment, whose admin key is read from the environment: arguments can be
 * read by every process of the machine.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from '../engine/cli/flags.ts';
import { readRunning } from '../engine/operations/running.ts';
import { readAdminKey } from '../engine/server/adminKeyFile.ts';
import { startEngine } from '../engine/server/engine.ts';
import { callAsAdmin, NoAnswer } from './adminCall.ts';
import { readCommandLine } from './commandLine.ts';
import { moveDesk, MoveError, reopen, type Side } from './moveDesk.ts';
import { readSettings } from './settings.ts';

const HELP = `Takes a desk with everything it has to another deployment.

Usage: npm run move -- --from WHERE --to WHERE
       npm run move -- --reopen WHERE             take back that it has moved

WHERE is a data folder, or the https:// address of a Convex deployment. The admin keys (or deploy keys) of addresses are
read from MOVE_FROM_KEY and MOVE_TO_KEY. See "When one machine is not enough" in docs/operating.md.
`;

type Opened = Side & { close: () => Promise<void> };
const stays = async () => {};

/** A folder that nothing runs on is opened for as long as this takes. */
async function open(where: string, key: 'MOVE_FROM_KEY' | 'MOVE_TO_KEY', isNew: boolean): Promise<Opened> {
  if (/^https?:\/\//.test(where)) {
    const adminKey = process.env[key];
    if (!adminKey) throw new MoveError(`The admin key of ${where} is missing: set ${key}.`);
    return { name: where, url: where.replace(/\/+$/, ''), adminKey, close: stays };
  }
  const dataDir = resolve(where);
  const has = existsSync(join(dataDir, 'data.sqlite'));
  if (!isNew && !has) throw new MoveError(`There is no desk in ${where}.`);
  const running = await findRunning(dataDir);
  if (running !== null) return { name: where, ...running, close: stays };
  // Nobody finds it here; what it says of itself are the addresses that `npm start` will give it.
  const { url, siteUrl } = readSettings();
  const engine = await startEngine({ dataDir, port: 0, url, siteUrl });
  const { port, adminKey } = engine;
  return { name: where, url: `http://127.0.0.1:${port}`, adminKey, close: () => engine.stop() };
}

async function findRunning(dataDir: string) {
  const url = readRunning(dataDir)?.url;
  const adminKey = readAdminKey(dataDir);
  if (url === undefined || adminKey === null) return null;
  try {
    await callAsAdmin({ url, adminKey }, 'query', 'jobs/moving:addresses');
  } catch (error) {
    // What a process that was killed has left behind.
    if (error instanceof NoAnswer && error.why === 'unreachable') return null;
  }
  return { url, adminKey };
}

async function run(): Promise<void> {
  const given = readCommandLine(HELP, { from: text, to: text, reopen: text });
  const values = given.values as Partial<Record<'from' | 'to' | 'reopen', string>>;
  if (values.reopen !== undefined) return reopenDesk(values.reopen);
  const { from: fromWhere, to: toWhere } = values;
  if (fromWhere === undefined || toWhere === undefined) throw new MoveError(HELP.trim());
  if (resolve(fromWhere) === resolve(toWhere)) throw new MoveError('--from and --to are the same.');
  const from = await open(fromWhere, 'MOVE_FROM_KEY', false);
  try {
    const to = await open(toWhere, 'MOVE_TO_KEY', true);
    try {
      const { documents, files, jobs, url, siteUrl } = await moveDesk(from, to, console.log);
      console.log(
        `Moved and compared: ${documents} documents, ${files} files, ${jobs} scheduled functions.\n` +
          `The desk is at ${url}, its agents' API at ${siteUrl}/api/v1. People sign in there once; agents' keys and customers' chats go on.\n` +
          `${fromWhere} is closed and leads there; "npm run move -- --reopen ${fromWhere}" takes that back.`,
      );
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

async function reopenDesk(where: string): Promise<void> {
  const side = await open(where, 'MOVE_FROM_KEY', false);
  try {
    await reopen(side);
  } finally {
    await side.close();
  }
  console.log(`${where} is open again, as it was when it closed. What happened elsewhere since stays there.`);
}

try {
  await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  // What was stopped half-way may still be at it.
  process.exit(1);
}
