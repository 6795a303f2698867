/** Whether two snapshots hold the same documents, under the same ids and times, and the same files. */
import { createHash } from 'node:crypto';
import { linesOf } from '../engine/snapshot/lines.ts';
import { openZip } from '../engine/snapshot/zipReader.ts';

export interface Comparison {
  /** Of the first. */
  documents: number;
  files: number;
  /** A few words for each table that differs. */
  differences: string[];
}

/** Of each table the documents by id, of each file the content: hashes, for there may be millions. */
type Contents = Map<string, Map<string, string>>;

const FILES = '_storage';
/** What a deployment keeps about itself. */
const OWN = /(?:^|\/)_(?!storage$)[a-z_]+$/;

export async function compareSnapshots(first: string, second: string): Promise<Comparison> {
  const [sent, arrived] = [await read(first), await read(second)];
  const differences = [...sent].flatMap(([table, documents]) => {
    const there = arrived.get(table) ?? new Map<string, string>();
    const missing = [...documents.keys()].filter((id) => !there.has(id)).length;
    const changed = [...documents].filter(([id, hash]) => there.has(id) && there.get(id) !== hash).length;
    const more = [...there.keys()].filter((id) => !documents.has(id)).length;
    const counts = { missing, changed, more };
    const words = Object.entries(counts).filter(([, count]) => count > 0);
    return words.length === 0
      ? []
      : [`${table}: ${words.map(([word, count]) => `${count} ${word}`).join(', ')}`];
  });
  const files = sent.get(FILES)?.size ?? 0;
  const documents = [...sent.values()].reduce((sum, { size }) => sum + size, 0) - files;
  return { documents, files, differences };
}

async function read(path: string): Promise<Contents> {
  const contents: Contents = new Map();
  const zip = await openZip(path);
  try {
    for (const { name, read: open } of zip.entries) {
      const table = /^(.+)\/documents\.jsonl$/.exec(name)?.[1];
      const file = /^((?:.+\/)?_storage)\/(?!documents\.jsonl$|generated_schema)([^/]+)$/.exec(name);
      if (table !== undefined && !OWN.test(table) && table !== FILES) {
        contents.set(table, await readDocuments(open()));
      } else if (file !== null) {
        const [, folder, id] = file as unknown as [string, string, string];
        const files = contents.get(folder) ?? new Map<string, string>();
        contents.set(folder, files.set(id, await hashOf(open())));
      }
    }
  } finally {
    zip.close();
  }
  return contents;
}

async function readDocuments(chunks: AsyncIterable<Uint8Array>): Promise<Map<string, string>> {
  const documents = new Map<string, string>();
  for await (const line of linesOf(chunks)) {
    const document = JSON.parse(line) as { _id: string };
    // In one order, whoever wrote them.
    const text = JSON.stringify(document, (_, value: unknown) =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    );
    documents.set(document._id, createHash('sha256').update(text).digest('base64'));
  }
  return documents;
}

async function hashOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('base64');
}
