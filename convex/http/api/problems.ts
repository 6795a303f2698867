/**
 * Errors on the wire: RFC 9457 problem documents with a stable `code` (docs/rules.md P2). Every refusal of the desk has a
 * status here, exhaustively; texts are for people and may change.
 */
import { ConvexError } from 'convex/values';
import { type ErrorCode, errorCodes } from '../../shared/kit/errorCodes';
import type { ProblemCode } from '../../shared/kit/problemCodes';

const conflict = 409;
const statuses: Partial<Record<ProblemCode, number>> = {
  NOT_FOUND: 404,
  NOT_SIGNED_IN: 401,
  NOT_ALLOWED: 403,
  INVALID_INPUT: 400,
  MALFORMED_JSON: 400,
  METHOD_NOT_ALLOWED: 405,
  BODY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  IDEMPOTENCY_KEY_REUSED: 422,
  RATE_LIMITED: 429,
  INTERNAL_ERROR: 500,
};

/** Everything else is a conflict with how things stand. */
export function statusOf(code: ProblemCode): number {
  return statuses[code] ?? conflict;
}

const titles: Record<number, string> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Content too large',
  415: 'Unsupported media type',
  422: 'Unprocessable content',
  429: 'Too many requests',
  500: 'Internal server error',
};

export interface Fault {
  /** JSON pointer into the request. */
  at: string;
  message: string;
}

/** A refusal that the edge itself makes; `respond` turns it into a problem document. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly headers: Record<string, string>;
  readonly faults: Fault[];

  constructor(
    code: ProblemCode,
    detail: string,
    more: { headers?: Record<string, string>; faults?: Fault[] } = {},
  ) {
    super(detail);
    this.code = code;
    this.headers = more.headers ?? {};
    this.faults = more.faults ?? [];
  }
}

export function problemResponse({ code, message, headers, faults }: Problem): Response {
  const status = statusOf(code);
  const document = {
    type: `urn:baton:problem:${code}`,
    title: titles[status] ?? 'Error',
    status,
    code,
    detail: message,
    ...(faults.length > 0 ? { faults } : {}),
  };
  return new Response(JSON.stringify(document), {
    status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ...headers },
  });
}

/** What was thrown, as a problem. Anything unexpected says nothing about itself. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  const refusal = refusalIn(thrown);
  if (refusal !== null) {
    const headers: Record<string, string> = {};
    if (refusal.code === 'NOT_SIGNED_IN') headers['WWW-Authenticate'] = 'Bearer';
    if (refusal.code === 'RATE_LIMITED') headers['Retry-After'] = String(Math.ceil(refusal.waitMs / 1_000));
    return new Problem(refusal.code, refusal.message, { headers });
  }
  console.error('An HTTP call failed', thrown instanceof Error ? thrown.name : typeof thrown);
  return new Problem('INTERNAL_ERROR', 'Something went wrong here. Try again.');
}

/** A refusal that does not say how long to wait means a minute. */
const unsaidWaitMs = 60_000;

interface Refusal {
  code: ErrorCode;
  message: string;
  waitMs: number;
}

function refusalIn(thrown: unknown): Refusal | null {
  if (!(thrown instanceof ConvexError)) return null;
  const data: unknown = typeof thrown.data === 'string' ? JSON.parse(thrown.data) : thrown.data;
  const { code, message = '', waitMs = unsaidWaitMs } = data as Partial<Refusal>;
  return code !== undefined && errorCodes.includes(code) ? { code, message, waitMs } : null;
}
