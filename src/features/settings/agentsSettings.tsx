import { useId } from 'react';
import { isAllowed } from '../../../convex/shared/people/permissions';
import { type Agent, useAgentKeys, useAgents, useCreateAgent, useUpdateAgent } from '../../convex/agents';
import { useMembership } from '../../convex/session';
import { Avatar } from '../../ui/avatar';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Field, NativeSelect, TextInput } from '../../ui/field';
import { notify } from '../../ui/toast';
import { AgentKeys } from './agentKeys';
import { HandoverRules } from './handoverRules';
import { ListAndDetail, OpenLink } from './listAndDetail';
import { SavedInput } from './savedField';
import { resetIfAsSent, SettingGroup, useSaving } from './settingRow';
import { Webhooks } from './webhooks';

const kinds = { knowledge: 'Answers from your articles', external: 'Answers over HTTP, with a key' };

/** The team's agents: what they are, when they hand over, and the keys of outside ones. */
export function AgentsSettings() {
  const agents = useAgents();
  const { role } = useMembership();
  return (
    <ListAndDetail
      label="Agents"
      items={agents}
      keyOf={({ _id }) => _id}
      nameOf={({ name }) => name}
      row={(agent) => <AgentRow agent={agent} />}
      detail={(agent) => <AgentDetail agent={agent} />}
    >
      {isAllowed(role, 'agents.manage') && <NewAgent />}
    </ListAndDetail>
  );
}

function AgentRow({ agent }: { agent: Agent }) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <Avatar name={agent.name} kind="agent" size={32} />
      <div className="min-w-32 flex-1">
        <p className="font-semibold wrap-anywhere">{agent.name}</p>
        <p className="text-ink-3">{kinds[agent.kind]}</p>
        <span className="text-accent-text">
          <OpenLink of={agent._id}>
            Rules and keys<span className="sr-only"> of {agent.name}</span>
          </OpenLink>
        </span>
      </div>
      <AgentState agent={agent} />
    </div>
  );
}

function AgentState({ agent }: { agent: Agent }) {
  if (agent.active && agent.kind === 'external') return <ExternalState agent={agent} />;
  return <Badge tone={agent.active ? 'ok' : 'plain'}>{agent.active ? 'Answering' : 'Off'}</Badge>;
}

function AgentDetail({ agent }: { agent: Agent }) {
  const { teamId, role } = useMembership();
  const update = useUpdateAgent();
  const { isBusy, save } = useSaving();
  const turning = useId();
  const at = { teamId, agentId: agent._id };
  async function turn(active: boolean) {
    if (!(await save(() => update({ ...at, active })))) return;
    const undo = { label: 'Undo', run: () => void turn(!active) };
    notify(active ? `${agent.name} answers.` : `${agent.name} is off.`, { action: undo });
  }
  return (
    <>
      <h2 className="mb-4 text-base font-semibold wrap-anywhere">{agent.name}</h2>
      {isAllowed(role, 'agents.manage') && (
        <div className="mb-5 flex flex-wrap items-end gap-3">
          <div className="min-w-52 flex-1">
            <Field label="Name" hint="Customers see it.">
              <SavedInput value={agent.name} maxLength={80} onSave={(name) => update({ ...at, name })} />
            </Field>
          </div>
          {agent.kind === 'knowledge' && (
            <Field label="Typing time" hint="Seconds before an answer, shown as typing.">
              <SavedInput
                type="number"
                min={0}
                step={0.1}
                value={String(agent.thinkMs / 1000)}
                onSave={(seconds) => update({ ...at, thinkMs: Math.round(Number(seconds) * 1000) })}
              />
            </Field>
          )}
          <Button
            size="medium"
            disabled={isBusy}
            aria-describedby={turning}
            onClick={() => void turn(!agent.active)}
          >
            {agent.active ? 'Turn off' : 'Turn on'}
          </Button>
          <p id={turning} className="w-full text-sm text-ink-3">
            {agent.active ? 'Turned off, it answers nobody' : 'It is off and answers nobody'}: what its
            customers write comes to your people as a ticket at once.
          </p>
        </div>
      )}
      <HandoverRules agent={agent} />
      {agent.kind === 'external' && <AgentKeys agent={agent} />}
      {agent.kind === 'external' && isAllowed(role, 'webhooks.read') && <Webhooks agent={agent} />}
    </>
  );
}

/** [P1] An outside agent answers only where a key lets it in. */
function ExternalState({ agent }: { agent: Agent }) {
  const keys = useAgentKeys(agent._id)?.filter(({ revokedAt }) => revokedAt === null);
  if (keys === undefined) return null;
  if (keys.length === 0) return <Badge tone="warn">Needs a key</Badge>;
  const hasCalled = keys.some(({ lastUsedAt }) => lastUsedAt !== null);
  return <Badge tone={hasCalled ? 'ok' : 'warn'}>{hasCalled ? 'Answering' : 'Has not called yet'}</Badge>;
}

function NewAgent() {
  const { teamId } = useMembership();
  const create = useCreateAgent();
  const { isBusy, save } = useSaving();
  return (
    <SettingGroup title="Another agent">
      <form
        className="mt-3 flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const data = new FormData(form);
          const kind = data.get('kind') === 'external' ? 'external' : 'knowledge';
          void save(async () => {
            await create({ teamId, name: String(data.get('name')), kind });
            resetIfAsSent(form, data);
          }, 'Added.');
        }}
      >
        <div className="min-w-52 flex-1">
          <Field label="Name">
            <TextInput name="name" required maxLength={80} />
          </Field>
        </div>
        <Field label="Kind">
          <NativeSelect name="kind" aria-label="Kind">
            <option value="knowledge">{kinds.knowledge}</option>
            <option value="external">{kinds.external}</option>
          </NativeSelect>
        </Field>
        <Button type="submit" tone="primary" size="medium" disabled={isBusy} className="h-9!">
          Add
        </Button>
      </form>
    </SettingGroup>
  );
}
