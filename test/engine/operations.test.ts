/** Looking after an engine: the commands of its command line beside the running process, its figures, its health. */
import { spawn } from 'node:child_process';
import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  chmodSync,
  writeFileSync,
  truncateSync,
} from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { ConvexHttpClient } from 'convex/browser';
import { anyApi } from 'convex/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEngine } from '../../engine/transaction/testKit.ts';
import { startEngine } from '../../engine/server/engine.ts';
import {
  convex,
  copyApp,
  removeFolder,
  startEngineProcess,
  temporaryFolder,
  type EngineProcess,
} from './cliSupport.ts';
import { startTestEngine, until } from './harness.ts';

const api = anyApi as any;
const MAIN = join(import.meta.dirname, '../../engine/cli/main.mjs');
const NODE = join(import.meta.dirname, '../../node_modules/.bin/node');

let work: string;
let dataDir: string;
let engine: EngineProcess;

beforeAll(async () => {
  work = temporaryFolder('operations');
  dataDir = join(work, 'data');
  engine = await startEngineProcess(dataDir);
  const app = copyApp('records');
  const { code, stderr } = await convex(engine, app, ['deploy', '--typecheck', 'disable']);
  removeFolder(app);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
}, 60_000);
afterAll(async () => {
  await engine.stop();
  removeFolder(work);
});

