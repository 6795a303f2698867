/** The API's paths, with the key each asks for. What Baton has no use for is said to be unsupported here, by 501. */
import { refuse } from '../refusals.ts';
import { type Answer, type Call, ok } from './call.ts';
import { getDomain, listDomains } from './domains.ts';
import { sendEmail } from './emails.ts';
import { getAttachment, getReceived, listAttachments, listReceived } from './receiving.ts';
import { createWebhook, getWebhook, listWebhooks, updateWebhook } from './webhooks.ts';

type Handler = (call: Call) => Answer | Promise<Answer>;

export interface Route {
  handler: Handler;
  params: Record<string, string>;
  /** A key that may only send is enough. */
  isSend: boolean;
}

const unsupported: Handler = () =>
  ok({ statusCode: 501, name: 'unsupported', message: 'The local Resend does not play this part.' }, 501);

const sends = new Set(['POST /emails', 'POST /emails/batch']);

const handlers: Record<string, Handler> = {
  'POST /emails': sendEmail,
  'GET /emails': unsupported,
  'POST /emails/batch': unsupported,
  'GET /emails/receiving': listReceived,
  'GET /emails/receiving/:id': getReceived,
  'GET /emails/receiving/:id/attachments': listAttachments,
  'GET /emails/receiving/:id/attachments/:attachmentId': getAttachment,
  'GET /emails/:id': unsupported,
  'PATCH /emails/:id': unsupported,
  'POST /emails/:id/cancel': unsupported,
  'GET /domains': listDomains,
  'POST /domains': unsupported,
  'GET /domains/:id': getDomain,
  'POST /domains/:id/verify': unsupported,
  'GET /suppressions': unsupported,
  'POST /suppressions': unsupported,
  'GET /suppressions/:id': unsupported,
  'DELETE /suppressions/:id': unsupported,
  'GET /webhooks': listWebhooks,
  'POST /webhooks': createWebhook,
  'GET /webhooks/:id': getWebhook,
  'PATCH /webhooks/:id': updateWebhook,
  'DELETE /webhooks/:id': unsupported,
  'POST /webhooks/:id/signing-secret/rotate': unsupported,
  'GET /webhooks/:id/events': unsupported,
  'GET /webhooks/:id/events/:eventId': unsupported,
  'GET /webhooks/:id/events/:eventId/attempts': unsupported,
  'POST /webhooks/:id/events/:eventId/replay': unsupported,
};

const table = Object.entries(handlers).map(([name, handler]) => {
  const [method = '', pattern = ''] = name.split(' ');
  return { name, method, parts: pattern.split('/'), handler };
});

/** Throws what the real one refuses: a path that is none, a method that a path does not have. */
export function routeFor(method: string, path: string): Route {
  const parts = path.split('/');
  const fitting = table.filter(
    (row) =>
      row.parts.length === parts.length &&
      row.parts.every((part, at) => part.startsWith(':') || part === parts[at]),
  );
  if (fitting.length === 0) refuse('unknownPath');
  const row = fitting.find((each) => each.method === method) ?? refuse('wrongMethod');
  const params = Object.fromEntries(
    row.parts.flatMap((part, at) =>
      part.startsWith(':') ? [[part.replace(':', ''), decode(parts[at] ?? '')]] : [],
    ),
  ) as Record<string, string>;
  return { handler: row.handler, params, isSend: sends.has(row.name) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
