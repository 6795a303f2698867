/**
 * The frame that shows HTML mail (docs/rules.md M5), in a real browser, on a page with the desk's policy and what the frame
 * needs beside it: `style-src-attr`, and pictures in `img-src`.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/settings.ts';
import type {} from './mailFrame.page';
import { launchBrowser } from './harness.ts';

const policy = (origin: string) =>
  [
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    `script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'`,
    `style-src-attr 'unsafe-inline'; img-src 'self' data: ${origin}`,
    "require-trusted-types-for 'script'; trusted-types baton",
  ].join('; ');

const pixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let browser: Browser;
let server: Server;
let elsewhere: Server;
let asked: string[] = [];
let page: Page;
const violations: string[] = [];

const listen = (each: Server) =>
  new Promise<string>((done) =>
    each.listen(0, '127.0.0.1', () => done(`http://127.0.0.1:${(each.address() as AddressInfo).port}`)),
  );
let remote: string;

beforeAll(async () => {
  const bundle = await build({
    entryPoints: [`${root}/test/journeys/mailFrame.page.tsx`],
    bundle: true,
    write: false,
    jsx: 'automatic',
    format: 'esm',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  elsewhere = createServer((request, response) => {
    asked.push(request.url!);
    response.setHeader('content-type', 'image/png').end(Buffer.from(pixel.split(',')[1]!, 'base64'));
  });
  remote = await listen(elsewhere);
  server = createServer((request, response) => {
    response.setHeader('content-security-policy', policy(remote));
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    const html =
      '<!doctype html><html><body><div id="app"></div><script type="module" src="/page.js"></script>';
    response.end(isScript ? bundle.outputFiles[0]!.text : html);
  });
  const url = await listen(server);
  browser = await launchBrowser();
  page = await (await browser.newContext({ viewport: { width: 390, height: 800 } })).newPage();
  await page.exposeFunction('noteViolation', (text: string) => void violations.push(text));
  await page.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      (window as any).noteViolation(`${violatedDirective} ${blockedURI}`),
    ),
  );
  await page.goto(url);
  await page.waitForFunction(() => 'show' in window);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  for (const each of [server, elsewhere]) each?.close();
});

let shown = 0;

/** Waits for this one: the frame of the one before is there until then. */
async function show(html: string) {
  asked = [];
  const mark = `mail ${++shown}`;
  const marked = `${html}<span title="${mark}"></span>`;
  await page.evaluate(([text, image]) => window.show(text, [['logo@x', image]]), [marked, pixel] as const);
  await page.frameLocator('iframe[title]').locator(`[title="${mark}"]`).waitFor({ state: 'attached' });
  const frame = (await (await page.locator('iframe[title]').elementHandle())!.contentFrame())!;
  return { frame, body: frame.locator('body') };
}

