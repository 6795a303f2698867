import { isAllowed } from '../../../convex/shared/people/permissions';
import { type Agent, useAgentKeys, useCreateAgentKey, useRevokeAgentKey } from '../../convex/agents';
import { useDesk } from '../../convex/provider';
import { useMembership } from '../../convex/session';
import { formatFull } from '../../lib/time';
import { Button } from '../../ui/button';
import { Field, TextInput } from '../../ui/field';
import { resetIfAsSent, useSaving } from './settingRow';
import { ShownOnce, useShownOnce } from './shownOnce';

/** [P1] Keys of an outside agent: shown once, stored hashed, withdrawn at once. */
export function AgentKeys({ agent }: { agent: Agent }) {
  const { role } = useMembership();
  const { addresses } = useDesk();
  const keys = useAgentKeys(agent._id);
  const saving = useSaving();
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
      {shown && <ShownOnce words="Copy the key to where the agent runs." secret={shown} />}
      <ul className="mt-2">
        {keys?.map((key) => (
          <KeyRow key={key._id} of={key} mayManage={mayManage} saving={saving} />
        ))}
      </ul>
      {mayManage && <NewKey agent={agent} saving={saving} show={show} />}
    </section>
  );
}

type Saving = ReturnType<typeof useSaving>;
type AgentKey = NonNullable<ReturnType<typeof useAgentKeys>>[number];

function lifeOf({ revokedAt, lastUsedAt }: AgentKey): string {
  if (revokedAt !== null) return `Revoked ${formatFull(revokedAt)}`;
  return lastUsedAt === null ? 'Never used' : `Last used ${formatFull(lastUsedAt)}`;
}

function KeyRow({ of, mayManage, saving }: { of: AgentKey; mayManage: boolean; saving: Saving }) {
  const { teamId } = useMembership();
  const revoke = useRevokeAgentKey();
  return (
    <li className="flex items-center gap-3 border-b border-line py-2 text-sm">
      <span className="min-w-0 flex-1 truncate">
        {of.name} <code className="text-ink-3">{of.prefix}…</code>
      </span>
      <span className="text-xs text-ink-3">{lifeOf(of)}</span>
      {mayManage && of.revokedAt === null && (
        <Button
          tone="danger"
          disabled={saving.isBusy}
          onClick={() => void saving.save(() => revoke({ teamId, keyId: of._id }), 'Revoked.')}
        >
          Revoke
        </Button>
      )}
    </li>
  );
}

interface NewKeyProps {
  agent: Agent;
  saving: Saving;
  show: ReturnType<typeof useShownOnce>[1];
}

function NewKey({ agent, saving, show }: NewKeyProps) {
  const { teamId } = useMembership();
  const create = useCreateAgentKey();

  function submit(form: HTMLFormElement) {
    const data = new FormData(form);
    const name = String(data.get('name'));
    void saving.save(async () => {
      const { key } = await create({ teamId, agentId: agent._id, name });
      show(key, { elsewhere: `The key “${name}” is ready.`, copy: 'Copy the key' });
      resetIfAsSent(form, data);
    });
  }

  return (
    <form
      className="mt-3 flex items-end gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        submit(event.currentTarget);
      }}
    >
      <div className="flex-1">
        <Field label="New key for">
          <TextInput name="name" required maxLength={80} placeholder="Production" />
        </Field>
      </div>
      <Button type="submit" size="medium" disabled={saving.isBusy} className="h-9!">
        Make a key
      </Button>
    </form>
  );
}
