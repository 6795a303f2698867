/**
 * An answer as the request that Resend is sent (docs/rules.md M3, M8; RFC 5322 3.6.4). Rendered once, and kept.
 *
 * The id that the provider gives a mail is not ours to choose, so an id of our own stands last in its References: whoever
 * answers sends it back, and it names the conversation, signed.
 */
import type { ActionCtx } from '../../functions';
import { keyFor } from '../../model/kit/secrets';
import type { MailFacts } from '../../model/delivery/mail/outgoing';
import { writtenAddress } from '../../shared/mail/addresses';
import { loopHeader } from '../../shared/mail/automatic';
import { renderReply } from '../../shared/mail/renderReply';
import { makeMessageId, makeToken, referencesLine, replyAddress } from '../../shared/mail/threading';

export async function renderMail(facts: MailFacts): Promise<string> {
  const key = await keyFor('mail');
  const token = await makeToken(key, facts.conversationId);
  const domain = facts.replyAddress.split('@')[1]!;
  const ownId = await makeMessageId(key, { messageId: facts.entryId, token, domain });
  const { from, to, cc, references, inReplyTo, link, quoted } = facts;
  const { subject, text, html } = renderReply({
    text: facts.text,
    subject: facts.subject,
    systemLines: facts.systemLines,
    signature: facts.signature ?? `${facts.authorName}${facts.isAgent ? ' (AI)' : ''}, ${from.name}`,
    ...(link === null ? {} : { link: { label: 'See the conversation', url: link } }),
    ...(quoted === null
      ? {}
      : { quotedBefore: { attribution: attributionOf(quoted, facts.to), text: quoted.text } }),
  });
  const answerTo = replyAddress(facts.replyAddress, token);
  return JSON.stringify({
    from: writtenAddress(from),
    to: [to],
    ...(cc.length > 0 ? { cc } : {}),
    reply_to: answerTo ?? facts.replyAddress,
    // A thread that the desk begins answers nothing yet.
    subject: references.length > 0 ? subject : facts.subject,
    text,
    html,
    headers: {
      ...(inReplyTo === null ? {} : { 'In-Reply-To': inReplyTo }),
      References: referencesLine(references, ownId),
      // [M4] Another desk, or an assistant, is told that no person waits for its answer.
      ...(facts.isAgent ? { 'Auto-Submitted': 'auto-replied', [loopHeader]: '1' } : {}),
    },
    ...(facts.files.length === 0 ? {} : { attachments: facts.files.map(asAttachment) }),
    tags: [
      { name: 'conversation', value: facts.conversationId },
      { name: 'message', value: facts.entryId },
    ],
  });
}

/** The bytes stand in storage, where they stay what they are: `withFiles` puts them in. */
export const asAttachment = ({ storageId, name, contentType }: MailFacts['files'][number]) => ({
  filename: name,
  content_type: contentType,
  content: storageId,
});

/** A kept request with the bytes of its files, in letters. */
export async function withFiles(ctx: Pick<ActionCtx, 'storage'>, request: string): Promise<object> {
  const body = JSON.parse(request) as { attachments?: ReturnType<typeof asAttachment>[] };
  if (body.attachments === undefined) return body;
  const attachments = [];
  for (const { content, ...named } of body.attachments) {
    const file = await ctx.storage.get(content);
    if (file !== null) attachments.push({ ...named, content: inLetters(await file.arrayBuffer()) });
  }
  return { ...body, attachments };
}

/** Base64, a part at a time: a call takes only so many arguments. */
function inLetters(bytes: ArrayBuffer): string {
  const part = 0x8000;
  let text = '';
  for (let at = 0; at < bytes.byteLength; at += part) {
    text += String.fromCharCode(...new Uint8Array(bytes, at, Math.min(part, bytes.byteLength - at)));
  }
  return btoa(text);
}

/** As programs write it, by a clock that is the same for everybody. */
function attributionOf({ by, at }: NonNullable<MailFacts['quoted']>, to: string): string {
  const when = new Date(at).toUTCString().replace(/:\d\d GMT$/, ' UTC');
  return `On ${when}, ${by || to} wrote:`;
}
