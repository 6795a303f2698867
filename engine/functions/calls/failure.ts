/**
 * How a function fails, and the text people read about it.
 *
 * A `FunctionFailure` is the callee's failure as its caller sees it: message and mapped frames as one text, and the data
 * of a ConvexError. The outermost call frames it with the request id (§2.4).
 */
import { DeveloperError } from '../../values/errors.ts';
import type { JsonValue } from '../../values/value.ts';

export type FunctionResult =
  | { ok: true; value: string }
  | { ok: false; errorMessage: string; errorData?: JsonValue };

export class FunctionFailure extends DeveloperError {
  constructor(text: string, options: { code?: string; data?: JsonValue } = {}) {
    super(options.code ?? 'FunctionFailed', text, options.data);
  }
}

/** `[Request ID: …] Server Error` and the failure below it. */
export function frameError(requestId: string, failure: DeveloperError, redact: boolean): FunctionResult {
  const head = `[Request ID: ${requestId}] Server Error`;
  const errorMessage = redact ? head : `${head}\n${failure.message}`;
  return failure.data === undefined
    ? { ok: false, errorMessage }
    : { ok: false, errorMessage, errorData: failure.data };
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

/** A framed text without its frame: what a calling action sees of its callee's failure. */
export function unframed(errorMessage: string): string {
  return errorMessage.replace(/^\[Request ID: [^\]]*\] Server Error\n?/, '');
}
