import { useState } from 'react';
import type { Agent, Rehearsed } from '../../convex/agents';
import { useRehearse } from '../../convex/agents';
import { useMembership } from '../../convex/session';
import { Button } from '../../ui/button';
import { useSaving } from './settingRow';

/** [H3] What these rules would have done with the agent's past conversations; nothing is sent. */
export function Rehearsal({ agent }: { agent: Agent }) {
  const { teamId } = useMembership();
  const rehearse = useRehearse();
  const { isBusy, save } = useSaving();
  const [past, setPast] = useState<Rehearsed[] | null>(null);
  const run = () => save(async () => setPast(await rehearse({ teamId, agentId: agent._id })));
  const handed = past?.filter(({ handsOver }) => handsOver) ?? [];
  return (
    <section aria-label="Rehearsal" className="mt-5 rounded-lg bg-surface-2 p-3 text-sm">
      <div className="flex items-center gap-3">
        <p className="flex-1 text-ink-2">What these rules would have done with past conversations.</p>
        <Button disabled={isBusy} onClick={() => void run()}>
          {isBusy ? 'Rehearsing…' : 'Rehearse'}
        </Button>
      </div>
      {past && (
        <div role="status" className="mt-3">
          <p className="font-medium">
            {past.length === 0
              ? 'There are no past conversations yet.'
              : `${handed.length} of the last ${past.length} would have been handed over.`}
          </p>
          <ul className="mt-1.5 space-y-1.5">
            {handed.map(({ conversationId, subject, rule, message }) => (
              <li key={conversationId} className="wrap-anywhere">
                <span className="font-medium" dir="auto">
                  {subject}
                </span>{' '}
                <span className="text-ink-2">
                  {rule ? `by “${rule}”` : 'the customer asked for a person'}
                  {message && `: “${message.text}”`}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
