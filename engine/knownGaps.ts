/**
 * What the engine deliberately does not do, or not yet.
 *
 * Each gap proves itself: `isClosed` tries the missing thing and answers whether it is there. knownGaps.test.ts fails when one
 * is, so the list cannot grow stale. A probe that throws is broken and fails too: answer false for "still missing".
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from './server/engine.ts';
import type { Files } from './files/files.ts';
import { stageImport } from './snapshot/stage.ts';
import { ZipWriter } from './snapshot/zipWriter.ts';
import { checkPackages } from './push/packages.ts';
import type { StoredComponent } from './push/generation.ts';
import type { IndexDiff } from './push/response.ts';
import { schemaEvaluation } from './push/schemaEvaluation.ts';
import { openStore } from './storage/store.ts';
import { Committer } from './transaction/committer.ts';
import type { Transaction } from './transaction/transaction.ts';
import { checkDocument } from './values/limits.ts';
import { tableNumberOfId } from './values/id.ts';
import type { Value } from './values/value.ts';

export interface KnownGap {
  /** Letter of the area in SPEC.md, a dash and a name: `V-legacyIds`. */
  id: string;
  what: string;
  why: string;
  isClosed: () => boolean | Promise<boolean>;
}

export const knownGaps: KnownGap[] = [
  {
    id: 'V-legacyIds',
    what: 'Ids from before Convex 1.0 (a UUID, or base64 of table and id) are not understood, not even by normalizeId.',
    why: 'No data of this engine has any; only an import from a deployment of 2022 would.',
    isClosed: () => tableNumberOfId('7c2c6a2e-9d53-4a3c-9c0e-5b8f2d7a1e44') !== null,
  },
  {
    id: 'V-documentLimitText',
    what: 'A document nested too deep is refused with the text for values, not with "Document is too nested …" and a print of the whole document.',
    why: 'The limit is the same; the longer text would put customers’ data into error messages.',
    isClosed: () => messageOf(() => checkDocument(nested(17))).startsWith('Document'),
  },
  {
    id: 'T-commitTsPending',
    what: 'Within its mutation a document with `commitTs` already has the timestamp: read back it is that int64, and it sorts below int64s that are greater still (nanoseconds after the mutation).',
    why: 'Mutations are serial, so the timestamp is known from the start; a placeholder would cost every index a second write at commit.',
    isClosed: keepsCommitTsPending,
  },
  {
    id: 'P-evaluateSchema',
    what: 'evaluate_schema tells what staged validators find and which indexes would go, not that checking documents or building an index will take long; and a staged validator can be taken back without a question.',
    why: 'It would stop unattended deployments that index a large table, which takes seconds here. What a staged validator found is found again at any time, so nothing is lost.',
    isClosed: () => {
      const added = { added_indexes: [{ name: 't.by_a' }], removed_indexes: [] } as unknown as IndexDiff;
      const component = { info: { path: '' }, definitionPath: '', schema: null } as StoredComponent;
      const { indexes } = schemaEvaluation({} as Transaction, component, added);
      return (indexes as unknown[]).length > 0;
    },
  },
  {
    id: 'P-externalPackages',
    what: 'Packages that convex.json calls external are not installed by a push: they must be in the `node_modules` of the folder the engine looks into (`--packages`), at the versions the app was built with.',
    why: 'An engine that installs packages runs what strangers publish; the app’s own folder has them already.',
    isClosed: () => {
      const wanted = [{ name: 'nowhere-to-be-found', version: '1.0.0' }];
      return !messageOf(() => checkPackages(wanted, '.')).includes('is not installed');
    },
  },
  {
    id: 'I-oldSnapshots',
    what: 'Snapshots of Convex from before the uniform encoding are refused when they hold int64, bytes or special numbers.',
    why: 'Their types stand in a shape language of its own; a current Convex exports the same data again.',
    isClosed: async () => !(await refusesOldSnapshot()),
  },
  {
    id: 'H-queryAtTs',
    what: '`/api/query_at_ts` answers at the newest state if something was committed since the timestamp it was given.',
    why: 'It would take old versions of documents. The official client calls it only for the deprecated consistentQuery.',
    isClosed: answersAtOldTimestamp,
  },
  {
    id: 'F-queryMemory',
    what: 'A query or mutation whose own code allocates gigabytes within its second is not stopped at 64 MiB as Convex does it: what V8 refuses (a text, an array that is too long) fails it alone, but a heap that is full ends the process.',
    why: 'V8 bounds the memory of an isolate, and queries and mutations run in contexts of the one that holds the database: in one of their own each document they read would have to be carried over. Actions have theirs, with a bound. Nobody outside can cause it: arguments, documents read and results are bounded (16 MiB each), and so is the time. What was acknowledged is on the disk.',
    isClosed: boundsMemoryOfQueries,
  },
  {
    id: 'H-strangersBytes',
    what: 'Without a valid token a call or a frame has at most 64 KiB, with one 4 MiB and 20,000 names and values, where Convex takes 16 MiB of arguments from anybody. An administrator sends 24 MiB.',
    why: 'One process serves everybody: what is sent is parsed where all others wait. A sign-in or a message is far smaller, and what is large is a file.',
    isClosed: takesMuchFromStrangers,
  },
];

