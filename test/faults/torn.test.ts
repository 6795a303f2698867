/** Power loss: what was not yet on disk is cut off or garbage, and what was is all there. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { indexRange, openTestEngine, pushSchema, type TestEngine } from '../../engine/transaction/testKit.ts';
import { scrub } from '../../engine/transaction/scrub.ts';
import { count, figure, later, pause, randomOf, scaled, SEED, type Random } from './support.ts';

const LIVE = 12;
const FRAME_HEADER = 24;
const WAL_HEADER = 32;

/** What is stored after `commits` commits: the newest entries, and a head that was patched each time. */
function stateAfter(commits: number): { head: number; ns: number[] } {
  const first = Math.max(1, commits - LIVE + 1);
  return { head: commits, ns: Array.from({ length: commits - first + 1 }, (_, at) => first + at) };
}

/** Each commit inserts an entry, patches the head and removes the oldest entry. */
async function commit(engine: TestEngine, n: number, random: Random): Promise<void> {
  await engine.committer.write((tx) => {
    const db = tx.db('');
    db.insert('entries', { n, pad: 'x'.repeat(random(6000)) });
    const [head] = db.collect(indexRange('heads.by_n')) as { _id: string }[];
    if (head) db.patch(head._id, { n });
    else db.insert('heads', { n });
    const oldest = db.collect(indexRange('entries.by_n', [['Lte', 'n', n - LIVE]])) as { _id: string }[];
    for (const { _id } of oldest) db.remove(_id);
  });
}

function stateOf(engine: TestEngine): { head: number; ns: number[] } {
  // A log cut before the schema's own commit: nothing was ever there.
  if (engine.store.registry.table('', 'heads') === null) return stateAfter(0);
  return engine.committer.read((tx) => {
    const numbers = (index: string) =>
      tx
        .db('')
        .collect(indexRange(index))
        .map((row) => row.n as number);
    return { head: numbers('heads.by_n')[0] ?? 0, ns: numbers('entries.by_n') };
  });
}

/** Ends of the frames of the log's present generation that complete a commit. */
function commitEnds(wal: Buffer): number[] {
  const pageSize = wal.readUInt32BE(8);
  const ends: number[] = [];
  for (let at = WAL_HEADER; at + FRAME_HEADER + pageSize <= wal.length; at += FRAME_HEADER + pageSize) {
    if (!wal.subarray(at + 8, at + 16).equals(wal.subarray(16, 24))) break;
    if (wal.readUInt32BE(at + 4) !== 0) ends.push(at + FRAME_HEADER + pageSize);
  }
  return ends;
}

type Damage = (wal: Buffer, at: number, random: Random) => Buffer;

const DAMAGES: Damage[] = [
  (wal, at) => wal.subarray(0, at),
  (wal, at, random) => Buffer.concat([wal.subarray(0, at), noise(1 + random(20_000), random)]),
  (wal, at) => Buffer.concat([wal.subarray(0, at), Buffer.alloc(wal.length - at)]),
  (wal, at, random) => overwritten(wal, at, noise(8, random)),
  (wal, at) => overwritten(wal, at - (at % 512), Buffer.alloc(512)),
  (wal, at, random) => overwritten(wal, at, Buffer.from([wal[at]! ^ (1 << random(8))])),
];

function noise(bytes: number, random: Random): Uint8Array {
  return Uint8Array.from({ length: bytes }, () => random(256));
}

function overwritten(wal: Buffer, at: number, bytes: Uint8Array): Buffer {
  const copy = Buffer.from(wal);
  copy.set(bytes.subarray(0, wal.length - at), at);
  return copy;
}

it('[engine S2] a log that is cut or damaged anywhere opens to a prefix of the commits, nothing before the damage missing', async () => {
  const cases = scaled(1000, 30);
  const random = randomOf(SEED);
  const engine = openTestEngine();
  later(() => engine.dispose());
  await pushSchema(engine, { entries: { indexes: { by_n: ['n'] } }, heads: { indexes: { by_n: ['n'] } } });
  const dir = mkdtempSync(join(tmpdir(), 'faults-torn-'));
  later(() => rmSync(dir, { recursive: true, force: true }));
  let committed = 0;
  let exact = 0;
  for (let done = 0; done < cases;) {
    // Some logs are long, some begin again after a checkpoint.
    if (random(3) === 0) await pause(250);
    for (let more = 1 + random(40); more > 0; more--) await commit(engine, ++committed, random);
    const wal = readFileSync(join(engine.dir, 'data.sqlite-wal'));
    const ends = commitEnds(wal);
    copyFileSync(join(engine.dir, 'data.sqlite'), join(dir, 'base'));
    for (let copy = 0; copy < 40 && done < cases; copy++, done++) {
      // Old frames behind the present generation's are not data: damage goes where the data is.
      const at = random(ends.at(-1)!);
      copyFileSync(join(dir, 'base'), join(dir, 'data.sqlite'));
      writeFileSync(join(dir, 'data.sqlite-wal'), DAMAGES[done % DAMAGES.length]!(wal, at, random));
      const torn = openTestEngine({}, dir);
      try {
        scrub(torn.store);
        const state = stateOf(torn);
        const durable = committed - ends.filter((end) => end > at - (at % 512)).length;
        expect(state).toEqual(stateAfter(state.head));
        expect(state.head).toBeGreaterThanOrEqual(Math.max(0, durable));
        expect(state.head).toBeLessThanOrEqual(committed);
        if (state.head === Math.max(0, committed - ends.filter((end) => end > at).length)) exact++;
      } finally {
        torn.store.close();
      }
    }
  }
  figure(
    `torn logs: ${count(cases)} of ${count(cases)} opened to a prefix of the commits, ${count(exact)} to the very last one before the damage`,
  );
});