async function command(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(NODE, [MAIN, ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, stdout, stderr };
}

const backup = (to: string, from = dataDir) =>
  command('backup', '--data', from, '--to', to, '--admin-key', engine.adminKey);

async function stored(text: string): Promise<string> {
  const client = new ConvexHttpClient(engine.url, { logger: false });
  const url = (await client.mutation(api.files.uploadUrl, {})) as string;
  const { storageId } = (await (await fetch(url, { method: 'POST', body: text })).json()) as {
    storageId: string;
  };
  return storageId;
}

/** A caller that adds notes 0, 1, 2, … one after another, and keeps each one's latency. */
function writer(name: string) {
  const client = new ConvexHttpClient(engine.url, { logger: false });
  const latencies: { at: number; ms: number }[] = [];
  let going = true;
  const done = (async () => {
    for (let n = 0; going; n++) {
      const at = performance.now();
      await client.mutation(api.notes.add, { note: { text: `${name} ${n}` } }, { skipQueue: true });
      latencies.push({ at, ms: performance.now() - at });
    }
  })();
  return { latencies, stop: () => ((going = false), done) };
}

/** The numbers of each writer in a folder no engine runs on. */
function numbersIn(folder: string): Map<string, number[]> {
  const { store } = openTestEngine({}, folder);
  try {
    const table = store.registry.table('', 'notes')!;
    const rows = store.db.all('SELECT json FROM documents WHERE table_id = ? ORDER BY rowid', table.tableId);
    const numbers = new Map<string, number[]>();
    for (const [json] of rows) {
      const [name, n] = (JSON.parse(json as string) as { text: string }).text.split(' ') as [string, string];
      numbers.set(name, [...(numbers.get(name) ?? []), Number(n)]);
    }
    return numbers;
  } finally {
    store.close();
  }
}

const p99 = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0;

describe('backup and restore', () => {
  it('[engine O1] a backup made under load is the state of one commit, with everything answered before it began', async () => {
    const file = join(work, 'load.tar');
    const fileId = await stored('kept');
    const writers = Array.from({ length: 8 }, (_, n) => writer(`w${n}`));
    await new Promise((done) => setTimeout(done, 1_000));
    const answered = writers.map(({ latencies }) => latencies.length);
    const began = performance.now();
    expect(await backup(file)).toMatchObject({ code: 0, stderr: '' });
    const ended = performance.now();
    await new Promise((done) => setTimeout(done, 500));
    await Promise.all(writers.map(({ stop }) => stop()));
    const during = writers.flatMap(({ latencies }) => latencies.filter(({ at }) => at > began && at < ended));
    const before = writers.flatMap(({ latencies }) => latencies.filter(({ at }) => at < began));
    console.log(
      `backup under load: p99 of a mutation ${p99(before.map(({ ms }) => ms)).toFixed(1)} ms before, ` +
        `${p99(during.map(({ ms }) => ms)).toFixed(1)} ms during ${(ended - began).toFixed(0)} ms (${during.length} mutations)`,
    );
    expect(during.length).toBeGreaterThan(0);
    const folder = join(work, 'load');
    expect(await command('restore', '--from', file, '--data', folder)).toMatchObject({ code: 0, stderr: '' });
    const numbers = numbersIn(folder);
    writers.forEach(({ latencies }, at) => {
      const own = numbers.get(`w${at}`) ?? [];
      expect(own).toEqual(Array.from(own, (_, n) => n));
      expect(own.length).toBeGreaterThanOrEqual(answered[at]!);
      expect(own.length).toBeLessThan(latencies.length);
    });
    const restored = await startEngine({ dataDir: folder, port: 0, adminKey: 'k|k' });
    const url = (await new ConvexHttpClient(restored.url, { logger: false }).query(api.files.url, {
      id: fileId,
    })) as string;
    expect(await (await fetch(url)).text()).toBe('kept');
    await restored.stop();
  }, 60_000);

  it('[engine O1] files that are deleted while a backup is made are in it', async () => {
    const id = await stored('doomed');
    const hold = await fetch(`${engine.url}/api/engine/backup`, {
      method: 'POST',
      headers: { authorization: `Convex ${engine.adminKey}` },
    });
    const blobs = readdirSync(join(dataDir, 'blobs')).length;
    const size = statSync(join(dataDir, 'data.sqlite')).mtimeMs;
    expect(await backup(join(work, 'second.tar'))).toMatchObject({
      code: 1,
      stderr: 'The running engine refused: A backup is being made already.\n',
    });
    await new ConvexHttpClient(engine.url, { logger: false }).mutation(api.files.remove, { id });
    await new Promise((done) => setTimeout(done, 1_500));
    expect(readdirSync(join(dataDir, 'blobs')).length).toBe(blobs);
    expect(statSync(join(dataDir, 'data.sqlite')).mtimeMs).toBe(size);
    await hold.body!.cancel();
    for (let waited = 0; readdirSync(join(dataDir, 'blobs')).length === blobs && waited < 100; waited++)
      await new Promise((done) => setTimeout(done, 20));
    expect(readdirSync(join(dataDir, 'blobs')).length).toBe(blobs - 1);
    expect(existsSync(join(work, 'second.tar'))).toBe(false);
  }, 20_000);

  it('[engine O2] the lock on the folder outlives a backup', async () => {
    expect((await backup(join(work, 'lock.tar'))).code).toBe(0);
    expect(await command('--data', dataDir, '--port', '0')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `The data folder ${dataDir} is in use by another running engine: stop that one first, or choose another folder with --data.\n`,
    });
  });

  it('[engine O3] damage, a folder with something in it and a name that is taken are refused, and nothing is left behind', async () => {
    const file = join(work, 'plain.tar');
    expect((await backup(file)).code).toBe(0);
    expect(await backup(file)).toMatchObject({
      code: 1,
      stderr: `${file} exists already: choose another name with --to.\n`,
    });
    const full = join(work, 'full');
    expect((await command('restore', '--from', file, '--data', full)).code).toBe(0);
    expect(await command('restore', '--from', file, '--data', full)).toMatchObject({
      code: 1,
      stderr: `The folder ${full} is not empty: choose another one with --data, or empty it first.\n`,
    });
    const empty = join(work, 'empty');
    truncateSync(file, 20_000);
    expect(await command('restore', '--from', file, '--data', empty)).toMatchObject({
      code: 1,
      stderr: `The backup ${file} cannot be restored: it ends too early.\n`,
    });
    expect(readdirSync(empty)).toEqual([]);
  });

  it('[engine O4] a client that saw later states is served after a restore, and time does not go back for it', async () => {
    const test = await startTestEngine({ dataDir: join(work, 'clock') });
    const file = join(work, 'clock.tar');
    const own = await command('backup', '--data', join(work, 'clock'), '--to', file);
    expect(own).toMatchObject({ code: 0, stderr: '' });
    await test.http().mutation(api.counters.increment, { name: 'x' });
    const seen = test.engine.backend.committer.latestTs();
    const ports = { port: test.engine.port, sitePort: test.engine.sitePort };
    const client = test.client();
    const values: number[] = [];
    client.onUpdate(api.counters.get, { name: 'x' }, (value: number) => values.push(value));
    for (let waited = 0; values.length === 0 && waited < 100; waited++)
      await new Promise((done) => setTimeout(done, 20));
    await test.engine.stop();
    const folder = join(work, 'clock restored');
    expect((await command('restore', '--from', file, '--data', folder)).code).toBe(0);
    const restored = await startEngine({ dataDir: folder, ...ports });
    expect(restored.backend.committer.latestTs()).toBeGreaterThan(seen);
    for (let waited = 0; values.length < 2 && waited < 400; waited++)
      await new Promise((done) => setTimeout(done, 20));
    expect(values).toEqual([1, 0]);
    await client.close();
    await restored.stop();
    await test.stop();
  }, 60_000);

  it('[engine O5] check says line by line what is wrong, and nothing about a whole folder', async () => {
    const file = join(work, 'check.tar');
    await stored('one more file');
    expect((await backup(file)).code).toBe(0);
    const folder = join(work, 'check');
    await command('restore', '--from', file, '--data', folder);
    expect(await command('check', '--data', folder)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^Nothing is wrong: [\d,]+ documents, [\d,]+ index entries, \d+ files, read in \d+\.\d s\.\n$/,
      ),
    });
    const blob = join(
      folder,
      'blobs',
      readdirSync(join(folder, 'blobs')).find((name) => name !== 'incoming')!,
    );
    writeFileSync(blob, 'something else');
    const { store } = openTestEngine({}, folder);
    store.db.run(
      "UPDATE documents SET json = replace(json, 'w1 ', 'w2 ') WHERE json LIKE '%\"w1 3\"%' OR json LIKE '%\"w1 4\"%'",
    );
    store.close();
    const { code, stdout } = await command('check', '--data', folder);
    expect(code).toBe(1);
    expect(stdout.trim().split('\n')).toHaveLength(3);
    expect(stdout).toMatch(/^file \w+ is damaged: blobs\//m);
    expect(await command('check', '--data', dataDir)).toMatchObject({ code: 1, stdout: '' });
  }, 30_000);
});

