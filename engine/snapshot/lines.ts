/** Text in pieces: lines of UTF-8, and the rows of CSV (RFC 4180). */
import { HttpError } from '../values/errors.ts';

/** The lines of a stream, without their ends; empty ones are left out. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = '';
  for await (const text of textOf(chunks)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line.trim() !== '') yield line;
  }
  if (rest.trim() !== '') yield rest;
}

export async function* textOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw new HttpError(400, 'NotUtf8', 'The file is not UTF-8 text.');
    throw error;
  }
}

/** Quoted cells may hold commas, line ends and, doubled, quotes. */
export async function* csvRows(text: AsyncIterable<string>): AsyncGenerator<string[]> {
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  let afterQuote = false;
  const endCell = (): void => {
    row.push(cell);
    cell = '';
    afterQuote = false;
  };
  for await (const piece of text) {
    for (const char of piece) {
      if (quoted && !afterQuote) {
        if (char === '"') afterQuote = true;
        else cell += char;
        continue;
      }
      if (quoted && char === '"') {
        // The second of two.
        cell += '"';
        afterQuote = false;
        continue;
      }
      if (quoted) quoted = false;
      if (char === '"' && cell === '' && !afterQuote) quoted = true;
      else if (char === ',') endCell();
      else if (char === '\n') {
        endCell();
        if (row.length > 1 || row[0] !== '') yield row;
        row = [];
      } else if (char !== '\r') cell += char;
    }
  }
  if (quoted && !afterQuote) throw new HttpError(400, 'InvalidCsv', 'The last quoted cell does not end.');
  endCell();
  if (row.length > 1 || row[0] !== '') yield row;
}
