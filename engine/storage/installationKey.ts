/**
 * The key of a data folder with which what must not be read from the disk is sealed. It lies beside the database and not in
 * it, so it is in no backup: who has a copy of the data has not what was sealed.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'installation.key';

/** The folder's key; made at random the first time. */
export function installationKey(dataDir: string): Buffer {
  const path = join(dataDir, FILE);
  try {
    const key = randomBytes(32);
    // "wx" makes creation the test: a key that exists is never replaced.
    writeFileSync(path, `${key.toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true });
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const text = readFileSync(path, 'utf8').trim();
  if (/^[0-9a-f]{64}$/.test(text)) return Buffer.from(text, 'hex');
  throw new Error(`${path} holds no key: delete it, and a new one is made.`);
}
