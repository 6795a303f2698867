/** `/emails`: sends, and what was sent. */
import { databaseTime } from '../ids.ts';
import type { Mailbox } from '../mail/addresses.ts';
import { refuse } from '../refusals.ts';
import type { Email } from '../sending.ts';
import { type Answer, type Call, ok } from './call.ts';
import { idOf } from './ids.ts';
import { list, page } from './paging.ts';

export async function sendEmail({ team, body, headers, slowMs }: Call): Promise<Answer> {
  const key = headers['idempotency-key'] ?? null;
  const { email, isReplay } = await team.sending.send(readJson(body), { key, bytes: body, slowMs });
  return { ...ok({ id: email.id }), emailId: email.id, isReplay };
}

export function getEmail({ team, params }: Call): Answer {
  const email = team.sending.get(idOf(params.id));
  const { now, visibleAfterMs } = team.settings;
  if (!email || now() < email.createdAt + visibleAfterMs) return refuse('emailNotFound');
  const { html, text, tags } = email.body;
  return ok({ object: 'email', ...shown(email), html, text, ...(tags.length > 0 ? { tags } : {}) });
}

export function listEmails({ team, query }: Call): Answer {
  const { items, hasMore } = page(team.sending.list(), query);
  return ok(list(items.map(shown), hasMore));
}

function shown({ id, messageId, createdAt, lastEvent, body }: Email) {
  return {
    id,
    message_id: messageId,
    to: texts(body.to),
    from: body.from.text,
    created_at: databaseTime(createdAt),
    subject: body.subject,
    bcc: textsOrNull(body.bcc),
    cc: textsOrNull(body.cc),
    reply_to: textsOrNull(body.replyTo),
    last_event: lastEvent,
    scheduled_at: body.scheduledAt === null ? null : databaseTime(body.scheduledAt),
  };
}

export function readJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return refuse('notJson');
  }
}

const texts = (list: Mailbox[]): string[] => list.map(({ text }) => text);
const textsOrNull = (list: Mailbox[]): string[] | null => (list.length > 0 ? texts(list) : null);
