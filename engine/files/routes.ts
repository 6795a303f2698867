/**
 * `POST /api/storage/upload?token=…` and `GET /api/storage/<uuid>` (§2.6).
 *
 * Promises: bodies are streamed both ways; what is served here cannot act in the name of the app that is served beside it:
 * a stored page is sandboxed, a declared type is not second-guessed.
 */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { isKnownToClient } from '../http/conditional.ts';
import { sendJson } from '../http/reply.ts';
import type { ApiRoutes } from '../http/server.ts';
import { DeveloperError, HttpError, shortName } from '../values/errors.ts';
import { isUuid, tooLarge } from './blobs.ts';
import type { FileRecord, Files } from './files.ts';

const PREFIX = '/api/storage/';
const IDLE_MS = 30_000;
const SANDBOX = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox";

export function createFileRoutes(files: Files): ApiRoutes {
  return async (request, response, url) => {
    if (!url.pathname.startsWith(PREFIX)) return false;
    const name = url.pathname.slice(PREFIX.length);
    if (name === 'upload') await upload(files, request, response, url);
    else await download(files, request, response, name, url.searchParams.get('component') ?? '');
    return true;
  };
}

async function upload(
  files: Files,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  if (request.method !== 'POST') throw new HttpError(405, 'MethodNotAllowed', 'Use POST to upload a file.');
  const { component, release } = files.claimUpload(url.searchParams.get('token'));
  try {
    const storageId = await receive(files, request, component);
    sendJson(response, 200, { storageId });
  } catch (error) {
    release();
    throw error;
  }
}

async function receive(files: Files, request: IncomingMessage, component: string): Promise<string> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > files.maxBytes) throw tooLarge(files.maxBytes);
  files.blobs.requireRoom(announced);
  const type = files.uploadsAs ?? request.headers['content-type'] ?? null;
  const digest = announcedDigest(request.headers.digest);
  return files.receive(component, bodyOf(request), type, digest).catch((error: unknown) => {
    throw error instanceof DeveloperError ? new HttpError(400, error.code, error.message) : error;
  });
}

async function* bodyOf(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  // A file may take its time, but not fall silent.
  request.setTimeout(IDLE_MS, () => request.destroy());
  try {
    yield* request as AsyncIterable<Buffer>;
  } catch {
    throw new HttpError(408, 'ClientDisconnect', 'The connection was closed before the file was complete.');
  }
}

/** `Digest: sha-256=<base64>`; other algorithms are not ours to check. */
function announcedDigest(header: string | string[] | undefined): Buffer | null {
  const found = /(?:^|,)\s*sha-256=([A-Za-z0-9+/]+=*)\s*(?:,|$)/i.exec(String(header ?? ''));
  if (found === null) return null;
  const digest = Buffer.from(found[1]!, 'base64');
  if (digest.length === 32) return digest;
  throw new HttpError(400, 'InvalidDigest', 'The Digest header holds no SHA-256 in base64.');
}

async function download(
  files: Files,
  request: IncomingMessage,
  response: ServerResponse,
  uuid: string,
  component: string,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new HttpError(405, 'MethodNotAllowed', 'Use GET to read a file.');
  if (!isUuid(uuid))
    throw new HttpError(400, 'InvalidStoragePath', `"${shortName(uuid)}" is not the name of a file.`);
  const file = files.byUuid(component, uuid);
  if (file === null) throw new HttpError(404, 'FileNotFound', 'There is no such file, or no longer.');
  const etag = `"${file.sha256}"`;
  const headers = headersOf(file, etag);
  if (isKnownToClient(request, headers)) {
    response.writeHead(304, headers).end();
    return;
  }
  const range = rangeOf(request, etag, file.size);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'content-range': `bytes */${file.size}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: file.size - 1 };
  headers['content-length'] = end - start + 1;
  if (range) headers['content-range'] = `bytes ${start}-${end}/${file.size}`;
  const body = request.method === 'HEAD' || file.size === 0 ? null : await files.blobs.open(file.uuid);
  response.writeHead(range ? 206 : 200, headers);
  if (body === null) return void response.end();
  // A reader who leaves is no failure of ours.
  await pipeline(body.createReadStream({ start, end }), response).catch(() => response.destroy());
}

function headersOf({ contentType, sha256 }: FileRecord, etag: string): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {
    digest: `sha-256=${sha256}`,
    etag,
    'cache-control': 'private, max-age=2592000',
    'accept-ranges': 'bytes',
  };
  if (contentType !== null) headers['content-type'] = contentType;
  // Browsers show no PDF inside a sandbox; a PDF cannot touch the page's origin.
  if (contentType?.split(';')[0]!.trim().toLowerCase() !== 'application/pdf')
    headers['content-security-policy'] = SANDBOX;
  return headers;
}

/** The one range that is asked for; null for the whole file, also when the question is none we understand. */
function rangeOf(
  request: IncomingMessage,
  etag: string,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | null {
  const found = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range?.replaceAll(' ', '') ?? '');
  const condition = request.headers['if-range'];
  if (found === null || (condition !== undefined && condition !== etag)) return null;
  const [, first, last] = found;
  if (first === '' && last === '') return null;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(size - 1, Number(last));
  if (first !== '' && last !== '' && Number(last) < start) return null;
  return start > end || start >= size ? 'unsatisfiable' : { start, end };
}
