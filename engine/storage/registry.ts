/**
 * Which tables and indexes exist: an immutable value.
 *
 * A transaction that creates a table holds a new Registry; the store keeps the old one until COMMIT. Undoing is keeping the
 * old reference, so an execution that is cut off half-way leaves nothing behind.
 */
import type { JsonObject } from '../values/value.ts';

type IndexKind = 'db' | 'search' | 'vector';
export type IndexState = 'backfilling' | 'staged' | 'enabled';

export interface IndexInfo {
  readonly indexId: number;
  readonly name: string;
  readonly kind: IndexKind;
  readonly state: IndexState;
  /** Dotted paths of a db index, without the implicit _creationTime; the filter fields of the other kinds. */
  readonly fields: readonly string[];
  /** `fields`, split: what keys are computed from. */
  readonly paths: readonly (readonly string[])[];
  /** The one indexed field of a search or vector index. */
  readonly field: string | null;
  readonly dimensions: number | null;
}

export interface TableInfo {
  readonly tableId: number;
  readonly component: string;
  readonly name: string;
  readonly number: number;
  readonly system: boolean;
  /** Key-space ids of the two built-in indexes. */
  readonly byId: number;
  readonly byCreationTime: number;
  readonly indexes: readonly IndexInfo[];
}

/** What is stored of an index beside its name. */
export interface IndexSpec {
  name: string;
  kind: IndexKind;
  fields: string[];
  field?: string | null;
  dimensions?: number | null;
  state: IndexState;
}

export function indexInfo(indexId: number, spec: IndexSpec): IndexInfo {
  return {
    indexId,
    name: spec.name,
    kind: spec.kind,
    state: spec.state,
    fields: spec.fields,
    paths: spec.fields.map((field) => field.split('.')),
    field: spec.field ?? null,
    dimensions: spec.dimensions ?? null,
  };
}

export class Registry {
  readonly #byName: ReadonlyMap<string, TableInfo>;
  readonly #byNumber: ReadonlyMap<string, TableInfo>;
  readonly #byTableId: ReadonlyMap<number, TableInfo>;
  /** The schema each component has active, as pushed. */
  readonly schemas: ReadonlyMap<string, JsonObject>;

  constructor(tables: Iterable<TableInfo>, schemas: ReadonlyMap<string, JsonObject>) {
    const byName = new Map<string, TableInfo>();
    const byNumber = new Map<string, TableInfo>();
    const byTableId = new Map<number, TableInfo>();
    for (const table of tables) {
      byName.set(`${table.component}\0${table.name}`, table);
      byNumber.set(`${table.component}\0${table.number}`, table);
      byTableId.set(table.tableId, table);
    }
    this.#byName = byName;
    this.#byNumber = byNumber;
    this.#byTableId = byTableId;
    this.schemas = schemas;
  }

  table(component: string, name: string): TableInfo | null {
    return this.#byName.get(component === '' ? `\0${name}` : `${component}\0${name}`) ?? null;
  }

  tableByNumber(component: string, number: number): TableInfo | null {
    return this.#byNumber.get(`${component}\0${number}`) ?? null;
  }

  tableById(tableId: number): TableInfo | null {
    return this.#byTableId.get(tableId) ?? null;
  }

  tables(component?: string): TableInfo[] {
    const all = [...this.#byTableId.values()];
    return component === undefined ? all : all.filter((table) => table.component === component);
  }

  /** The same registry with `table` added or put in the place of its older self. */
  withTable(table: TableInfo): Registry {
    return new Registry(
      [...this.#byTableId.values()].filter((t) => t.tableId !== table.tableId).concat(table),
      this.schemas,
    );
  }

  withoutTable(tableId: number): Registry {
    return new Registry(
      [...this.#byTableId.values()].filter((t) => t.tableId !== tableId),
      this.schemas,
    );
  }

  withSchema(component: string, schema: JsonObject | null): Registry {
    const schemas = new Map(this.schemas);
    if (schema === null) schemas.delete(component);
    else schemas.set(component, schema);
    return new Registry(this.#byTableId.values(), schemas);
  }
}

export function findIndex(table: TableInfo, name: string): IndexInfo | null {
  return table.indexes.find((index) => index.name === name) ?? null;
}
