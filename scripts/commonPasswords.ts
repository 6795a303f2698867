/**
 * Makes the fingerprints of common passwords from a list of them, a line each, the most common first:
 *
 *   node scripts/commonPasswords.ts LIST
 *
 * Those here are from Mark Burnett's ten million passwords, in the order of SecLists (MIT).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintOf, stemOf } from '../convex/shared/people/fingerprints.ts';
import { root } from './settings.ts';

const each = 5_000;
/** As convex/shared/people/passwords.ts asks for. */
const minPasswordLength = 10;
const list = readFileSync(process.argv[2]!, 'utf8')
  .split(/\r?\n/)
  .map((line) => line.normalize('NFKC').toLowerCase());
const long = list.filter((password) => [...password].length >= minPasswordLength);
const stems = list.map(stemOf).filter((stem) => /^\p{L}{5,}$/u.test(stem));
const chosen = new Set([...firstOf(long), ...firstOf(stems)].map(fingerprintOf));
const bytes = new Uint32Array(chosen).sort();
const base64 = Buffer.from(bytes.buffer).toString('base64');
const lines = base64.match(/.{1,110}/g)!.map((line) => `  '${line}'`);
writeFileSync(
  join(root, 'convex/shared/people/commonPasswordsData.ts'),
  `/** Made by scripts/commonPasswords.ts. */\nexport const fingerprints = [\n${lines.join(',\n')},\n].join('');\n`,
);
console.log(`${chosen.size} fingerprints`);

function firstOf(passwords: string[]): string[] {
  return [...new Set(passwords)].slice(0, each);
}
