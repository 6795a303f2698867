/** What can be asked, where nothing is asked yet; and why nothing was found. */
import { parseSearch } from '../../../convex/shared/search/parseSearch';
import type { Found } from '../../convex/search';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/states';

const examples: [text: string, what: string][] = [
  ['refund parcel', 'all of these words, or what begins with them, in messages, notes, subjects and names'],
  ['#12', 'a ticket by its number'],
  ['from:anna', 'who wrote it: a customer by name or address'],
  ['from:me refund', 'what you wrote, or a colleague by name: with a word that it holds'],
  ['to:anna@example.com', 'what the team wrote to a customer'],
  ['is:open is:urgent', 'tickets as they are now'],
  ['channel:email', 'the channel it came or went by'],
  ['agent:robin', 'whose customer it was'],
  ['tag:vip', 'tickets with this tag'],
  ['before:2026-10', 'older than a day, a month or a year'],
];

export function SearchHelp({ onTry }: { onTry: (text: string) => void }) {
  return (
    <div className="overflow-y-auto p-4 text-sm">
      <h2 className="font-semibold">What can be found</h2>
      <ul className="mt-2 space-y-1">
        {examples.map(([text, what]) => (
          <li key={text}>
            <button
              type="button"
              onClick={() => onTry(text)}
              className="-mx-2 w-full rounded-md px-2 py-1.5 text-left hover:bg-hover pointer-coarse:py-3"
            >
              <code className="rounded-sm bg-surface-2 px-1 py-0.5 text-ink">{text}</code>
              <span className="mt-0.5 block text-ink-3">{what}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

const quoted = (texts: string[]) => texts.map((text) => `“${text}”`).join(', ');

/** What was not understood, in a line above what was found all the same. */
export function unclearLine({ unclear }: Found): string | null {
  if (unclear.length === 0) return null;
  const said = unclear.map(({ operator, value }) => `${operator}:${value}`);
  const isShort = unclear.some(
    ({ operator, value }) => (operator === 'from' || operator === 'to') && /^\p{L}$/u.test(value),
  );
  return `Not understood, and left out: ${quoted(said)}.${isShort ? ' A name needs two letters.' : ''}`;
}

function noTicketWords(number: number, isSigned: boolean, isFiltered: boolean): string {
  const ticket = isFiltered ? `No ticket #${number} fits the filters` : `There is no ticket #${number}`;
  return isSigned ? `${ticket}.` : `${ticket}, and no conversation holds this number.`;
}

function reasonOf({ unknown, words }: Found, text: string, isFiltered: boolean): string {
  const { number } = parseSearch(text);
  const isSigned = text.includes('#');
  if (unknown.length > 0) {
    return `Nobody here is called ${quoted(unknown.map(({ value }) => value))}.`;
  }
  if (number !== null && words.length < 2) return noTicketWords(number, isSigned, isFiltered);
  if (words.length === 0) return 'No ticket is like that.';
  const said =
    words.length > 1 ? 'No conversation holds all of these words' : 'No conversation holds this word';
  return isFiltered ? `${said} and fits the filters.` : `${said}.`;
}

interface NothingProps {
  found: Found;
  text: string;
  onFewer: (() => void) | null;
}

export function NothingFound({ found, text, onFewer }: NothingProps) {
  // Nothing has been looked for yet.
  if (found.needsWord)
    return (
      <EmptyState title="Add a word">
        <p>What somebody of the team wrote is found by a word of it, as in “{text.trim()} refund”.</p>
      </EmptyState>
    );
  return (
    <EmptyState title="Nothing found.">
      <p>{reasonOf(found, text, onFewer !== null)}</p>
      {found.isCut && <p className="mt-1">Only a part was looked at: a more telling word may find it.</p>}
      {onFewer && (
        <Button className="mt-3" onClick={onFewer}>
          Search without filters
        </Button>
      )}
    </EmptyState>
  );
}
