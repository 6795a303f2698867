/** Bytes of the data file that change by themselves. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { indexRange, openTestEngine, page, pushSchema, tableScan } from '../../engine/transaction/testKit.ts';
import { scrub } from '../../engine/transaction/scrub.ts';
import { CorruptionError } from '../../engine/storage/errors.ts';
import { openStore, type Store } from '../../engine/storage/store.ts';
import { Committer } from '../../engine/transaction/committer.ts';
import { count, figure, randomOf, scaled, SEED } from './support.ts';

const SESSION = '0f3b6c1e-1111-4222-8333-444455556666';
const DOCUMENTS = 120;
const PAGE = 4096;
let sound: Buffer;
let expected: string;
let dir: string;
const ids: string[] = [];

beforeAll(async () => {
  const engine = openTestEngine();
  await pushSchema(engine, {
    a: { indexes: { by_n: ['n'], by_kind_and_n: ['kind', 'n'] }, search: { by_text: { field: 'text' } } },
    b: {},
  });
  const random = randomOf(SEED);
  for (let n = 0; n < DOCUMENTS; n++) {
    const text = `word${n % 7} ${'lorem '.repeat(random(150))}`;
    await engine.committer.write((tx) => {
      ids.push(tx.db('').insert('a', { n, kind: n % 3, text }));
      if (n % 4 === 0) tx.db('').insert('b', { n, big: 2 ** 40 + n });
      engine.store.sessionRequests.put(SESSION, n, { ts: BigInt(n), result: `"answer ${n}"`, logLines: [] });
      // The rest of the answers are recent ones.
      if (n === DOCUMENTS >> 1) engine.store.sessionRequests.settle();
      if (n === 7) {
        engine.store.generations.activate(engine.store.generations.save('{"functions":["a","b"]}'));
        const code = `exports.f = () => ${n};`.repeat(200);
        engine.store.generations.putModule({
          sha256: 'ab'.repeat(32),
          kind: 'k',
          source: code,
          sourceMap: '{}',
          code,
        });
      }
    });
  }
  engine.store.close();
  sound = readFileSync(join(engine.dir, 'data.sqlite'));
  engine.dispose();
  dir = mkdtempSync(join(tmpdir(), 'faults-rot-'));
  writeFileSync(join(dir, 'data.sqlite'), sound);
  const store = openStore(dir);
  expected = answers(store);
  scrub(store);
  store.close();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Everything the data can be asked, the way running code asks it. */
function answers(store: Store): string {
  const committer = new Committer(store);
  const read = committer.read((tx) => {
    const db = tx.db('');
    return [
      db.collect(indexRange('a.by_n')),
      db.collect(indexRange('a.by_kind_and_n', [['Eq', 'kind', 1]], 'desc')),
      db.collect(tableScan('b', 'desc')),
      ids.map((id) => db.get(id, { isSystem: false })),
      db.queryPage(page(tableScan('a'), 17)).page,
      db.collect({
        source: {
          type: 'Search',
          indexName: 'a.by_text',
          filters: [{ type: 'Search', fieldPath: 'text', value: 'word3' }],
        },
        operators: [],
      }),
    ];
  });
  const requests = Array.from({ length: DOCUMENTS }, (_, n) => store.sessionRequests.get(SESSION, n));
  const code = [store.generations.loadActive(), store.generations.getModule('ab'.repeat(32), 'k')];
  // As whoever opens the deployment would find.
  if (code[1] === null) throw new CorruptionError('a deployed module');
  return JSON.stringify([read, requests, code], (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
}

type Outcome =
  | 'refused to open'
  | 'refused to answer'
  | 'found by scrub'
  | 'harmless'
  | 'silently wrong'
  | 'untyped';

/** Opens a damaged copy, asks it everything, then scrubs it. */
function tryCopy(bytes: Buffer): { outcome: Outcome; detail: string } {
  writeFileSync(join(dir, 'data.sqlite'), bytes);
  rmSync(join(dir, 'data.sqlite-wal'), { force: true });
  let stage: Outcome = 'refused to open';
  let store: Store | null = null;
  let same = false;
  try {
    store = openStore(dir);
    stage = 'refused to answer';
    same = answers(store) === expected;
    stage = 'found by scrub';
    scrub(store);
    return { outcome: same ? 'harmless' : 'silently wrong', detail: '' };
  } catch (error) {
    const { name, stack } = error as Error;
    if (/^(CorruptionError|OpenError)$/.test(name)) return { outcome: stage, detail: '' };
    return { outcome: 'untyped', detail: `${stage}: ${stack}` };
  } finally {
    try {
      store?.close();
    } catch {
      // A damaged file may not take the last writes.
    }
  }
}

function run(name: string, cases: number, damage: (copy: Buffer, at: number) => Buffer): void {
  const outcomes = new Map<Outcome, number>();
  const bad: string[] = [];
  for (let at = 0; at < cases; at++) {
    const copy = damage(Buffer.from(sound), at);
    const { outcome, detail } = tryCopy(copy);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (outcome === 'silently wrong' || outcome === 'untyped') {
      const first = copy.findIndex((byte, index) => byte !== sound[index]);
      bad.push(
        `case ${at}, ${outcome}, first changed byte ${first}, page ${Math.floor(first / PAGE) + 1}: ${detail}`,
      );
    }
  }
  const parts = [...outcomes].map(([outcome, times]) => `${count(times)} ${outcome}`).join(', ');
  figure(
    `${name}: ${count(cases)} copies, ${outcomes.get('silently wrong') ?? 0} silent wrong answers (${parts})`,
  );
  expect(bad.slice(0, 5)).toEqual([]);
}

describe('[engine S4] rot is an error, never an answer', () => {
  it('single flipped bits', () => {
    const random = randomOf(SEED);
    run('bit flips', scaled(2000, 50), (copy) => {
      const bit = random(copy.length * 8);
      copy[bit >> 3]! ^= 1 << (bit & 7);
      return copy;
    });
  });

  it('zeroed pages', () => {
    run('zeroed pages', scaled(sound.length / PAGE, 10), (copy, at) =>
      copy.fill(0, at * PAGE, (at + 1) * PAGE),
    );
  });

  it('truncated files', () => {
    const random = randomOf(SEED);
    run('truncated files', scaled(200, 10), (copy) => copy.subarray(0, random(copy.length)));
  });
});
