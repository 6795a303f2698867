/**
 * Request bodies: read whole, decoded, never above a limit. The limit counts decoded bytes, so a small compressed body
 * cannot grow past it either.
 */
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';
import { EDGES } from '../values/edges.ts';
import { HttpError, shortName } from '../values/errors.ts';
import { excessOfText, MAX_JSON_DEPTH, nestsDeeperThan } from '../values/shape.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';
import { LARGE, type Sender, turnOfItsOwn } from '../turns/largeTurns.ts';
import { Room, tooLarge } from './unfinished.ts';

const DECODERS = { br: promisify(brotliDecompress), gzip: promisify(gunzip) };

/** Who a body comes from: how much of it is taken, and the room in which it is waited for. */
export interface BodyRules {
  maxBytes: number;
  room: Room;
  /** Whose pace it goes by. */
  sender: Sender;
  /** It holds values of functions: nothing in it may be more than a value can be, and in all there may be so many parts. */
  mostParts?: number;
}

const MIB = 1024 * 1024;
const idleMs = EDGES.silentBody.most;
const bodies = EDGES.unfinished.most;

export const rooms = {
  strangers: new Room({ bodies, bytes: 32 * MIB, idleMs, totalMs: 30_000 }),
  known: new Room({ bodies, bytes: 256 * MIB, idleMs, totalMs: 300_000 }),
  actions: new Room({ bodies, bytes: 128 * MIB, idleMs, totalMs: 120_000 }),
};

async function readJson(
  request: IncomingMessage,
  { maxBytes, room, sender, mostParts }: BodyRules,
): Promise<JsonValue> {
  const raw = await room.read(request, maxBytes, sender);
  const body = await decode(raw, request.headers['content-encoding'], maxBytes);
  if (body.length === 0) return {};
  if (body.length > LARGE) await turnOfItsOwn();
  const text = body.toString();
  const excess = mostParts === undefined ? null : excessOfText(text, mostParts);
  if (excess !== null) throw new HttpError(400, 'BadJsonBody', `${excess}.`);
  return parseJson(text, 'The request body');
}

/** A half of a surrogate pair, which only an escape can bring: bytes that were decoded hold none. `json` is valid. */
function holdsHalfCharacter(json: string): boolean {
  if (!half.test(json)) return false;
  // From escape to escape: what a body of nothing else would be cut into takes several times as long.
  for (let at = json.indexOf('\\'); at >= 0; at = json.indexOf('\\', at)) {
    if (json[at + 1] !== 'u') {
      at += 2;
      continue;
    }
    pair.lastIndex = at;
    if (pair.test(json)) at = pair.lastIndex;
    else if (half.test(json.slice(at, at + 4))) return true;
    else at += 6;
  }
  return false;
}
const half = /\\u[dD][89a-fA-F]/;
const pair = /\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}/y;

/** Throws HttpError 400 for what is no JSON, holds half a character or nests deeper than any value may. */
export function parseJson(text: string, what: string): JsonValue {
  let json: JsonValue;
  try {
    json = JSON.parse(text) as JsonValue;
  } catch {
    throw new HttpError(400, 'BadJsonBody', `${what} is not valid JSON.`);
  }
  if (holdsHalfCharacter(text)) {
    throw new HttpError(400, 'BadJsonBody', `${what} is not valid JSON: a lone surrogate is no text.`);
  }
  if (!nestsDeeperThan(json, MAX_JSON_DEPTH)) return json;
  throw new HttpError(400, 'BadJsonBody', `${what} nests deeper than ${MAX_JSON_DEPTH} levels.`);
}

export async function readJsonObject(request: IncomingMessage, rules: BodyRules): Promise<JsonObject> {
  const json = await readJson(request, rules);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new HttpError(400, 'BadJsonBody', 'The request body must be a JSON object.');
  }
  return json;
}

async function decode(body: Buffer, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity') return body;
  const decoder = DECODERS[encoding as keyof typeof DECODERS];
  if (!decoder || !Object.hasOwn(DECODERS, encoding)) {
    throw new HttpError(
      400,
      'BadContentEncoding',
      `The content encoding "${shortName(encoding)}" is not supported; use br or gzip.`,
    );
  }
  try {
    return await decoder(body, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw new HttpError(400, 'BadContentEncoding', `The request body is not valid ${encoding} data.`);
  }
}
