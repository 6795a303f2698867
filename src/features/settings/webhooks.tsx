import { useRef, useState } from 'react';
import { isAllowed } from '../../../convex/shared/people/permissions';
import type { Agent } from '../../convex/agents';
import { useMembership } from '../../convex/session';
import {
  type Endpoint,
  useEndpoints,
  useRemoveEndpoint,
  useRotateSecret,
  useSendTest,
  useUpdateEndpoint,
} from '../../convex/webhooks';
import { formatFull } from '../../lib/time';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { Menu } from '../../ui/menu';
import { useSaving } from './settingRow';
import { ShownOnce, useShownOnce } from './shownOnce';
import { WebhookDialog } from './webhookDialog';
import { WebhookLog } from './webhookLog';
import { stateOf } from './webhookWords';

/** [P3] Where an outside agent is told what happens; for managers to see, for owners to change. */
export function Webhooks({ agent }: { agent: Agent }) {
  const { teamId, role } = useMembership();
  const endpoints = useEndpoints(agent._id);
  const [edited, edit] = useState<Endpoint | 'new' | null>(null);
  const [leaving, setLeaving] = useState<Endpoint | null>(null);
  const [shown, show] = useShownOnce();
  const add = useRef<HTMLButtonElement>(null);
  const remove = useRemoveEndpoint();
  const { save } = useSaving();
  const mayManage = isAllowed(role, 'webhooks.manage');

  async function removeEndpoint({ _id: endpointId }: Endpoint) {
    const isDone = await save(() => remove({ teamId, endpointId }), 'Removed.');
    // The button that asked goes with its row; who writes elsewhere by then goes on.
    if (isDone && !document.activeElement?.matches('input, textarea, select')) add.current?.focus();
  }
  const showSecret = (secret: string) =>
    show(secret, { elsewhere: 'The secret of the webhook is ready.', copy: 'Copy the secret' });

  return (
    <section aria-label="Webhooks" className="mt-6">
      <h3 className="text-sm font-semibold">Webhooks</h3>
      <p className="text-sm text-ink-3">
        Baton calls the agent when a customer waits for it, when a person takes over, and when something
        happens to its tickets. Without one, it has to ask.
      </p>
      {shown && (
        <ShownOnce words="The agent checks with this secret that a call is Baton’s." secret={shown} />
      )}
      <ul className="mt-2">
        {endpoints?.map((endpoint) => (
          <EndpointRow
            key={endpoint._id}
            endpoint={endpoint}
            mayManage={mayManage}
            showSecret={showSecret}
            onEdit={() => edit(endpoint)}
            onRemove={() => setLeaving(endpoint)}
          />
        ))}
      </ul>
      {mayManage && (
        <Button ref={add} className="mt-3" onClick={() => edit('new')}>
          Add a webhook
        </Button>
      )}
      {edited !== null && (
        <WebhookDialog
          agentId={agent._id}
          endpoint={edited === 'new' ? null : edited}
          showSecret={showSecret}
          onClose={() => edit(null)}
        />
      )}
      <Confirm
        open={leaving !== null}
        onOpenChange={(isOpen) => !isOpen && setLeaving(null)}
        title="Remove this webhook?"
        description={`${leaving?.url ?? ''} is not called any more, also not for what waits.`}
        confirm="Remove webhook"
        keep="Keep"
        onConfirm={() => leaving && void removeEndpoint(leaving)}
      />
    </section>
  );
}

interface RowProps {
  endpoint: Endpoint;
  mayManage: boolean;
  showSecret: (secret: string) => void;
  onEdit: () => void;
  onRemove: () => void;
}

function EndpointRow({ endpoint, mayManage, ...acts }: RowProps) {
  const [isOpen, setIsOpen] = useState(false);
  const { url, events, failingSince, previousUntil } = endpoint;
  const { tone, word } = stateOf(endpoint);
  return (
    <li className="border-b border-line py-2.5 text-sm">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <span className="min-w-48 flex-1">
          <code className="block wrap-anywhere">{url}</code>
          <span className="text-xs text-ink-3">
            {events.length === 1 ? '1 event' : `${events.length} events`}
            {failingSince !== null && `, nothing answered well since ${formatFull(failingSince)}`}
            {previousUntil !== null &&
              previousUntil > Date.now() &&
              `, the old secret signs, too, until ${formatFull(previousUntil)}`}
          </span>
        </span>
        <Badge tone={tone}>{word}</Badge>
        <span className="flex gap-2">
          <Button aria-expanded={isOpen} aria-label={`Log of ${url}`} onClick={() => setIsOpen(!isOpen)}>
            Log
          </Button>
          {mayManage && <EndpointMenu endpoint={endpoint} {...acts} />}
        </span>
      </div>
      {isOpen && <WebhookLog endpoint={endpoint} mayManage={mayManage} />}
    </li>
  );
}

function EndpointMenu({ endpoint, showSecret, onEdit, onRemove }: Omit<RowProps, 'mayManage'>) {
  const { teamId } = useMembership();
  const update = useUpdateEndpoint();
  const rotate = useRotateSecret();
  const sendTest = useSendTest();
  const { isBusy, save } = useSaving();
  const { _id: endpointId, active, url } = endpoint;
  const at = { teamId, endpointId };
  return (
    <Menu
      label={`Webhook ${url}`}
      align="end"
      trigger={
        <Button aria-label={`Change the webhook ${url}`} disabled={isBusy}>
          Change
        </Button>
      }
      choices={[
        { id: 'edit', label: 'Edit', onChoose: onEdit },
        {
          id: 'test',
          label: 'Send a test event',
          disabled: !active,
          onChoose: () => void save(() => sendTest(at), 'Sent. The log says what came of it.'),
        },
        {
          id: 'active',
          label: active ? 'Pause' : 'Turn on',
          onChoose: () => void save(() => update({ ...at, active: !active })),
        },
        {
          id: 'secret',
          label: 'Make a new secret',
          onChoose: () => void save(async () => showSecret((await rotate(at)).secret)),
        },
        { id: 'remove', label: 'Remove', danger: true, onChoose: onRemove },
      ]}
    />
  );
}
