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
  IDENTITY_REFUSED: 403,
  INVALID_INPUT: 400,
  MALFORMED_JSON: 400,
  METHOD_NOT_ALLOWED: 405,
  BODY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  IDEMPOTENCY_KEY_REUSED: 422,
  RATE_LIMITED: 429,
  INTERNAL_ERROR: 500,
  DESK_CLOSED: 503,
  DISK_FULL: 503,
  UNAVAILABLE: 503,
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
  503: 'Service unavailable',
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
  const data = dataOf(thrown);
  if (data?.code === 'DISK_FULL') return unavailable('DISK_FULL', 'The disk of the desk is full.', 60);
  if (data !== null && storageCodes.includes(data.code ?? '')) {
    return unavailable('UNAVAILABLE', 'The desk cannot keep changes at the moment.', 10);
  }
  const refusal = refusalIn(data);
  if (refusal !== null) {
    const headers: Record<string, string> = {};
    if (refusal.code === 'NOT_SIGNED_IN') headers['WWW-Authenticate'] = 'Bearer';
    if (refusal.code === 'RATE_LIMITED' || refusal.code === 'DESK_CLOSED')
      headers['Retry-After'] = String(Math.ceil(refusal.waitMs / 1_000));
    return new Problem(refusal.code, refusal.message, { headers });
  }
  console.error('An HTTP call failed', thrown instanceof Error ? thrown.name : typeof thrown);
  return new Problem('INTERNAL_ERROR', 'Something went wrong here. Try again.');
}

/** What the engine says of a change that it could not keep (engine/SPEC.md F32), besides a full disk. */
const storageCodes = ['STORAGE_FAILED', 'TRANSACTION_LOST'];

function unavailable(code: ProblemCode, why: string, seconds: number): Problem {
  return new Problem(code, `${why} Nothing was changed: try again.`, {
    headers: { 'Retry-After': String(seconds) },
  });
}

interface ErrorData {
  code?: string;
  message?: string;
  waitMs?: number;
}

/** A refusal that does not say how long to wait means a minute. */
const unsaidWaitMs = 60_000;

interface Refusal {
  code: ErrorCode;
  message: string;
  waitMs: number;
}

function dataOf(thrown: unknown): ErrorData | null {
  if (!(thrown instanceof ConvexError)) return null;
  return (typeof thrown.data === 'string' ? JSON.parse(thrown.data) : thrown.data) as ErrorData;
}

function refusalIn(data: ErrorData | null): Refusal | null {
  const code = errorCodes.find((each) => each === data?.code);
  const { message = '', waitMs = unsaidWaitMs } = data ?? {};
  return code === undefined ? null : { code, message, waitMs };
}
