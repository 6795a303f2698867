/**
 * Data folders that many tests begin with. Pushing takes seconds, so each is made once, kept with the packages, and made again
 * when what it is made of has changed. Tests get copies.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/settings.ts';

const kept = join(root, 'node_modules/.cache/baton');

/** Fills a folder with what `make` leaves in an empty one for the inputs of this hash. */
export async function fill(
  dataDir: string,
  name: string,
  hash: string,
  make: (dataDir: string) => Promise<void>,
): Promise<void> {
  const folder = join(kept, name, hash);
  if (!existsSync(folder)) await keep(folder, make);
  cpSync(folder, dataDir, { recursive: true });
}

async function keep(folder: string, make: (dataDir: string) => Promise<void>): Promise<void> {
  const beside = join(folder, '..');
  mkdirSync(beside, { recursive: true });
  const former = readdirSync(beside);
  const made = mkdtempSync(join(kept, 'making-'));
  await make(made);
  // Another test may have made it at the same time.
  if (existsSync(folder)) rmSync(made, { recursive: true });
  else renameSync(made, folder);
  for (const hash of former) rmSync(join(beside, hash), { recursive: true, force: true });
}
