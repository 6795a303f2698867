import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonValue } from '../values/value.ts';
import { TIMED_OUT } from './calls/failure.ts';
import { createGeneration } from './code/generation.ts';
import type { QueryCall } from './run/queries.ts';
import { anyone, componentData, generationOf, startApp, type TestApp } from './testing/app.ts';
import { fixtureFolder } from './testing/bundle.ts';
import { quickest } from '../../test/quickest.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp('runtime', { env: { GREETING: 'hi' } });
}, 60_000);
afterAll(() => app.close());

const value = (run: { result: { ok: boolean } }): unknown =>
  JSON.parse((run.result as unknown as { value: string }).value);
const message = (run: { result: { ok: boolean } }): string =>
  (run.result as unknown as { errorMessage: string }).errorMessage;
const notes = (): string[] => value(app.query('basics:list')) as string[];

describe('what a caller gets', () => {
  it('[engine F1] returns a query’s value as Convex JSON text, by every form of its path', () => {
    expect(app.query('basics:add', { a: 1, b: 2 }).result).toEqual({ ok: true, value: '3' });
    expect(app.query('basics.js:add', [{ a: 1, b: 2 }]).result).toEqual({ ok: true, value: '3' });
  });

  it('[engine F2] refuses wrong arguments before any code runs, and a wrong result after', async () => {
    expect(message(app.query('basics:add', { a: 'x', b: 2 }))).toBe(
      '[Request ID: 0123456789abcdef] Server Error\nArgumentValidationError: Value does not match validator.\nPath: .a\nValue: "x"\nValidator: v.float64()\n',
    );
    expect(message(app.query('basics:add', 'text'))).toContain(
      'Expected to receive an object as the function\'s argument. Instead received: "text"',
    );
    expect(message(app.query('basics:wrongReturn'))).toContain(
      'ReturnsValidationError: Value does not match validator.\n\nValue: 1.0\nValidator: v.string()',
    );
  });

  it('[engine F3] names what cannot be called: missing, internal, of another kind', async () => {
    expect(message(app.query('nested:nothing'))).toContain(
      "Could not find public function for 'nested:nothing'.",
    );
    expect(message(app.query('nested:count'))).toContain(
      "Could not find public function for 'nested:count'.",
    );
    expect(value(app.query('nested:count', {}, { allowInternal: true }))).toBeTypeOf('number');
    expect(message(app.query('nested:nothing', {}, { allowInternal: true }))).toContain(
      "Could not find function for 'nested:nothing'.",
    );
    expect(message(app.query('basics:insert', { body: 'x' }))).toContain(
      'Trying to execute basics.js:insert as Query, but it is defined as Mutation.',
    );
    expect(message(app.query('nested:callsMutationFromQuery'))).toContain(
      'Trying to execute basics.js:insert as Query, but it is defined as Mutation.',
    );
    expect(() => app.query('a//b:c')).toThrow('is not a valid path');
  });

  it('[engine F4] shows an uncaught error with the developer’s own file and line, and no frame of the engine', () => {
    expect(message(app.query('basics:fails'))).toBe(
      '[Request ID: 0123456789abcdef] Server Error\nUncaught Error: broken on purpose\n    at handler (../convex/basics.ts:10:11)\n',
    );
  });

  it('[engine F4] hides texts and logs from users, not from admins, where errors are redacted', async () => {
    const closed = await startApp(app.generation(), { config: { redactErrors: true } });
    expect(message(closed.query('basics:fails'))).toBe('[Request ID: 0123456789abcdef] Server Error');
    expect(closed.query('basics:prints').logLines).toEqual([]);
    expect(message(closed.query('basics:fails', {}, { admin: true }))).toContain('broken on purpose');
    for (const entry of closed.entries.filter(({ identifier }) => identifier === 'basics:fails'))
      expect(entry.error).toContain('broken on purpose');
    await closed.close();
  });

  it('[engine F5] reports a promise that can never settle at once', () => {
    const started = performance.now();
    expect(message(app.query('basics:never'))).toContain('Returned promise will never resolve');
    expect(performance.now() - started).toBeLessThan(900);
  });

  it('[engine F6] prints each console call as one line in Convex’s format, bounded in number and length', () => {
    expect(app.query('basics:prints').logLines).toEqual([
      "[LOG] 'hello' 1 { a: [ 1, 'x' ], b: null } undefined",
      "[WARN] Map(1) { 'k' => 1n }",
    ]);
    const many = app.query('nested:logsALot', { lines: 300, length: 1 }).logLines;
    expect(many).toHaveLength(257);
    expect(many.at(-1)).toBe('[ERROR] Log overflow (maximum 256). Remaining log lines omitted.');
    const long = app.query('nested:logsALot', { lines: 1, length: 40_000 }).logLines[0]!;
    expect(long.endsWith(' (truncated due to length)')).toBe(true);
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(32 * 1024 + 8);
  });

  it('[engine F7] reads the environment live and records which variables a result depends on', () => {
    const first = app.query('basics:environment');
    expect(value(first)).toEqual({
      greeting: 'hi',
      keys: ['GREETING', 'CONVEX_CLOUD_URL', 'CONVEX_SITE_URL'],
    });
    expect(first.readSet.dependencies).toContain('env:GREETING');
    app.env.GREETING = 'hello';
    expect((value(app.query('basics:environment')) as { greeting: string }).greeting).toBe('hello');
    app.env.GREETING = 'hi';
  });

  it('[engine F8] marks a result that depends on the caller or on the time', () => {
    const identity = { tokenIdentifier: 'i|s', issuer: 'i', subject: 's' };
    const run = app.query('nested:whoAmI', {}, { identity });
    expect(value(run)).toBe('s');
    expect(run.readSet.observedIdentity).toBe(true);
    expect(app.query('basics:list').readSet.observedIdentity).toBe(false);
    expect(app.query('basics:clock').readSet.observedTime).toBe(true);
    expect(app.query('basics:list').readSet.observedTime).toBe(false);
  });

  it('[engine F9] keeps module state between calls, as long as the generation lives', async () => {
    expect([value(app.query('nested:counter')), value(app.query('nested:counter'))]).toEqual([1, 2]);
  });

  it('[engine F9] gives new calls the new generation', async () => {
    const other = await startApp(app.generation());
    expect(value(other.query('basics:add', { a: 1, b: 1 }))).toBe(2);
    other.setGeneration(
      createGeneration({
        id: 999,
        createdAtMs: 0,
        components: [
          { info: { path: '', children: {}, env: null, httpMounts: {} }, modules: new Map(), functions: [] },
        ],
      }),
    );
    expect(message(other.query('basics:add', { a: 1, b: 1 }))).toContain('Could not find');
    await other.close();
  });

  it('[engine F10] tells a function its own name, its request and its use of the limits', async () => {
    const run = await app.mutation('nested:metadata', {}, { ip: '10.0.0.1' });
    expect(value(run)).toMatchObject({
      fn: { name: 'nested:metadata', componentPath: '' },
      request: { ip: '10.0.0.1', requestId: '0123456789abcdef', scheduledFunctionId: null },
      deployment: { class: 's16' },
      metrics: expect.arrayContaining(['bytesRead', 'documentsWritten']),
    });
  });
});

