import type { Id } from '../../../convex/_generated/dataModel';
import { useLiveRow } from '../../convex/liveConversations';
import { whyHot } from './heatWords';

/** Over the thread that is read: why it is hot, each reason whole. */
export function WhyHere({ conversationId }: { conversationId: Id<'conversations'> }) {
  const row = useLiveRow(conversationId);
  if (!row || row.reasons.length === 0) return null;
  return (
    <ul
      aria-label="Why it is hot"
      className="shrink-0 space-y-0.5 border-b border-line bg-warn-soft px-4 py-2 text-sm text-warn"
    >
      {row.reasons.map((reason, index) => (
        <li key={index} className="wrap-anywhere">
          {whyHot(reason)}
        </li>
      ))}
    </ul>
  );
}
