/** The texts of a mail that came in, without what the links of ours in it open (docs/rules.md M5, M9). Pure. */
import { foldQuoted, foldQuotedHtml, type FoldSpan } from './foldQuoted';
import { withoutTokens } from './linkTokens';

interface MailTexts {
  text: string;
  textIsFromHtml: boolean;
  html: string | null;
}

/** As anybody may see them. What is quoted is counted over the text that is left. */
export function closedTexts({ text, textIsFromHtml, html }: MailTexts): {
  text: string;
  spans: FoldSpan[];
  html: string | null;
} {
  const closedHtml = html === null ? null : withoutTokens(html);
  const folded = textIsFromHtml && closedHtml !== null ? foldQuotedHtml(closedHtml) : null;
  // A tag may have stood in the middle of one.
  if (folded !== null && withoutTokens(folded.text) === folded.text) return { ...folded, html: closedHtml };
  const closed = withoutTokens(folded?.text ?? text);
  return { text: closed, spans: foldQuoted(closed), html: closedHtml };
}
