import { useState } from 'react';
import { isAllowed } from '../../../convex/shared/people/permissions';
import { type Agent, useAgentKeys, useAgents, useCreateAgent, useUpdateAgent } from '../../convex/agents';
import { useMembership } from '../../convex/session';
import { Avatar } from '../../ui/avatar';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Field, NativeSelect, TextInput } from '../../ui/field';
import { AgentKeys } from './agentKeys';
import { HandoverRules } from './handoverRules';
import { SavedInput } from './savedField';
import { resetIfAsSent, SettingGroup, useSaving } from './settingRow';
import { Webhooks } from './webhooks';

const kinds = { knowledge: 'Answers from your articles', external: 'Answers over HTTP, with a key' };

/** The team's agents: what they are, when they hand over, and the keys of outside ones. */
export function AgentsSettings() {
  const agents = useAgents();
  const { role } = useMembership();
  return (
    <>
      {agents?.map((agent) => (
        <AgentCard key={agent._id} agent={agent} />
      ))}
      {isAllowed(role, 'agents.manage') && <NewAgent />}
    </>
  );
}

function AgentCard({ agent }: { agent: Agent }) {
  const { teamId, role } = useMembership();
  const update = useUpdateAgent();
  const { isBusy, save } = useSaving();
  const [isOpen, setIsOpen] = useState(false);
  const mayChange = isAllowed(role, 'agents.manage');
  const at = { teamId, agentId: agent._id };
  return (
    <section aria-label={agent.name} className="mb-4 rounded-lg border border-line p-4">
      <header className="flex flex-wrap items-center gap-3">
        <Avatar name={agent.name} kind="agent" size={32} />
        <div className="min-w-48 flex-1">
          <h2 className="truncate text-base font-semibold">{agent.name}</h2>
          <p className="text-sm text-ink-3">{kinds[agent.kind]}</p>
        </div>
        {agent.active && agent.kind === 'external' ? (
          <ExternalState agent={agent} />
        ) : (
          <Badge tone={agent.active ? 'ok' : 'plain'}>{agent.active ? 'Answering' : 'Off'}</Badge>
        )}
        <Button aria-expanded={isOpen} className="max-sm:ml-auto" onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? 'Less' : 'Rules and keys'}
        </Button>
      </header>
      {isOpen && (
        <div className="mt-4 border-t border-line pt-4">
          {mayChange && (
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
                onClick={() => void save(() => update({ ...at, active: !agent.active }))}
              >
                {agent.active ? 'Turn off' : 'Turn on'}
              </Button>
            </div>
          )}
          <HandoverRules agent={agent} />
          {agent.kind === 'external' && <AgentKeys agent={agent} />}
          {agent.kind === 'external' && isAllowed(role, 'webhooks.read') && <Webhooks agent={agent} />}
        </div>
      )}
    </section>
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
