import { writeFileSync } from 'node:fs';
import { fillDesk } from '../test/pictures/sampleDesk.ts';
import { launchBrowser, openPage, owner, startTestDesk } from '../test/journeys/harness.ts';
import { manyTickets } from '../test/journeys/manyTickets.ts';
import { signIn } from '../test/journeys/pages.ts';
const pause = (ms: number) => new Promise((r) => setTimeout(r, ms));
const desk = await startTestDesk();
const browser = await launchBrowser();
try {
  await manyTickets(desk, await fillDesk(desk), Number(process.argv[2] ?? 200));
  const { page } = await openPage(browser);
  await signIn(page, desk.settings.url, owner);
  await page.goto(`${desk.settings.url}/inbox/all`);
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('j');
  await page.getByRole('region', { name: /^Ticket #/ }).waitFor();
  await pause(2000);
  const s = await page.context().newCDPSession(page);
  await s.send('Performance.enable', { timeDomain: 'threadTicks' });
  const m = async () => Object.fromEntries((await s.send('Performance.getMetrics')).metrics.map((x) => [x.name, x.value]));
  const idle0 = await m(); await pause(5000); const idle1 = await m();
  console.log('idle ms per s', (idle1.TaskDuration! - idle0.TaskDuration!) * 200);
  for (const profiled of [false, true]) {
    if (profiled) { await s.send('Profiler.enable'); await s.send('Profiler.setSamplingInterval', { interval: 200 }); await s.send('Profiler.start'); }
    const a = await m();
    const n = 60;
    for (let i = 0; i < n; i++) { await page.keyboard.press(Math.floor(i / 20) % 2 ? 'k' : 'j'); await pause(150); }
    const b = await m();
    for (const k of ['TaskDuration', 'ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration']) console.log(k, ((b[k]! - a[k]!) * 1000 / n).toFixed(2));
    console.log('layouts', (b.LayoutCount! - a.LayoutCount!) / n, 'nodes', b.Nodes, 'recalc', (b.RecalcStyleCount! - a.RecalcStyleCount!) / n);
  }
  const { profile } = await s.send('Profiler.stop') as any;
  writeFileSync('/tmp/walk.cpuprofile', JSON.stringify(profile));
} finally { await browser.close(); await desk.dispose(); }
