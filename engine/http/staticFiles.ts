/**
 * The app's files from one folder: `--static DIR`.
 *
 * Promises: nothing outside the folder and no dotfile is ever served, whatever the path or a symlink says; a path without
 * a file extension that names no file gets index.html (the app routes in the browser), one with an extension gets 404;
 * hashed assets are cached for a year, everything else is revalidated; text is compressed once and kept in memory, also for
 * each of the texts that may stand in front of it.
 */
import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { lookup } from 'mrmime';
import { isKnownToClient } from './conditional.ts';
import { sendText } from './reply.ts';

const COMPRESSIBLE = /^text\/|[/+](?:json|xml)$|\/wasm$/;
const HASHED_ASSET = /^\/assets\/.*[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;
const MAX_CACHED_BYTES = 128 * 1024 * 1024;
const MIN_COMPRESSED = 1_024;

/** Texts in front of one file that are kept with it; of more the oldest are made again. */
const MAX_LEADS = 200;

interface CachedFile {
  path: string;
  key: string;
  mtimeMs: number;
  /** Bytes on disk, and what stands in front of them. */
  size: number;
  body: Buffer;
  etag: string;
  encoded: { br: Buffer; gzip: Buffer } | null;
}

/** Texts the host puts in front of files, by path, as they are at this moment for who asks with these parameters. */
export type Leads = Readonly<Record<string, (parameters: URLSearchParams) => string>>;

export class StaticFiles {
  #root: string;
  #leads: Leads;
  #cache = new Map<string, CachedFile>();
  #cachedBytes = 0;
  /** Keys of the files with something in front, oldest first, by their paths. */
  #led = new Map<string, string[]>();

  constructor(root: string, leads: Leads = {}) {
    this.#root = root;
    this.#leads = leads;
  }

  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    { pathname, searchParams }: Pick<URL, 'pathname' | 'searchParams'>,
  ): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return sendText(response, 405, 'text/plain', 'Only GET and HEAD work here.');
    }
    const path = cleanPath(pathname);
    const found = path === null ? null : await this.#find(path, searchParams);
    if (!found) return sendText(response, 404, 'text/plain; charset=utf-8', 'Not found');
    this.#send(request, response, found);
  }

  async #find(path: string, parameters: URLSearchParams): Promise<CachedFile | null> {
    const isFile = extname(path) !== '';
    return (
      (isFile ? await this.#load(path, parameters) : null) ??
      (isFile || path.startsWith('/assets/') ? null : this.#load('/index.html', parameters))
    );
  }

  /** The file if it lies inside the folder, from memory while it is unchanged on disk. */
  async #load(path: string, parameters: URLSearchParams): Promise<CachedFile | null> {
    try {
      const root = await realpath(this.#root);
      const file = await realpath(join(root, path));
      if (!file.startsWith(root + sep)) return null;
      const { mtimeMs, size } = await stat(file);
      const lead = Object.hasOwn(this.#leads, path) ? this.#leads[path]!(parameters) : '';
      const key = `${path}\n${lead}`;
      const cached = this.#cache.get(key);
      if (cached && cached.mtimeMs === mtimeMs && cached.size === size) return cached;
      const body = Buffer.concat([Buffer.from(lead), await readFile(file)]);
      const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
      const read: CachedFile = { path, key, mtimeMs, size, body, etag, encoded: null };
      this.#keep(read, cached);
      if (lead !== '' && cached === undefined) this.#keepFewLed(read);
      return read;
    } catch {
      return null;
    }
  }

  #keep(file: CachedFile, replaced: CachedFile | undefined): void {
    if (replaced) this.#cachedBytes -= replaced.body.length;
    if (this.#cachedBytes + file.body.length > MAX_CACHED_BYTES) return void this.#cache.delete(file.key);
    this.#cachedBytes += file.body.length;
    this.#cache.set(file.key, file);
    if (COMPRESSIBLE.test(typeOf(file.path)) && file.body.length >= MIN_COMPRESSED) void this.#compress(file);
  }

  #keepFewLed({ path, key }: CachedFile): void {
    const led = [...(this.#led.get(path) ?? []), key];
    const gone = led.length > MAX_LEADS ? led.shift() : undefined;
    this.#led.set(path, led);
    const file = gone === undefined ? undefined : this.#cache.get(gone);
    if (file === undefined) return;
    this.#cache.delete(file.key);
    this.#cachedBytes -= file.body.length;
  }

  /** Until this has finished, the file is sent as it is. */
  async #compress(file: CachedFile): Promise<void> {
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_SIZE_HINT]: file.body.length,
    };
    const [br, zipped] = await Promise.all([
      promisify(brotliCompress)(file.body, { params }),
      promisify(gzip)(file.body),
    ]);
    if (this.#cache.get(file.key) === file) file.encoded = { br, gzip: zipped };
  }

  #send(request: IncomingMessage, response: ServerResponse, file: CachedFile): void {
    const type = typeOf(file.path);
    const headers: OutgoingHttpHeaders = {
      'content-type': type,
      'cache-control': HASHED_ASSET.test(file.path) ? 'public, max-age=31536000, immutable' : 'no-cache',
      etag: file.etag,
      'last-modified': new Date(file.mtimeMs).toUTCString(),
    };
    if (COMPRESSIBLE.test(type)) headers.vary = 'accept-encoding';
    if (isKnownToClient(request, headers)) {
      response.writeHead(304, headers).end();
      return;
    }
    const encoding = file.encoded && preferredEncoding(request.headers['accept-encoding']);
    const body = encoding ? file.encoded![encoding] : file.body;
    if (encoding) headers['content-encoding'] = encoding;
    headers['content-length'] = body.length;
    response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : body);
  }
}

/** The decoded path, or null if it could mean anything but a file below the folder. */
function cleanPath(pathname: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  if (!path.startsWith('/') || /[\0\\]/.test(path)) return null;
  return path.split('/').some((part) => part.startsWith('.')) ? null : path;
}

function preferredEncoding(accepted: string | string[] | undefined): 'br' | 'gzip' | null {
  const names = String(accepted ?? '')
    .split(',')
    .map((item) => item.trim());
  const accepts = (name: string) =>
    names.some((item) => item === name || (item.startsWith(`${name};`) && !/q=0(?:\.0*)?$/.test(item)));
  if (accepts('br')) return 'br';
  return accepts('gzip') ? 'gzip' : null;
}

function typeOf(path: string): string {
  const extension = extname(path);
  if (extension === '.ico') return 'image/x-icon'; // mrmime has only registered names
  const type = lookup(extension) ?? 'application/octet-stream';
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type;
}
