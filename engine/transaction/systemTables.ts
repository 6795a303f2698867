/**
 * The engine's own tables, one set per component. Numbers are below 10000 and fixed for ever: ids embed them.
 *
 * `public` tables are what user code sees through db.system; the others are for the engine alone.
 */
import type { IndexSpec } from '../storage/registry.ts';

export interface SystemTable {
  name: string;
  number: number;
  public: boolean;
  indexes: IndexSpec[];
}

function index(name: string, fields: string[]): IndexSpec {
  return { name, kind: 'db', fields, state: 'enabled' };
}

const SYSTEM_TABLES: readonly SystemTable[] = [
  // Written by scheduler/, read by user code; §7.1 of the facts.
  {
    name: '_scheduled_functions',
    number: 200,
    public: true,
    indexes: [
      index('by_next', ['state.kind', 'scheduledTime']),
      index('by_completedTime', ['completedTime']),
    ],
  },
  // {sha256, size, contentType?}, written by files/, read by user code.
  { name: '_storage', number: 201, public: true, indexes: [] },
  // {file, blob}: where the bytes of a `_storage` document are; whoever knows the blob's name may read it.
  {
    name: '_storage_blobs',
    number: 204,
    public: false,
    indexes: [index('by_file', ['file']), index('by_blob', ['blob'])],
  },
  // {name, value}, written by env/.
  { name: '_environment_variables', number: 202, public: false, indexes: [index('by_name', ['name'])] },
  // Written by scheduler/crons.
  { name: '_cron_jobs', number: 203, public: false, indexes: [] },
  // {request, state}, written by snapshot/imports.
  { name: '_snapshot_imports', number: 205, public: false, indexes: [] },
  // {state, start_ts, complete_ts?}, written by snapshot/exports.
  { name: '_snapshot_exports', number: 206, public: false, indexes: [] },
];

const BY_NAME = new Map(SYSTEM_TABLES.map((table) => [table.name, table]));
const BY_NUMBER = new Map(SYSTEM_TABLES.map((table) => [table.number, table]));

export function systemTable(name: string): SystemTable | null {
  return BY_NAME.get(name) ?? null;
}

export function systemTableByNumber(number: number): SystemTable | null {
  return BY_NUMBER.get(number) ?? null;
}
