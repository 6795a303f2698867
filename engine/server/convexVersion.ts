/** The version of the `convex` package beside the engine: what it behaves like. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export function convexVersion(): string {
  const manifest = createRequire(import.meta.url).resolve('convex/package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
