/**
 * The tables of the data file (layout B): documents by rowid with a UNIQUE id, one ordered key space for every index.
 *
 * `index_entries.key` = u32be(index id) ‖ sort keys of the fields ‖ sort key of _creationTime ‖ 16-byte internal id.
 * `documents.crc` covers id, table, size and text; it is checked whenever a row comes in from disk. `meta.crc` covers key
 * and value; `recent_requests.place` is the rowid again; the meta row `registry_crc` covers tables, indexes and schemas as a whole; the other rows have a `crc` of their own.
 */

export const LAYOUT_VERSION = 4;

export const LAYOUT = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value NOT NULL, crc INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tables (
  table_id INTEGER PRIMARY KEY, component TEXT NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL,
  system INTEGER NOT NULL, by_id INTEGER NOT NULL, by_creation_time INTEGER NOT NULL,
  UNIQUE (component, name), UNIQUE (component, number));
CREATE TABLE IF NOT EXISTS indexes (
  index_id INTEGER PRIMARY KEY, table_id INTEGER NOT NULL, spec TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS schemas (component TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
  rowid INTEGER PRIMARY KEY, table_id INTEGER NOT NULL, id TEXT NOT NULL, size INTEGER NOT NULL,
  crc INTEGER NOT NULL, json TEXT NOT NULL, UNIQUE (table_id, id));
CREATE TABLE IF NOT EXISTS index_entries (key BLOB PRIMARY KEY, doc INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS session_requests (
  session_id TEXT NOT NULL, request_id INTEGER NOT NULL, ts INTEGER NOT NULL, created_ms INTEGER NOT NULL,
  result TEXT NOT NULL, log_lines TEXT NOT NULL, crc INTEGER, PRIMARY KEY (session_id, request_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS recent_requests (
  rowid INTEGER PRIMARY KEY, place INTEGER NOT NULL, session_id TEXT NOT NULL, request_id INTEGER NOT NULL,
  ts INTEGER NOT NULL, created_ms INTEGER NOT NULL, result TEXT NOT NULL, log_lines TEXT NOT NULL, crc INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS session_requests_by_age ON session_requests (created_ms);
CREATE TABLE IF NOT EXISTS generations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, created_ms INTEGER NOT NULL, active INTEGER NOT NULL, json TEXT NOT NULL, crc INTEGER);
CREATE TABLE IF NOT EXISTS modules (
  sha256 TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL, source_map TEXT, code TEXT, crc INTEGER,
  PRIMARY KEY (sha256, kind)) WITHOUT ROWID;
`;

/** What makes of the layout of a version the next one. Rows of before have no checksum and are not checked. */
export const UPGRADES: Record<number, string> = {
  1: `
ALTER TABLE session_requests ADD COLUMN crc INTEGER;
ALTER TABLE generations ADD COLUMN crc INTEGER;
ALTER TABLE modules ADD COLUMN crc INTEGER;
`,
  // Records of deployments name what they share by hash, which an engine of before could not read.
  2: '',
  // The table of recent answers is made with the rest; an engine of before would not look there.
  3: '',
};
