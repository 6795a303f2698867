/** `convex import` and `convex export` with the real CLI between real engines. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { anyApi } from 'convex/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openZip } from '../../engine/snapshot/zipReader.ts';
import { ZipWriter } from '../../engine/snapshot/zipWriter.ts';
import { convex, copyApp, removeFolder, temporaryFolder } from './cliSupport.ts';
import { startTestEngine, type TestEngine } from './harness.ts';

const api = anyApi as any;
const folders: string[] = [];
let [from, to]: TestEngine[] = [];
let app: string;

beforeAll(async () => {
  [from, to] = await Promise.all([start(), start()]);
  app = copyApp('records');
}, 120_000);
afterAll(async () => {
  for (const test of [from!, to!]) {
    expect(test.violations).toEqual([]);
    expect(test.errors).toEqual([]);
    await test.stop();
  }
  for (const folder of [...folders, app]) removeFolder(folder);
});

async function start(): Promise<TestEngine> {
  const dataDir = temporaryFolder('snapshot');
  folders.push(dataDir);
  return startTestEngine({ dataDir }, 'records');
}

async function run(test: TestEngine, ...args: string[]) {
  const target = { ...test.engine, pid: process.pid, output: () => '' };
  return convex(target, app, args);
}

async function exported(
  test: TestEngine,
  ...flags: string[]
): Promise<{ path: string; entries: Record<string, string> }> {
  const path = join(temporaryFolder('zip'), 'snapshot.zip');
  const { code, stderr } = await run(test, 'export', '--path', path, ...flags);
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  return { path, entries: await unzipped(path) };
}

async function unzipped(path: string): Promise<Record<string, string>> {
  const entries: Record<string, string> = {};
  const zip = await openZip(path);
  for (const entry of zip.entries) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry.read()) chunks.push(chunk);
    entries[entry.name] = Buffer.concat(chunks).toString('latin1');
  }
  zip.close();
  return entries;
}

function file(name: string, content: string): string {
  const path = join(app, name);
  writeFileSync(path, content);
  return path;
}

const notes = (test: TestEngine) =>
  test.http().query(api.notes.all, {}) as Promise<Record<string, unknown>[]>;
const body = ({ _id, _creationTime, ...fields }: Record<string, unknown>) => fields;

describe('convex import of one table', () => {
  it('[engine I4] reads jsonLines, jsonArray and csv', async () => {
    const lines = file('lines.jsonl', '{"n":1,"s":"x"}\n\n{"n":2.5,"deep":{"a":[null,true]}}\n');
    expect(await run(to!, 'import', '--table', 'lines', lines)).toMatchObject({ code: 0 });
    const array = file('array.json', '[{"n":1},{"n":"1"}]');
    expect(await run(to!, 'import', '--table', 'list', array)).toMatchObject({ code: 0 });
    const csv = file('cells.csv', 'name,n\n"a, ""b""",12\nplain,1e3\nnone,\n');
    expect(await run(to!, 'import', '--table', 'cells', csv)).toMatchObject({ code: 0 });
    const all = async (table: string) =>
      ((await to!.http().query(api.notes.all, { table })) as Record<string, unknown>[]).map(body);
    expect(await all('lines')).toEqual([
      { n: 1, s: 'x' },
      { n: 2.5, deep: { a: [null, true] } },
    ]);
    expect(await all('list')).toEqual([{ n: 1 }, { n: '1' }]);
    expect(await all('cells')).toEqual([
      { name: 'a, "b"', n: 12 },
      { name: 'plain', n: 1000 },
      { name: 'none', n: '' },
    ]);
  }, 30_000);

  it('[engine I5] adds to an empty table, appends, or replaces, as it is told', async () => {
    const path = file('modes.jsonl', '{"k":1}\n{"k":2}\n');
    const rows = async () =>
      ((await to!.http().query(api.notes.all, { table: 'modes' })) as { k: number }[]).map(({ k }) => k);
    expect(await run(to!, 'import', '--table', 'modes', path)).toMatchObject({ code: 0 });
    const again = await run(to!, 'import', '--table', 'modes', path);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('Table "modes" already has documents. Add to them with --append');
    expect(await run(to!, 'import', '--append', '--table', 'modes', path)).toMatchObject({ code: 0 });
    expect(await rows()).toEqual([1, 2, 1, 2]);
    const one = file('one.jsonl', '{"k":9}\n');
    const replaced = await run(to!, 'import', '--replace', '-y', '--table', 'modes', one);
    expect(replaced.code).toBe(0);
    expect(replaced.stderr).toContain('modes: 1 to add, 4 to delete');
    expect(replaced.stderr).toContain('Added 1 documents');
    expect(await rows()).toEqual([9]);
  }, 40_000);

  it('[engine I6] a mistake anywhere changes nothing and is named', async () => {
    const refused = async (name: string, content: string, table: string, text: string) => {
      const before = await notes(to!);
      const { code, stderr } = await run(
        to!,
        'import',
        '-y',
        '--append',
        '--table',
        table,
        file(name, content),
      );
      expect([code, stderr]).toEqual([1, expect.stringContaining(text)]);
      expect(await notes(to!)).toEqual(before);
    };
    await refused('bad.jsonl', '{"a":1}\n{"a":\n', 'notes', 'In notes, document 2: this is not JSON.');
    await refused(
      'bad.jsonl',
      '{"a":1}\n[1]\n',
      'notes',
      'In notes, document 2: a document must be an object.',
    );
    await refused('bad.jsonl', '{"a":1}\n{"$b":1}\n', 'notes', 'In notes, document 2:');
    await refused('bad.jsonl', '{"_id":"nonsense"}\n', 'notes', 'In notes, document 1: the _id is not one.');
    await refused('bad.jsonl', '{"title":"ok"}\n{"title":7}\n', 'articles', 'does not match the schema');
    expect(await to!.http().query(api.notes.byTitle, { title: 'ok' })).toEqual([]);
    await refused('bad.csv', 'a,b\n1,2\n3\n', 'notes', 'Row 3 has 1 cells, not 2.');
    await refused('bad.json', '{"a":1}', 'notes', 'The file is not a JSON array.');
    await refused('bad.zip', 'PK no zip', 'notes', '');
  }, 60_000);
});

describe('convex export and import of everything', () => {
  it('[engine I7] a snapshot imported elsewhere is the same to the byte: ids, numbers, times, values and files', async () => {
    const client = from!.http();
    const first = await client.mutation(api.notes.addTo, { table: 'zebra', document: { before: 'others' } });
    const odd = {
      int: 12n,
      big: -9223372036854775808n,
      float: 12,
      zero: -0,
      nan: NaN,
      inf: -Infinity,
      bytes: new Uint8Array([0, 1, 255]).buffer,
      text: '12 {"$integer":"x"} ü\u2028',
      deep: { list: [1n, 1, '1', null, true, []], ref: first },
    };
    const id = await client.mutation(api.notes.add, { note: odd });
    for (let i = 0; i < 700; i++)
      await client.mutation(api.notes.add, { note: { i, s: 'x'.repeat(i % 50) } });
    await client.mutation(api.vectors.put, { title: 'found', embedding: [1, 0, 0], team: 'a' });
    const bytes = randomBytes(100_000);
    const uploadUrl = await client.mutation(api.files.uploadUrl, {});
    const upload = { method: 'POST', headers: { 'content-type': 'image/png' }, body: bytes };
    const { storageId } = (await (await fetch(uploadUrl, upload)).json()) as { storageId: string };
    await client.mutation(api.notes.add, { note: { picture: storageId } });
    const address = (await client.query(api.files.url, { id: storageId })) as string;

    const snapshot = await exported(from!, '--include-file-storage');
    expect(Object.keys(snapshot.entries)).toEqual([
      'README.md',
      '_tables/documents.jsonl',
      '_storage/documents.jsonl',
      `_storage/${storageId}`,
      ...['articles', 'notes', 'stamps', 'zebra'].flatMap((name) => [
        `${name}/documents.jsonl`,
        `${name}/generated_schema.jsonl`,
      ]),
    ]);
    expect(snapshot.entries['notes/generated_schema.jsonl']).toBe('"uniform"\n');
    expect(JSON.parse(snapshot.entries['_storage/documents.jsonl']!)).toEqual({
      _id: storageId,
      _creationTime: expect.any(Number),
      contentType: 'image/png',
      internalId: address.split('/').pop(),
      sha256: createHash('sha256').update(bytes).digest('base64'),
      size: bytes.length,
    });

    // The other deployment has numbered tables of its own and documents that are to go.
    await to!.http().mutation(api.notes.addTo, { table: 'apple', document: { goes: true } });
    await to!.http().mutation(api.notes.add, { note: { goes: true } });
    const { code, stderr } = await run(to!, 'import', '--replace-all', '-y', snapshot.path);
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    expect(stderr).toMatch(/Added 70\d documents/);

    const other = to!.http();
    expect(await other.query(api.notes.get, { id })).toEqual(await client.query(api.notes.get, { id }));
    expect(await other.query(api.notes.all, {})).toEqual(await client.query(api.notes.all, {}));
    expect(await other.query(api.notes.all, { table: 'apple' })).toEqual([]);
    // Indexes of every kind are in step.
    expect(await other.query(api.notes.byTitle, { title: 'found' })).toHaveLength(1);
    expect(await other.action(api.vectors.search, { vector: [1, 0, 0] })).toHaveLength(1);
    // The file has its bytes and its old path.
    const moved = (await other.query(api.files.url, { id: storageId })) as string;
    expect(new URL(moved).pathname).toBe(new URL(address).pathname);
    expect(Buffer.from(await (await fetch(moved)).arrayBuffer()).equals(bytes)).toBe(true);
    // New documents go on where the old ones end.
    const next = (await other.mutation(api.notes.add, { note: { after: 1 } })) as string;
    expect(((await notes(to!)).at(-1) as { _id: string })._id).toBe(next);
    await other.mutation(api.notes.replace, { id: next, note: { after: 2 } });
    await run(to!, 'import', '--replace-all', '-y', snapshot.path);

    const again = await exported(to!, '--include-file-storage');
    const kept = Object.entries(again.entries).filter(([name]) => name in snapshot.entries);
    for (const [name, content] of kept.filter(([one]) => one !== '_tables/documents.jsonl'))
      expect(content === snapshot.entries[name], name).toBe(true);
    const numbers = again.entries['_tables/documents.jsonl']!.split('\n');
    for (const line of snapshot.entries['_tables/documents.jsonl']!.split('\n'))
      expect(numbers).toContain(line);
    expect(again.entries['apple/documents.jsonl']).toBe('');
  }, 120_000);

  it('[engine I7] without --include-file-storage there are no files in it', async () => {
    const { entries } = await exported(from!);
    expect(Object.keys(entries).filter((name) => name.startsWith('_storage'))).toEqual([]);
  }, 30_000);

  it('[engine I8] a snapshot of another Convex keeps its references, though its files are numbered differently', async () => {
    const path = join(app, 'other.zip');
    const zip = await ZipWriter.create(path);
    const add = (name: string, text: string) => zip.add(name, [Buffer.from(text)]);
    // Table 10007 for notes, 4040 for files: as another deployment may have numbered them.
    const { encodeId } = await import('../../engine/values/id.ts');
    const fileId = encodeId(4040, new Uint8Array(16).fill(5));
    const noteId = encodeId(10_057, new Uint8Array(16).fill(6));
    const digest = createHash('sha256').update('hello').digest('base64');
    await add('_tables/documents.jsonl', '{"name":"notes","id":10057}\n{"name":"_storage","id":4040}\n');
    await add(
      '_storage/documents.jsonl',
      `{"_id":"${fileId}","_creationTime":1.5,"sha256":"${digest}","contentType":"text/plain"}\n`,
    );
    await add(`_storage/${fileId}.txt`, 'hello');
    await add('_scheduled_functions/documents.jsonl', '{"ignored":true}\n');
    await add('notes/generated_schema.jsonl', '"uniform"\n');
    await add('notes/documents.jsonl', `{"_id":"${noteId}","_creationTime":2.5,"file":"${fileId}","n":7}\n`);
    await zip.finish();
    const { code, stderr } = await run(to!, 'import', '--replace', '-y', path);
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    const [note] = (await notes(to!)) as { _id: string; _creationTime: number; file: string; n: unknown }[];
    expect(note).toMatchObject({ _id: noteId, _creationTime: 2.5, n: 7n });
    const url = (await to!.http().query(api.files.url, { id: note!.file })) as string;
    expect(await (await fetch(url)).text()).toBe('hello');
  }, 30_000);

  it('[engine I9] imports and exports are for administrators, and leave nothing behind', async () => {
    const post = async (path: string, headers: Record<string, string> = {}) => {
      const response = await fetch(from!.engine.url + path, { method: 'POST', headers });
      return [response.status, ((await response.json()) as { code: string }).code];
    };
    for (const path of ['/api/import/start_upload', '/api/perform_import', '/api/export/request/zip'])
      expect(await post(path)).toEqual([403, 'AdminRequired']);
    expect((await fetch(`${from!.engine.url}/api/export/zip/1`)).status).toBe(403);
    const admin = { authorization: `Convex ${from!.engine.adminKey}` };
    expect((await fetch(`${from!.engine.url}/api/export/zip/..%2f1`, { headers: admin })).status).toBe(404);
    const part = '/api/import/upload_part?uploadToken=../x&partNumber=1';
    expect(await post(part, admin)).toEqual([400, 'InvalidUploadToken']);
    const left = (folder: string, name: string) =>
      existsSync(join(folder, name)) ? readdirSync(join(folder, name)).length : 0;
    for (const folder of folders) {
      expect(left(folder, 'imports')).toBe(0);
      expect(left(folder, 'exports')).toBeLessThan(2);
    }
  });
});