describe('mutations', () => {
  it('[engine F11] leave nothing behind when they throw, however far they came', async () => {
    const before = notes();
    expect(message(await app.mutation('nested:insertThenThrow'))).toContain(
      'Uncaught Error: after the write',
    );
    expect(notes()).toEqual(before);
  });

  it('[engine F12] keep their own writes when they catch a callee’s error, whose writes and jobs are undone', async () => {
    const before = notes();
    expect(value(await app.mutation('nested:survivesCallee'))).toEqual({
      data: { undone: 'inner' },
      jobs: 0,
    });
    expect(notes()).toEqual([...before, 'outer']);
  });

  it('[engine F13] run parallel calls one after another, in call order, each seeing the writes before it', async () => {
    const before = notes().length;
    expect(value(await app.mutation('nested:parallel'))).toEqual([before + 1, before + 2, before + 3]);
  });

  it('[engine Q2] read on behind a last row what they have written there meanwhile', async () => {
    expect(value(await app.mutation('nested:readsOn'))).toEqual(['first', 'second', true, 1, 2]);
  });

  it('[engine F14] end a chain of calls that is too deep', async () => {
    expect(message(await app.mutation('nested:tooDeep'))).toContain(
      'Cross component call depth limit exceeded',
    );
  });

  it('[engine F15] drop what nobody awaited, and say so', async () => {
    const before = notes();
    const run = await app.mutation('nested:forgetsAwait');
    expect(value(run)).toBe('done');
    expect(run.logLines[0]).toContain('1 unawaited operation: [insert].');
    expect(notes()).toEqual([...before, 'awaited']);
  });

  it('[engine F16] give stale queries the state before their own writes', async () => {
    const before = notes().length;
    expect(value(await app.mutation('nested:stale'))).toEqual([before, before + 1]);
  });

  it('[engine F17] put the commit timestamp into documents and results, and into no text', async () => {
    const run = await app.mutation('nested:commitTs');
    const at = Buffer.alloc(8);
    at.writeBigInt64LE(run.ts);
    const integer = { $integer: at.toString('base64') };
    expect(value(run)).toEqual({ at: integer, text: '{"$commitTs":null}' });
    expect(value(app.query('nested:stamps'))).toEqual([integer]);
  });

  it('[engine F18] answer a session’s request once: a repeat gets the first answer and writes nothing', async () => {
    const session = { sessionId: 'b1c2', requestId: 7 };
    const call = { component: '', path: 'basics:insert', args: { body: 'once' }, caller: anyone, session };
    const first = await app.runner.mutation(call);
    const [again, concurrent] = await Promise.all([app.runner.mutation(call), app.runner.mutation(call)]);
    expect(again).toEqual(first);
    expect(concurrent).toEqual(first);
    expect(notes().filter((body) => body === 'once')).toHaveLength(1);
  });

  it('[engine F47] give the kept answer to nobody but its asker, run nothing for anybody else, and write none in clear', async () => {
    const session = { sessionId: 'b1c2', requestId: 9 };
    const ann = { ...anyone, identity: { tokenIdentifier: 'x|ann', issuer: 'x', subject: 'ann' } };
    const call = {
      component: '',
      path: 'nested:returnsSecret',
      args: { body: 'a secret: 4711' },
      caller: ann,
      session,
    };
    const first = await app.runner.mutation(call);
    expect(value(first)).toBe('a secret: 4711');
    expect(await app.runner.mutation({ ...call, caller: { ...ann, requestId: 'another' } })).toEqual(first);
    const others = [
      anyone,
      { ...anyone, admin: true },
      { ...ann, identity: { ...ann.identity, tokenIdentifier: 'x|bob' } },
    ];
    for (const caller of others)
      expect(message(await app.runner.mutation({ ...call, caller }))).toContain('not to this caller');
    expect(notes().filter((body) => body === 'kept for ann')).toHaveLength(1);
    const files = ['data.sqlite', 'data.sqlite-wal'].map((name) => readFileSync(join(app.dir, name)));
    expect(Buffer.concat(files).includes('4711')).toBe(false);
    expect(statSync(join(app.dir, 'installation.key')).mode & 0o077).toBe(0);
  });

  it('[engine F47] answer what an older folder kept in clear', async () => {
    const answer = { ts: 5n, result: '"of before"', logLines: ['[LOG] 1'] };
    await app.committer.write(() => app.store.sessionRequests.put('b1c2', 10, answer));
    const call = { component: '', path: 'basics:insert', args: { body: 'never' }, caller: anyone };
    expect(await app.runner.mutation({ ...call, session: { sessionId: 'b1c2', requestId: 10 } })).toEqual({
      result: { ok: true, value: '"of before"' },
      logLines: ['[LOG] 1'],
      ts: 5n,
    });
  });

  it('[E4] [engine T25] go in the order of their ranks, which count for nothing from strangers, and of one session as they came', async () => {
    const data = await componentData(fixtureFolder('runtime'));
    const functions = data.functions.map((fn) =>
      fn.name === 'insert' ? { ...fn, writeRank: 'first' as const } : fn,
    );
    const ranked = await startApp(await generationOf({ ...data, functions }));
    const done: string[] = [];
    const send = (
      name: string,
      path: string,
      from: { isKnown: boolean; sessionId: string },
      requestId = 1,
    ) => {
      const session = { sessionId: from.sessionId, requestId };
      const caller = { ...anyone, identity: from.isKnown ? ({ subject: 'ann' } as never) : null };
      const call = { component: '', path, args: { body: name }, caller, session };
      return ranked.runner.mutation(call).then(() => void done.push(name));
    };
    await Promise.all([
      send('ordinary', 'nested:insertThenThrow', { isKnown: true, sessionId: 'a' }),
      send('stranger', 'basics:insert', { isKnown: false, sessionId: 'b' }),
      send('sent before', 'nested:insertThenThrow', { isKnown: true, sessionId: 'c' }),
      send('first', 'basics:insert', { isKnown: true, sessionId: 'c' }, 2),
    ]);
    expect(done).toEqual(['sent before', 'first', 'ordinary', 'stranger']);
    await ranked.close();
  });

  it('[E4] [engine T25] belong to whoever asks, by identity, credential or address, and wait for one of each of the others', async () => {
    const done: string[] = [];
    const ask = async (name: string, who: object) => {
      const caller = { ...anyone, ...who };
      await app.runner.mutation({ component: '', path: 'basics:insert', args: { body: name }, caller });
      done.push(name);
    };
    const ann = { identity: { tokenIdentifier: 'ann' } as never, ip: '10.0.0.1' };
    const key = { credential: 'Bearer key', ip: '10.0.0.1' };
    await Promise.all([
      ...['ann 1', 'ann 2', 'ann 3'].map((name) => ask(name, ann)),
      ...['key 1', 'key 2'].map((name) => ask(name, key)),
      ...['address 1', 'address 2'].map((name) => ask(name, { ip: '10.0.0.1' })),
      ask('the desk', {}),
    ]);
    expect(done).toEqual(['ann 1', 'key 1', 'address 1', 'the desk', 'ann 2', 'key 2', 'address 2', 'ann 3']);
  });

  it('[engine F18] runs a session’s request again when it failed', async () => {
    const call = {
      component: '',
      path: 'nested:insertThenThrow',
      args: {},
      caller: anyone,
      session: { sessionId: 'b1c2', requestId: 8 },
    };
    await app.runner.mutation(call);
    expect(message(await app.runner.mutation(call))).toContain('after the write');
  });

  it('[engine F19] call functions by handles that nobody can invent', async () => {
    const handle = value(await app.mutation('nested:handle')) as string;
    expect(handle).toMatch(/^function:\/\/.+#nested:count$/);
    expect(value(await app.mutation('nested:handle'))).toBe(handle);
    expect(value(await app.mutation('nested:callHandle', { handle }))).toBe(notes().length);
    expect(value(await app.mutation('nested:callHandle', { handle: handle.split('#')[0]! }))).toBe(
      notes().length,
    );
    const forged = `function://${Buffer.from('\nbasics:list').toString('base64url')}.AAAAAAAAAAAAAAAA`;
    expect(message(await app.mutation('nested:callHandle', { handle: forged }))).toContain(
      'Function handle not found',
    );
  });

  it('[engine F20] run in a transaction of somebody else, leaving none of a failure’s effects in it', async () => {
    const before = notes();
    const { value: outcomes } = await app.committer.write((tx) => [
      app.runner.mutationIn(tx, {
        component: '',
        path: 'basics.js:insert',
        args: { body: 'job' },
        job: null,
      }),
      app.runner.mutationIn(tx, {
        component: '',
        path: 'nested.js:addThenFail',
        args: { body: 'failed job' },
        job: null,
      }),
    ]);
    expect(outcomes[0]).toEqual({ ok: true });
    expect(outcomes[1]).toMatchObject({ ok: false, error: expect.stringContaining('Uncaught ConvexError') });
    expect(notes()).toEqual([...before, 'job']);
  });

  it('[engine F11] are void when the stack overflows inside the engine, even if the function catches it', async () => {
    const run = await app.mutation('nested:recursion');
    if (run.result.ok) expect(value(run)).toBe('Maximum call stack size exceeded');
    else expect(message(run)).toContain('Maximum call stack size exceeded');
    expect(value(app.query('basics:add', { a: 1, b: 1 }))).toBe(2);
  });
});

describe('the time limit', () => {
  let timed: TestApp;
  let nowMs = 1_800_000_000_000;
  beforeAll(async () => {
    timed = await startApp(await generationOf(await componentData(fixtureFolder('runtime'))), {
      config: { userTimeMs: 200, blockRunaways: true, now: () => nowMs },
    });
  }, 60_000);
  afterAll(() => timed.close());

  it('[engine F21] ends an endless loop with the official text; the process and other functions go on', async () => {
    const started = performance.now();
    expect(message(app.query('basics:spins'))).toContain(
      'Function execution timed out (maximum duration: 1s)',
    );
    expect(performance.now() - started).toBeLessThan(5000);
    expect(value(app.query('basics:add', { a: 2, b: 2 }))).toBe(4);
  });

  it('[engine F21] runs neither catch nor finally of what it ended, and keeps nothing of its writes', async () => {
    expect(message(await timed.mutation('nested:catchesLoop'))).toContain('timed out');
    expect(value(timed.query('basics:list'))).toEqual([]);
    expect((await timed.mutation('basics:insert', { body: 'next' })).result.ok).toBe(true);
  });

  it('[engine F21] tells it by a code from a function that writes the same words', () => {
    const codeOf = (path: string) => {
      const { result } = timed.query(path);
      expect(timed.entries.at(-1)).toMatchObject({ identifier: path, code: result.ok ? null : result.code });
      return result.ok ? null : result.code;
    };
    nowMs += 600_000;
    expect(codeOf('basics:spins')).toBe(TIMED_OUT);
    expect(message(timed.query('basics:pretends'))).toContain('Function execution timed out');
    expect(codeOf('basics:pretends')).toBe('FunctionFailed');
  });

  it('[engine F21] what the engine takes for it is not the function’s time', async () => {
    const slowly = (): string => {
      for (const until = performance.now() + 60; performance.now() < until;);
      return 'a job';
    };
    const slow = await startApp('runtime', {
      config: { userTimeMs: 200 },
      deps: { jobs: { schedule: slowly, cancel: () => {} } },
    });
    const { result } = await slow.mutation('nested:schedulesMany', { count: 12 });
    await slow.close();
    expect(result).toEqual({ ok: true, value: '"scheduled"' });
  }, 30_000);

  it('[engine F22] blocks no function unless it is told to', () => {
    for (let i = 0; i < 4; i++) expect(message(app.query('basics:spins'))).toContain('timed out');
  }, 30_000);

  it('[engine F22] blocks a function for a minute after three timeouts within one, when told to', async () => {
    nowMs += 600_000;
    for (let i = 0; i < 3; i++) expect(message(timed.query('basics:spins'))).toContain('timed out');
    const refused = () =>
      expect(message(timed.query('basics:spins'))).toContain('is blocked for another 60 s');
    expect(await quickest(refused)).toBeLessThan(100);
    expect(value(timed.query('basics:add', { a: 2, b: 2 }))).toBe(4);
    nowMs += 60_001;
    expect(message(timed.query('basics:spins'))).toContain('timed out');
  });

  it('[engine F23] gives many queries one watchdog; the one that spins fails alone', () => {
    nowMs += 600_000;
    const call = (path: string): QueryCall => ({
      component: '',
      path,
      args: (path === 'basics:add' ? { a: 1, b: 1 } : {}) as JsonValue,
      caller: anyone,
    });
    const runs = timed.runner.queries([
      call('basics:add'),
      call('basics:spins'),
      call('basics:add'),
      call('basics:list'),
    ]);
    expect(runs.map((run) => run.result.ok)).toEqual([true, false, true, true]);
    expect(message(runs[1]!)).toContain('timed out');
    expect(value(runs[3]!)).toEqual(['next']);
  });

  it('[engine F23] gives a batch of mutations one watchdog; the one that spins fails alone and is not run twice', async () => {
    nowMs += 600_000;
    const before = (value(timed.query('basics:list')) as string[]).length;
    const started = performance.now();
    const insert = (body: string) => timed.mutation('basics:insert', { body });
    const runs = await Promise.all([
      insert('a'),
      insert('b'),
      timed.mutation('nested:catchesLoop'),
      insert('c'),
      insert('d'),
    ]);
    expect(runs.map((run) => run.result.ok)).toEqual([true, true, false, true, true]);
    expect(message(runs[2]!)).toContain('timed out');
    expect((value(timed.query('basics:list')) as string[]).slice(before).sort()).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
    expect(performance.now() - started).toBeLessThan(4000);
  });
});

describe('what a function is called', () => {
  it('[engine F10] its module and name, a default export its module alone', async () => {
    expect(value(app.query('whole'))).toBe('whole');
    expect(value(app.query('whole:named'))).toBe('whole:named');
    const acted = await app.runner.action({ component: '', path: 'whole:acts', args: {}, caller: anyone });
    expect(value(acted)).toBe('whole:acts');
  });

  it('[engine F10] an audit log is accepted everywhere, also in actions', async () => {
    for (const kind of ['audits', 'auditsInMutation'])
      expect(
        value(kind === 'audits' ? app.query(`whole:${kind}`) : await app.mutation(`whole:${kind}`)),
      ).toBe('written');
    const acted = await app.runner.action({
      component: '',
      path: 'whole:auditsInAction',
      args: {},
      caller: anyone,
    });
    expect(value(acted)).toBe('written');
  });

  it('[engine V5] arguments and results that are too large are named in the official words', async () => {
    const large = { value: 'x'.repeat(17 * 2 ** 20) };
    expect(message(app.query('whole:echoes', large))).toContain(
      'Arguments for whole.js:echoes are too large (actual: 17.00 MiB, limit: 16 MiB)',
    );
    expect(message(app.query('whole:large'))).toContain(
      'Function whole.js:large return value is too large (actual: 17.00 MiB, limit: 16 MiB)',
    );
    const acted = await app.runner.action({ component: '', path: 'whole:acts', args: large, caller: anyone });
    expect(message(acted)).toContain(
      'Arguments for whole.js:acts are too large (actual: 17.00 MiB, limit: 16 MiB)',
    );
  });
});

describe('rejections nobody handles', () => {
  it.each(['at once', 'asynchronously', 'an operation', 'while it waits', 'and never ends'])(
    '[engine F42] fail the function and undo it: %s',
    async (how) => {
      const run = await app.mutation('nested:abandons', { how });
      expect(message(run)).toMatch(
        how === 'an operation' ? /Uncaught Error: Invalid argument `id`/ : 'Uncaught Error: nobody listens',
      );
      expect(notes()).not.toContain('abandoned');
      expect(run.logLines.join('')).not.toContain('unawaited');
    },
  );

  it('[engine F42] can be caught by a caller like what is thrown', async () => {
    expect(value(await app.mutation('nested:catchesAbandoning'))).toContain('nobody listens');
    expect(notes()).toContain('kept');
    expect(notes()).not.toContain('abandoned');
  });

  it('[engine F42] are none as long as somebody handles them before the function waits', () => {
    expect(value(app.query('nested:handlesLater'))).toEqual(['caught later', 'one of many']);
  });

  it('[engine F42] leave what the host does with its own to Node', async () => {
    const script = `
      import { startApp } from ${JSON.stringify(new URL('./testing/app.ts', import.meta.url).href)};
      const app = await startApp('runtime');
      await app.mutation('nested:abandons', { how: 'at once' });
      process.on('unhandledRejection', (reason) => console.log(reason.message));
      void Promise.reject(new Error('of the host'));
      await new Promise((resolve) => setTimeout(resolve, 50));
      await app.close();`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    expect(stdout.trim()).toBe('of the host');
  });
});
