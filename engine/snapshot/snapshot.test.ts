import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Files } from '../files/files.ts';
import { openStore } from '../storage/store.ts';
import { Committer } from '../transaction/committer.ts';
import { value as anyValue } from '../values/arbitraries.ts';
import { valueToJson } from '../values/json.ts';
import { fromExportText, toExportText } from './exportJson.ts';
import { Exports, EXPORTS, latestExport } from './exports.ts';
import { Imports, IMPORTS, readImport } from './imports.ts';
import { csvRows, linesOf } from './lines.ts';

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('the encoding of exports', () => {
  it('[engine I1] is exact for every value', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const stored = JSON.stringify(valueToJson(value));
        const text = toExportText(stored);
        expect(() => JSON.parse(text)).not.toThrow();
        expect(JSON.stringify(JSON.parse(fromExportText(text)))).toBe(stored);
      }),
    );
  });

  it('[engine I1] tells int64 from float64 by the spelling, and leaves strings alone', () => {
    const stored = `{"a":${JSON.stringify(valueToJson(12n))},"b":12,"c":${JSON.stringify(valueToJson(-0))},"d":1e+21,"e":"12 {\\"$integer\\":\\"x\\"} 7","5":-1.5}`;
    const exported = '{"a":12,"b":12.0,"c":-0.0,"d":1e+21,"e":"12 {\\"$integer\\":\\"x\\"} 7","5":-1.5}';
    expect(toExportText(stored)).toBe(exported);
    expect(JSON.parse(fromExportText(exported))).toEqual(JSON.parse(stored));
    expect(fromExportText('[9223372036854775807, 9223372036854775808]')).toBe(
      `[${JSON.stringify(valueToJson(9223372036854775807n))}, 9223372036854775808]`,
    );
  });
});

describe('interrupted work', () => {
  it('[engine I6] an import or export that a restart interrupted has failed, and its files are gone', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'snapshot-'));
    const store = openStore(dataDir);
    const committer = new Committer(store);
    const reportError = (error: unknown): void => {
      throw error;
    };
    const files = new Files({ dataDir, store, committer, urls: () => ({ cloud: '' }), reportError });
    const deps = { dataDir, committer, files, reportError };
    const states = ['uploaded', 'waiting_for_confirmation', 'in_progress', 'completed'];
    const { value: ids } = await committer.write((tx) =>
      states.map((state) => tx.db('').insert(IMPORTS, { state: { state } }, { isSystem: true })),
    );
    await committer.write((tx) => tx.db('').insert(EXPORTS, { state: 'requested' }, { isSystem: true }));
    mkdirSync(join(dataDir, 'imports/half'), { recursive: true });
    mkdirSync(join(dataDir, 'exports'));
    for (const name of ['1.part', '1.copy', '1.zip']) writeFileSync(join(dataDir, 'exports', name), '');
    await new Imports(deps).start();
    await new Exports(deps).start();
    const state = (id: string) => (committer.read((tx) => readImport(tx, id)) as any).state;
    expect(ids.map((id) => state(id).state)).toEqual(['failed', 'failed', 'failed', 'completed']);
    expect(state(ids[0]!).error_message).toContain('Nothing was changed');
    expect(committer.read(latestExport)).toMatchObject({ state: 'failed' });
    expect([existsSync(join(dataDir, 'imports')), readdirSync(join(dataDir, 'exports'))]).toEqual([
      false,
      ['1.zip'],
    ]);
    store.close();
    rmSync(dataDir, { recursive: true });
  });
});

describe('text in pieces', () => {
  it('[engine I3] lines and CSV cells are the same wherever the pieces end', async () => {
    const csv = 'name, note\r\n"a ""b""","x,\ny"\n\nü,\n';
    const expected = [
      ['name', ' note'],
      ['a "b"', 'x,\ny'],
      ['ü', ''],
    ];
    const text = async function* (size: number) {
      for (let at = 0; at < csv.length; at += size) yield csv.slice(at, at + size);
    };
    for (const size of [1, 2, 3, 100]) {
      expect(await collect(csvRows(text(size)))).toEqual(expected);
      expect(await collect(linesOf(pieces(Buffer.from('ä\n\nb\r\nc'), size)))).toEqual(['ä', 'b\r', 'c']);
    }
    const broken = (async function* () {
      yield Buffer.from([0xff, 0xfe, 0xff]);
    })();
    await expect(collect(linesOf(broken))).rejects.toThrow('not UTF-8');
  });
});
