import type { Entry } from '../../convex/threads';

/** Under the newest word of the team's side in the chat: whether the customer has had it before them. */
export function ReadLine({ entries, readThrough }: { entries: readonly Entry[]; readThrough: number }) {
  const last = entries.findLast(({ kind, author }) => kind === 'message' && author.kind !== 'system');
  const isOurs = last?.channel === 'web' && last.author.kind !== 'customer';
  if (!isOurs || last.neverSent || last._id.startsWith('pending')) return null;
  const isRead = readThrough >= last.sequence;
  return (
    <p aria-live="off" className="mt-0.5 text-right text-xs text-ink-3">
      {isRead ? 'Read by the customer' : 'Not read yet'}
    </p>
  );
}
