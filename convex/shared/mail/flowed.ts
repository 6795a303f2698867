/**
 * `format=flowed` (RFC 3676): lines that end in a space go on in the next. Pure, one pass.
 *
 * postal-mime 4.0.0 joins them whatever they quote, so that `> Hi ` takes the answer below it into the quote; section 4.5
 * forbids it. A line goes on only in one of the same depth.
 */
import { withoutStart } from '../kit/text';

export function unflowed(text: string, deletesSpace: boolean): string {
  const paragraphs: string[] = [];
  let pieces: string[] = [];
  let depth = 0;
  let goesOn = false;
  const end = () => {
    if (pieces.length > 0) paragraphs.push(pieces.join(''));
    pieces = [];
  };
  for (const line of text.split(/\r?\n/)) {
    const marks = /^>*/.exec(line)![0];
    // Stuffed with a space, so that it is not taken for something else (4.4).
    const rest = withoutStart(line, marks);
    const content = rest.startsWith(' ') ? withoutStart(rest, ' ') : rest;
    if (!goesOn || marks.length !== depth || isSignature(content)) {
      end();
      depth = marks.length;
      pieces.push(depth === 0 ? '' : `${marks} `);
    }
    goesOn = content.endsWith(' ') && !isSignature(content);
    pieces.push(goesOn && deletesSpace ? content.replace(/ $/, '') : content);
  }
  end();
  return paragraphs.join('\n');
}

function isSignature(content: string): boolean {
  return content === '-- ';
}
