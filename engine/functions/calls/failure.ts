/**
 * How a function fails, and the text people read about it.
 *
 * A `FunctionFailure` is the callee's failure as its caller sees it: message and mapped frames as one text, and the data
 * of a ConvexError. The outermost call frames it with the request id (§2.4).
 */
import { DeveloperError } from '../../values/errors.ts';
import type { JsonValue } from '../../values/value.ts';

export type FunctionResult = { ok: true; value: string } | FailedResult;

/** Callers are told `errorMessage` and `errorData`; the engine itself goes by `code` and `text`. */
export interface FailedResult {
  ok: false;
  errorMessage: string;
  errorData?: JsonValue;
  code: string;
  /** The message without its frame: what a calling action sees of its callee's failure. */
  text: string;
}

/** Of a function that ran out of time, and of one that did so too often. */
export const TIMED_OUT = 'Timeout';
export const BLOCKED = 'FunctionBlocked';

export class FunctionFailure extends DeveloperError {
  /** The text without its stack. */
  readonly headline: string;

  /** `frames`: the mapped stack, which becomes part of the text. */
  constructor(text: string, options: { code?: string; data?: JsonValue | undefined; frames?: string } = {}) {
    const { code = 'FunctionFailed', data, frames } = options;
    super(code, frames === undefined ? text : `${text}\n${frames}`, data);
    this.headline = text.trimEnd();
  }
}

/** `[Request ID: …] Server Error` and the failure below it; redacted, callers get the first line and the engine the rest. */
export function frameError(requestId: string, failure: DeveloperError, redact: boolean): FailedResult {
  const { code, data, message: text } = failure;
  const errorMessage = redact ? headOf(requestId) : framed(requestId, text);
  return { ok: false, errorMessage, ...(data === undefined ? {} : { errorData: data }), code, text };
}

/** As administrators read it. */
function framed(requestId: string, text: string): string {
  return `${headOf(requestId)}\n${text}`;
}

/** As the log keeps it: not the values that were refused, which may be keys. Their caller is told them, as on Convex. */
export function logged(requestId: string, { code, text }: FailedResult): string {
  const isOfValues = code === 'ArgumentValidationError';
  return framed(
    requestId,
    isOfValues ? text.replace(/^(Object|Value): [^]*?\n(?=Validator: )/m, '$1: …\n') : text,
  );
}

const headOf = (requestId: string): string => `[Request ID: ${requestId}] Server Error`;

export function timedOut(limitMs: number): FunctionFailure {
  return new FunctionFailure(`Function execution timed out (maximum duration: ${limitMs / 1000}s)`, {
    code: TIMED_OUT,
  });
}

export function notFound(shown: string, component: string, allowInternal: boolean): FunctionFailure {
  const where = component === '' ? '' : ` in component '${component}'`;
  const kind = allowInternal ? 'function' : 'public function';
  const hint = allowInternal
    ? 'Did you forget to run `npx convex dev`?'
    : 'Did you forget to run `npx convex dev` or `npx convex deploy`?';
  return new FunctionFailure(`Could not find ${kind} for '${shown}'${where}. ${hint}`, {
    code: 'FunctionNotFound',
  });
}

export function wrongKind(path: string, wanted: string, actual: string): FunctionFailure {
  return new FunctionFailure(`Trying to execute ${path} as ${wanted}, but it is defined as ${actual}.`, {
    code: 'WrongFunctionKind',
  });
}
