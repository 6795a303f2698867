/**
 * The database as the functions of one component see it: ids, tables and schema of that component only.
 *
 * Documents go in as JSON objects and come out as JSON text. Every refusal is a DeveloperError with the official text.
 */
import { readPage, type Page } from '../query/paginate.ts';
import { parseQuery, type Query } from '../query/parse.ts';
import { indexInterval } from '../query/range.ts';
import { idKey } from '../query/scan.ts';
import { QueryStream, planQuery } from '../query/stream.ts';
import type { DocumentRow } from '../storage/documentCache.ts';
import type { TableInfo } from '../storage/registry.ts';
import { DeveloperError } from '../values/errors.ts';
import { decodeId, encodeId, newInternalId, tableNumberOfId } from '../values/id.ts';
import { isIdentifier } from '../values/limits.ts';
import type { TableNames } from '../values/validator.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';
import { composeDocument, mergePatch, replaceFields, type Composed } from './document.ts';
import { decodeJournal, encodeJournal } from './journal.ts';
import { checkAgainstSchema } from './schemaCheck.ts';
import { systemTable, systemTableByNumber } from './systemTables.ts';
import type { Transaction } from './transaction.ts';

export interface AccessOptions {
  /** The table the caller named, checked against the id. */
  table?: string | undefined;
  /** Through db.system, or by the engine itself: system tables only. */
  isSystem?: boolean | undefined;
}

type Operation = 'get' | 'patch' | 'replace' | 'delete';

const VERB: Record<Exclude<Operation, 'get'>, string> = {
  patch: 'Update',
  replace: 'Replace',
  delete: 'Delete',
};

export class ComponentDb implements TableNames {
  readonly component: string;
  readonly #tx: Transaction;

  constructor(tx: Transaction, component: string) {
    this.#tx = tx;
    this.component = component;
  }

  get(id: string, options: AccessOptions = {}): string | null {
    this.#tx.countRange();
    const table = this.#locate('get', id, options);
    const row = table === null ? null : this.#read(table, id);
    return row === null ? null : row.json;
  }

  insert(tableName: string, value: JsonObject, options: { isSystem?: boolean } = {}): string {
    this.#tx.mustWrite();
    this.#checkTableName(tableName, options.isSystem ?? false);
    refuseSystemFields(value);
    const table = this.#tx.registry.table(this.component, tableName);
    if (table !== null) return this.#insertInto(table, value);
    // A refused document takes the new table with it.
    return this.#tx.nested(() => this.#insertInto(this.#tx.ensureTable(this.component, tableName), value));
  }

