/** A query resolved against the tables that exist, and the refusals every kind of index shares. */
import type { Interval } from '../storage/documents.ts';
import type { IndexInfo, TableInfo } from '../storage/registry.ts';
import { DeveloperError } from '../values/errors.ts';
import type { QueryContext } from './context.ts';
import type { Scan } from './scan.ts';

export type Plan =
  | { kind: 'empty' }
  | { kind: 'range'; table: TableInfo; byId: boolean; interval: Interval; descending: boolean }
  | {
      kind: 'search';
      table: TableInfo;
      indexId: number;
      open: (context: QueryContext, isPaged: boolean) => Scan;
    };

export function indexNotFound(name: string): DeveloperError {
  return new DeveloperError('IndexNotFound', `Index ${name} not found.`);
}

/** Throws for an index that is staged or still being built. */
export function mustBeEnabled(name: string, index: IndexInfo): void {
  switch (index.state) {
    case 'staged':
      throw new DeveloperError(
        'IndexStagedError',
        `Index ${name} is currently staged and not available to query until it is enabled.`,
      );
    case 'backfilling':
      throw new DeveloperError(
        'IndexBackfillingError',
        `Index ${name} is currently backfilling and not available to query yet.`,
      );
  }
}
