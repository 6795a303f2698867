/** `/emails/receiving`: what came in, with links to the raw mail and to its attachments that hold for an hour. */
import { preciseTime } from '../ids.ts';
import { type ReadAttachment, withImages } from '../mail/read.ts';
import type { Received } from '../receiving.ts';
import { refuse } from '../refusals.ts';
import type { Team } from '../team.ts';
import { type Answer, type Call, ok } from './call.ts';
import { idOf } from './ids.ts';
import { linkTo } from './links.ts';
import { list, page } from './paging.ts';

export function listReceived({ team, query }: Call): Answer {
  const { items, hasMore } = page(team.receiving.list(), query);
  return ok(list(items.map(summary), hasMore));
}

export function getReceived({ team, params, query, url }: Call): Answer {
  const received = team.receiving.get(idOf(params.id)) ?? refuse('receivedNotFound');
  const { mail } = received;
  const format = query.get('html_format') === 'cid' ? 'cid' : 'data_uri';
  const link = linkTo(team, url, `/cdn/${received.id}/raw`);
  return ok({
    object: 'email',
    ...summary(received),
    html: format === 'cid' ? mail.html : withImages(mail),
    text: mail.text,
    html_format: format,
    headers: headersOf(received),
    raw: { download_url: link.url, expires_at: link.expiresAt },
  });
}

export function listAttachments({ team, params, query, url }: Call): Answer {
  const received = team.receiving.get(idOf(params.id)) ?? refuse('receivedNotFound');
  const { items, hasMore } = page(received.mail.attachments, query);
  return ok(
    list(
      items.map((each) => shownAttachment(team, url, received, each)),
      hasMore,
    ),
  );
}

export function getAttachment({ team, params, url }: Call): Answer {
  const attachmentId = idOf(params.attachmentId);
  const received = team.receiving.get(idOf(params.id));
  const attachment = received?.mail.attachments.find(({ id }) => id === attachmentId);
  if (!received || !attachment) return refuse('attachmentNotFound');
  return ok({ object: 'attachment', ...shownAttachment(team, url, received, attachment) });
}

function shownAttachment(team: Team, url: string, received: Received, attachment: ReadAttachment) {
  const link = linkTo(team, url, `/cdn/${received.id}/attachments/${attachment.id}`);
  return {
    id: attachment.id,
    ...(attachment.filename === null ? {} : { filename: attachment.filename }),
    size: attachment.content.length,
    content_type: attachment.contentType,
    content_disposition: attachment.disposition === 'inline' ? 'inline' : 'attachment',
    ...(attachment.contentId === null ? {} : { content_id: attachment.contentId }),
    download_url: link.url,
    expires_at: link.expiresAt,
  };
}

function summary({ id, at, mail, receivedFor }: Received) {
  return {
    id,
    to: mail.to,
    from: mail.from,
    created_at: preciseTime(at),
    subject: mail.subject,
    bcc: mail.bcc.length > 0 ? mail.bcc : null,
    cc: mail.cc.length > 0 ? mail.cc : null,
    reply_to: mail.replyTo.length > 0 ? mail.replyTo : null,
    received_for: receivedFor,
    message_id: mail.messageId,
    attachments: mail.attachments.map((each) => ({
      id: each.id,
      filename: each.filename,
      size: each.content.length,
      content_type: each.contentType,
      content_id: each.contentId,
      content_disposition: each.disposition,
    })),
  };
}

/** An object: of a header that comes twice one is lost, and `references` is a list in a string. */
function headersOf({ mail }: Received): Record<string, string> {
  return Object.fromEntries(
    mail.headers.map(({ name, value }) => {
      const ids = name === 'references' ? value.match(/<[^<>]+>/g) : null;
      return [name, ids ? JSON.stringify(ids) : value];
    }),
  );
}
