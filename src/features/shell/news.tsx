import { useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { keysOf } from '../../actions/preferences';
import { useAction } from '../../actions/registry';
import { useNewForMe, useWatchNewForMe } from '../../convex/newForMe';
import { useAcknowledgeTaken, useTakenFromMe } from '../../convex/threads';
import { useMembership } from '../../convex/session';
import { describeKeys } from '../../lib/keys';
import { notify } from '../../ui/toast';

/** Says what happened to this person's work while they looked elsewhere. Shows nothing itself. */
export function News() {
  const opened = useParams({ strict: false, select: (params: { number?: string }) => params.number });
  const openNumber = opened === undefined ? null : Number(opened);
  const navigate = useNavigate();
  const open = (number: number) =>
    void navigate({ to: '/inbox/$view/$number', params: { view: 'mine', number: String(number) } });
  useNewAssignments(openNumber, open);
  useTaken(openNumber, open);
  return null;
}

/** [A5] What came to them: told, and one key away. */
function useNewAssignments(openNumber: number | null, open: (number: number) => void) {
  const unseen = useNewForMe();
  useWatchNewForMe(openNumber, (number) => {
    const [keys] = keysOf('go.newest');
    const label = keys ? `Open (${describeKeys(keys).join(' ')})` : 'Open';
    notify(`New for you: #${number}.`, { action: { label, run: () => open(number) } });
  });
  useAction('go.newest', {
    run: () => open(unseen.at(-1)!),
    enabled: () => unseen.length > 0 || 'Nothing new has come to you.',
  });
}

/** [C5] Who took what they held, and that their text is kept; in the ticket itself its bar says so. */
function useTaken(openNumber: number | null, open: (number: number) => void) {
  const { teamId } = useMembership();
  const losses = useTakenFromMe();
  const acknowledge = useAcknowledgeTaken();
  const told = useRef(new Map<string, () => void>());
  useEffect(() => {
    for (const { conversationId, number, byName, epoch } of losses ?? []) {
      const loss = `${conversationId} ${epoch}`;
      if (number === openNumber) told.current.get(loss)?.();
      if (number === openNumber || told.current.has(loss)) continue;
      const takeBack = notify(`${byName} took #${number} over from you. What you wrote there is kept.`, {
        tone: 'bad',
        stays: true,
        action: { label: 'Open', run: () => open(number) },
        onDismiss: () => void acknowledge({ teamId, conversationId }).catch(() => {}),
      });
      told.current.set(loss, takeBack);
    }
    // Only what was taken is told, not who listens.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [losses, openNumber]);
}
