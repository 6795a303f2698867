/**
 * Request bodies: read whole, decoded, never above a limit. The limit counts decoded bytes, so a small compressed body
 * cannot grow past it either.
 */
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';
import { HttpError } from '../values/errors.ts';
import { MAX_JSON_DEPTH, nestsDeeperThan } from '../values/nesting.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';

const DECODERS = { br: promisify(brotliDecompress), gzip: promisify(gunzip) };

/** Throws HttpError 413 as soon as the limit is passed, 400 for a broken or unknown encoding. */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof HttpError) throw error;
    throw new HttpError(
      408,
      'ClientDisconnect',
      'The client closed the connection before the body was complete.',
    );
  }
  return decode(Buffer.concat(chunks), request.headers['content-encoding'], maxBytes);
}

async function readJson(request: IncomingMessage, maxBytes: number): Promise<JsonValue> {
  const body = await readBody(request, maxBytes);
  return body.length === 0 ? {} : parseJson(body.toString(), 'The request body');
}

/** Throws HttpError 400 for what is no JSON or nests deeper than any value may. */
export function parseJson(text: string, what: string): JsonValue {
  let json: JsonValue;
  try {
    json = JSON.parse(text) as JsonValue;
  } catch {
    throw new HttpError(400, 'BadJsonBody', `${what} is not valid JSON.`);
  }
  if (!nestsDeeperThan(json, MAX_JSON_DEPTH)) return json;
  throw new HttpError(400, 'BadJsonBody', `${what} nests deeper than ${MAX_JSON_DEPTH} levels.`);
}

export async function readJsonObject(request: IncomingMessage, maxBytes: number): Promise<JsonObject> {
  const json = await readJson(request, maxBytes);
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
      `The content encoding "${encoding}" is not supported; use br or gzip.`,
    );
  }
  try {
    return await decoder(body, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw new HttpError(400, 'BadContentEncoding', `The request body is not valid ${encoding} data.`);
  }
}

function tooLarge(maxBytes: number): HttpError {
  return new HttpError(413, 'RequestTooLarge', `The request body is larger than ${maxBytes} bytes.`);
}
