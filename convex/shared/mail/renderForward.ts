/**
 * What is passed on to somebody outside (docs/rules.md M3): a note, and below it the mails with what stood over them. Pure, and
 * the same bytes for the same input.
 *
 *   The note.
 *
 *   --                             who passes it on
 *   Ana, Shop
 *
 *   ---------- Forwarded message ----------
 *   From: Jo <jo@customer.example>
 *   Date: Mon, 06 May 2024 09:00 UTC
 *   Subject: Order 7
 *   To: support@shop.example
 *
 *   What was written.
 */
import { oneLine } from '../kit/text';
import { withoutTokens } from './linkTokens';
import { clean, pageOf, paragraphs } from './renderReply';
import { subjectForReply } from './subjects';
import { withoutReplyTokens } from './threading';

interface ForwardedPart {
  /** What stands over it, in order: "From", "Jo <jo@customer.example>". */
  headers: readonly (readonly [name: string, value: string])[];
  text: string;
}

export interface Forward {
  note: string;
  signature: string;
  subject: string;
  /** Oldest first. */
  parts: readonly ForwardedPart[];
  /** Files that came with them and do not go along. */
  leftOut: readonly string[];
}

const rule = '---------- Forwarded message ----------';

/** [M9] Nothing in it lets its reader speak as the customer: neither our links nor addresses that answers come in at. */
const closed = (text: string) => withoutReplyTokens(withoutTokens(clean(text)));

export function renderForward(forward: Forward): { subject: string; text: string; html: string } {
  const subject = `Fwd: ${subjectForReply(closed(forward.subject)).replace(/^Re: ?/, '') || 'no subject'}`;
  const missing = forward.leftOut.map((name) => oneLine(closed(name))).join(', ');
  const parts = forward.parts.map(({ headers, text }) => ({
    head: [rule, ...headers.map(([name, value]) => `${name}: ${oneLine(closed(value))}`)].join('\n'),
    text: closed(text),
  }));
  const own = [
    clean(forward.note),
    `-- \n${clean(forward.signature)}`,
    missing === '' ? '' : `[Not attached, too large: ${missing}]`,
  ].filter(Boolean);
  const text = [...own, ...parts.flatMap(({ head, text: said }) => [head, said])]
    .filter(Boolean)
    .join('\n\n');
  const quoted = parts.map(
    ({ head, text: said }) =>
      `${paragraphs(head)}\n<blockquote type="cite" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">\n${paragraphs(said)}\n</blockquote>`,
  );
  return { subject, text: `${text}\n`, html: pageOf(subject, [...own.map(paragraphs), ...quoted]) };
}
