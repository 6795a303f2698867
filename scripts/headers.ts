/**
 * What every answer of the desk carries (docs/security.md): content security policies without inline code, and what keeps
 * other pages out of ours. Three pages differ: the desk, the chat (framed by the pages of its channel), the demo shop.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnswerHeaders } from '../engine/http/answerHeaders.ts';
import type { Engine } from '../engine/server/engine.ts';
import type { LauncherLook } from '../convex/shared/customer/look.ts';
import { root, type Settings } from './settings.ts';

type Policy = Record<string, string[]>;

const self = "'self'";
const nobody = "'none'";
const yearS = 31_536_000;

/** Nothing of it is used: a script that got in could not either. */
const devices = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
  'xr-spatial-tracking',
];

/** Where pages find the desk. */
export type Addresses = Pick<Settings, 'url' | 'siteUrl'>;

interface Sources {
  /** Where the desk is now: it may have moved (scripts/move.ts). */
  addresses: () => Addresses;
  /** What the app knows of a channel (convex/http/embedding.ts). */
  ask: Engine['query'];
}

export function answerHeaders(settings: Settings, { addresses, ask }: Sources): AnswerHeaders {
  const { data, demo } = plainPolicies();
  let live = livePolicies(settings);
  const liveNow = () => {
    const now = addresses();
    if (now.url !== live.url) live = livePolicies(now);
    return live;
  };
  const always = {
    'referrer-policy': 'no-referrer',
    'permissions-policy': devices.map((name) => `${name}=()`).join(', '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    ...(settings.url.startsWith('https:') && { 'strict-transport-security': `max-age=${yearS}` }),
  };
  const answers = { ...always, 'cache-control': 'no-store', ...contentSecurity(data) };
  // Pages that only take what says that it may be taken (COEP) get the loader, also as a module, and the chat.
  const forAnyPage = { ...always, 'cross-origin-resource-policy': 'cross-origin' };
  const loader = { ...forAnyPage, 'access-control-allow-origin': '*', ...contentSecurity(data) };
  const inFrames = { ...forAnyPage, 'cross-origin-embedder-policy': 'require-corp' };
  return ({ port, url: { pathname, searchParams } }) => {
    if (port === 'site' || pathname.startsWith('/api/') || pathname.startsWith('/http/')) return answers;
    if (pathname === '/w.js') return loader;
    if (pathname === '/demo.html') return { ...always, ...contentSecurity(demo) };
    if (pathname !== '/widget.html') return { ...always, ...contentSecurity(liveNow().desk) };
    const channel = searchParams.get('channel');
    const ancestors = channel === null ? [self] : ancestorsOf(channel, ask);
    return { ...inFrames, ...contentSecurity({ ...liveNow().chat, 'frame-ancestors': ancestors }) };
  };
}

function plainPolicies() {
  const data = {
    'default-src': [nobody],
    'base-uri': [nobody],
    'form-action': [nobody],
    'frame-ancestors': [nobody],
  };
  const page = { ...data, 'script-src': [self], 'style-src': [self], 'img-src': [self], 'font-src': [self] };
  // The demo brings the loader in as any page may: by a script that makes a script.
  return { data, page, demo: { ...page, 'frame-src': [self] } };
}

function livePolicies({ url, siteUrl }: Addresses) {
  const { page } = plainPolicies();
  // A text becomes code nowhere, in browsers that can promise that: neither in a page nor in what it is made of.
  const texts = { 'require-trusted-types-for': ["'script'"], 'trusted-types': ['baton'] };
  // The socket is named: not every browser takes it for the page's own.
  const live = {
    'connect-src': [self, url, url.replace(/^http/, 'ws'), siteUrl],
    // Pictures that went with a message (convex/http/files.ts).
    'img-src': [self, siteUrl],
  };
  return {
    url,
    desk: {
      ...page,
      ...live,
      ...texts,
      'script-src': [self, ...inlineScripts('index.html')],
      // A frame that shows a mail (src/features/ticket/mailFrame.tsx) keeps what the desk keeps: the mail's own colours, the
      // pictures that came in it, and those from elsewhere that somebody asked for. No style sheet, and no script anywhere.
      'style-src-attr': ["'unsafe-inline'"],
      'img-src': [self, siteUrl, 'data:', 'https:'],
      'worker-src': [self],
      'manifest-src': [self],
    },
    chat: { ...page, ...live, ...texts },
  };
}

/** The desk's own demo shop always may. */
function ancestorsOf(publicId: string, ask: Engine['query']): string[] {
  try {
    const origins = ask('http/embedding:origins', { publicId }) as string[] | null;
    return origins === null ? ['*'] : [self, ...origins];
  } catch {
    // Nothing is deployed yet, or it fails: better no chat than one in anybody's frame.
    return [nobody];
  }
}

/**
 * In front of the loader, for to ask would cost every visitor a request: the channels for which it draws no launcher, and how the
 * launcher of this one looks.
 */
export function loaderLead(ask: Engine['query'], channel: string | null): string {
  try {
    const closed = ask('http/embedding:closed', {}) as string[];
    const look = channel === null ? null : ask('http/embedding:launcher', { publicId: channel });
    return (
      (closed.length === 0 ? '' : `self.batonClosed=${JSON.stringify(closed)};`) +
      (look === null ? '' : `self.batonLook=${lookOf(look as unknown as LauncherLook)};`)
    );
  } catch {
    return '';
  }
}

/** As code: what the launcher is called goes by the language of the page, which nobody but the page knows. */
function lookOf({ css, words: { '': other, ...words } }: LauncherLook): string {
  const language = 'document.documentElement.lang.split("-")[0]';
  const name = `(${JSON.stringify(words)})[${language}]||${JSON.stringify(other)}`;
  return `{css:${JSON.stringify(css)},name:${name}}`;
}

/** What stands in the page itself, by its hash. */
function inlineScripts(page: string): string[] {
  const scripts = readFileSync(join(root, page), 'utf8').matchAll(/<script>(.*?)<\/script>/gs);
  return Array.from(scripts, ([, code]) => `'sha256-${createHash('sha256').update(code!).digest('base64')}'`);
}

function contentSecurity(policy: Policy): { 'content-security-policy': string } {
  const rules = Object.entries(policy).map(([name, sources]) => `${name} ${sources.join(' ')}`);
  return { 'content-security-policy': rules.join('; ') };
}
