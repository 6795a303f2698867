/** What a running query needs of the transaction it belongs to. */
import type { Dirty, Documents } from '../storage/documents.ts';
import type { DocumentRow } from '../storage/documentCache.ts';
import type { SearchRows } from '../storage/searchRows.ts';
import type { CursorCodec } from './cursor.ts';
import type { ReadSet } from './readSet.ts';

export interface QueryContext {
  readonly documents: Documents;
  readonly searchRows: SearchRows;
  readonly cursors: CursorCodec;
  /** Ids whose rows differ from what is committed. */
  readonly dirty: Dirty;
  /** Grows with every write: rows fetched before it changed are out of date. */
  readonly writes: number;
  /** Stands in for `{"$commitTs": null}` in ranges and filters. */
  readonly commitTs: bigint | null;
  /** Null where reads leave no trace (a mutation's snapshot queries). */
  readonly readSet: ReadSet | null;
  /** Counts one index range; throws at the limit. */
  countRange(): void;
  /** Counts one document read; throws at the limit. */
  countRead(row: DocumentRow): void;
  /** What may still be read before countRead throws. */
  remaining(): { documents: number; bytes: number };
}
