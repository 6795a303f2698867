/**
 * Shows what the desk pushes while it is closed, and opens what was pressed (docs/adr/0012-web-push.md). It keeps nothing of the
 * app and answers none of its requests: what a page shows comes from the desk alone.
 */
const ackMs = 800;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('push', (event) => {
  const lines = event.data?.json() ?? [];
  event.waitUntil(
    Promise.all(
      lines.map(({ title, body, tag, path }) =>
        self.registration.showNotification(title, {
          body,
          tag,
          // One that comes anew rings anew.
          renotify: true,
          icon: '/icon-192.png',
          data: { path },
        }),
      ),
    ),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data?.path ?? '/'));
});

/** In a page of the desk that is open, if one answers; else in a new one. Only paths of its own. */
async function lead(path) {
  const url = new URL(path, self.location.origin);
  if (url.origin !== self.location.origin) return;
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  for (const page of pages) {
    const focused = await page.focus().catch(() => page);
    if (await takes(focused ?? page, url.pathname)) return;
  }
  await self.clients.openWindow(url.href);
}

/** Whether the page says that it goes there: the chat on it, or a page that is signed out, does not. */
function takes(page, path) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(true);
    setTimeout(() => resolve(false), ackMs);
    page.postMessage({ type: 'baton.open', path }, [port2]);
  });
}
