/** The codes of problem documents: every refusal of the desk, and what only HTTP can get wrong (docs/rules.md P2). Pure. */
import { type ErrorCode, errorCodes } from './errorCodes';

/** What only HTTP can get wrong. */
const httpCodes = [
  'MALFORMED_JSON',
  'METHOD_NOT_ALLOWED',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'INTERNAL_ERROR',
  /** The desk's disk has no room: nothing was changed. */
  'DISK_FULL',
  /** The desk cannot keep changes at the moment: nothing was changed. */
  'UNAVAILABLE',
] as const;
export type ProblemCode = ErrorCode | (typeof httpCodes)[number];
export const problemCodes = [...errorCodes, ...httpCodes] as const;