describe('HTML mail', () => {
  it('[M5] [goals sec-14] runs, asks and covers nothing, whatever its sender put into it', async () => {
    const { frame, body } = await show(`
      <style>body{display:none}</style><script>parent.postMessage(1)</script>
      <img src=x onerror="document.body.innerHTML='run'"><svg onload="alert(1)"><a href="javascript:alert(1)">s</a></svg>
      <meta http-equiv="refresh" content="0;url=${remote}/refresh"><base href="${remote}/">
      <form action="${remote}/form"><input name=password autofocus><button>Sign in</button></form>
      <iframe src="${remote}/frame"></iframe><object data="${remote}/object"></object><link rel=stylesheet href="${remote}/css">
      <div id=cover style="position:fixed;inset:0;z-index:9;background:url(${remote}/bg)">Covering</div>
      <a href="javascript:alert(1)">script</a> <math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>
      <table background="${remote}/table"><tr><td>Hello</td></tr></table>
      <img src="${remote}/pixel.png" srcset="${remote}/set.png 2x" alt="Logo">`);
    await expect.poll(() => body.innerText()).toContain('Hello');
    expect(await body.innerText()).toContain('Covering');
    expect(
      await frame.locator('script, style, form, input, iframe, object, link, base[href], svg, math').count(),
    ).toBe(0);
    expect(await frame.locator('[onerror], [srcset], [background], [style*="url("]').count()).toBe(0);
    const cover = await frame.getByText('Covering').evaluate((element) => {
      const { position, zIndex, backgroundImage } = getComputedStyle(element);
      return [position, zIndex, backgroundImage];
    });
    expect(cover).toEqual(['static', 'auto', 'none']);
    expect(await frame.locator('a[href^="javascript" i]').count()).toBe(0);
    expect(asked).toEqual([]);
    // What the page's policy stopped while the mail was taken apart, before anything of it was shown.
    expect(violations.filter((each) => !/^(?:style-src-elem|base-uri) /.test(each))).toEqual([]);
    violations.length = 0;
  });

  it('[M5] [goals sec-14] loads nothing by a style, however its address is wrapped', async () => {
    const ways = ['background', 'background-image', 'list-style', 'border-image', 'mask', 'cursor', 'filter'];
    const address = (at: number) => `url(${remote}/${at}.png)`;
    const wraps = [
      (at: number) => address(at),
      (at: number) => `var(--none, ${address(at)})`,
      (at: number) => `env(none, ${address(at)})`,
      (at: number) => `attr(none type(<url>), ${address(at)})`,
      (at: number) => `if(else: ${address(at)})`,
      (at: number) => `image-set(${address(at)} 1x)`,
      (at: number) => `cross-fade(${address(at)}, red)`,
      (at: number) => `\\75rl(${remote}/${at}.png)`,
    ];
    const boxes = ways.flatMap((way, at) =>
      wraps.flatMap((wrap, by) =>
        ['', ' !important'].map(
          (end, last) =>
            `<li style="width:9px;height:9px;${way}:${wrap(at * 100 + by * 10 + last)}${end}">x</li>`,
        ),
      ),
    );
    const { frame } = await show(`<ul>${boxes.join('')}</ul><p style="color:rgb(1, 2, 3)">Mine</p>`);
    const ink = await frame.getByText('Mine').evaluate((element) => getComputedStyle(element).color);
    expect(ink).toBe('rgb(1, 2, 3)');
    // What a style asked for would have been asked for by now: a picture that is asked for openly comes after it.
    await page.evaluate((from) => {
      const image = document.createElement('img');
      image.src = `${from}/last.png`;
      document.body.append(image);
    }, remote);
    await expect.poll(() => asked).toContain('/last.png');
    expect(asked).toEqual(['/last.png']);
    violations.length = 0;
  });

  it('[M5] keeps what lays a mail out: widths, colours of cells, directions', async () => {
    const { frame } = await show(
      `<table width="600"><tr><td>Wide</td></tr></table><table width="300" bgcolor="#1a1a1a"><tr><td colspan="2" align="right" style="color:#fff">Total</td></tr></table><p dir="rtl">שלום</p>`,
    );
    const table = frame.locator('table').nth(1);
    expect((await frame.locator('table').first().boundingBox())!.width).toBeLessThan(390);
    expect(await table.getAttribute('width')).toBe('300');
    expect(await table.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe(
      'rgb(26, 26, 26)',
    );
    expect(await frame.getByText('Total').getAttribute('colspan')).toBe('2');
    expect(await frame.locator('[dir="rtl"]').count()).toBe(1);
  });

  it('[M5] its links lead to pages, mailboxes and telephones, nowhere else; its pictures are pictures', async () => {
    const { frame } = await show(
      [
        'https://a.example',
        'mailto:a@b.example',
        'tel:123',
        'ftp://a.example',
        'sms:1',
        'data:text/html,x',
        '/here',
      ]
        .map((href) => `<a href="${href}">${href}</a>`)
        .join(' ') + '<img src="data:image/svg+xml,<svg/>"><img src="relative.png">',
    );
    const hrefs = await frame
      .locator('a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    expect(hrefs).toEqual(['https://a.example', 'mailto:a@b.example', 'tel:123', null, null, null, null]);
    expect(await frame.locator('img[src]').count()).toBe(0);
  });

  it('[M5] asks for pictures elsewhere after a click, where they are, and shows those that came with it at once', async () => {
    const { frame } = await show(
      `<img id=a src="cid:logo%40x" width=40 height=40><img src="${remote}/a.png"><img src="${remote}/b.png">`,
    );
    const logo = frame.locator('img').first();
    await expect.poll(() => logo.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
    expect(asked).toEqual([]);
    await expect.poll(() => page.getByText('2 images are hidden').count()).toBe(1);
    await page.getByRole('button', { name: 'Show images' }).press('Enter');
    await expect.poll(() => [...new Set(asked)].toSorted()).toEqual(['/a.png', '/b.png']);
    expect(await page.getByText('hidden').count()).toBe(0);
    // Where they were asked for they can be hidden: the focus is not lost.
    await page.locator('button:focus', { hasText: 'Hide images' }).press('Enter');
    await page.getByText('2 images are hidden').waitFor();
    expect(violations).toEqual([]);
  });

  it('[M5] its links say where they lead, and open beside the desk', async () => {
    const { frame } = await show(
      '<a href="https://evil.example/bank.example">https://bank.example</a> <a href="mailto:a@b.example">mail</a>',
    );
    const link = frame.locator('a').first();
    expect(await link.getAttribute('title')).toBe('evil.example');
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow');
    expect(await link.getAttribute('target')).toBe('_blank');
    expect(await frame.locator('a').nth(1).getAttribute('title')).toBe('a@b.example');
  });

  it('[M5] is as high as its content, as wide as its place, and readable in both themes', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      await page.evaluate((name) => {
        document.documentElement.style.colorScheme = name;
        document.body.style.background = name === 'dark' ? '#16191b' : '#fff';
      }, scheme);
      for (const html of [
        '<p>Short</p>',
        `${'<p>Many lines of it, long enough to break at this width.</p>'.repeat(20)}${'x'.repeat(300)}`,
        '<p style="color:#222;background:#eef">Coloured</p>',
      ]) {
        const { frame } = await show(`${html}<!-- ${scheme} -->`);
        const excess = async () => {
          const inner = await frame.evaluate(() => document.documentElement.scrollHeight);
          return Math.abs((await page.locator('iframe[title]').boundingBox())!.height - inner);
        };
        await expect.poll(excess).toBeLessThan(24);
        const width = await frame.evaluate(() => document.documentElement.scrollWidth);
        const ink = await frame.evaluate(() => getComputedStyle(document.body).color);
        expect(ink).toBe(
          html.includes('Coloured')
            ? 'rgb(17, 17, 17)'
            : scheme === 'dark'
              ? 'rgb(255, 255, 255)'
              : 'rgb(0, 0, 0)',
        );
        expect(width).toBeLessThanOrEqual((await page.locator('iframe[title]').boundingBox())!.width);
      }
    }
    expect(violations).toEqual([]);
  });
});
