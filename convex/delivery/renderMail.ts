/**
 * An answer as the request that Resend is sent (docs/rules.md M3, M8; RFC 5322 3.6.4). Rendered once, and kept.
 *
 * The id that the provider gives a mail is not ours to choose, so an id of our own stands last in its References: whoever
 * answers sends it back, and it names the conversation, signed.
 */
import { keyFor } from '../model/kit/secrets';
import type { MailFacts } from '../model/delivery/outgoing';
import { writtenAddress } from '../shared/mail/addresses';
import { loopHeader } from '../shared/mail/automatic';
import { subjectForReply } from '../shared/mail/subjects';
import { makeMessageId, makeToken, replyAddress } from '../shared/mail/threading';

export async function renderMail(facts: MailFacts): Promise<string> {
  const key = await keyFor('mail');
  const token = await makeToken(key, facts.conversationId);
  const domain = facts.replyAddress.split('@')[1]!;
  const ownId = await makeMessageId(key, { messageId: facts.entryId, token, domain });
  const { from, to, cc, subject, references, inReplyTo } = facts;
  const answerTo = replyAddress(facts.replyAddress, token);
  return JSON.stringify({
    from: writtenAddress(from),
    to: [to],
    ...(cc.length > 0 ? { cc } : {}),
    reply_to: answerTo ?? facts.replyAddress,
    subject: references.length > 0 ? subjectForReply(subject) : subject,
    text: [...facts.systemLines, facts.text].join('\n\n'),
    headers: {
      ...(inReplyTo === null ? {} : { 'In-Reply-To': inReplyTo }),
      References: [...references, ownId].join(' '),
      // [M4] Another desk, or an assistant, is told that no person waits for its answer.
      ...(facts.isAgent ? { 'Auto-Submitted': 'auto-replied', [loopHeader]: '1' } : {}),
    },
    tags: [
      { name: 'conversation', value: facts.conversationId },
      { name: 'message', value: facts.entryId },
    ],
  });
}
