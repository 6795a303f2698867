import { useMyStatus, useSetStatus } from '../../convex/members';
import { useMembership } from '../../convex/session';
import { describeError } from '../../lib/errors';
import { Button } from '../../ui/button';
import { notify } from '../../ui/toast';

/** [A2] Being signed in is never availability: on every screen, who is offline reads it, with the one step to change it. */
export function StatusBar() {
  const { teamId } = useMembership();
  const status = useMyStatus();
  const setStatus = useSetStatus();
  if (status?.declared !== 'offline') return null;
  const goOnline = () =>
    void setStatus({ teamId, status: 'online' }).catch((error) =>
      notify(describeError(error), { tone: 'bad' }),
    );
  return (
    <div
      role="status"
      className="flex items-center justify-center gap-3 bg-warn-soft px-4 py-1.5 text-sm font-medium text-warn"
    >
      You are offline, so new tickets do not go to you.
      <Button tone="primary" onClick={goOnline}>
        Go online
      </Button>
    </div>
  );
}
