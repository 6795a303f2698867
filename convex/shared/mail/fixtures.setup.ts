/** Mails of others, read from beside the repository and never copied into it. Tests of them skip where they are absent. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = join(import.meta.dirname, '../../../../shared/fixtures/email');

export const noFixtures = !existsSync(folder);
export const noteOnFixtures = noFixtures ? ' (skipped: no ../shared/fixtures/email here)' : '';

export interface FixtureMail {
  name: string;
  raw: Uint8Array;
}

/** `bounces`, `auto-replies`, `mime`, `replies`, `rfc5322`, or `*`. */
export function fixtureMails(room: string): FixtureMail[] {
  return globSync(`${room}/*.eml`, { cwd: folder })
    .toSorted()
    .map((path) => ({ name: basename(path, '.eml'), raw: new Uint8Array(readFileSync(join(folder, path))) }));
}

export function fixtureTexts(): { name: string; text: string }[] {
  if (noFixtures) return [];
  const { items } = JSON.parse(readFileSync(join(folder, 'replies/plain-text-replies.json'), 'utf8'));
  return items.map(({ path, text }: { path: string; text: string }) => ({
    name: basename(path, '.txt'),
    text,
  }));
}
