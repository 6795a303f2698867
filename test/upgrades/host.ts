/**
 * A desk in a process of its own, loaded with a clock that can be set (test/faults/clock.ts). `desk` starts it as `npm start`
 * does; `push` stops between the push and the migrations, which then wait for the order "upgrade".
 */
import { startEngine } from '../../engine/server/engine.ts';
import { startDesk } from '../../scripts/desk.ts';
import { deployChanges } from '../../scripts/pushed.ts';
import type { Settings } from '../../scripts/settings.ts';
import { upgrade } from '../../scripts/upgrade.ts';

export type Report = { adminKey: string; lines: string[] } | { failed: string };

const how = process.argv[2] as 'desk' | 'push';
const settings = JSON.parse(process.argv[3]!) as Settings;
const lines: string[] = [];
const log = (line: string) => void lines.push(line);
const say = (report: Report) => process.send!(report);
const fail = (error: Error) => say({ failed: error.message });

await (how === 'desk' ? start() : push()).catch(fail);

async function start(): Promise<void> {
  const desk = await startDesk(settings, { app: false, log });
  answer(desk.engine.adminKey, () => desk.stop());
}

async function push(): Promise<void> {
  const engine = await startEngine(settings);
  await engine.environment.set({ SITE_URL: settings.url });
  const deployment = { url: settings.url, adminKey: engine.adminKey };
  await deployChanges(engine, deployment, settings.dataDir);
  process.on('message', (order) => {
    if (order !== 'upgrade') return;
    upgrade(deployment, log).then(() => say({ adminKey: engine.adminKey, lines }), fail);
  });
  answer(engine.adminKey, () => engine.stop());
}

function answer(adminKey: string, stop: () => Promise<void>): void {
  process.on('message', (order) => {
    if (order === 'stop') void stop().then(() => process.exit());
  });
  say({ adminKey, lines });
}
