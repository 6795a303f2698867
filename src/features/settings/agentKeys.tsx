import { isAllowed } from '../../../convex/shared/people/permissions';
import { type Agent, useAgentKeys, useCreateAgentKey, useRevokeAgentKey } from '../../convex/agents';
import { useDesk } from '../../convex/provider';
import { useMembership } from '../../convex/session';
import { formatFull } from '../../lib/time';
import { Button } from '../../ui/button';
import { Field, TextInput } from '../../ui/field';
import { resetIfAsSent, useSaving } from './settingRow';
import { useShownOnce } from './shownOnce';

/** [P1] Keys of an outside agent: shown once, stored hashed, withdrawn at once. */
export function AgentKeys({ agent }: { agent: Agent }) {
  const { teamId, role } = useMembership();
  const { addresses } = useDesk();
  const keys = useAgentKeys(agent._id);
  const create = useCreateAgentKey();
  const revoke = useRevokeAgentKey();
  const { isBusy, save } = useSaving();
  const [shown, show] = useShownOnce();
  const mayManage = isAllowed(role, 'agentKeys.manage');
  return (
    <section aria-label="Keys" className="mt-6">
      <h3 className="text-sm font-semibold">Keys</h3>
      <p className="text-sm text-ink-3">
        The agent calls <code>{addresses.siteUrl}/api/v1</code> with a key.{' '}
        <a
          className="text-accent-text underline"
          href={`${addresses.siteUrl}/api/v1/openapi.json`}
          target="_blank"
          rel="noreferrer"
        >
          The API’s description
        </a>
      </p>
      {shown && (
        <p role="status" className="mt-2 rounded-lg bg-ok-soft p-3 text-sm">
          Copy it now. It is shown only this once.
          <code className="mt-1 block break-all select-all">{shown}</code>
        </p>
      )}
      <ul className="mt-2">
        {keys?.map((key) => (
          <li key={key._id} className="flex items-center gap-3 border-b border-line py-2 text-sm">
            <span className="min-w-0 flex-1 truncate">
              {key.name} <code className="text-ink-3">{key.prefix}…</code>
            </span>
            <span className="text-xs text-ink-3">
              {key.revokedAt !== null
                ? `Withdrawn ${formatFull(key.revokedAt)}`
                : key.lastUsedAt !== null
                  ? `Last used ${formatFull(key.lastUsedAt)}`
                  : 'Never used'}
            </span>
            {mayManage && key.revokedAt === null && (
              <Button
                tone="danger"
                disabled={isBusy}
                onClick={() => void save(() => revoke({ teamId, keyId: key._id }), 'Withdrawn.')}
              >
                Withdraw
              </Button>
            )}
          </li>
        ))}
      </ul>
      {mayManage && (
        <form
          className="mt-3 flex items-end gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            const form = event.currentTarget;
            const data = new FormData(form);
            const name = String(data.get('name'));
            void save(async () => {
              const { key } = await create({ teamId, agentId: agent._id, name });
              show(key, { elsewhere: `The key “${name}” is ready.`, copy: 'Copy the key' });
              resetIfAsSent(form, data);
            });
          }}
        >
          <div className="flex-1">
            <Field label="New key for">
              <TextInput name="name" required maxLength={80} placeholder="Production" />
            </Field>
          </div>
          <Button type="submit" size="medium" disabled={isBusy} className="h-9!">
            Make a key
          </Button>
        </form>
      )}
    </section>
  );
}
