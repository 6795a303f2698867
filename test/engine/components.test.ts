// Components pushed by the official CLI: two instances of one that lives in the app.
// The official packages: packages.test.ts.

import { stripVTControlCharacters } from 'node:util';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConvexClient } from 'convex/browser';
import { makeFunctionReference } from 'convex/server';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  call,
  convex,
  copyApp,
  removeFolder,
  startEngineProcess,
  temporaryFolder,
  type CliResult,
  type EngineProcess,
} from './cliSupport.ts';

let engine: EngineProcess;
let data: string;
let app: string;

const deploy = async (...flags: string[]): Promise<CliResult> =>
  await convex(engine, app, ['deploy', '-y', '--typecheck', 'disable', ...flags]);

beforeAll(async () => {
  data = temporaryFolder('components');
  app = copyApp('components');
  engine = await startEngineProcess(data);
  const { code, stderr } = await deploy();
  expect(code, stderr).toBe(0);
}, 120_000);

afterAll(async () => {
  await engine?.stop();
  removeFolder(data);
  removeFolder(app);
});

async function withSource<T>(
  file: string,
  change: (text: string) => string,
  run: () => Promise<T>,
): Promise<T> {
  const path = join(app, 'convex', file);
  const before = readFileSync(path, 'utf8');
  writeFileSync(path, change(before));
  try {
    return await run();
  } finally {
    writeFileSync(path, before);
  }
}

async function restart(): Promise<void> {
  await engine.stop();
  engine = await startEngineProcess(data);
}

const beats = async () => (await call(engine, 'boxes:beats')) as { left: number; right: number };
const cronsOf = async (component: string): Promise<string> =>
  (await convex(engine, app, ['data', '--component', component, '_cron_jobs'])).stdout;
const page = async (path: string): Promise<string> => await (await fetch(engine.siteUrl + path)).text();

