/**
 * What WhatsApp refuses, and what follows (docs/rules.md M2, M7; Meta's list of error codes). Told at once in an answer or later in
 * a status, in the same words. Pure.
 */
import { type Infer, v } from 'convex/values';
import { z } from 'zod';

const vFailureKind = v.union(
  /** Later, the same again. */
  v.literal('retry'),
  /** This one never: for this recipient, at this time, in this form. */
  v.literal('permanent'),
  /** The token is refused, or may not do this: nothing leaves until somebody looks. */
  v.literal('auth'),
  /** The account itself: unpaid, locked, against a policy. */
  v.literal('account'),
  /** Nobody knows whether it was taken. */
  v.literal('unknown'),
);
type FailureKind = Infer<typeof vFailureKind>;

export const vFailure = v.object({
  kind: vFailureKind,
  code: v.optional(v.number()),
  /** What an operator reads: what it means, and the way on. */
  said: v.string(),
  retryAfterMs: v.optional(v.number()),
});
export type Failure = Infer<typeof vFailure>;

export const zError = z.looseObject({
  code: z.coerce.number().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  title: z.string().optional().catch(undefined),
  error_data: z
    .looseObject({ details: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});
export type GivenError = z.infer<typeof zError>;

const zAnswer = z.looseObject({ error: zError });

const windowClosedCode = 131047;

/** [M7] WhatsApp counts the 24 hours by its own clock: what it says of them is so. */
export const saysWindowClosed = (failure: Pick<Failure, 'code'> | null | undefined): boolean =>
  failure?.code === windowClosedCode;

interface Row {
  kind: FailureKind;
  /** Absent: the provider's own details are the sentence. */
  said?: string;
  retryAfterMs?: number;
}

const minuteMs = 60_000;
const refusedToken =
  'WhatsApp refuses the access token of this number. Whoever manages channels enters a new one in Settings → Channels; what waits then goes out by itself.';
const notReached =
  'This customer cannot be reached on WhatsApp: the number is not there, or their app is too old. Reach them another way.';
const mediaFault = 'WhatsApp could not take the file. Send it again in another form, or as a link.';

const rows: Record<number, Row> = {
  4: { kind: 'retry', retryAfterMs: minuteMs },
  80007: { kind: 'retry', retryAfterMs: minuteMs },
  130429: { kind: 'retry', said: 'Too much leaves by this number at once: it is tried again by itself.' },
  131056: {
    kind: 'retry',
    said: 'Too many messages to this customer in a short time: it is tried again by itself.',
    retryAfterMs: 6_000,
  },
  131048: {
    kind: 'account',
    said: 'WhatsApp limits this number, since many who got its messages blocked it or reported them. See its quality in the WhatsApp Manager.',
  },
  1: { kind: 'retry' },
  2: { kind: 'retry' },
  131000: { kind: 'retry' },
  131016: { kind: 'retry' },
  131057: {
    kind: 'retry',
    said: 'WhatsApp is doing maintenance on this number: it is tried again by itself.',
    retryAfterMs: minuteMs,
  },
  133004: { kind: 'retry' },
  0: { kind: 'auth', said: refusedToken },
  190: { kind: 'auth', said: refusedToken },
  3: { kind: 'auth' },
  10: { kind: 'auth' },
  133010: {
    kind: 'auth',
    said: 'This number is not registered for the Cloud API. Register it in the WhatsApp Manager.',
  },
  131045: {
    kind: 'auth',
    said: 'This number is not registered for the Cloud API. Register it in the WhatsApp Manager.',
  },
  [windowClosedCode]: {
    kind: 'permanent',
    said: 'The customer wrote more than 24 hours ago: WhatsApp takes only an approved template now. Choose one where you write.',
  },
  131026: { kind: 'permanent', said: notReached },
  131021: {
    kind: 'permanent',
    said: 'This is the number of the team itself: WhatsApp writes to nobody by their own number.',
  },
  131030: {
    kind: 'permanent',
    said: 'This number of Meta’s sandbox writes only to the numbers on its list. Add this one there, or connect a real number.',
  },
  131049: {
    kind: 'permanent',
    said: 'WhatsApp holds this back, since the customer gets too much advertising. Try on another day, or with a template of another kind.',
  },
  131050: {
    kind: 'permanent',
    said: 'The customer takes no advertising from this number any more. A template of another kind still reaches them.',
  },
  130472: {
    kind: 'permanent',
    said: 'WhatsApp holds this back: the customer is part of an experiment of its own. Reach them another way, or wait until they write.',
  },
  131052: { kind: 'permanent', said: mediaFault },
  131053: { kind: 'permanent', said: mediaFault },
  132000: {
    kind: 'permanent',
    said: 'The template was filled in with too few values, or too many. Choose it again.',
  },
  132001: {
    kind: 'permanent',
    said: 'WhatsApp has no approved template of this name in this language. Refresh the list, and choose another.',
  },
  132015: { kind: 'permanent', said: 'WhatsApp has paused this template for its quality. Choose another.' },
  132016: {
    kind: 'permanent',
    said: 'WhatsApp has switched this template off for its quality. Choose another.',
  },
  131042: {
    kind: 'account',
    said: 'WhatsApp sends nothing by this number until its bill is paid: see Billing in the Meta Business Suite.',
  },
  131031: {
    kind: 'account',
    said: 'WhatsApp has locked this account: see Account quality in the Meta Business Suite.',
  },
  368: {
    kind: 'account',
    said: 'WhatsApp has blocked this account for a while, for a breach of its rules: see Account quality in the Meta Business Suite.',
  },
  // Whoever is written to decides it: a stranger abroad stops no channel.
  130497: {
    kind: 'permanent',
    said: 'WhatsApp does not let this account write to customers in this country. Reach them another way.',
  },
};

/** Permission errors of the Graph API. */
const isPermission = (code: number) => code >= 200 && code <= 299;

/** What an error of the provider means; `status` and `retryAfterMs` are those of the answer it stood in, if any. */
export function failureOf(
  { code, message, title, error_data: data }: GivenError,
  answer: { status?: number; retryAfterMs?: number | undefined } = {},
): Failure {
  const row = code === undefined ? undefined : rows[code];
  const kind = row?.kind ?? kindOf(code, answer.status);
  const own = data?.details ?? message ?? title ?? 'WhatsApp gives no reason.';
  const retryAfterMs = answer.retryAfterMs ?? row?.retryAfterMs;
  return {
    kind,
    ...(code !== undefined && { code }),
    said:
      row?.said ??
      (kind === 'retry' ? 'WhatsApp is in trouble: it is tried again by itself.' : `WhatsApp says: ${own}`),
    ...(retryAfterMs !== undefined && kind === 'retry' && { retryAfterMs }),
  };
}

function kindOf(code: number | undefined, status: number | undefined): FailureKind {
  if (code !== undefined && isPermission(code)) return 'auth';
  if (status === 401) return 'auth';
  if (status === 429) return 'retry';
  if (status !== undefined && status >= 500) return code === undefined ? 'unknown' : 'retry';
  return 'permanent';
}

/**
 * What an answer that is no success means. A gateway that answers for the provider, without its words, may have passed the
 * request on: whether it was taken nobody knows, and there is no key by which to ask (M2).
 */
export function readRefusal(status: number, body: string, retryAfter: string | null): Failure {
  const parsed = zAnswer.safeParse(parseJson(body));
  const seconds = Number(retryAfter);
  const retryAfterMs = retryAfter !== null && seconds > 0 ? seconds * 1_000 : undefined;
  return failureOf(parsed.success ? parsed.data.error : { message: `It answered with ${status}.` }, {
    status,
    retryAfterMs,
  });
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Before the next try to the same customer: 4, 16, 64 … seconds (Meta, "pair rate limit": 4^n). */
export const pairWaitMs = (tries: number): number => Math.min(4 ** Math.max(1, tries), 3_600) * 1_000;
