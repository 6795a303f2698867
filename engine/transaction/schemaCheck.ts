/** A document against the active schema of its component, at the moment it is written. */
import type { Registry, TableInfo } from '../storage/registry.ts';
import { DeveloperError } from '../values/errors.ts';
import { checkDocumentType, type TableNames, type ValidatorJson } from '../values/validator.ts';
import type { JsonObject, ValueObject } from '../values/value.ts';

const validators = new WeakMap<JsonObject, Map<string, ValidatorJson>>();

/** The document validators a schema enforces, by table. */
export function documentTypes(schema: JsonObject): Map<string, ValidatorJson> {
  let types = validators.get(schema);
  if (types === undefined) {
    types = new Map();
    for (const table of schema.tables as JsonObject[]) {
      if (table.documentType) types.set(table.tableName as string, table.documentType as ValidatorJson);
    }
    if (schema.schemaValidation === false) types.clear();
    validators.set(schema, types);
  }
  return types;
}

/** A document that the schema of its table does not allow. */
export class SchemaMismatch extends DeveloperError {
  readonly table: string;

  constructor(table: string, message: string) {
    super('SchemaEnforcementError', message);
    this.table = table;
  }
}

/** Throws the SchemaMismatch a developer sees at the write. */
export function checkAgainstSchema(
  registry: Registry,
  names: TableNames,
  table: TableInfo,
  document: ValueObject,
): void {
  if (table.system) return;
  const schema = registry.schemas.get(table.component);
  const type = schema === undefined ? undefined : documentTypes(schema).get(table.name);
  if (type === undefined) return;
  const problem = checkDocumentType(type, document, names);
  if (problem === null) return;
  throw new SchemaMismatch(
    table.name,
    `Failed to insert or update a document in table "${table.name}" because it does not match the schema: ${problem}`,
  );
}
