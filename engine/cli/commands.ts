/** The commands that look after a data folder: they work beside a running engine where they can, and say so where not. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { holdIdleFolder, writeBackup } from '../operations/backup.ts';
import { inspect } from '../operations/inspect.ts';
import { restoreBackup } from '../operations/restore.ts';
import { readAdminKey, replaceAdminKey } from '../server/adminKeyFile.ts';
import { OpenError } from '../storage/errors.ts';
import { openStore } from '../storage/store.ts';
import { CommandError, holdRunning, post } from './running.ts';
import type { CommandLine } from './options.ts';
import { convexVersion } from '../server/convexVersion.ts';

type Command = Exclude<CommandLine, { command: 'help' | 'serve' }>;
type Print = (line: string) => void;

/** Runs a command; the answer is the exit code. Throws errors whose message is one sentence. */
export async function runCommand(line: Command, print: Print): Promise<number> {
  switch (line.command) {
    case 'version':
      print(versions());
      return 0;
    case 'backup':
      return backup(resolve(line.dataDir), resolve(line.to), line.adminKey, print);
    case 'restore': {
      const { documents, files } = await restoreBackup(resolve(line.from), line.dataDir);
      print(
        `Restored and checked: ${count(documents, 'document')}, ${count(files, 'file')}. A new admin key is made at the next start.`,
      );
      return 0;
    }
    case 'check':
      return check(resolve(line.dataDir), print);
    case 'rotate-key':
      return rotateKey(resolve(line.dataDir), print);
  }
}

async function backup(
  dataDir: string,
  to: string,
  adminKey: string | undefined,
  print: Print,
): Promise<number> {
  requireData(dataDir);
  if (!existsSync(dirname(to)))
    throw new CommandError(
      `There is no folder ${dirname(to)} to write to: make it first, or choose another with --to.`,
    );
  if (existsSync(to)) throw new CommandError(`${to} exists already: choose another name with --to.`);
  const hold = isInUse(dataDir)
    ? holdRunning(dataDir, adminKey ?? readAdminKey(dataDir))
    : holdIdleFolder(dataDir);
  const { bytes, files } = await writeBackup(dataDir, to, hold);
  print(`Backed up to ${to}: ${(bytes / 1024 ** 2).toFixed(1)} MiB, ${count(files, 'file')}.`);
  return 0;
}

function check(dataDir: string, print: Print): number {
  requireData(dataDir);
  const began = performance.now();
  const store = openStore(dataDir);
  try {
    const { documents, indexEntries, files, found } = inspect(store, dataDir, print);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    if (found.length === 0)
      print(
        `Nothing is wrong: ${count(documents, 'document')}, ${count(indexEntries, 'index entry', 'index entries')}, ${count(files, 'file')}, read in ${seconds} s.`,
      );
    return found.length === 0 ? 0 : 1;
  } finally {
    store.close();
  }
}

async function rotateKey(dataDir: string, print: Print): Promise<number> {
  requireData(dataDir);
  const key = readAdminKey(dataDir);
  const path = join(dataDir, 'admin.key');
  if (isInUse(dataDir)) {
    await post(dataDir, key, '/api/engine/rotate_admin_key');
    print(`The admin key in ${path} is new, and the running engine asks for it from now on.`);
  } else {
    replaceAdminKey(dataDir, key?.split('|')[0] || 'embedded');
    print(`The admin key in ${path} is new; the next start asks for it.`);
  }
  return 0;
}

/** The lock is the only truth about that: files outlive processes that were killed. */
function isInUse(dataDir: string): boolean {
  try {
    openStore(dataDir).close();
    return false;
  } catch (error) {
    if (error instanceof OpenError && error.code === 'IN_USE') return true;
    throw error;
  }
}

function requireData(dataDir: string): void {
  if (!existsSync(join(dataDir, 'data.sqlite')))
    throw new CommandError(`There is no data of an engine in ${dataDir}: name its folder with --data.`);
}

function versions(): string {
  const manifest = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8');
  const { version: own } = JSON.parse(manifest) as { version: string };
  return `engine ${own}, convex ${convexVersion()}, Node ${process.versions.node}, SQLite ${process.versions.sqlite}`;
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}
