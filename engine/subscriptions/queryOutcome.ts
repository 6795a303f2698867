/**
 * One computed result of a query and its wire form, shared by every socket and HTTP reply that needs it.
 *
 * Promises: the value is serialised once by the runner and spliced into frames as text; two outcomes are `same` when a
 * client could not tell them apart (the request id inside an error message does not count, §1.4).
 */
import type { FunctionResult } from '../functions/calls/failure.ts';
import type { JsonValue } from '../values/value.ts';

export class QueryOutcome {
  readonly result: FunctionResult;
  readonly logLines: readonly string[];
  readonly journal: string | null;
  #fragment: Buffer | null = null;

  constructor(result: FunctionResult, logLines: readonly string[], journal: string | null) {
    this.result = result;
    this.logLines = logLines;
    this.journal = journal;
  }

  /**
   * The modification up to and including `"queryId":`; the frame adds the number and the closing brace. Bytes, so that a
   * thousand sockets copy memory instead of encoding text.
   */
  get fragment(): Buffer {
    return (this.#fragment ??= kept(this.#text()));
  }

  sameAs(other: QueryOutcome): boolean {
    if (this === other) return true;
    if (this.journal !== other.journal || this.result.ok !== other.result.ok) return false;
    if (this.logLines.length !== other.logLines.length) return false;
    if (this.logLines.some((line, at) => line !== other.logLines[at])) return false;
    return comparable(this.result) === comparable(other.result);
  }

  #text(): string {
    const tail = `"logLines":${JSON.stringify(this.logLines)},"journal":${JSON.stringify(this.journal)},"queryId":`;
    if (this.result.ok) return `{"type":"QueryUpdated","value":${this.result.value},${tail}`;
    const data = errorDataMember(this.result);
    return `{"type":"QueryFailed","errorMessage":${JSON.stringify(this.result.errorMessage)},${data}${tail}`;
  }
}

/** Bytes in memory of their own: a short `Buffer.from` is a slice of 64 KB, and keeping it keeps all of that. */
function kept(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

/** `"errorData":…,` or nothing: clients take a present-but-null key for a ConvexError (§1.3). */
export function errorDataMember(result: { errorData?: JsonValue }): string {
  return result.errorData === undefined ? '' : `"errorData":${JSON.stringify(result.errorData)},`;
}

/** A failure without the request id in front of its message. */
function comparable(result: FunctionResult): string {
  if (result.ok) return result.value;
  return result.text + errorDataMember(result);
}
