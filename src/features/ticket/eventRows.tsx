import { useState } from 'react';
import type { Entry } from '../../convex/threads';
import { formatClock, formatFull } from '../../lib/time';
import { describeEvent } from './eventWords';
import { OthersText } from '../../ui/othersText';

interface Props {
  entries: Entry[];
  isUnfolded: boolean;
  nameOf: (memberId: string | undefined) => string;
}

/** One grey line per change; more than two in a row fold into one, unless they are to be read. */
export function EventRows({ entries, isUnfolded, nameOf }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const folded = entries.length > 3 && !isOpen && !isUnfolded;
  const shown = folded ? entries.slice(-1) : entries;
  return (
    <div className="py-1.5 text-center text-xs text-ink-3">
      {folded && (
        <button
          type="button"
          onClick={() => setIsOpen(true)}
          className="min-h-6 rounded-md px-2 pointer-coarse:min-h-11 hover:bg-hover hover:text-ink-2"
        >
          {entries.length - 1} earlier changes
        </button>
      )}
      {shown.map((entry) => (
        <p key={entry._id} className="py-0.5 text-balance wrap-anywhere">
          <bdi>{describeEvent(entry, nameOf)}</bdi> ·{' '}
          <time
            dateTime={new Date(entry.at).toISOString()}
            title={formatFull(entry.at)}
            className="tabular-nums"
          >
            {formatClock(entry.at)}
          </time>
          {entry.text && entry.event?.type !== 'customerEdited' && (
            <EventText key={`${isUnfolded}`} entry={entry} text={entry.text} isUnfolded={isUnfolded} />
          )}
        </p>
      ))}
    </div>
  );
}

/** What a mail says that is no message, for who asks. */
function EventText({ entry, text, isUnfolded }: { entry: Entry; text: string; isUnfolded: boolean }) {
  const [isShown, setIsShown] = useState(isUnfolded);
  return (
    <>
      {' '}
      <button
        type="button"
        aria-expanded={isShown}
        onClick={() => setIsShown(!isShown)}
        className="min-h-6 font-medium text-accent-text underline-offset-2 hover:underline pointer-coarse:min-h-11"
      >
        {isShown ? 'Hide its text' : 'Show its text'}
      </button>
      {isShown && (
        <span
          dir="auto"
          className="mx-auto mt-1 block max-w-120 rounded-lg bg-surface-2 px-3 py-2 text-left text-sm wrap-anywhere whitespace-pre-wrap text-ink-2"
        >
          <OthersText text={text} />
          {entry.isCut && '…'}
        </span>
      )}
    </>
  );
}
