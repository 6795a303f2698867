/**
 * A closed desk: its data is on its way to another deployment, or has arrived there (scripts/move.ts). Nobody writes to it
 * any more, or what they write would be left behind. What the scheduler has started still does its part: it is carried
 * over as it was, and does it again there.
 *
 * An environment variable and no document: it costs no transaction a read, and does not travel with the data.
 */
import { appError } from './errors';

/** Where the desk is now. */
export interface Moved {
  url: string;
  siteUrl: string;
}

/** Null: open. While the data is on its way it has no new address yet. */
export function closedDesk(): { movedTo: Moved | null } | null {
  const closed = process.env.DESK_CLOSED;
  if (closed === undefined || closed === '') return null;
  return { movedTo: closed.startsWith('{') ? (JSON.parse(closed) as Moved) : null };
}

/** Before anything that somebody asked for is written. */
export function requireOpen(): void {
  if (closedDesk() === null) return;
  throw appError('DESK_CLOSED', 'This desk is moving to another server. Reload in a few minutes.');
}
