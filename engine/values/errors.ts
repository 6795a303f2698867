/**
 * The three kinds of failure the engine speaks of. Which class is thrown decides who hears it:
 *
 *   DeveloperError  the function failed: HTTP 200 with status "error", the message is shown to the developer (and, in
 *                   development, to the user). `data` is present only for a ConvexError.
 *   HttpError       the request failed before or beside any function: HTTP status with `{code, message}`.
 *   CommitError     the transaction could not be made durable; nothing of it was kept.
 *
 * Anything else that is thrown is a bug of the engine.
 */
import type { JsonValue } from './value.ts';

/** A failure of the developer's function: `message` is the text a developer reads, `code` is for the engine's own tests. */
export class DeveloperError extends Error {
  override readonly name = 'DeveloperError';
  readonly code: string;
  /** The Convex JSON of a ConvexError's data; absent for every other failure. */
  declare readonly data?: JsonValue;

  constructor(code: string, message: string, data?: JsonValue) {
    super(message);
    this.code = code;
    if (data !== undefined) this.data = data;
  }
}

/** A failure of the request itself, answered as `status` with the JSON body `{code, message}`. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  toJSON(): { code: string; message: string } {
    return { code: this.code, message: this.message };
  }
}

/** A transaction that did not become durable: none of its effects exist. `DISK_FULL` may be tried again later. */
export class CommitError extends Error {
  override readonly name = 'CommitError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A name somebody chose, inside a sentence: never longer than a line. */
export function shortName(name: string): string {
  return name.length <= 100 ? name : `${name.slice(0, 100).toWellFormed()}…`;
}