describe('components', { timeout: 120_000 }, () => {
  test('[engine C1] give the app types of what they export', () => {
    const types = readFileSync(join(app, 'convex/_generated/api.d.ts'), 'utf8');
    expect(types).toMatch(/rateLimiter/);
    const boxTypes = readFileSync(join(app, 'convex/box/_generated/component.ts'), 'utf8');
    expect(boxTypes).toMatch(
      /put: FunctionReference<\s*"mutation",\s*"internal",\s*\{ size: number \},\s*number/,
    );
    expect(boxTypes).not.toContain('grow');
  });

  test('[engine C1] are called with the types of their arguments', async () => {
    const typeErrors = async () => {
      const { stdout, stderr } = await convex(engine, app, ['codegen', '--typecheck', 'enable']);
      // The CLI breaks the line wherever the compiler's output happened to arrive in pieces.
      const text = stripVTControlCharacters(stdout + stderr).replaceAll(/\s/g, '');
      return [...text.matchAll(/(convex\/[\w./]+\.ts):\d+:\d+-error(TS\d+)/g)].map(
        ([, file, code]) => `${file} ${code}`,
      );
    };
    // The CLI writes a wrong relative import for a local component inside a local component; npm's are not affected.
    const ofTheCli = ['convex/box/_generated/api.ts TS2307'];
    expect(await typeErrors()).toEqual(ofTheCli);
    await withSource(
      'boxes.ts',
      (text) =>
        text.replace('components.left.lib.put, { size })', "components.left.lib.put, { size: 'big' })"),
      async () => expect((await typeErrors()).toSorted()).toEqual([...ofTheCli, 'convex/boxes.ts TS2322']),
    );
  });

  test('[engine C2] have tables of their own, in the transaction of their caller', async () => {
    expect(await call(engine, 'boxes:put', { size: 3 })).toBeGreaterThan(0);
    await expect(call(engine, 'boxes:putThenFail')).rejects.toThrow('never mind');
    await call(engine, 'boxes:later', { size: 5 });
    await vi.waitFor(async () =>
      expect(await call(engine, 'boxes:look')).toEqual({ own: ['of size 3'], left: [3], right: [5] }),
    );
  });

  test('[engine C3] see the variables they declare and their parent binds', async () => {
    await convex(engine, app, ['env', 'set', 'BOX_LABEL', 'cheerful']);
    const site = engine.siteUrl;
    const builtin = { CONVEX_CLOUD_URL: engine.url };
    expect(await call(engine, 'boxes:surroundings')).toMatchObject([
      {
        tree: 'left',
        env: { ...builtin, LABEL: 'left box', MOOD: 'cheerful', CONVEX_SITE_URL: `${site}/left` },
        drawer: { OWNER: 'left box', CONVEX_SITE_URL: `${site}/left/drawer` },
      },
      {
        tree: 'right',
        env: { LABEL: 'right box', CONVEX_SITE_URL: site },
        drawer: { OWNER: 'right box', CONVEX_SITE_URL: site },
      },
    ]);
    const [, right] = (await call(engine, 'boxes:surroundings')) as [unknown, { env: object }];
    expect(Object.keys(right.env).sort()).toEqual(['CONVEX_CLOUD_URL', 'CONVEX_SITE_URL', 'LABEL']);
  });

  test('[engine C4] answer HTTP requests where they are mounted', async () => {
    expect(await page('/left/hook')).toBe(`left box ${engine.siteUrl}/left`);
    expect(await page('/left/drawer/hook')).toBe(`left box ${engine.siteUrl}/left/drawer`);
    for (const path of ['/right/hook', '/hook', '/drawer/hook', '/right/drawer/hook'])
      expect((await fetch(engine.siteUrl + path)).status, path).toBe(404);
  });

  test('[engine C5] run crons of their own, as long as a push has them', async () => {
    const before = await beats();
    await vi.waitFor(async () => {
      const { left, right } = await beats();
      expect([left > before.left, right > before.right]).toEqual([true, true]);
    }, 10_000);
    await withSource(
      'box/crons.ts',
      (text) => text.replace(/^crons\.interval.*\n/m, ''),
      async () => {
        expect((await deploy()).code).toBe(0);
        const stopped = await beats();
        await new Promise((done) => setTimeout(done, 1_500));
        expect(await beats()).toEqual(stopped);
      },
    );
    expect((await deploy()).code).toBe(0);
    expect(await cronsOf('left')).toContain('grow');
  });

  test('[C2][C3] are followed by live queries: their tables and the variables they are given', async () => {
    const client = new ConvexClient(engine.url, { webSocketConstructor: WebSocket as never, logger: false });
    const live: Record<string, unknown> = {};
    for (const name of ['leftSizes', 'moods']) {
      const query = makeFunctionReference<'query'>(`boxes:${name}`);
      client.onUpdate(query, {}, (value) => void (live[name] = value));
    }
    await vi.waitFor(() => expect(Object.keys(live)).toHaveLength(2), 5_000);
    await call(engine, 'boxes:put', { size: 77 });
    await vi.waitFor(() => expect(live.leftSizes).toContain(77), 5_000);
    await convex(engine, app, ['env', 'set', 'BOX_LABEL', 'gloomy']);
    await vi.waitFor(() => expect(live.moods).toEqual(['gloomy', null]), 5_000);
    await client.close();
  });

  test('[engine C6] are reached by administrators through their path', async () => {
    const run = await convex(engine, app, ['run', '--component', 'left/drawer', 'lib:look']);
    expect(run.code, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ OWNER: 'left box' });
    const table = await convex(engine, app, ['data', '--component', 'left', 'things']);
    expect(table.stdout).toContain('size');
  });

  test('[engine C7] have handles that stay the same over pushes and restarts', async () => {
    const [first] = (await call(engine, 'boxes:keepHandle')) as string[];
    await withSource(
      'box/lib.ts',
      (text) => text.replace('size }) => {', 'size }) => {\n    console.log(size);'),
      async () => expect((await deploy()).code).toBe(0),
    );
    await restart();
    expect(await call(engine, 'boxes:keepHandle')).toEqual([first, first]);
    expect(await call(engine, 'boxes:useHandle', { size: 9 })).toBeGreaterThan(0);
    expect(await call(engine, 'boxes:look')).toMatchObject({ right: expect.arrayContaining([9]) });
  });

  test('[engine C7] have handles that are refused while their function is gone, and work when it is back', async () => {
    const { own, left } = (await call(engine, 'boxes:handles')) as { own: string; left: string };
    const uses = [own, left].flatMap((handle) =>
      ['ask', 'askInAction', 'schedule'].map((how) => () => call(engine, `boxes:${how}`, { handle })),
    );
    const counts = await call(engine, 'boxes:ask', { handle: own });
    await withSource(
      'boxes.ts',
      (text) => text.replace('const countThings', 'const countNothing'),
      () =>
        withSource(
          'box/lib.ts',
          (text) => text.replace('const sizes', 'const widths'),
          async () => {
            expect((await deploy()).code).toBe(0);
            for (const use of uses) await expect(use()).rejects.toThrow('Function handle not found');
            await expect(call(engine, 'boxes:handles')).rejects.toThrow(
              /Could not find function|Couldn't resolve/,
            );
          },
        ),
    );
    expect((await deploy()).code).toBe(0);
    expect(await call(engine, 'boxes:handles')).toEqual({ own, left });
    expect(await call(engine, 'boxes:ask', { handle: own })).toBe(counts);
    expect(await call(engine, 'boxes:askInAction', { handle: left })).toEqual(expect.any(Array));
  });

  test('[engine C8] keep their data while they are not mounted, and rest', async () => {
    const before = (await call(engine, 'boxes:look')) as { left: number[] };
    const { left: handle } = (await call(engine, 'boxes:handles')) as { left: string };
    await withSource(
      'convex.config.ts',
      (text) => text.replace(/app.use\(box, \{ name: 'left'.*\n/, ''),
      async () => {
        const { code, stderr } = await deploy();
        expect(code, stderr).toBe(0);
        expect(stderr).toContain('Unmounted component left.');
        expect(stderr).toContain('Unmounted component left/drawer.');
        expect(await cronsOf('left')).not.toContain('grow');
        expect(await cronsOf('right')).toContain('grow');
      },
    );
    await expect(call(engine, 'boxes:look')).rejects.toThrow("Couldn't resolve");
    for (const how of ['ask', 'askInAction', 'schedule']) {
      const using = call(engine, `boxes:${how}`, { handle });
      await expect(using).rejects.toThrow('Function handle not found');
    }
    const { code, stderr } = await deploy();
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('Remounted component left.');
    expect(await call(engine, 'boxes:look')).toMatchObject({ left: before.left });
    expect(await call(engine, 'boxes:ask', { handle })).toEqual(expect.arrayContaining(before.left));
  });

  test.each<[string, string, (text: string) => string, RegExp]>([
    [
      'a variable nobody binds',
      'convex.config.ts',
      (text) => text.replace("{ LABEL: 'right box' }", '{} as any'),
      /Component right requires the variable LABEL/i,
    ],
    [
      'a variable bound to one that is not set',
      'convex.config.ts',
      (text) =>
        text
          .replace('BOX_LABEL: v.optional', 'NOT_SET: v.optional(v.string()), BOX_LABEL: v.optional')
          .replace("{ LABEL: 'right box' }", '{ LABEL: app.env.NOT_SET }'),
      /NOT_SET/,
    ],
    [
      'a variable that is not declared',
      'convex.config.ts',
      (text) => text.replace("{ LABEL: 'right box' }", "{ LABEL: 'x', OTHER: 'y' } as any"),
      /right is given the variable OTHER, which it does not declare/,
    ],
    [
      'two of one name',
      'convex.config.ts',
      (text) => text.replace("name: 'right'", "name: 'left'"),
      /The app uses two components named "left"/,
    ],
    [
      'a circle',
      'drawer/convex.config.ts',
      (text) => `import box from '../box/convex.config';\nvoid box;\n${text}`,
      /circle|circular|cycle/i,
    ],
    ['"use node"', 'drawer/lib.ts', (text) => `'use node';\n${text}`, /use node/],
  ])('[engine C9] %s is refused at the push', async (_what, file, change, message) => {
    // Without the packages, which take the CLI most of its time.
    const small = (text: string): string =>
      text.replace(/^(import \w+ from '@convex-dev|app\.use\(\w+\)).*\n/gm, '');
    await withSource(
      file,
      (text) => change(file === 'convex.config.ts' ? small(text) : text),
      async () => {
        const { code, stderr } = await deploy();
        expect(code).toBe(1);
        expect(stderr).toMatch(message);
      },
    );
  });
});
