/** `npm start`: the whole desk in one process. */
import { readCommandLine } from './commandLine.ts';
import { endProcess, startDesk } from './desk.ts';
import { readSettings } from './settings.ts';

readCommandLine(`
Runs the whole desk on this machine, until SIGTERM or Ctrl-C: one process, one data folder.

Usage: npm start

It takes no options. Its settings are variables of the environment, and docs/operating.md has them all:

  PORT, SITE_PORT             its two ports (default: 3210, and the one after PORT)
  BATON_DATA                  where everything is kept (default: ./data)
  BATON_URL, BATON_SITE_URL   the public addresses of the two ports

"npm run dev" is the same with live reload. "npm run engine -- --help" looks after a data folder: backup, restore, check.
`);

try {
  const settings = readSettings();
  const desk = await startDesk(settings, { log: console.log, onFatal: endProcess });
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      void desk.stop().then(() => process.exit(0));
    });
  }
  // Said in one: whoever waits for the first line has the second with it.
  const lines = [`Baton is ready: ${settings.url}`];
  if (desk.setupUrl !== null) lines.push(`Set up: ${desk.setupUrl}`);
  console.log(lines.join('\n'));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
