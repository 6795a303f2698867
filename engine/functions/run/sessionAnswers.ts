/**
 * The answers of session requests as they lie on disk: under the hash of the session's id, sealed with a key made of it, which
 * only its client has. What a function returned once, such as a key, cannot be read from the data folder or a backup.
 *
 * Promises: a repeat gets its answer for the identity alone that asked; who else asks for it is refused, for the request was
 * run. Surprise: answers of before lie open under the id itself for as long as they are kept, and are still found.
 */
import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';
import type { SessionRequest, SessionRequests } from '../../storage/sessionRequests.ts';
import { DeveloperError } from '../../values/errors.ts';
import type { Caller } from '../calls/services.ts';

export interface RequestOfSession {
  sessionId: string;
  requestId: number;
}

interface Kept {
  owner: string;
  result: string;
  logLines: string[];
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** No JSON begins like this. */
const SEALED = '~';

/** The first answer to a request that comes again; null for a new one. Throws DeveloperError when it was somebody else's. */
export function findAnswer(
  requests: SessionRequests,
  { sessionId, requestId }: RequestOfSession,
  caller: Caller,
): SessionRequest | null {
  const found = requests.get(nameOf(sessionId), requestId) ?? requests.get(sessionId, requestId);
  if (found === null || !found.result.startsWith(SEALED)) return found;
  const kept = open(found.result, sessionId);
  if (kept === null) return null;
  if (kept.owner !== ownerOf(caller))
    throw new DeveloperError(
      'NotYourRequest',
      'This request was made, and answered, under another identity.',
    );
  return { ts: found.ts, result: kept.result, logLines: kept.logLines };
}

/** Inside the mutation's own transaction only. */
export function keepAnswer(
  requests: SessionRequests,
  { sessionId, requestId }: RequestOfSession,
  caller: Caller,
  { ts, result, logLines }: SessionRequest,
): void {
  const sealed = seal({ owner: ownerOf(caller), result, logLines }, sessionId);
  requests.put(nameOf(sessionId), requestId, { ts, result: sealed, logLines: [] });
}

const nameOf = (sessionId: string): string => hash('sha256', `name of ${sessionId}`, 'base64url');
const keyOf = (sessionId: string): Buffer => hash('sha256', `key of ${sessionId}`, 'buffer');

function ownerOf({ admin, identity }: Caller): string {
  return `${admin ? 'admin' : 'user'} ${identity?.tokenIdentifier ?? ''}`;
}

function seal(kept: Kept, sessionId: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keyOf(sessionId), nonce);
  const text = Buffer.concat([cipher.update(JSON.stringify(kept)), cipher.final()]);
  return SEALED + Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
}

/** Null for who has not the session's id: the name under which its answers lie is no key to them. */
function open(sealed: string, sessionId: string): Kept | null {
  const bytes = Buffer.from(sealed.replace(SEALED, ''), 'base64url');
  const decipher = createDecipheriv(CIPHER, keyOf(sessionId), bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    return JSON.parse(text.toString()) as Kept;
  } catch {
    return null;
  }
}
