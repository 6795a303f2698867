/** What every journey needs: a whole desk on free ports with its own data, and a real browser. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConvexHttpClient } from 'convex/browser';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { type RunningDesk, startDesk } from '../../scripts/desk.ts';
import { hashOfFunctions } from '../../scripts/pushed.ts';
import { root, type Settings } from '../../scripts/settings.ts';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel';
import { readShared } from '../../convex/readShared.setup.ts';
import { fill } from '../prepared.ts';

/** A port nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

/** On free ports; on an empty data folder unless told otherwise. */
export async function freshSettings(
  dataDir: string = mkdtempSync(join(tmpdir(), 'baton-desk-')),
): Promise<Settings> {
  const [port, sitePort] = [await freePort(), await freePort()];
  return {
    port,
    sitePort,
    dataDir,
    url: `http://127.0.0.1:${port}`,
    siteUrl: `http://127.0.0.1:${sitePort}`,
  };
}

export interface TestDesk extends RunningDesk {
  settings: Settings;
  /** Stops the desk and removes its data. */
  dispose(): Promise<void>;
}

/** A data folder that holds the functions of now and nothing else. */
export async function fillWithFunctions(dataDir: string): Promise<void> {
  await fill(dataDir, 'desk', await hashOfFunctions(), async (made) => {
    const desk = await startDesk(await freshSettings(made), { app: false });
    await desk.stop();
  });
}

export async function startTestDesk(options: Parameters<typeof startDesk>[1] = {}): Promise<TestDesk> {
  const settings = await freshSettings();
  await fillWithFunctions(settings.dataDir);
  return runDesk(settings, options);
}

/** As whoever has just installed it: on an empty folder. */
export async function startFirstDesk(): Promise<TestDesk> {
  return runDesk(await freshSettings(), {});
}

async function runDesk(settings: Settings, options: Parameters<typeof startDesk>[1]): Promise<TestDesk> {
  const desk = await startDesk(settings, options);
  return {
    ...desk,
    settings,
    dispose: async () => {
      await desk.stop();
      rmSync(settings.dataDir, { recursive: true, force: true });
    },
  };
}

/**
 * The package is made for short-lived cloud functions: one process, which ends with its first context, and no same-origin
 * policy, without which a test of frames and CORS proves nothing. And it paints as a graphics card does, which without one
 * takes a fifth of its time.
 */
const isOrdinary = (argument: string) =>
  !['--single-process', '--no-zygote', '--disable-web-security', '--disable-site-isolation-trials'].includes(
    argument,
  ) && !/IsolateOrigins|--use-gl|--use-angle|swiftshader|gpu/.test(argument);

const LAUNCHES = 3;

/** The Chromium that comes from the registry on Linux; the installed Chrome elsewhere. */
export async function launchBrowser(): Promise<Browser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return chromium.launch({ channel: 'chrome' });
  const { default: packaged } = await import('@sparticuz/chromium');
  const executablePath = await packaged.executablePath();
  const args = [
    ...packaged.args.filter(isOrdinary).filter((a) => !/gl=|angle|swiftshader|gpu/.test(a)),
    '--disable-gpu',
  ];
  for (let tries = 1; ; tries++) {
    try {
      return await chromium.launch({ executablePath, args });
    } catch (error) {
      // Seen once: it died with a segmentation fault before it had seen anything of ours.
      if (tries === LAUNCHES) throw error;
      console.warn(`Chromium did not start (${tries} of ${LAUNCHES}).`);
    }
  }
}

/** A page that fails the test when anything on it throws. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ context: BrowserContext; page: Page; errors: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  return { context, page, errors };
}

/**
 * From the next connection on, what the desk says to this page arrives `ms` late, as over a slow line; in order, also when
 * `ms` of what it returns is changed.
 */
export async function answerLate(page: Page, ms: number): Promise<{ ms: number }> {
  const line = { ms };
  await page.routeWebSocket(/\/sync$/, (socket) => {
    const desk = socket.connectToServer();
    let before = Promise.resolve();
    desk.onMessage((message) => {
      const late = sleep(line.ms);
      before = before.then(() => late).then(() => socket.send(message));
    });
  });
  return line;
}

/** What `npm run recover` prints, or what it ended with. */
export function recover({ port, sitePort, dataDir }: Settings, ...given: string[]): Promise<string> {
  const env = { ...process.env, PORT: String(port), SITE_PORT: String(sitePort), BATON_DATA: dataDir };
  const child = spawn(process.execPath, [join(root, 'scripts/recover.ts'), ...given], { env });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((done) => child.once('close', () => done(said)));
}

export const owner = { name: 'Ana Reyes', email: 'ana@northpeak.example', password: 'correct horse battery' };

/** What the printed link carries. */
export function setupTokenOf(setupUrl: string): string {
  return new URLSearchParams(new URL(setupUrl).hash.replace('#', '')).get('token')!;
}

/** An operator who was invited, with their client and its token. */
export async function joinTeam(
  { settings }: Pick<TestDesk, 'settings'>,
  { owner: inviter, teamId }: { owner: ConvexHttpClient; teamId: Id<'teams'> },
  { name, email, password = 'correct horse battery' }: { name: string; email: string; password?: string },
): Promise<{ client: ConvexHttpClient; memberId: Id<'members'>; token: string }> {
  const { token: invitationToken } = await inviter.mutation(api.invitations.create, {
    teamId,
    email,
    role: 'operator',
  });
  const client = new ConvexHttpClient(settings.url, { logger: false });
  const params = { flow: 'signUp', email, password, name, invitationToken };
  const { tokens } = await client.action(api.auth.signIn, { provider: 'password', params });
  const { token } = tokens!;
  client.setAuth(token);
  const { memberId } = await client.mutation(api.invitations.accept, { token: invitationToken, name });
  return { client, memberId, token };
}

/** The owner and their team, as set-up makes them, without a browser. */
export async function setUpDesk(
  { settings, setupUrl }: Pick<TestDesk, 'settings' | 'setupUrl'>,
  options: { teamName?: string; withSampleShop?: boolean } = {},
): Promise<{ operator: ConvexHttpClient; teamId: Id<'teams'>; memberId: Id<'members'> }> {
  const { teamName = 'Northpeak', withSampleShop = true } = options;
  const token = setupTokenOf(setupUrl!);
  const operator = new ConvexHttpClient(settings.url, { logger: false });
  const params = { flow: 'signUp', ...owner, setupToken: token };
  const { tokens } = await operator.action(api.auth.signIn, { provider: 'password', params });
  operator.setAuth(tokens!.token);
  const team = { teamName, yourName: owner.name, token, withSampleShop };
  return { operator, ...(await operator.mutation(api.setup.createTeam, team)) };
}

/** The demo shop, with the team's web chat on it. */
export async function shopOf(
  { settings }: Pick<TestDesk, 'settings'>,
  { operator, teamId }: { operator: ConvexHttpClient; teamId: Id<'teams'> },
): Promise<string> {
  const channels = await readShared(operator, api.channels.list, { teamId });
  return `${settings.url}/demo.html?channel=${channels.find(({ kind }) => kind === 'web')!.publicId}`;
}
