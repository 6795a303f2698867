import { useState } from 'react';
import type { Entry } from '../../convex/threads';
import { formatFull } from '../../lib/time';
import { OthersText } from '../../ui/othersText';
import { channelWords } from './channelWords';

/** Above a message of a messenger: what it answers. */
export function QuotedLine({ entry: { quoted } }: { entry: Entry }) {
  if (!quoted) return null;
  return (
    <blockquote className="mb-1 max-w-full border-l-2 border-line-strong pl-2 text-sm text-ink-3 wrap-anywhere">
      <span className="sr-only">Answers: </span>
      <OthersText text={quoted.text || 'a message without words'} />
    </blockquote>
  );
}

/** Below it: what it said before, when it was said, and what is not shown here. */
export function ChatLines({
  entry: { edited, text, isCut, saidAt, unsupported, channel },
}: {
  entry: Entry;
}) {
  const [isShown, setIsShown] = useState(false);
  if (!edited && !saidAt && !unsupported) return null;
  return (
    <div className="mt-0.5 flex flex-col items-start text-xs text-ink-3">
      {edited && (
        <button
          type="button"
          aria-expanded={isShown}
          title={`Edited ${formatFull(edited.at)}`}
          onClick={() => setIsShown(!isShown)}
          className="min-h-6 underline-offset-2 hover:text-ink hover:underline pointer-coarse:min-h-11"
        >
          Edited{isShown ? '' : ' · show what it said first'}
        </button>
      )}
      {edited && isShown && (
        <p dir="auto" className="border-l-2 border-line-strong pl-2 wrap-anywhere whitespace-pre-wrap">
          <OthersText text={text || 'nothing'} />
          {isCut && '…'}
        </p>
      )}
      {saidAt && <p>Written {formatFull(saidAt)}, came in later.</p>}
      {unsupported && (
        <p className="text-warn wrap-anywhere">
          Not shown here: <bdi>{unsupported}</bdi>. Open it in{' '}
          {channel ? channelWords[channel] : 'the messenger'}.
        </p>
      )}
    </div>
  );
}
