/** The admin key of a data folder: made once, readable by its owner only, kept beside the data. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateAdminKey } from '../auth/adminKey.ts';

export const ADMIN_KEY_FILE = 'admin.key';

/** The key in the folder; creates it if there is none. */
export function ensureAdminKey(dataDir: string, instanceName: string): string {
  const path = join(dataDir, ADMIN_KEY_FILE);
  mkdirSync(dataDir, { recursive: true });
  try {
    // "wx" makes creation the test, so two starts at once cannot both believe they made the key.
    const key = generateAdminKey(instanceName);
    writeFileSync(path, `${key}\n`, { mode: 0o600, flag: 'wx' });
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  chmodSync(path, 0o600);
  const key = readFileSync(path, 'utf8').trim();
  if (key === '') throw new Error(`${path} is empty. Delete it to have a new admin key made.`);
  return key;
}
