/** In a process of its own: the engine runs in Node, not in what vitest loads its set-up into. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export default async function prepare(): Promise<void> {
  await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'prepare.ts')]);
}
