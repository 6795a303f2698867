/** A desk as `npm start` runs it, in a process of its own: what it costs its clients is then its own doing alone. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, type Settings } from '../../scripts/settings.ts';
import { endWithUs, firstLine, stopped } from './child.ts';

/** Resolves when it says that it is ready, with what it says beside it. */
export async function startDeskProcess({ port, sitePort, dataDir }: Settings): Promise<{
  pid: number;
  setupUrl: string | null;
  stop(): Promise<void>;
}> {
  const env = { ...process.env, PORT: String(port), SITE_PORT: String(sitePort), BATON_DATA: dataDir };
  const child = spawn(process.execPath, [join(root, 'scripts/start.ts')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  endWithUs(child);
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await firstLine(child, 'npm start', 'Baton is ready');
  const setupUrl = /^Set up: (.+)$/m.exec(said)?.[1] ?? null;
  return { pid: child.pid!, setupUrl, stop: () => stopped(child) };
}
