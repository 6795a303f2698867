/**
 * Notices while Baton is closed, in a real browser: turned on in the settings, shown by the service worker, opened from there. Headless
 * Chromium has no push service and shows no notices, whatever it is granted: what it would subscribe to is a stand-in
 * (test/push/service.ts), what that receives is opened there and handed to the worker by the browser's debugger, as a push
 * service would, and what would be shown is kept. The worker itself, its registration under the desk's policy and its way to the page are real.
 */
import type { Browser, BrowserContext, Page, Worker } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fillDesk } from '../pictures/sampleDesk.ts';
import { type PushBrowser, type PushService, startPushService } from '../push/service.ts';
import { byWcag, faultsInThemes } from './axe.ts';
import { launchBrowser, startTestDesk, type TestDesk } from './harness.ts';
import { openSignedIn } from './pages.ts';

let desk: TestDesk;
let browser: Browser;
let service: PushService;

beforeAll(async () => {
  service = await startPushService();
  [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  await fillDesk(desk);
  await desk.engine.environment.set({ PUSH_STAND_IN: service.origin });
});
afterAll(async () => {
  await browser?.close();
  await desk?.dispose();
  await service?.close();
});

/** The part of the browser that would ask its push service. */
async function givePushService(context: BrowserContext, { subscription }: PushBrowser): Promise<void> {
  await context.addInitScript(({ endpoint, p256dh, auth }) => {
    const kept = 'test.subscribed';
    const made = (applicationServerKey: BufferSource) => ({
      endpoint,
      options: { applicationServerKey, userVisibleOnly: true },
      toJSON: () => ({ endpoint, keys: { p256dh, auth } }),
      unsubscribe: async () => {
        localStorage.removeItem(kept);
        return true;
      },
    });
    Object.defineProperty(Notification, 'permission', { get: () => 'granted' });
    Notification.requestPermission = async () => 'granted';
    const shown = () => JSON.parse(localStorage.getItem('test.shown') ?? '[]') as string[];
    ServiceWorkerRegistration.prototype.getNotifications = async () =>
      shown().map((tag) => ({
        tag,
        close: () =>
          localStorage.setItem('test.shown', JSON.stringify(shown().filter((each) => each !== tag))),
      })) as never;
    PushManager.prototype.subscribe = async ({ applicationServerKey }: PushSubscriptionOptionsInit = {}) => {
      const key = applicationServerKey as Uint8Array;
      localStorage.setItem(kept, JSON.stringify([...key]));
      return made(key.buffer as ArrayBuffer) as never;
    };
    PushManager.prototype.getSubscription = async () => {
      const key = localStorage.getItem(kept);
      return key === null ? null : (made(Uint8Array.from(JSON.parse(key) as number[]).buffer) as never);
    };
  }, subscription);
}

async function workerOf(context: BrowserContext): Promise<Worker> {
  await expect.poll(() => context.serviceWorkers().length).toBe(1);
  return context.serviceWorkers()[0]!;
}

/** As a push service brings it. */
async function deliver(page: Page, lines: unknown): Promise<void> {
  const debug = await page.context().newCDPSession(page);
  let registrationId: string | undefined;
  debug.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
    registrationId = registrations[0]?.registrationId ?? registrationId;
  });
  await debug.send('ServiceWorker.enable');
  await expect.poll(() => registrationId).toBeDefined();
  const origin = desk.settings.url;
  await debug.send('ServiceWorker.deliverPushMessage', {
    origin,
    registrationId: registrationId!,
    data: JSON.stringify(lines),
  });
  await debug.detach();
}

/** What the worker would have the system show. */
async function keepShown(worker: Worker): Promise<() => Promise<unknown>> {
  await worker.evaluate(() => {
    const kept: unknown[] = [];
    Object.assign(globalThis, { kept });
    ServiceWorkerRegistration.prototype.showNotification = async (title, { body, tag, data } = {}) => {
      kept.push({ title, body, tag, data: data as unknown });
    };
  });
  return () => worker.evaluate(() => (globalThis as unknown as { kept: unknown[] }).kept);
}

it('[A5] [C5] is turned on for this browser, tried, shown by the system and opened where one is; nothing of the app is cached', async () => {
  const target = service.browser('/push/journey');
  const { page, context, errors } = await openSignedIn(browser, desk.settings.url, '/settings/me');
  page.setDefaultTimeout(20_000);
  await givePushService(context, target);
  await page.reload();
  await page.getByText('This browser is told nothing while Baton is closed in it.').waitFor();
  await page.getByRole('button', { name: 'Turn on for this browser' }).click();
  await page.getByText(/This browser is told, as chosen above/).waitFor();
  await page.getByRole('button', { name: 'Send a test' }).click();
  const told = await service.next(target);
  await page.getByText('Sent. Your system shows it in a moment.').waitFor();
  expect(told).toEqual([{ title: 'Notices come to this browser', tag: 'test', path: '/settings/me' }]);
  expect(await faultsInThemes(page, byWcag)).toEqual([]);
  if (process.env.SHOT) await page.screenshot({ path: '/tmp/push.png' });

  // The worker shows what came, and no more than that.
  const worker = await workerOf(context);
  const shown = await keepShown(worker);
  await deliver(page, told);
  await expect
    .poll(shown)
    .toEqual([{ title: 'Notices come to this browser', tag: 'test', data: { path: '/settings/me' } }]);
  expect(await worker.evaluate(() => caches.keys())).toEqual([]);
  // Pressed, the page that is open goes there: nothing loads anew.
  await page.evaluate(() => Object.assign(window, { isSamePage: true }));
  await worker.evaluate(() => {
    const notification = { data: { path: '/inbox/all/2' }, close: () => {} };
    dispatchEvent(Object.assign(new Event('notificationclick'), { notification, waitUntil: () => {} }));
  });
  await page.waitForURL(/\/inbox\/all\/2$/);
  expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true);
  // What is handled is taken back from the system, where the desk is open; the rest stays.
  await page.evaluate(() => localStorage.setItem('test.shown', '["need 9 replied","test"]'));
  await page.reload();
  await expect.poll(() => page.evaluate(() => localStorage.getItem('test.shown'))).toBe('["test"]');

  await page.goto(`${desk.settings.url}/settings/me`);
  await page.getByLabel('Show what customers write').check();
  await expect.poll(() => page.getByLabel('Show what customers write').isChecked()).toBe(true);
  await page.getByRole('button', { name: 'Turn off' }).click();
  await page.getByRole('button', { name: 'Turn on for this browser' }).waitFor();
  expect(errors).toEqual([]);
  await context.close();
});

it('[A5] the settings say honestly what this browser cannot', async () => {
  for (const [prepare, words] of [
    [() => Reflect.deleteProperty(globalThis, 'PushManager'), 'This browser has no push.'],
    [
      () => {
        Reflect.deleteProperty(globalThis, 'PushManager');
        Object.defineProperty(navigator, 'userAgent', { value: 'iPhone' });
      },
      'put Baton on the home screen first',
    ],
    [
      () => Object.defineProperty(Notification, 'permission', { value: 'denied' }),
      'Allow notifications for this page beside its address',
    ],
  ] as const) {
    const { page, context, errors } = await openSignedIn(browser, desk.settings.url, '/settings/me');
    page.setDefaultTimeout(20_000);
    await page.addInitScript(prepare);
    await page.reload();
    const row = page.getByText(words).last();
    await row.waitFor();
    expect(await page.getByRole('button', { name: 'Turn on for this browser' }).count()).toBe(0);
    expect(errors).toEqual([]);
    await context.close();
  }
});
