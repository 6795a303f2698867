/**
 * Headers of mails, read and written. Pure.
 *
 * Read: a list in the order of the mail, since one name may stand there several times and what it says depends on the
 * place. Written: nothing that a stranger chose may begin a line of its own (RFC 5322 2.2), so a value is asked first.
 */
import { firstUnits } from '../kit/text';

export type MailHeader = { name: string; value: string };

/** RFC 5322 2.1.1: a line without its end. */
export const mostOctetsOfLine = 998;
/** An id that leaves room for `References: ` on its line. */
const mostOctetsOfId = 960;
/** Units of a header that are looked at: several thousand ids or addresses. */
const mostUnitsRead = 256 * 1024;

/** Every value of that name, topmost first. */
export function headerValues(headers: readonly MailHeader[], name: string): string[] {
  const wanted = name.toLowerCase();
  return headers.filter((header) => header.name.toLowerCase() === wanted).map(({ value }) => value);
}

/** May stand in a header that we write: no line of its own, no end of text, and it fits on one line. */
export function headerSafe(value: string, mostOctets = mostOctetsOfLine): boolean {
  return !/[\r\n\0]/.test(value) && value.isWellFormed() && octetsOf(value) <= mostOctets;
}

export function octetsOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/**
 * The message ids in a header, in their order, each once and in its brackets. What is read: `<a@b> <c@d>` however it is
 * folded, a JSON list in a text (`["<a@b>"]`, as Resend hands them out), and bare ones where nothing has brackets.
 */
export function messageIdsIn(value: string): string[] {
  const text = fromList(firstUnits(value, mostUnitsRead));
  const bracketed: string[] = [];
  const bare: string[] = [];
  for (const [token, inner] of text.matchAll(/<([^<>]*)>|[^\s<>,;"'[\]]+/g)) {
    // A fold may have fallen into an id.
    const id = (inner ?? token).replace(/[\s\p{Cc}]+/gu, '');
    if (id === '' || octetsOf(id) > mostOctetsOfId) continue;
    if (inner !== undefined) bracketed.push(`<${id}>`);
    else if (/^[^@]+@[^@]+$/.test(id)) bare.push(`<${id}>`);
  }
  return [...new Set(bracketed.length > 0 ? bracketed : bare)];
}

function fromList(text: string): string {
  if (!text.trimStart().startsWith('[')) return text;
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.filter((each) => typeof each === 'string').join(' ') : text;
  } catch {
    return text;
  }
}

/** Without `(comments)`, which nest and may hold anything; so may quoted strings. */
export function withoutComments(value: string): string {
  let depth = 0;
  let isQuoted = false;
  let kept = '';
  for (const [character] of value.matchAll(/\\.|[^\\]/gsu)) {
    if (depth === 0 && character === '"') isQuoted = !isQuoted;
    if (!isQuoted && character === '(') depth++;
    else if (!isQuoted && character === ')' && depth > 0) depth--;
    // What is quoted names things; it ends no result.
    else if (depth === 0) kept += isQuoted && character === ';' ? ' ' : character;
  }
  return kept;
}
