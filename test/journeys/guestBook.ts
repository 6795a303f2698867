/** The guest book of `test/fixtures/apps`, brought up as its README says: the engine alone, official CLI, built page. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ConvexHttpClient } from 'convex/browser';
import { anyApi } from 'convex/server';
import type { Browser, Locator, Page } from 'playwright-core';
import { root } from '../../scripts/settings.ts';
import {
  convex,
  copyApp,
  type EngineProcess,
  removeFolder,
  startEngineProcess,
  temporaryFolder,
} from '../engine/cliSupport.ts';
import { freePort, openPage } from './harness.ts';

export class GuestBook {
  readonly app: string;
  readonly dataDir: string;
  readonly #flags: string[];
  #engine: EngineProcess;

  static async open(): Promise<GuestBook> {
    const app = copyApp('guestBook');
    mkdirSync(join(app, 'dist'));
    const dataDir = temporaryFolder('guest-book');
    const ports = ['--port', String(await freePort()), '--site-port', String(await freePort())];
    const flags = [...ports, '--static', join(app, 'dist')];
    const book = new GuestBook(app, dataDir, flags, await startEngine(dataDir, flags));
    try {
      await book.push();
      await book.run('vite', 'build');
      return book;
    } catch (error) {
      await book.dispose();
      throw error;
    }
  }

  private constructor(app: string, dataDir: string, flags: string[], engine: EngineProcess) {
    this.app = app;
    this.dataDir = dataDir;
    this.#flags = flags;
    this.#engine = engine;
  }

  get url(): string {
    return this.#engine.url;
  }

  /** `convex deploy`, which also checks the types of `convex/` against what it generates. */
  async push(): Promise<void> {
    const { code, stdout, stderr } = await convex(this.#engine, this.app, [
      'deploy',
      '-y',
      '--typecheck',
      'enable',
    ]);
    if (code !== 0) throw new Error(`The push failed:\n${stdout}${stderr}`);
  }

  /** A command of the app's packages, in its folder; throws what it says when it fails. */
  async run(command: string, ...args: string[]): Promise<void> {
    // Vitest's own NODE_ENV would make another page of it, and what it read of the repository's `.env.local` one that asks elsewhere.
    const { VITE_CONVEX_URL: _elsewhere, ...given } = process.env;
    const env = { ...given, NODE_ENV: 'production' };
    await promisify(execFile)(join(root, 'node_modules/.bin', command), args, { cwd: this.app, env });
  }

  /** Replaces one place of a file under `convex/`. */
  change(file: string, from: string, to: string): void {
    const path = join(this.app, 'convex', file);
    const text = readFileSync(path, 'utf8');
    if (text.split(from).length !== 2) throw new Error(`${file} does not say once: ${from}`);
    writeFileSync(path, text.replace(from, to));
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.#engine.stop('SIGKILL');
  }

  /** On the same data and ports. */
  async start(): Promise<void> {
    this.#engine = await startEngine(this.dataDir, this.#flags);
  }

  async dispose(): Promise<void> {
    await this.#engine.stop();
    removeFolder(this.dataDir);
    removeFolder(this.app);
  }
}

function startEngine(dataDir: string, flags: string[]): Promise<EngineProcess> {
  return startEngineProcess(dataDir, flags, { script: join(root, 'engine/cli/main.mjs') });
}

export interface Words {
  name: string;
  text: string;
  stars: number;
}

/** Somebody far away, without a page: signs once, and may give hearts. */
export class FarGuest {
  readonly id = crypto.randomUUID();
  readonly #client: ConvexHttpClient;

  constructor(url: string) {
    this.#client = new ConvexHttpClient(url, { logger: false });
  }

  async sign(words: Words): Promise<string> {
    return await this.#client.mutation(anyApi.entries!.sign!, { guest: this.id, ...words });
  }

  async love(entryId: string): Promise<void> {
    await this.#client.mutation(anyApi.hearts!.set!, { guest: this.id, entryId, isLoved: true });
  }
}

export interface Numbers {
  count: number;
  average: string;
  /** Five stars first. */
  withStars: number[];
  mostLoved: [text: string, hearts: number][];
}

