/**
 * The process is killed hard in the middle of a conversation and started again on the same data: nothing that was
 * acknowledged is missing, and the pages that were open recover by themselves.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildApp } from '../../scripts/build.ts';
import { root, type Settings } from '../../scripts/settings.ts';
import { freshSettings, launchBrowser, openPage } from './harness.ts';
import { Chat, demoAddress, goOnline, setUpTeam, TicketPage } from './pages.ts';

let settings: Settings;
let setupUrl: string | undefined;
let server: ChildProcess;
let browser: Browser;
let operator: Page;
let ticket: TicketPage;
let customer: Chat;
/** What the process complained of. */
let errors = '';

/** `npm start`, without npm: resolves when it says that it is ready. */
function start(): Promise<ChildProcess> {
  const { port, sitePort, dataDir } = settings;
  const child = spawn(process.execPath, [join(root, 'scripts/start.ts')], {
    env: {
      ...process.env,
      PORT: String(port),
      SITE_PORT: String(sitePort),
      BATON_DATA: dataDir,
      BATON_URL: '',
      BATON_SITE_URL: '',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    let output = '';
    child.stderr!.on('data', (chunk) => (errors += chunk));
    child.stdout!.on('data', (chunk) => {
      output += chunk;
      if (!output.includes(`Baton is ready: ${settings.url}`)) return;
      setupUrl = /^Set up: (.+)$/m.exec(output)?.[1];
      resolve(child);
    });
    child.on('close', (code) => reject(new Error(`ended with ${code} before it was ready:\n${output}`)));
  });
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) =>
    child.exitCode === null && child.signalCode === null
      ? child.on('close', resolve)
      : resolve(child.exitCode),
  );
}

beforeAll(async () => {
  settings = await freshSettings();
  await buildApp();
  server = await start();
  browser = await launchBrowser();
  operator = (await openPage(browser)).page;
  ticket = new TicketPage(operator);
  await setUpTeam(operator, setupUrl!);
  await goOnline(operator);
  customer = await Chat.open((await openPage(browser)).page, await demoAddress(operator));
});

afterAll(async () => {
  await browser?.close();
  server?.kill('SIGKILL');
  if (server) await ended(server);
  rmSync(settings.dataDir, { recursive: true, force: true });
});

it('[E2] a kill -9 in the middle loses nothing that was acknowledged, and open pages recover by themselves', async () => {
  await customer.say('I want a refund, I bought it 45 days ago');
  await operator.getByRole('link', { name: /^Mine\b/ }).click();
  await operator.getByRole('listbox').getByRole('option').first().waitFor();
  await operator.keyboard.press('j');
  await operator.getByText('Robin is answering').waitFor();
  await operator.keyboard.press('t');
  await operator.getByText('You speak now').waitFor();
  const acknowledged = Array.from({ length: 5 }, (_, index) => `Line ${index + 1} before the crash`);
  for (const text of acknowledged) {
    await ticket.write(text);
    await ticket.send();
    await customer.reads(text);
  }

  server.kill('SIGKILL');
  await ended(server);
  await customer.say('Written while nobody was there');
  await operator.getByText('The desk cannot be reached.', { exact: false }).waitFor();
  server = await start();

  await ticket.reads('Written while nobody was there');
  for (const text of acknowledged) {
    expect(await ticket.thread.getByText(text).count()).toBe(1);
    expect(await customer.frame.getByRole('log').getByText(text).count()).toBe(1);
  }
  await operator.getByText('You speak now').waitFor();
  await ticket.write('And on we go');
  await ticket.send();
  await customer.reads('And on we go');
});

it('a stop is clean: SIGTERM ends the process with code 0 within five seconds', async () => {
  const startedAt = Date.now();
  server.kill('SIGTERM');
  expect(await ended(server)).toBe(0);
  expect(Date.now() - startedAt).toBeLessThan(10_000);
});

it('[E2] a data file that is removed under the desk ends it within a second, with a sentence', async () => {
  server = await start();
  errors = '';
  const end = ended(server);
  rmSync(join(settings.dataDir, 'data.sqlite'));
  const removedAt = Date.now();
  expect(await end).toBe(1);
  expect(Date.now() - removedAt).toBeLessThan(2_000);
  expect(errors).toMatch(
    /^Baton stops because .*data\.sqlite was removed, replaced, overwritten or moved away/m,
  );
});