/** A quarter of a gigabyte, which any machine has. */
async function boundsMemoryOfQueries(): Promise<boolean> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gap-'));
  const engine = await startEngine({ dataDir, port: 0 });
  try {
    const source = `import { query } from 'convex:/_system/repl/wrappers.js';
      export default query({ handler: async () => Array.from({ length: 32 }, () => new Array(1_000_000).fill(0.5)).length });`;
    const asked = { adminKey: engine.adminKey, args: {}, bundle: { path: 'testQuery.js', source } };
    const response = await fetch(`${engine.url}/api/run_test_function`, {
      method: 'POST',
      headers: { authorization: `Convex ${engine.adminKey}` },
      body: JSON.stringify({ ...asked, format: 'convex_encoded_json' }),
    });
    const { errorMessage = '' } = (await response.json()) as { errorMessage?: string };
    return errorMessage.includes('memory');
  } finally {
    await engine.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function takesMuchFromStrangers(): Promise<boolean> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gap-'));
  const engine = await startEngine({ dataDir, port: 0 });
  try {
    const body = JSON.stringify({ path: 'a:b', args: { text: 'x'.repeat(100_000) } });
    return (await fetch(`${engine.url}/api/query`, { method: 'POST', body })).status !== 413;
  } finally {
    await engine.stop();
    rmSync(dataDir, { recursive: true });
  }
}

async function keepsCommitTsPending(): Promise<boolean> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gap-'));
  const store = openStore(dataDir);
  try {
    const { value } = await new Committer(store).write((tx) => {
      const db = tx.db('');
      return db.get(db.insert('stamps', { at: { $commitTs: null } }), { isSystem: false });
    });
    return value!.includes('$commitTs');
  } finally {
    store.close();
    rmSync(dataDir, { recursive: true });
  }
}

async function refusesOldSnapshot(): Promise<boolean> {
  const dir = mkdtempSync(join(tmpdir(), 'gap-'));
  const path = join(dir, 'old.zip');
  const zip = await ZipWriter.create(path);
  await zip.add('notes/documents.jsonl', [Buffer.from('{"n":"1"}\n')]);
  await zip.add('notes/generated_schema.jsonl', [Buffer.from('"{n: int64}"\n')]);
  await zip.finish();
  const request = { format: 'zip', mode: 'append', tableName: null, component: '' } as const;
  const refusal = await stageImport(request, path, dir, {} as Files).catch((error: Error) => error.message);
  rmSync(dir, { recursive: true });
  return typeof refusal === 'string' && refusal.includes('older Convex');
}

async function answersAtOldTimestamp(): Promise<boolean> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gap-'));
  const engine = await startEngine({ dataDir, port: 0 });
  const post = async (path: string, body: object) => {
    const headers = { authorization: `Convex ${engine.adminKey}`, 'content-type': 'application/json' };
    return (await fetch(engine.url + path, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  };
  try {
    const { ts } = (await post('/api/query_ts', {})) as { ts: string };
    await engine.environment.set({ LATER: 'yes' });
    const call = { path: '_system/cli/queryEnvironmentVariables:default', args: {}, ts };
    const { value } = (await post('/api/query_at_ts', call)) as { value: unknown[] };
    return value.length === 0;
  } finally {
    await engine.stop();
    rmSync(dataDir, { recursive: true });
  }
}

function nested(levels: number): Value {
  return levels === 0 ? null : { inner: nested(levels - 1) };
}

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('Expected a refusal');
}