  #insertInto(table: TableInfo, value: JsonObject): string {
    const id = encodeId(table.number, newInternalId());
    this.#store(
      table,
      id,
      composeDocument(value, id, this.#tx.nextCreationTime(), this.#tx.commitTs, table.system),
    );
    return id;
  }

  /** Inserts a document with an id and creation time of its own, as imports need it. */
  insertImported(tableName: string, document: JsonObject): string {
    this.#tx.mustWrite();
    this.#checkTableName(tableName, tableName.startsWith('_'));
    const table = this.#tx.ensureTable(this.component, tableName);
    const { _id, _creationTime, ...fields } = document;
    const id = typeof _id === 'string' ? _id : encodeId(table.number, newInternalId());
    if (tableNumberOfId(id) !== table.number) throw this.#wrongTable('insert', id, tableName);
    if (this.#tx.documents.byId(table.tableId, id, this.#tx.dirty) !== null) {
      throw new DeveloperError(
        'DuplicateId',
        `A document with the ID ${id} is already in table "${tableName}".`,
      );
    }
    const creationTime = typeof _creationTime === 'number' ? _creationTime : this.#tx.nextCreationTime();
    this.#store(table, id, composeDocument(fields, id, creationTime, this.#tx.commitTs, table.system));
    return id;
  }

  /** Merges `value` into the document; `{"$undefined": null}` removes a field. */
  patch(id: string, value: JsonObject, options: AccessOptions = {}): string {
    return this.#change('patch', id, options, (before) =>
      mergePatch(before, value, this.#tx.commitTs, options.isSystem),
    );
  }

  replace(id: string, value: JsonObject, options: AccessOptions = {}): string {
    return this.#change('replace', id, options, (before) =>
      replaceFields(before, value, this.#tx.commitTs, options.isSystem),
    );
  }

  remove(id: string, options: AccessOptions = {}): string {
    this.#tx.mustWrite();
    const { table, row } = this.#mustRead('delete', id, options);
    this.#tx.writeDocument(table, id, 0, () => {
      this.#tx.documents.remove(row.rowid);
      return { before: row, after: null };
    });
    return row.json;
  }

  /** Checks the query and opens it; reads nothing yet. */
  queryStream(query: JsonValue, options: { isSystem?: boolean } = {}): number {
    const parsed = this.#parse(query, options.isSystem ?? false);
    const plan = planQuery(parsed, this.#tx.registry, this.component);
    if (plan.kind === 'empty') this.#observeTables();
    return this.#tx.addStream(new QueryStream(this.#context(), plan, parsed.operators));
  }

  /** `isLast`: nothing comes behind it, unless something is written first. */
  queryNext(queryId: number): { value: string | null; done: boolean; isLast: boolean } {
    const stream = this.#tx.streams.get(queryId);
    if (stream === undefined) throw new DeveloperError('InvalidQueryId', `Query ${queryId} is not open.`);
    const row = stream.next();
    return row === null
      ? { value: null, done: true, isLast: true }
      : { value: row.json, done: false, isLast: stream.isOver };
  }

  queryCleanup(queryId: number): boolean {
    return this.#tx.streams.delete(queryId);
  }

  /** Every document of a query, decoded JSON: for the engine's own functions. */
  collect(query: JsonValue, options: { isSystem?: boolean } = { isSystem: true }): JsonObject[] {
    const id = this.queryStream(query, options);
    const rows: JsonObject[] = [];
    for (let next = this.queryNext(id); !next.done; next = this.queryNext(id)) {
      rows.push(JSON.parse(next.value!) as JsonObject);
    }
    this.queryCleanup(id);
    return rows;
  }

  queryPage(args: JsonObject, options: { isSystem?: boolean } = {}): Page {
    const tx = this.#tx;
    if (tx.paginated) {
      throw new DeveloperError(
        'MultiplePaginatedDatabaseQueries',
        'This query or mutation function ran multiple paginated queries. Convex only supports a single paginated query in each function.',
      );
    }
    tx.paginated = true;
    const query = this.#parse(args.query ?? null, options.isSystem ?? false);
    const plan = planQuery(query, tx.registry, this.component);
    if (plan.kind === 'empty') this.#observeTables();
    const request = {
      cursor: optional<string>(args.cursor, 'cursor', 'string'),
      endCursor:
        optional<string>(args.endCursor, 'endCursor', 'string') ?? decodeJournal(tx.journal.previous),
      pageSize: optional<number>(args.pageSize, 'pageSize', 'number') ?? 0,
      maximumRowsRead: optional<number>(args.maximumRowsRead, 'maximumRowsRead', 'number'),
      maximumBytesRead: optional<number>(args.maximumBytesRead, 'maximumBytesRead', 'number'),
    };
    const page = readPage(this.#context(), plan, query, JSON.stringify(args.query), request);
    tx.journal.next = encodeJournal(page.continueCursor);
    return page;
  }

  /** The id if it is one of this table, else null. */
  normalizeId(tableName: string, id: string): string | null {
    const number = tableNumberOfId(id);
    if (number === null) return null;
    return number === this.tableNumberOf(tableName) ? id : null;
  }

  count(tableName: string): number {
    this.#tx.countRange();
    const table = this.#tx.registry.table(this.component, tableName);
    if (table === null) {
      this.#observeTables();
      return 0;
    }
    const interval = indexInterval(table.byCreationTime);
    this.#tx.recording?.addInterval(interval);
    return this.#tx.documents.count(interval);
  }

  tableNumberOf(name: string): number | null {
    const system = systemTable(name);
    if (system !== null) return system.number;
    const table = this.#tx.registry.table(this.component, name);
    if (table === null) this.#observeTables();
    return table?.number ?? null;
  }

  tableNameOf(number: number): string | 'system' | null {
    if (systemTableByNumber(number) !== null) return 'system';
    const table = this.#tx.registry.tableByNumber(this.component, number);
    if (table === null) this.#observeTables();
    return table?.name ?? null;
  }

  /** A result that would change when a table comes into being. */
  #observeTables(): void {
    this.#tx.recording?.dependencies.add(`tables:${this.component}`);
  }

  #context(): ConstructorParameters<typeof QueryStream>[0] {
    return this.#tx.queryContext;
  }

  #parse(json: JsonValue, isSystem: boolean): Query {
    const query = parseQuery(json, this.#tx.mode === 'write' ? this.#tx.commitTs : null);
    const { table } = query.source;
    if (table.startsWith('_') && !isSystem && systemTable(table)?.public !== true) {
      throw new DeveloperError('UnknownSystemTable', `Table ${JSON.stringify(table)} not found.`);
    }
    return query;
  }

  #read(table: TableInfo, id: string): DocumentRow | null {
    this.#tx.recording?.addPoint(idKey(table, id));
    const row = this.#tx.documents.byId(table.tableId, id, this.#tx.dirty);
    if (row !== null) this.#tx.countRead(row);
    return row;
  }

  #change(
    operation: 'patch' | 'replace',
    id: string,
    options: AccessOptions,
    compose: (before: DocumentRow) => Composed,
  ): string {
    this.#tx.mustWrite();
    const { table, row } = this.#mustRead(operation, id, options);
    const { json, value, size } = compose(row);
    checkAgainstSchema(this.#tx.registry, this, table, value);
    this.#tx.writeDocument(table, id, size, () => ({
      before: row,
      after: this.#tx.documents.update(row, json, size, value),
    }));
    return json;
  }

  #store(table: TableInfo, id: string, { json, value, size }: Composed): void {
    checkAgainstSchema(this.#tx.registry, this, table, value);
    this.#tx.writeDocument(table, id, size, () => ({
      before: null,
      after: this.#tx.documents.insert(table.tableId, id, json, size, value),
    }));
  }

  #mustRead(
    operation: 'patch' | 'replace' | 'delete',
    id: string,
    options: AccessOptions,
  ): { table: TableInfo; row: DocumentRow } {
    const table = this.#locate(operation, id, options);
    const row = table === null ? null : this.#read(table, id);
    if (table === null || row === null) {
      throw new DeveloperError('NonexistentDocument', `${VERB[operation]} on nonexistent document ID ${id}`);
    }
    return { table, row };
  }

  /** The table an id belongs to, null when none has its number; throws for ids the caller may not use. */
  #locate(operation: Operation, id: string, { table, isSystem = false }: AccessOptions): TableInfo | null {
    const number = tableNumberOfId(id);
    if (number === null) throw undecodable(operation, id);
    const found = this.#tx.registry.tableByNumber(this.component, number);
    const system = systemTableByNumber(number) !== null;
    if (system && !isSystem)
      throw new DeveloperError('SystemTableAccess', 'System tables can only be accessed with db.system.');
    if (found !== null && !system && isSystem) {
      throw new DeveloperError('UserTableAccess', 'User tables cannot be accessed with db.system.');
    }
    if (found === null) {
      this.#observeTables();
      return null;
    }
    if (table !== undefined && found.name !== table) throw this.#wrongTable(operation, id, table);
    return found;
  }

  #wrongTable(operation: string, id: string, expected: string): DeveloperError {
    const actual =
      this.#tx.registry.tableByNumber(this.component, tableNumberOfId(id) ?? 0)?.name ?? 'unknown';
    return new DeveloperError(
      'InvalidArgument',
      `Invalid argument \`id\` for \`db.${operation}\`, expected to be an Id<"${expected}">, got Id<"${actual}"> instead.`,
    );
  }

  #checkTableName(name: string, isSystem: boolean): void {
    if (isSystem) {
      if (systemTable(name) === null)
        throw new DeveloperError('UnknownSystemTable', `Table ${JSON.stringify(name)} not found.`);
      return;
    }
    if (name.startsWith('_'))
      throw new DeveloperError('SystemTableAccess', 'System tables can only be accessed with db.system.');
    if (!isIdentifier(name)) {
      throw new DeveloperError(
        'InvalidTableName',
        `Invalid table name ${JSON.stringify(name)}: use at most 64 letters, digits and underscores, not starting with a digit.`,
      );
    }
  }
}

function undecodable(operation: Operation, id: string): DeveloperError {
  let reason = '';
  try {
    decodeId(id);
  } catch (error) {
    reason = (error as Error).message;
  }
  return new DeveloperError('InvalidArgument', `Invalid argument \`id\` for \`db.${operation}\`: ${reason}`);
}

function refuseSystemFields(value: JsonObject): void {
  if (Object.hasOwn(value, '_id')) {
    throw new DeveloperError(
      'InvalidIdError',
      "Field '_id' is chosen by the system when a document is inserted and cannot be given.",
    );
  }
  if (Object.hasOwn(value, '_creationTime')) {
    throw new DeveloperError(
      'InvalidCreationTimeError',
      "Field '_creationTime' is chosen by the system when a document is inserted and cannot be given.",
    );
  }
}

function optional<T extends string | number>(
  json: JsonValue | undefined,
  name: string,
  type: 'string' | 'number',
): T | null {
  if (json === undefined || json === null) return null;
  if (typeof json !== type)
    throw new DeveloperError('InvalidArgument', `Invalid argument \`${name}\` of a paginated query.`);
  return json as T;
}
