/** What WhatsApp sent to others, read from beside the repository and never copied into it. Tests of it skip where it is absent. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = join(import.meta.dirname, '../../../../shared/fixtures/whatsapp');

export const noFixtures = !existsSync(folder);
export const noteOnFixtures = noFixtures ? ' (skipped: no ../shared/fixtures/whatsapp here)' : '';

/** Bodies of webhooks, as `message text`. */
export function fixtureBodies(): { name: string; body: string }[] {
  return globSync('pywa-*.json', { cwd: folder })
    .toSorted()
    .flatMap((file) =>
      Object.entries(read(file) as Record<string, unknown>).map(([name, value]) => ({
        name: `${basename(file, '.json').replace('pywa-', '')} ${name}`,
        body: JSON.stringify(value),
      })),
    );
}

interface Vector {
  name: string;
  appSecret: string;
  body: string;
  header: string;
}

export const signatureVectors = (): Vector[] =>
  (read('signature-vectors.json') as { vectors: Vector[] }).vectors;

function read(file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}