/** A guest with the page open. */
export class Visit {
  readonly page: Page;
  readonly name: string;
  /** Exceptions on the page. */
  readonly errors: string[];
  readonly entries: Locator;

  static async begin(
    browser: Browser,
    url: string,
    name: string,
    options: Parameters<typeof openPage>[1] = {},
    prepare: (page: Page) => Promise<void> = async () => {},
  ): Promise<Visit> {
    const { page, errors } = await openPage(browser, options);
    await prepare(page);
    await page.goto(url);
    await page.getByLabel('Your name').fill(name);
    await page.getByRole('button', { name: 'Come in' }).click();
    const visit = new Visit(page, name, errors);
    await page.getByRole('status').getByText('Live').waitFor();
    return visit;
  }

  private constructor(page: Page, name: string, errors: string[]) {
    this.page = page;
    this.name = name;
    this.errors = errors;
    this.entries = page.getByRole('region', { name: 'What guests wrote' }).getByRole('article');
  }

  entry(text: string): Locator {
    return this.entries.filter({ hasText: text });
  }

  section(name: string | RegExp): Locator {
    return this.page.getByRole('region', { name });
  }

  get refusal(): Locator {
    return this.page.getByRole('alert');
  }

  async write(
    text: string,
    { stars = 5, picture }: { stars?: number; picture?: Parameters<Locator['setInputFiles']>[0] } = {},
  ): Promise<void> {
    await this.page.getByLabel('Your words').fill(text);
    await this.page.getByRole('radio', { name: `${stars} star` }).check({ force: true });
    if (picture !== undefined) await this.page.getByLabel('A picture').setInputFiles(picture);
    await this.page.getByRole('button', { name: 'Sign' }).click();
  }

  async love(text: string): Promise<void> {
    await this.entry(text).getByRole('button', { name: /heart/ }).click();
  }

  /** The text of every entry on the page, the newest first. */
  async texts(): Promise<string[]> {
    return await this.entries.locator('.words').allTextContents();
  }

  /** Names under "Here now". */
  async present(): Promise<string[]> {
    return (await this.section('Here now').getByRole('listitem').allTextContents()).toSorted();
  }

  /** Turns pages until the book begins. */
  async readAll(): Promise<void> {
    const beginning = this.page.getByText('Here the book begins.');
    const older = this.page.getByRole('button', { name: 'Older entries', disabled: false });
    for (;;) {
      await beginning.or(older).waitFor();
      if (await beginning.isVisible()) return;
      await older.click();
    }
  }

  /** What the page says about all entries. */
  async numbers(): Promise<Numbers> {
    const section = this.page.locator('section:has(table)');
    const total = /^(\d+) entr(?:y|ies), ([\d.]+) stars on average$/.exec(
      (await section.locator('p').textContent()) ?? '',
    );
    const mostLoved = await this.section('Most loved')
      .getByRole('listitem')
      .evaluateAll((items) =>
        items.map((item): [string, number] => [
          item.querySelector('q')!.textContent!,
          Number(/(\d+) hearts?$/.exec(item.textContent!)![1]),
        ]),
      );
    return {
      count: Number(total?.[1]),
      average: total?.[2] ?? '',
      withStars: (await section.locator('td:last-child').allTextContents()).map(Number),
      mostLoved,
    };
  }

  /** The same, counted from the entries on the page; all of them must be there. */
  async recount(): Promise<Numbers> {
    const entries = await this.entries.evaluateAll((articles) =>
      articles.map((article) => ({
        text: article.querySelector('.words')!.textContent!,
        stars: Number.parseInt(article.querySelector('[role=img]')!.getAttribute('aria-label')!, 10),
        hearts: Number(/\d+/.exec(article.querySelector('.heart')!.textContent!)![0]),
      })),
    );
    const sum = entries.reduce((total, { stars }) => total + stars, 0);
    return {
      count: entries.length,
      average: (sum / entries.length).toFixed(1),
      withStars: [5, 4, 3, 2, 1].map((stars) => entries.filter((entry) => entry.stars === stars).length),
      mostLoved: entries
        .toSorted((a, b) => b.hearts - a.hearts)
        .slice(0, 3)
        .map(({ text, hearts }) => [text, hearts]),
    };
  }
}
