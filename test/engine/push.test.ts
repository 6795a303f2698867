// The official CLI, unmodified, against a real engine process.

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  call,
  convex,
  copyApp,
  removeFolder,
  startConvex,
  startEngineProcess,
  temporaryFolder,
  type EngineProcess,
} from './cliSupport.ts';

const PUSH = ['--typecheck', 'disable'];
let engine: EngineProcess;
let data: string;
let app: string;

beforeAll(async () => {
  data = temporaryFolder('push');
  app = copyApp('push');
  engine = await startEngineProcess(data);
});

afterAll(async () => {
  await engine?.stop();
  removeFolder(data);
  removeFolder(app);
});

const source = (file: string): string => join(app, 'convex', file);

async function withSource<T>(
  file: string,
  change: (text: string) => string,
  run: () => Promise<T>,
): Promise<T> {
  const before = existsSync(source(file)) ? readFileSync(source(file), 'utf8') : null;
  writeFileSync(source(file), change(before ?? ''));
  try {
    return await run();
  } finally {
    if (before === null) rmSync(source(file));
    else writeFileSync(source(file), before);
  }
}

async function admin(
  path: string,
  body: object,
): Promise<Record<string, never> & { moduleHashes: { path: string }[] }> {
  const response = await fetch(engine.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Convex ${engine.adminKey}` },
    body: JSON.stringify(body),
  });
  return (await response.json()) as never;
}

describe('pushing with the convex CLI', { timeout: 120_000 }, () => {
  test('[engine P1] codegen writes _generated and leaves what runs alone', async () => {
    const { code, stderr } = await convex(engine, app, ['codegen', ...PUSH]);
    expect(stderr).not.toMatch(/error/i);
    expect(code).toBe(0);
    for (const file of ['api.d.ts', 'api.js', 'dataModel.d.ts', 'server.d.ts', 'server.js']) {
      expect(existsSync(source(`_generated/${file}`)), file).toBe(true);
    }
    expect(readFileSync(source('_generated/api.d.ts'), 'utf8')).toContain('messages');
    await expect(call(engine, 'messages:list')).rejects.toThrow('Could not find function');
  });

  test('[engine P2] deploy makes functions, schema, crons and routes live', async () => {
    const { code, stderr } = await convex(engine, app, ['deploy', '-y', ...PUSH]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('messages.by_author');
    await call(engine, 'messages:send', { author: 'Ada', body: 'hello' });
    expect(await call(engine, 'messages:list')).toEqual(['Ada: hello']);
    expect(await (await fetch(`${engine.siteUrl}/hello`)).text()).toBe('hello from http');
    await vi.waitFor(
      async () => expect(await call(engine, 'jobs:ticks', { prefix: 'cron' })).not.toEqual([]),
      10_000,
    );
  });

  test('[engine P3] dev --once works with type checking, and a second push sends only what changed', async () => {
    const first = await convex(engine, app, ['dev', '--once', '--typecheck', 'enable']);
    expect(first.code, first.stderr).toBe(0);
    const { moduleHashes } = await admin('/api/get_config_hashes', {
      version: '1.49.0',
      adminKey: engine.adminKey,
    });
    expect(moduleHashes.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['messages.js', 'jobs.js', 'crons.js', 'http.js']),
    );
    await withSource(
      'messages.ts',
      (text) => text.replace("console.log('listing messages');", "console.log('listing again');"),
      async () => {
        const request = join(app, 'request');
        await convex(engine, app, ['deploy', '-y', ...PUSH, '--write-push-request', request]);
        const { appDefinition } = JSON.parse(readFileSync(`${request}.json`, 'utf8')) as {
          appDefinition: { changedModules: { path: string }[]; unchangedModuleHashes: { path: string }[] };
        };
        expect(appDefinition.changedModules.map(({ path }) => path)).toEqual(['messages.js']);
        expect(appDefinition.unchangedModuleHashes.map(({ path }) => path)).toContain('jobs.js');
        const second = await convex(engine, app, ['dev', '--once', ...PUSH]);
        expect(second.code, second.stderr).toBe(0);
      },
    );
    expect(await call(engine, 'messages:list')).toEqual(['Ada: hello']);
  });

  test('[engine P4] deploy --dry-run changes nothing', async () => {
    const before = await admin('/api/get_config_hashes', { adminKey: engine.adminKey });
    await withSource(
      'messages.ts',
      (text) => `${text}\nexport const extra = query({ args: {}, handler: async () => 1 });\n`,
      async () => {
        const { code, stderr } = await convex(engine, app, ['deploy', '-y', '--dry-run', ...PUSH]);
        expect(code, stderr).toBe(0);
      },
    );
    expect(await admin('/api/get_config_hashes', { adminKey: engine.adminKey })).toEqual(before);
    await expect(call(engine, 'messages:extra')).rejects.toThrow('Could not find function');
  });

  test.each<[string, string, (text: string) => string, RegExp]>([
    [
      'a module that throws while it loads',
      'messages.ts',
      (text) => `${text}\nthrow new Error('cannot load this');\n`,
      /cannot load this/,
    ],
    [
      'a query in a "use node" file',
      'inNode.ts',
      () =>
        `'use node';\nimport { query } from './_generated/server';\nexport const wrong = query({ args: {}, handler: async () => 1 });\n`,
      /`wrong` in inNode is a query, but the file has "use node"/,
    ],
    [
      'a bad cron',
      'crons.ts',
      (text) =>
        text.replace(
          'export default',
          "crons.cron('bad', '0 12 * * 7', internal.jobs.tick, { from: 'x' });\nexport default",
        ),
      /day of the week/,
    ],
    [
      'a cron without its function',
      'crons.ts',
      (text) =>
        text.replace(
          'export default',
          "crons.hourly('gone', { minuteUTC: 1 }, 'jobs:gone' as any);\nexport default",
        ),
      /jobs:gone/,
    ],
    [
      'a cron with wrong arguments',
      'crons.ts',
      (text) => text.replace("{ from: 'nightly' }", '{ from: 7 } as any'),
      /nightly[\s\S]*Value: 7/,
    ],
    [
      'an index of _creationTime',
      'schema.ts',
      (text) => text.replace("['author']", "['author', '_creationTime']"),
      /_creationTime/,
    ],
    [
      'a field no field may be called',
      'schema.ts',
      (text) => text.replace('author: v.string()', "author: v.string(), 'a-b': v.optional(v.string())"),
      /table "messages"[\s\S]*"a-b" is not a valid field name/,
    ],
    [
      'an argument no field may be called',
      'messages.ts',
      (text) => text.replace('author: v.string()', 'author: v.string(), $x: v.optional(v.string())'),
      /`send` in messages[\s\S]*"\$x" is not a valid field name/,
    ],
    ['a syntax error', 'messages.ts', (text) => `${text}\nexport const = 1;\n`, /messages\.ts/],
  ])(
    '[engine P5] %s ends the CLI with 1 and a readable text; what ran still runs',
    async (_what, file, change, message) => {
      await withSource(file, change, async () => {
        const { code, stderr } = await convex(engine, app, ['deploy', '-y', ...PUSH]);
        expect(code).toBe(1);
        expect(stderr).toMatch(message);
        expect(stderr).not.toMatch(/\n {4}at .*engine\//);
      });
      expect(await call(engine, 'messages:list')).toEqual(['Ada: hello']);
    },
  );

  test('[engine P6] documents that do not fit the new schema refuse it with the official text, and nothing changes', async () => {
    await withSource(
      'schema.ts',
      (text) =>
        text.replace('author: v.string()', 'author: v.number()').replace("['author']", "['author', 'body']"),
      async () => {
        const { code, stderr } = await convex(engine, app, ['deploy', '-y', ...PUSH]);
        expect(code).toBe(1);
        expect(stderr).toContain('Schema validation failed.');
        expect(stderr).toMatch(
          /Document with ID "\w+" in table "messages" does not match the schema: Value does not match validator\.\nPath: \.author\nValue: "Ada"\nValidator: v\.float64\(\)/,
        );
      },
    );
    await call(engine, 'messages:send', { author: 'Bob', body: 'still a string' });
    expect(await call(engine, 'messages:list')).toEqual(['Ada: hello', 'Bob: still a string']);
  });

  test('[engine P13] a staged validator is tried on the documents, and does not stand in the way of writes', async () => {
    const staging = (change: string) => (text: string) =>
      text.replace(/(defineTable\(\{ body[^}]*\}\))/, `$1.staged(${change})`);
    const deployed = async (change: string) =>
      await withSource('schema.ts', staging(change), async () => {
        const { code, stderr } = await convex(engine, app, ['deploy', '-y', ...PUSH]);
        expect(code, stderr).toBe(0);
        return stderr;
      });
    expect(await deployed('{ author: v.union(v.string(), v.number()) }')).toMatch(/messages: .*validated/);
    const failed = await deployed('{ author: v.number() }');
    expect(failed).toMatch(
      /messages: .*failed.*Document with ID "\w+" in table "messages" does not match the schema/,
    );
    await call(engine, 'messages:send', { author: 'Cem', body: 'goes on' });
    expect(await call(engine, 'messages:list')).toContain('Cem: goes on');
    expect((await convex(engine, app, ['deploy', '-y', ...PUSH])).code).toBe(0);
  });

  test('[engine P12] external packages are taken from where the engine looks, and a missing one is a sentence', async () => {
    const package_ = (version: string) => (text: string) =>
      JSON.stringify({
        ...(JSON.parse(text) as object),
        dependencies: { convex: '1.49.0', mrmime: version },
      });
    const code = `'use node';\nimport { lookup } from 'mrmime';\nimport { action } from './_generated/server';\nexport const typeOf = action({ args: {}, handler: async () => lookup('a.css') });\n`;
    await withSource(
      '../convex.json',
      () => '{"node":{"externalPackages":["mrmime"]}}',
      () =>
        withSource('../package.json', package_('2.0.1'), () =>
          withSource(
            'types.ts',
            () => code,
            async () => {
              const { code: exit, stderr } = await convex(engine, app, ['deploy', '-y', ...PUSH]);
              expect(exit, stderr).toBe(0);
              expect(await call(engine, 'types:typeOf')).toBe('text/css');
            },
          ),
        ),
    );
    const push = { functions: 'convex/', appDefinition: { changedModules: [], unchangedModuleHashes: [] } };
    expect(
      await admin('/api/deploy2/start_push', {
        ...push,
        nodeDependencies: [{ name: 'sharp', version: '9.9.9' }],
      }),
    ).toMatchObject({ code: 'ExternalPackageMissing', message: expect.stringContaining('sharp 9.9.9') });
    expect(
      await admin('/api/deploy2/start_push', {
        ...push,
        nodeDependencies: [{ name: '../../etc', version: '1' }],
      }),
    ).toMatchObject({ code: 'BadPushRequest' });
    expect((await convex(engine, app, ['deploy', '-y', ...PUSH])).code).toBe(0);
  });

  test('[engine P7] run prints the value and the log, and names the functions there are when one is missing', async () => {
    const good = await convex(engine, app, ['run', 'messages:list']);
    expect(good.code, good.stderr).toBe(0);
    expect(JSON.parse(good.stdout)).toContain('Ada: hello');
    expect(good.stderr).toMatch(/\[LOG\] 'listing (messages|again)'/);
    const missing = await convex(engine, app, ['run', 'messages:nope']);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('messages:list');
    expect((await convex(engine, app, ['run', 'jobs:tick', '{"from":"cli"}'])).code).toBe(0);
    expect(await call(engine, 'jobs:ticks', { prefix: 'cli' })).toEqual(['cli']);
  });

  test('[engine P32] env set, get, list and remove; functions see the change at once', async () => {
    expect((await convex(engine, app, ['env', 'set', 'GREETING', 'good day'])).code).toBe(0);
    expect(await call(engine, 'messages:variable')).toBe('good day');
    expect((await convex(engine, app, ['env', 'get', 'GREETING'])).stdout.trim()).toBe('good day');
    expect((await convex(engine, app, ['env', 'list'])).stdout).toContain('GREETING=good day');
    const reserved = await convex(engine, app, ['env', 'set', 'CONVEX_SITE_URL', 'x']);
    expect(reserved.code).toBe(1);
    expect(reserved.stderr).toContain('reserved');
    expect((await convex(engine, app, ['env', 'remove', 'GREETING'])).code).toBe(0);
    expect(await call(engine, 'messages:variable')).toBeNull();
  });

  test('[engine P33] auth.config is evaluated with the environment: a missing variable refuses the push, and then the removal', async () => {
    const config = 'export default { providers: [{ domain: process.env.ISSUER!, applicationID: "app" }] };\n';
    await withSource(
      'auth.config.ts',
      () => config,
      async () => {
        const missing = await convex(engine, app, ['deploy', '-y', ...PUSH]);
        expect(missing.code).toBe(1);
        expect(missing.stderr).toContain(
          'Environment variable ISSUER is used in auth config file but its value was not set',
        );
        await convex(engine, app, ['env', 'set', 'ISSUER', 'https://issuer.example']);
        const pushed = await convex(engine, app, ['deploy', '-y', ...PUSH]);
        expect(pushed.code, pushed.stderr).toBe(0);
        const removed = await convex(engine, app, ['env', 'remove', 'ISSUER']);
        expect(removed.code).toBe(1);
        expect(removed.stderr).toContain('ISSUER');
        expect((await convex(engine, app, ['env', 'list'])).stdout).toContain('ISSUER=');
      },
    );
    expect((await convex(engine, app, ['deploy', '-y', ...PUSH])).code).toBe(0);
    expect((await convex(engine, app, ['env', 'remove', 'ISSUER'])).code).toBe(0);
  });

  test('[engine P8] data shows tables and documents', async () => {
    const tables = await convex(engine, app, ['data']);
    expect(tables.code, tables.stderr).toBe(0);
    expect(tables.stdout.trim().split('\n')).toEqual(['messages', 'ticks']);
    const rows = await convex(engine, app, ['data', 'messages', '--order', 'asc', '--format', 'jsonLines']);
    expect(rows.stdout.trim().split('\n').length).toBe(3);
    expect(rows.stdout).toContain('"author": "Ada"');
  });

  test('[engine P9] function-spec lists functions with their validators, and routes', async () => {
    const { code, stdout, stderr } = await convex(engine, app, ['function-spec']);
    expect(code, stderr).toBe(0);
    const spec = JSON.parse(stdout) as { url: string; functions: Record<string, unknown>[] };
    expect(spec.url).toBe(engine.url);
    expect(spec.functions).toContainEqual({
      identifier: 'messages.js:send',
      functionType: 'Mutation',
      visibility: { kind: 'public' },
      args: {
        type: 'object',
        value: {
          author: { fieldType: { type: 'string' }, optional: false },
          body: { fieldType: { type: 'string' }, optional: false },
        },
      },
      returns: { type: 'id', tableName: 'messages' },
    });
    expect(spec.functions).toContainEqual({ functionType: 'HttpAction', method: 'GET', path: '/hello' });
  });

  test('[engine P43] logs shows what functions print', async () => {
    const watching = startConvex(engine, app, ['logs', '--success']);
    let output = '';
    watching.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
    try {
      await vi.waitFor(
        async () => {
          // A result that is still valid is not computed again, and prints nothing again.
          await call(engine, 'messages:send', { author: 'Eve', body: 'again' });
          await call(engine, 'messages:list');
          expect(output).toMatch(/\[CONVEX Q\(messages:list\)\] \[LOG\] 'listing messages'/);
        },
        { timeout: 20_000, interval: 300 },
      );
    } finally {
      watching.kill();
    }
  });

  test('[engine P21] a push that raced with another one is refused as RaceDetected', async () => {
    const request = join(app, 'race');
    await convex(engine, app, ['deploy', '-y', ...PUSH, '--write-push-request', request]);
    const body = JSON.parse(readFileSync(`${request}.json`, 'utf8')) as { appDefinition: object };
    const [first, second] = [
      await admin('/api/deploy2/start_push', body),
      await admin('/api/deploy2/start_push', body),
    ];
    const finish = (startPush: object) =>
      admin('/api/deploy2/finish_push', { adminKey: engine.adminKey, startPush, dryRun: false });
    const answers = await Promise.all([finish(first), finish(second)]);
    expect(answers.filter((answer) => 'componentDiffs' in answer).length).toBe(1);
    expect(answers).toContainEqual(expect.objectContaining({ code: 'RaceDetected' }));
    const staged = await admin('/api/deploy2/start_push', body);
    expect((await convex(engine, app, ['env', 'set', 'RACE', '1'])).code).toBe(0);
    expect(await finish(staged)).toMatchObject({ code: 'RaceDetected' });
    const broken = {
      ...body,
      appDefinition: {
        ...body.appDefinition,
        changedModules: [{ path: 'x.js', source: 'export const = 1', environment: 'isolate' }],
      },
    };
    expect(await admin('/api/deploy2/start_push', broken)).toMatchObject({
      code: 'InvalidModules',
      message: expect.stringContaining('x.js'),
    });
    const lost = {
      ...body,
      appDefinition: {
        ...body.appDefinition,
        unchangedModuleHashes: [{ path: 'y.js', sha256: 'ff', environment: 'isolate' }],
      },
    };
    expect(await admin('/api/deploy2/start_push', lost)).toMatchObject({
      message: expect.stringContaining('Could not find existing unchanged module y.js'),
    });
  });

  test('[engine P34] a variable that convex.config.ts requires must be set before the push, and cannot be removed after', async () => {
    const config =
      "import { defineApp } from 'convex/server';\nimport { v } from 'convex/values';\nexport default defineApp({ env: { NEEDED: v.string(), EXTRA: v.optional(v.string()) } });\n";
    await withSource(
      'convex.config.ts',
      () => config,
      async () => {
        const missing = await convex(engine, app, ['deploy', '-y', ...PUSH]);
        expect(missing.code).toBe(1);
        expect(missing.stderr).toContain('Environment variable NEEDED is declared as required');
        await convex(engine, app, ['env', 'set', 'NEEDED', 'x']);
        const pushed = await convex(engine, app, ['deploy', '-y', ...PUSH]);
        expect(pushed.code, pushed.stderr).toBe(0);
        expect((await convex(engine, app, ['env', 'remove', 'NEEDED'])).code).toBe(1);
      },
    );
    expect((await convex(engine, app, ['deploy', '-y', ...PUSH])).code).toBe(0);
  });

  test('[engine P35] dev that failed on documents tries again by itself once they are changed', async () => {
    expect((await convex(engine, app, ['deploy', '-y', ...PUSH])).code).toBe(0);
    await call(engine, 'messages:send', { author: 'Eve', body: 'in the way' });
    await withSource(
      'schema.ts',
      (text) => text.replace('author: v.string()', 'author: v.number()'),
      async () => {
        const watching = startConvex(engine, app, ['dev', ...PUSH, '--tail-logs', 'disable']);
        let output = '';
        watching.stderr!.on('data', (chunk: Buffer) => (output += chunk.toString()));
        try {
          await vi.waitFor(() => expect(output).toContain('Schema validation failed.'), 30_000);
          // The CLI subscribes a moment after it has printed; a change before that is not one it waits for.
          await new Promise((resolve) => setTimeout(resolve, 2000));
          await call(engine, 'messages:clear');
          await vi.waitFor(() => expect(output).toContain('Convex functions ready!'), 30_000);
        } finally {
          watching.kill();
        }
      },
    );
    expect((await convex(engine, app, ['deploy', '-y', ...PUSH])).code).toBe(0);
  });

  test('[engine P23] a restarted engine serves the same code without a push, and soon', async () => {
    const before = await call(engine, 'messages:list');
    await engine.stop('SIGKILL');
    const startedMs = performance.now();
    engine = await startEngineProcess(data);
    expect(await call(engine, 'messages:list')).toEqual(before);
    expect(performance.now() - startedMs).toBeLessThan(3000);
    expect(await (await fetch(`${engine.siteUrl}/hello`)).text()).toBe('hello from http');
  });
});
