import { Link, useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { Id } from '../../../convex/_generated/dataModel';
import { useLiveList } from '../../convex/liveConversations';
import { ErrorPane } from '../../ui/states';
import { LiveRow } from './liveRow';
import { useTakeOverLive } from './takeOver';

/** As many as are taken in at a glance. */
const shown = 4;

/** [B5] The hottest of what agents are answering, on the board. */
export function LiveBlock() {
  const live = useLiveList();
  const takeOver = useTakeOverLive();
  const navigate = useNavigate();
  const open = useCallback(
    (conversation: Id<'conversations'>) => void navigate({ to: '/live', search: { conversation } }),
    [navigate],
  );
  const hottest = live?.conversations.slice(0, shown) ?? [];
  const count = live && `${live.conversations.length.toLocaleString()}${live.more ? '+' : ''}`;
  return (
    <section aria-label="Live conversations" className="rounded-lg border border-line bg-surface">
      <header className="flex min-h-11 items-center gap-2 border-b border-line px-4">
        <h2 className="flex-1 truncate text-base font-semibold">Live conversations</h2>
        <Link
          to="/live"
          className="flex min-h-6 items-center rounded-md text-sm text-accent-text hover:underline pointer-coarse:min-h-11"
        >
          {count === undefined ? 'All' : `All ${count}`}
        </Link>
      </header>
      <ErrorPane what="This list">
        {live && hottest.length === 0 && (
          <p className="px-4 py-3 text-sm text-ink-2">No agent is answering anybody right now.</p>
        )}
        <ul aria-label="The hottest conversations" className="[&>li:last-child]:border-b-0">
          {hottest.map((conversationId) => (
            <LiveRow
              key={conversationId}
              conversationId={conversationId}
              isSelected={false}
              onOpen={open}
              onTakeOver={takeOver}
            />
          ))}
        </ul>
      </ErrorPane>
    </section>
  );
}
