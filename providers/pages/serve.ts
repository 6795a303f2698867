/** How the pages of the providers are served: only on this machine, to its own pages, and under a policy that says what they load. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Said {
  status?: number;
  type?: string;
  body?: string | Uint8Array;
  headers?: Record<string, string>;
}

/** Whether it was asked for by a name of this machine: a stranger's name that leads here is none. */
export const isHere = (url: URL): boolean => ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);

export function send(response: ServerResponse, policy: string, said: Said): void {
  const { status = 200, type = 'text/html; charset=utf-8', body = '', headers = {} } = said;
  response.writeHead(status, {
    'content-type': type,
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    // Stricter, and the forms of these pages would come without their origin.
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(body);
}

interface Visit {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  policy: string;
}

/** Other hosts' names and other pages' forms are refused. */
export async function serve(
  { request, response, url, policy }: Visit,
  answer: () => Said | Promise<Said>,
): Promise<void> {
  const { origin } = request.headers;
  const isOwn = request.method !== 'POST' || origin === undefined || origin === url.origin;
  const isAllowed = isHere(url) && isOwn;
  send(
    response,
    policy,
    isAllowed ? await answer() : { status: 403, type: 'text/plain', body: 'Only from here.' },
  );
}

/** What all of them look like, and the sheets of one. */
export const styleSheet = (...sheets: URL[]): Said => ({
  type: 'text/css; charset=utf-8',
  body: [new URL('pages.css', import.meta.url), ...sheets]
    .map((sheet) => readFileSync(sheet, 'utf8'))
    .join('\n'),
});

/** Sheets of facts, and forms. */
export const formSheet = new URL('forms.css', import.meta.url);

export async function readForm(request: IncomingMessage): Promise<FormData> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const headers = { 'content-type': request.headers['content-type'] ?? 'application/x-www-form-urlencoded' };
  return new Response(Buffer.concat(chunks), { headers }).formData();
}

export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}
