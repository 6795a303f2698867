/**
 * More tickets without opening each: what hangs on the tickets of a desk, in a snapshot of it, again and again under ids
 * and numbers of its own. It knows no tables but those of customers, conversations and tickets: what names one of their
 * documents goes with it.
 */
import { randomBytes } from 'node:crypto';
import { linesOf } from '../../engine/snapshot/lines.ts';
import { openZip } from '../../engine/snapshot/zipReader.ts';
import { encodeId, tableNumberOfId } from '../../engine/values/id.ts';

type Tables = Map<string, string[]>;
interface Row {
  _id: string;
  number?: number;
  count?: number;
  lastNumber?: number;
}

const ROOTS = ['customers', 'conversations', 'tickets'];
const ID = /"([0-9a-hjkmnp-tv-z]{31,37})"/g;

/** All tables of a snapshot in which there are `copies` more of each ticket, as lines of JSON. */
export async function multiplyTickets(snapshot: string, copies: number): Promise<Tables> {
  const tables = await readTables(snapshot);
  const roots = new Set(ROOTS.flatMap((name) => tables.get(name)!.map((line) => idOf(line))));
  const hanging = [...tables].filter(([, lines]) =>
    lines.some((line) => idsOf(line).some((id) => roots.has(id))),
  );
  const copied = new Set(hanging.flatMap(([, lines]) => lines.map(idOf)));
  const tickets = tables.get('tickets')!.length;
  for (let copy = 1; copy <= copies; copy++) {
    const ids = new Map([...copied].map((id) => [id, anotherLike(id)]));
    for (const [name, lines] of hanging) {
      const originals = copy === 1 ? [...lines] : lines.slice(0, lines.length / copy);
      lines.push(...originals.map((line) => copyOf(line, ids, copy, tickets)));
      tables.set(name, lines);
    }
  }
  change(tables, 'ticketCounts', (row) => ({ ...row, count: row.count! * (copies + 1) }));
  change(tables, 'ticketCounters', (row) => ({ ...row, lastNumber: row.lastNumber! * (copies + 1) }));
  return tables;
}

async function readTables(snapshot: string): Promise<Tables> {
  const tables: Tables = new Map();
  const zip = await openZip(snapshot);
  for (const entry of zip.entries) {
    const name = /^([a-zA-Z]\w*)\/documents\.jsonl$/.exec(entry.name)?.[1];
    if (name === undefined) continue;
    const lines: string[] = [];
    for await (const line of linesOf(entry.read())) lines.push(line);
    tables.set(name, lines);
  }
  zip.close();
  return tables;
}

function copyOf(line: string, ids: Map<string, string>, copy: number, tickets: number): string {
  const moved = line.replace(ID, (text, id: string) => (ids.has(id) ? `"${ids.get(id)}"` : text));
  const row = JSON.parse(moved) as Row & { externalId?: string };
  const number = row.number === undefined ? {} : { number: row.number + copy * tickets };
  const externalId = row.externalId === undefined ? {} : { externalId: `${row.externalId}-${copy}` };
  return JSON.stringify({ ...row, ...number, ...externalId });
}

function change(tables: Tables, name: string, of: (row: Row) => Row): void {
  tables.set(
    name,
    tables.get(name)!.map((line) => JSON.stringify(of(JSON.parse(line) as Row))),
  );
}

const idOf = (line: string): string => (JSON.parse(line) as Row)._id;
const idsOf = (line: string): string[] => [...line.matchAll(ID)].map(([, id]) => id!);
const anotherLike = (id: string): string => encodeId(tableNumberOfId(id)!, randomBytes(16));
