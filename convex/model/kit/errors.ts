import { ConvexError } from 'convex/values';
import type { ErrorCode } from '../../shared/kit/errorCodes';

/** An expected refusal: rolls the transaction back and reaches the client as `{code, message, …}` (E1). */
export function appError(
  code: ErrorCode,
  message: string,
  details: Record<string, string | number | number[]> = {},
) {
  return new ConvexError({ code, message, ...details });
}
