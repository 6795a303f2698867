/**
 * Resend, as far as the desk uses it, through its own SDK (docs: resend.com/docs/api-reference). What it answers becomes a word
 * of ours: `SendOutcome`. The request goes out as the text it was kept as, so that a second try is the same bytes.
 */
import { Resend } from 'resend';
import { nobodyKnows, type SendOutcome } from '../../shared/delivery/outcome';
import { inTime, lateAnswer } from '../provider';

/** Another host than Resend's own is the deployment's to name, never a team's: nobody sends the desk to an address inside. */
export function clientFor(apiKey: string): Resend {
  const { RESEND_BASE_URL: baseUrl = '' } = process.env;
  return new Resend(apiKey, baseUrl === '' ? {} : { baseUrl });
}

/** Sends a kept request under its key; the same key and bytes again give the first answer again, for a day. */
export async function sendMail(apiKey: string, body: object, key: string): Promise<SendOutcome> {
  try {
    const answer = await inTime((signal) =>
      clientFor(apiKey).post<{ id: string }>('/emails', body, { idempotencyKey: key, signal } as never),
    );
    const pace = paceOf(answer.headers);
    if (answer.error === null) return { what: 'sent', providerId: answer.data.id, ...pace };
    return { ...classify(answer.error), ...pace };
  } catch {
    // Whether the bytes had gone out by then is not known.
    return { what: 'unknown', failure: lateAnswer };
  }
}

interface Refusal {
  statusCode: number | null;
  name: string;
  message: string;
}

const quotas = new Set(['daily_quota_exceeded', 'monthly_quota_exceeded']);
const keys = new Set(['missing_api_key', 'restricted_api_key', 'invalid_api_key', 'invalid_access']);
const hourMs = 3_600_000;
const domainWaitMs = 300_000;

/** What a refusal means for this send and for the account (Resend's list of errors). */
export function classify({ statusCode, name, message }: Refusal): SendOutcome {
  const failure = `${message}`.trim() || name;
  if (quotas.has(name)) return { what: 'retry', failure, retryAfterMs: hourMs };
  if (name === 'concurrent_idempotent_requests') return { what: 'retry', failure };
  if (name === 'invalid_idempotent_request') return { what: 'taken', failure: nobodyKnows };
  if (keys.has(name) || statusCode === 401) return { what: 'account', failure };
  // A domain that is not verified yet: what leaves by another address of the account is none the worse for it.
  if (statusCode === 403) return { what: 'later', failure, retryAfterMs: domainWaitMs };
  if (statusCode === 429) return { what: 'retry', failure };
  // It may have been taken before the answer broke: asked again under its key, and never called back.
  if (statusCode === null || statusCode >= 500) return { what: 'unknown', failure };
  return { what: 'permanent', failure };
}

/** How fast it takes sends, by its own headers (IETF draft-ietf-httpapi-ratelimit-headers). */
function paceOf(headers: Record<string, string> | null): Pick<SendOutcome, 'perSecond' | 'retryAfterMs'> {
  if (headers === null) return {};
  const limit = Number(headers['ratelimit-limit']);
  const window = Number(/;\s*w=(\d+)/.exec(headers['ratelimit-policy'] ?? '')?.[1] ?? 1);
  const wait = Number(headers['retry-after']);
  return {
    ...(limit > 0 && window > 0 ? { perSecond: limit / window } : {}),
    ...(wait > 0 ? { retryAfterMs: wait * 1_000 } : {}),
  };
}
