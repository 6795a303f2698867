/** Checks a whole data folder: everything the scrub of the database finds, and that every stored file is there and whole. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { BLOBS_FOLDER } from '../files/blobs.ts';
import { BLOBS, STORAGE } from '../files/files.ts';
import type { DocumentRow } from '../storage/documentCache.ts';
import { CorruptionError } from '../storage/errors.ts';
import type { TableInfo } from '../storage/registry.ts';
import type { Store } from '../storage/store.ts';
import { findings, type ScrubCounts } from '../transaction/scrub.ts';

export interface Inspection extends ScrubCounts {
  files: number;
  /** What is wrong, a line each. */
  found: string[];
}

const PAGE = 500;
const CHUNK = 1024 * 1024;
const LAST_ID = '\u{10ffff}';

/** Reads everything; `report` hears each finding as it is made. */
export function inspect(
  store: Store,
  dataDir: string,
  report: (finding: string) => void = () => {},
): Inspection {
  const done: Inspection = { documents: 0, indexEntries: 0, files: 0, found: [] };
  const add = (finding: string): void => {
    done.found.push(finding);
    report(finding);
  };
  try {
    const walk = findings(store);
    let step = walk.next();
    for (; !step.done; step = walk.next()) add(step.value);
    Object.assign(done, step.value);
    for (const table of store.registry.tables()) {
      if (table.name !== BLOBS) continue;
      for (const row of rowsOf(store, table)) {
        done.files++;
        const wrong = checkFile(store, dataDir, table.component, row);
        if (wrong !== null) add(wrong);
      }
    }
  } catch (error) {
    // Past a page that cannot be read there is no way on.
    if (!(error instanceof CorruptionError)) throw error;
    add(error.what);
  }
  return done;
}

function* rowsOf(store: Store, table: TableInfo): Generator<DocumentRow> {
  for (let after = ''; ;) {
    const rows = store.documents.rangeById(table.tableId, after, LAST_ID, false, PAGE);
    const fresh = rows.filter((row) => row.id > after);
    if (fresh.length === 0) return;
    yield* fresh;
    after = fresh.at(-1)!.id;
  }
}

function checkFile(store: Store, dataDir: string, component: string, row: DocumentRow): string | null {
  const { file, blob } = JSON.parse(row.json) as { file: string; blob: string };
  const table = store.registry.tables(component).find(({ name }) => name === STORAGE);
  const document = table === undefined ? null : store.documents.byId(table.tableId, file, null);
  if (document === null) return `file ${file} without its document`;
  const { sha256, size } = JSON.parse(document.json) as { sha256: string; size: number };
  const actual = digestOf(join(dataDir, BLOBS_FOLDER, blob));
  if (actual === null) return `file ${file} is missing: blobs/${blob}`;
  return actual.sha256 === sha256 && actual.size === size ? null : `file ${file} is damaged: blobs/${blob}`;
}

function digestOf(path: string): { sha256: string; size: number } | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(CHUNK);
    let size = 0;
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      size += read;
      hash.update(chunk.subarray(0, read));
    }
    return { sha256: hash.digest('base64'), size };
  } finally {
    closeSync(file);
  }
}