describe('the admin key', () => {
  it('[engine O7] is replaced by a command, at once, in a running engine and its sockets too', async () => {
    const folder = join(work, 'key');
    const test = await startTestEngine({ dataDir: folder });
    const old = test.engine.adminKey;
    const raw = await test.raw();
    raw.hello();
    raw.say({ type: 'Authenticate', tokenType: 'Admin', value: old, baseVersion: 0 });
    await raw.frame(({ type }) => type === 'Transition');
    expect((await command('rotate-key', '--data', folder)).code).toBe(0);
    const fresh = readFileSync(join(folder, 'admin.key'), 'utf8').trim();
    expect(fresh).not.toBe(old);
    expect(test.engine.adminKey).toBe(fresh);
    expect(statSync(join(folder, 'admin.key')).mode & 0o777).toBe(0o600);
    const status = async (key: string) =>
      (
        await fetch(`${test.engine.url}/api/stream_function_logs?cursor=0`, {
          headers: { authorization: `Convex ${key}` },
        })
      ).status;
    expect([await status(old), await status(fresh)]).toEqual([401, 200]);
    expect(await raw.closed).toMatchObject({ code: 1008 });
    await test.engine.stop();
    const { stdout } = await command('rotate-key', '--data', folder);
    expect(stdout).not.toContain(readFileSync(join(folder, 'admin.key'), 'utf8').trim());
    expect(readFileSync(join(folder, 'admin.key'), 'utf8').trim()).not.toBe(fresh);
    await test.stop();
  }, 60_000);

  it('[engine O7] wrong ones are answered more and more slowly, right ones never', async () => {
    const ask = async (key: string) => {
      const began = performance.now();
      const { status } = await fetch(`${engine.url}/api/query_ts`, {
        method: 'POST',
        headers: { authorization: `Convex ${key}` },
      });
      return { status, ms: performance.now() - began };
    };
    const wrong = [];
    for (let n = 0; n < 4; n++) wrong.push(await ask('test|wrong'));
    expect(wrong.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(wrong[3]!.ms).toBeGreaterThan(700);
    const [right, next] = await Promise.all([ask(engine.adminKey), ask('test|wrong')]);
    expect(right.status).toBe(200);
    expect(right.ms).toBeLessThan(next.ms / 2);
    expect(engine.output()).not.toContain(engine.adminKey);
  }, 20_000);

  it('[engine O7] a folder and a key others can read are closed at the start, and the engine says so', async () => {
    const folder = join(work, 'open');
    const first = await startEngine({ dataDir: folder, port: 0 });
    await first.stop();
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'admin.key'), 0o644);
    const again = await startEngineLogged(folder);
    expect(again.text()).toContain(
      `The data folder ${folder} was open to other users of this machine; now only its owner can enter it.`,
    );
    expect([statSync(folder).mode & 0o777, statSync(join(folder, 'admin.key')).mode & 0o777]).toEqual([
      0o700, 0o600,
    ]);
    await again.stop();
  });
});

async function startEngineLogged(folder: string, host?: string) {
  const { createLogger } = await import('../../engine/logs/logger.ts');
  let text = '';
  const keep = (line: string) => (text += line);
  const log = createLogger({ out: keep, err: keep });
  const started = await startEngine({ dataDir: folder, port: 0, host, log });
  return { ...started, text: () => text };
}

