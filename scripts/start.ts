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
  if (desk.setupToken) console.log(`First set-up asks for this token: ${desk.setupToken}`);
  console.log(`Baton is ready: ${settings.url}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
