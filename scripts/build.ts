/**
 * Keeps the built app in `dist/` (buildApp.ts) as new as its inputs. A stamp of every input's content makes a second start
 * skip the build. It is made in a process of its own: what bundlers take, the desk would otherwise hold for as long as it
 * runs.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf } from './inputs.ts';
import { root } from './settings.ts';

export const distDir = join(root, 'dist');
const stampFile = join(distDir, '.inputs');

const inputPatterns = [
  'src/**/*',
  'public/**/*',
  'convex/shared/**/*.ts',
  'convex/_generated/**/*',
  '*.html',
  'vite.config.ts',
  'package-lock.json',
  'scripts/build.ts',
  'scripts/buildApp.ts',
];

/** The route tree is written by the build itself. */
const hashInputs = () => hashOf(inputPatterns, (name) => name !== 'routeTree.gen.ts');

/** Builds when an input has changed since the last build; returns whether it did. Rejects with what the build said. */
export async function buildApp(options: { log?: (line: string) => void } = {}): Promise<boolean> {
  const stamp = await hashInputs();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return false;
  options.log?.('Building the app…');
  await runBuild();
  writeFileSync(stampFile, stamp);
  return true;
}

function runBuild(): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'buildApp.ts')], {
      cwd: root,
      // Whoever builds, a test runner too: its NODE_ENV would put React's development build into what is served.
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const output of [child.stdout, child.stderr]) output.on('data', (chunk) => (said += chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`The app could not be built:\n${said.trim()}`)),
    );
  });
}

if (import.meta.main) {
  await buildApp({ log: console.log });
}
