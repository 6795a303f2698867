/** What is made of files (the built app, the pushed functions) is made again when one of them has changed. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './settings.ts';

/** A hash of the names and contents of all files that match, in hex. */
export async function hashOf(
  patterns: string[],
  isInput: (name: string) => boolean = () => true,
): Promise<string> {
  const files: string[] = [];
  for await (const entry of glob(patterns, { cwd: root, withFileTypes: true }))
    if (entry.isFile() && isInput(entry.name)) files.push(join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  for (const file of files.sort())
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file));
  return hash.digest('hex');
}
