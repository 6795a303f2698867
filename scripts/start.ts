/** `npm start`: the whole desk in one process. */
import { endProcess, startDesk } from './desk.ts';
import { readSettings } from './settings.ts';

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
