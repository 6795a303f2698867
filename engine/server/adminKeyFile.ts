/**
 * The admin key of a data folder: made once, kept beside the data, replaced when it is rotated.
 *
 * Promises: key and folder are their owner's only from the start on; what is found open is closed and said so, or refused.
 */
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateAdminKey } from '../auth/adminKey.ts';
import { StartError } from './startError.ts';

const ADMIN_KEY_FILE = 'admin.key';

/** The key in the folder; creates it if there is none. `warn` hears what had to be repaired. */
export function ensureAdminKey(
  dataDir: string,
  instanceName: string,
  warn: (sentence: string) => void = () => {},
): string {
  const path = join(dataDir, ADMIN_KEY_FILE);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  closeFolder(dataDir, warn);
  try {
    // "wx" makes creation the test, so two starts at once cannot both believe they made the key.
    const key = generateAdminKey(instanceName);
    writeFileSync(path, `${key}\n`, { mode: 0o600, flag: 'wx' });
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (closeToOthers(path, 0o600) === 'open')
    throw new StartError(
      `Other users of this machine can read ${path}: run "chmod 600 ${path}" as its owner.`,
    );
  const key = readAdminKey(dataDir);
  if (key === null) throw new StartError(`${path} is empty: delete it to have a new admin key made.`);
  return key;
}

/** Not refused where it cannot be closed: volumes of containers often belong to somebody else. */
export function closeFolder(dataDir: string, warn: (sentence: string) => void): void {
  const now = closeToOthers(dataDir, 0o700);
  if (now === 'closed') return;
  const was = `The data folder ${dataDir} ${now === 'repaired' ? 'was' : 'is'} open to other users of this machine`;
  warn(now === 'repaired' ? `${was}; now only its owner can enter it.` : `${was}, and is not ours to close.`);
}

/** The folder's own key, for commands; null when there is none. */
export function readAdminKey(dataDir: string): string | null {
  try {
    return readFileSync(join(dataDir, ADMIN_KEY_FILE), 'utf8').trim() || null;
  } catch {
    return null;
  }
}

/** Puts a new key in the place of the old one, at once for whoever reads the file. */
export function replaceAdminKey(dataDir: string, instanceName: string): string {
  const path = join(dataDir, ADMIN_KEY_FILE);
  const key = generateAdminKey(instanceName);
  writeFileSync(`${path}.new`, `${key}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
  return key;
}

/** Takes the rights of everybody but the owner away. */
function closeToOthers(path: string, mode: number): 'closed' | 'repaired' | 'open' {
  if (process.platform === 'win32' || (statSync(path).mode & 0o077) === 0) return 'closed';
  try {
    chmodSync(path, mode);
    return 'repaired';
  } catch {
    return 'open';
  }
}
