import { createContext, use } from 'react';
import { useIsConnected, useMembership } from '../../convex/session';
import type { Entry } from '../../convex/threads';
import { Button } from '../../ui/button';
import { canGoAgain, deliveryWords } from './deliveryWords';

/** Sends what an entry says anew. */
export const SendAgain = createContext<(entry: Entry) => void>(() => {});

const looks = { plain: 'text-ink-3', warn: 'text-warn', bad: 'text-bad' };

/** [M2] What became of it; one's own that is lost can be sent again. */
export function Delivery({ entry }: { entry: Entry }) {
  return isPending(entry) ? <NotSentYet /> : <Delivered entry={entry} />;
}

/** Entries shown before the desk has answered carry no real id yet. */
export const isPending = ({ _id }: Entry) => _id.startsWith('pending');

/** It goes out by itself, once; until then it is kept on this browser, too (`lib/unsent.ts`). */
function NotSentYet() {
  return (
    !useIsConnected() && <p className="mt-0.5 text-xs text-warn">Not sent yet: the desk cannot be reached.</p>
  );
}

function Delivered({ entry }: { entry: Entry }) {
  const { memberId } = useMembership();
  const sendAgain = use(SendAgain);
  const words = deliveryWords(entry);
  if (words === null) return null;
  const { kind, author } = entry;
  // What a note was passed on with went to somebody else.
  const isOwn = kind === 'message' && author.kind === 'operator' && author.memberId === memberId;
  return (
    <div className="mt-0.5 flex flex-wrap items-center justify-end gap-2 text-xs">
      <p className={`wrap-anywhere ${looks[words.tone]}`}>{words.text}</p>
      {isOwn && canGoAgain(entry) && <Button onClick={() => sendAgain(entry)}>Send again</Button>}
    </div>
  );
}
