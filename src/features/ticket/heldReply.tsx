import type { ThreadMoved } from '../../../convex/shared/conversation/door';
import { formatClock } from '../../lib/time';
import { Button } from '../../ui/button';

interface Props {
  held: ThreadMoved;
  onSend: () => void;
  onKeep: () => void;
}

/** [C9] The reply was held once: this is what its author had not seen. */
export function HeldReply({ held, onSend, onKeep }: Props) {
  const { newSince } = held;
  return (
    <div role="alert" className="border-b border-line bg-warn-soft px-4 py-2.5 text-sm text-ink">
      <p className="font-medium">
        Not sent yet: {newSince.length === 1 ? 'something' : `${newSince.length} things`} came while you
        wrote.
      </p>
      <ul className="mt-1.5 max-h-32 space-y-1 overflow-y-auto">
        {newSince.map((news) => (
          <li key={news.sequence} className="truncate">
            <bdi className="font-medium">{news.authorName || 'Customer'}</bdi>{' '}
            <span className="text-ink-3 tabular-nums">{formatClock(news.at)}</span> <bdi>{news.text}</bdi>
          </li>
        ))}
      </ul>
      <div className="mt-2 flex gap-2">
        <Button tone="primary" onClick={onSend}>
          Send as it is
        </Button>
        <Button onClick={onKeep}>Keep editing</Button>
      </div>
    </div>
  );
}
