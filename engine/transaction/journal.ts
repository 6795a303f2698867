/** The query journal: where the one paginated query of a function ended, so that a re-run returns the same page. */
import { DeveloperError } from '../values/errors.ts';

export function encodeJournal(endCursor: string): string {
  return Buffer.from(JSON.stringify({ endCursor })).toString('base64');
}

/** The end cursor of a journal; null when there is none. */
export function decodeJournal(journal: string | null): string | null {
  if (journal === null) return null;
  try {
    const { endCursor } = JSON.parse(Buffer.from(journal, 'base64').toString()) as { endCursor?: unknown };
    return typeof endCursor === 'string' ? endCursor : null;
  } catch (cause) {
    throw new DeveloperError(
      'InvalidJournal',
      `The query journal could not be read: ${(cause as Error).message}`,
    );
  }
}
