/** The endpoints of `convex import` and `convex export`; administrators only. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { readJsonObject, rooms } from '../http/body.ts';
import { sendJson } from '../http/reply.ts';
import type { ApiRoutes } from '../http/server.ts';
import { HttpError } from '../values/errors.ts';
import type { Exports } from './exports.ts';
import type { Imports } from './imports.ts';

type Route = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<unknown>;

const BODY = { maxBytes: 1024 * 1024, room: rooms.known, sender: null };
const ZIP_PREFIX = '/api/export/zip/';

export function createSnapshotRoutes(
  imports: Imports,
  exports: Exports,
  isAdmin: (request: IncomingMessage) => Promise<boolean>,
): ApiRoutes {
  const routes: Record<string, Route> = {
    'POST /api/import/start_upload': async () => ({ uploadToken: await imports.startUpload() }),
    'POST /api/import/upload_part': async (request, _response, url) =>
      imports.uploadPart(
        url.searchParams.get('uploadToken') ?? '',
        Number(url.searchParams.get('partNumber')),
        request as AsyncIterable<Buffer>,
      ),
    'POST /api/import/finish_upload': async (request) => ({
      importId: await imports.finishUpload(await readJsonObject(request, BODY)),
    }),
    'POST /api/perform_import': async (request) => {
      imports.perform(String((await readJsonObject(request, BODY)).importId));
      return {};
    },
    'POST /api/cancel_import': async (request) => {
      await imports.cancel(String((await readJsonObject(request, BODY)).importId));
      return {};
    },
    'POST /api/export/request/zip': async (_request, _response, url) => {
      await exports.request(url.searchParams.get('includeStorage') === 'true');
      return {};
    },
  };
  return async (request, response, url) => {
    const isDownload = request.method === 'GET' && url.pathname.startsWith(ZIP_PREFIX);
    const route = routes[`${request.method} ${url.pathname}`];
    if (route === undefined && !isDownload) return false;
    if (!(await isAdmin(request))) throw new HttpError(403, 'AdminRequired', 'This needs the admin key.');
    if (route !== undefined) sendJson(response, 200, await route(request, response, url));
    else await download(response, exports.path(url.pathname.slice(ZIP_PREFIX.length)));
    return true;
  };
}

async function download(response: ServerResponse, path: string): Promise<void> {
  const { size } = await stat(path);
  response.writeHead(200, { 'content-type': 'application/zip', 'content-length': size });
  await pipeline(createReadStream(path), response).catch(() => response.destroy());
}
