/**
 * The text of an HTML mail, for reading, searching and agents. Pure. Quotes become `> `, links keep their address, pictures
 * their description. Bounded: html over the limit is cut at its end, and what is nested deeper than any mail is left out.
 */
import { compile } from 'html-to-text';
import { firstUnits } from '../kit/text';

export const mostUnitsOfHtml = 2 * 1024 * 1024;

const toText = compile({
  wordwrap: false,
  limits: { maxInputLength: mostUnitsOfHtml, maxDepth: 250, ellipsis: '…' },
  selectors: [
    {
      selector: 'a',
      options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['<', '>'], noAnchorUrl: true },
    },
    { selector: 'img', format: 'skip' },
    { selector: 'table', format: 'block' },
    { selector: 'tr', format: 'block' },
    { selector: 'td', format: 'block' },
    { selector: 'th', format: 'block' },
    { selector: 'blockquote', options: { trimEmptyLines: true } },
    { selector: 'h1', options: { uppercase: false } },
    { selector: 'h2', options: { uppercase: false } },
    { selector: 'h3', options: { uppercase: false } },
    { selector: 'h4', options: { uppercase: false } },
    { selector: 'h5', options: { uppercase: false } },
    { selector: 'h6', options: { uppercase: false } },
    { selector: 'p', options: { leadingLineBreaks: 1, trailingLineBreaks: 2 } },
  ],
});

/** Never throws: what cannot be read as HTML is its text without the tags. */
export function htmlToText(html: string): string {
  const bounded = firstUnits(html, mostUnitsOfHtml);
  try {
    return toText(bounded);
  } catch {
    return bounded.replaceAll(/<[^<>]*>/g, ' ');
  }
}
