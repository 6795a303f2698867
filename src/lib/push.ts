/** Notices that reach this browser while Baton is closed in it: what it can, and what it has been asked for. */
import { trusted } from './trusted';

/** `needsInstall`: only from the home screen. `off`: it can, and is not turned on. */
export type PushAbility = 'unsupported' | 'needsInstall' | 'denied' | 'possible';

const isApplePhone = () => /iPhone|iPad/.test(navigator.userAgent);

export function pushAbility(): PushAbility {
  const isThere = 'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis;
  if (!isThere) return isApplePhone() && isSecureContext ? 'needsInstall' : 'unsupported';
  return Notification.permission === 'denied' ? 'denied' : 'possible';
}

const registration = () => navigator.serviceWorker.getRegistration('/');

/** As the desk is told of it. */
export interface BrowserKeys {
  endpoint: string;
  p256dh: string;
  auth: string;
}

/** Undefined: none. */
export async function pushEndpoint(): Promise<string | undefined> {
  if (pushAbility() !== 'possible') return undefined;
  const subscription = await (await registration())?.pushManager.getSubscription();
  return subscription?.endpoint;
}

/** At the press of a button: asks the person, then the browser. `key`: the desk's. Null: they said no. */
export async function subscribePush(key: string): Promise<BrowserKeys | null> {
  if ((await Notification.requestPermission()) !== 'granted') return null;
  // A file of ours at a fixed address.
  await navigator.serviceWorker.register(trusted.createScriptURL('/sw.js'));
  const { pushManager } = await navigator.serviceWorker.ready;
  const before = await pushManager.getSubscription();
  const applicationServerKey = bytesOf(key);
  // Of another desk's key at this address it takes no other.
  if (before !== null && !isSame(before.options.applicationServerKey, applicationServerKey))
    await before.unsubscribe();
  return keysOf(await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }));
}

/** What it has been asked for already; undefined: nothing. */
export async function subscribedPush(): Promise<BrowserKeys | undefined> {
  if (pushAbility() !== 'possible') return undefined;
  const subscription = await (await registration())?.pushManager.getSubscription();
  return subscription ? keysOf(subscription) : undefined;
}

export async function unsubscribePush(): Promise<void> {
  await (await (await registration())?.pushManager.getSubscription())?.unsubscribe();
}

/** Those that are shown and no news any more are taken back. */
export async function closePushed(isOver: (tag: string) => boolean): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const shown = (await (await registration())?.getNotifications()) ?? [];
  for (const notice of shown) if (isOver(notice.tag)) notice.close();
}

/** One that was pressed leads here, where a page is open. Returns how to end it. */
export function onPushOpened(open: (path: string) => void): () => void {
  if (!('serviceWorker' in navigator)) return () => {};
  const hear = ({ data, ports }: MessageEvent<{ type?: string; path?: string } | null>) => {
    if (data?.type !== 'baton.open' || !data.path?.startsWith('/')) return;
    ports[0]?.postMessage('open');
    open(data.path);
  };
  navigator.serviceWorker.addEventListener('message', hear);
  return () => navigator.serviceWorker.removeEventListener('message', hear);
}

function keysOf(subscription: PushSubscription): BrowserKeys {
  const { endpoint, keys = {} } = subscription.toJSON();
  return { endpoint: endpoint!, p256dh: keys.p256dh!, auth: keys.auth! };
}

function bytesOf(key: string): Uint8Array<ArrayBuffer> {
  const letters = atob(key.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

function isSame(one: ArrayBuffer | null, other: Uint8Array): boolean {
  const bytes = new Uint8Array(one ?? new ArrayBuffer(0));
  return bytes.length === other.length && bytes.every((byte, at) => byte === other[at]);
}