describe('figures and health', () => {
  it('[engine O8] /metrics counts what happened, for this machine or with the key, and for nobody else', async () => {
    const metrics = async (headers: Record<string, string> = {}) => {
      const response = await fetch(`${engine.url}/metrics`, { headers });
      return { status: response.status, text: await response.text() };
    };
    const before = valueOf(
      (await metrics()).text,
      'engine_functions_total{kind="Mutation",outcome="success"}',
    );
    await new ConvexHttpClient(engine.url, { logger: false }).mutation(api.notes.add, {
      note: { text: 'm 0' },
    });
    const { status, text } = await metrics();
    expect(status).toBe(200);
    expect(valueOf(text, 'engine_functions_total{kind="Mutation",outcome="success"}')).toBe(before + 1);
    for (const name of [
      'engine_sockets',
      'engine_live_queries',
      'engine_query_cache_hits_total',
      'engine_jobs_pending',
      'engine_jobs_late',
      'engine_actions_running',
      'engine_wal_bytes',
      'engine_database_read_bytes_total',
      'engine_database_written_bytes_total',
      'engine_disk_full',
      'engine_memory_bytes{kind="rss"}',
      'engine_event_loop_lag_seconds{quantile="0.99"}',
      'engine_commit_batch_seconds_count',
      'engine_commit_batch_mutations_sum',
    ])
      expect(valueOf(text, name), name).toBeGreaterThanOrEqual(0);
    for (const line of text.trim().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [\d.e+-]+)$/);
    expect((await metrics({ 'x-forwarded-for': '203.0.113.9' })).status).toBe(403);
    expect(
      (await metrics({ 'x-forwarded-for': '203.0.113.9', authorization: `Convex ${engine.adminKey}` }))
        .status,
    ).toBe(200);
  });

  it('[engine O8] behind a public address this machine has no privilege, for a proxy on it speaks for everybody', async () => {
    const behind = await startEngine({
      dataDir: join(work, 'proxied'),
      port: 0,
      url: 'https://desk.example.com',
    });
    const url = `http://127.0.0.1:${behind.port}`;
    expect((await fetch(`${url}/metrics`)).status).toBe(403);
    expect(
      (await fetch(`${url}/metrics`, { headers: { authorization: `Convex ${behind.adminKey}` } })).status,
    ).toBe(200);
    await behind.stop();
  });

  it('[engine O8] /health tells an engine without functions, one that takes no writes, and one that serves', async () => {
    const health = async (url: string) =>
      (await (await fetch(`${url}/health`)).json()) as { writes: boolean };
    expect(await health(engine.url)).toEqual({ ok: true, functions: true, writes: true });
    const empty = await startEngineLogged(join(work, 'health'));
    expect(await health(empty.url)).toEqual({ ok: true, functions: false, writes: true });
    const { store } = empty.backend;
    const pages = store.db.get('PRAGMA page_count')![0] as number;
    store.db.exec(`PRAGMA max_page_count=${pages}`);
    const big = 'x'.repeat(8_000);
    await expect(
      Promise.all(Array.from({ length: 40 }, (_, n) => empty.environment.set({ [`V${n}`]: big }))),
    ).rejects.toThrow('disk is full');
    const full = await health(empty.url);
    expect(full).toEqual({ ok: true, functions: false, writes: false });
    store.db.exec('PRAGMA max_page_count=1000000');
    // Asking is what makes it try.
    await until(async () => (await health(empty.url)).writes === true, 'the engine takes writes again');
    expect(await health(empty.url)).toEqual({ ok: true, functions: false, writes: true });
    expect(empty.text().trim().split('\n')).toEqual([
      'The disk is full: changes are refused until there is space; reads go on.',
      'The disk has space again: changes are accepted.',
    ]);
    await empty.stop();
  });
});

describe('the network', () => {
  it('[engine O10] listens on this machine only unless told, and warns once when others can reach it unencrypted', async () => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((each) => each && !each.internal && each.family === 'IPv4');
    const inside = await startEngineLogged(join(work, 'inside'));
    expect(inside.text()).toBe('');
    if (outside) await expect(fetch(`http://${outside.address}:${inside.port}/health`)).rejects.toThrow();
    await inside.stop();
    const open = await startEngineLogged(join(work, 'outside'), '0.0.0.0');
    expect(open.text().trim().split('\n')).toEqual([
      'The engine can be reached from every network this machine is in without encryption: put a proxy with TLS in front, and name its address with --url https://…',
    ]);
    if (outside) expect((await fetch(`http://${outside.address}:${open.port}/metrics`)).status).toBe(403);
    await open.stop();
  });
});

function valueOf(text: string, name: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return line === undefined ? Number.NaN : Number(line.slice(name.length + 1));
}
