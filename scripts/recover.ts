/**
 * `npm run recover -- [ADDRESS]`: for whoever forgot everything and has the server. Prints a one-time link to a new password for
 * this address, or for the only owner there is; it ends the second factor, too. Works beside a running desk and without one.
 */
import { readRunning } from '../engine/operations/running.ts';
import { readAdminKey } from '../engine/server/adminKeyFile.ts';
import { callAsAdmin } from './adminCall.ts';
import { readCommandLine } from './commandLine.ts';
import type { Deployment } from './convexCli.ts';
import { startDesk } from './desk.ts';
import { readSettings, type Settings } from './settings.ts';

const HELP = `
Prints a link to a new password, for whoever forgot everything and has the server. It works once, and ends the second factor.

Usage: npm run recover                  for the only owner there is
       npm run recover -- ADDRESS       for whoever signs in with this address

The desk of BATON_DATA (default: ./data) may run or not.
`;

/** As convex/accounts/recovery.ts returns it. */
interface Link {
  token: string;
  email: string;
  expiresAt: number;
}

const [email] = readCommandLine(HELP, {}, 1).words;
try {
  const settings = readSettings();
  const {
    token,
    email: whose,
    expiresAt,
  } = await onDesk(settings, (deployment) =>
    callAsAdmin<Link>(
      deployment,
      'mutation',
      'accounts/recovery:makeLink',
      email === undefined ? {} : { email },
    ),
  );
  console.log(`A new password for ${whose}, once, until ${new Date(expiresAt).toLocaleString()}:`);
  console.log(`${settings.url}/reset#token=${token}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

/** The desk that runs on the data folder, or one that is started for as long as this takes. */
async function onDesk<T>(settings: Settings, ask: (deployment: Deployment) => Promise<T>): Promise<T> {
  const running = await runningOn(settings.dataDir);
  if (running !== null) return ask(running);
  const desk = await startDesk(settings, { app: false });
  try {
    return await ask({ url: `http://127.0.0.1:${settings.port}`, adminKey: desk.engine.adminKey });
  } finally {
    await desk.stop();
  }
}

/** What was written at its start may be left of one that was killed: it has to answer. */
async function runningOn(dataDir: string): Promise<Deployment | null> {
  const running = readRunning(dataDir);
  const adminKey = readAdminKey(dataDir);
  if (running === null || adminKey === null) return null;
  const answers = await fetch(`${running.url}/health`).catch(() => null);
  return answers === null ? null : { url: running.url, adminKey };
}
