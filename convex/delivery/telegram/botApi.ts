/**
 * Telegram's Bot API, as far as the desk uses it (core.telegram.org/bots/api; why by itself: docs/adr). The token stands in every
 * address that is called, so nothing of an address or of a thrown error leaves this file.
 */
import { inTime, lateAnswer } from '../provider';
import type { SendOutcome } from '../../shared/delivery/outcome';

/** As Telegram answers. Code 0: it did not, and whether it was heard is not known; -1: it was not even reached. */
export type Answer<Result> =
  | { ok: true; result: Result }
  | { ok: false; code: number; description: string; retryAfter?: number; migratedTo?: string }
  | { ok: false; code: 0 | -1; description: string };

/** Another host than Telegram's own is the deployment's to name, never a team's. */
export const botUrl = (): string => process.env.TELEGRAM_BASE_URL || 'https://api.telegram.org';

export async function callBot<Result>(
  token: string,
  method: string,
  body: object | FormData = {},
): Promise<Answer<Result>> {
  const isForm = body instanceof FormData;
  try {
    return await inTime(async (signal) => {
      const response = await fetch(`${botUrl()}/bot${token}/${method}`, {
        method: 'POST',
        body: isForm ? body : JSON.stringify(body),
        ...(isForm ? {} : { headers: { 'Content-Type': 'application/json' } }),
        redirect: 'error',
        signal,
      });
      return readAnswer<Result>(response.status, await response.text());
    });
  } catch (thrown) {
    return hasLeft(thrown)
      ? { ok: false, code: 0, description: lateAnswer }
      : { ok: false, code: -1, description: 'Telegram cannot be reached.' };
  }
}

/** What no connection was made for has not left: it may be said again. */
function hasLeft(thrown: unknown): boolean {
  const { cause, message = '' } = thrown as { cause?: { code?: string; message?: string }; message?: string };
  const said = `${cause?.code ?? ''} ${cause?.message ?? ''} ${message}`;
  return !/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|tcp connect|dns error/i.test(said);
}

interface Told {
  ok?: unknown;
  result?: unknown;
  error_code?: unknown;
  description?: unknown;
  parameters?: { retry_after?: unknown; migrate_to_chat_id?: unknown };
}

function readAnswer<Result>(status: number, text: string): Answer<Result> {
  const told = parsed(text);
  if (told?.ok === true && status < 300) return { ok: true, result: told.result as Result };
  const { error_code: code, description, parameters = {} } = told ?? {};
  const { retry_after: retryAfter, migrate_to_chat_id: migratedTo } = parameters;
  return {
    ok: false,
    code: typeof code === 'number' && code > 0 ? code : status,
    description: typeof description === 'string' ? description : 'It gave no reason.',
    ...(typeof retryAfter === 'number' ? { retryAfter } : {}),
    ...(typeof migratedTo === 'number' ? { migratedTo: String(migratedTo) } : {}),
  };
}

function parsed(text: string): Told | null {
  try {
    const told: unknown = JSON.parse(text);
    return typeof told === 'object' && told !== null ? (told as Told) : null;
  } catch {
    return null;
  }
}

/** Null: it is not there, or larger than `most`. */
export async function downloadFile(token: string, path: string, most: number): Promise<Blob | null> {
  const safe = path.split('/').map(encodeURIComponent).join('/');
  const response = await fetch(`${botUrl()}/file/bot${token}/${safe}`, { redirect: 'error' }).catch(() => {
    // What is thrown names the address.
    throw new Error('The file did not come.');
  });
  if (response.status === 404 || response.status === 400) return null;
  if (!response.ok) throw new Error(`The file did not come: ${response.status}.`);
  const blob = await response.blob();
  return blob.size > most ? null : blob;
}

export const blockedFailure =
  'The customer has blocked the bot or deleted their account. Until they write again, reach them another way.';
const tokenFailure =
  'Telegram refuses the bot’s token. A manager connects the bot again in Settings, Channels.';

/** What an answer means for this send and for the bot. */
export function outcomeOf(answer: Answer<{ message_id: number }>): SendOutcome {
  if (answer.ok)
    return { what: 'sent', providerId: String(answer.result.message_id), perSecond: botPerSecond };
  const { code, description: failure } = answer;
  if (code === -1) return { what: 'retry', failure };
  // It may have been taken before the answer broke, and there is no key to ask by.
  if (code === 0 || code >= 500) return { what: 'unknown', failure };
  if (code === 429) {
    // Of this chat or of the bot, it does not say: each send waits as long as it is told.
    const retryAfter = 'retryAfter' in answer ? answer.retryAfter : undefined;
    return { what: 'later', failure, retryAfterMs: (retryAfter ?? 1) * 1_000 };
  }
  if (code === 401 || code === 404) return { what: 'account', failure: tokenFailure };
  if (code === 403) return { what: 'permanent', failure: blockedFailure };
  return { what: 'permanent', failure: `Telegram does not take it: ${failure}` };
}

/** Messages a second that all chats of one bot take together (core.telegram.org/bots/faq: about 30), unevenly as they come. */
const botPerSecond = 24;
