import type { Id } from '../../../convex/_generated/dataModel';
import { useAgents } from '../../convex/agents';
import { type Channel, useUpdateChannel } from '../../convex/channels';
import { useMembership } from '../../convex/session';
import { Field, NativeSelect } from '../../ui/field';
import { SavedSelect } from './savedField';

/** In the form of a channel: the agent that answers there first. */
export function AnsweredBy({ agentId }: { agentId?: Id<'agents'> | undefined }) {
  return (
    <Field label="Answered by">
      <NativeSelect name="agent" aria-label="Answered by" defaultValue={agentId}>
        <Agents />
      </NativeSelect>
    </Field>
  );
}

interface Props {
  channel: Channel;
  name: string;
  disabled: boolean;
}

/** The same on the card of a channel, where it saves itself. */
export function SavedAgent({ channel: { _id: channelId, agentId }, name, disabled }: Props) {
  const { teamId } = useMembership();
  const update = useUpdateChannel();
  return (
    <div className="mt-3 flex items-center gap-3 text-sm">
      <span className="text-ink-3">Answered by</span>
      <SavedSelect
        aria-label={`Agent of ${name}`}
        className="h-8! w-auto! pointer-coarse:h-11!"
        value={agentId}
        disabled={disabled}
        onSave={(next) => update({ teamId, channelId, agentId: next })}
        done="New conversations go to this agent."
      >
        <Agents />
      </SavedSelect>
    </div>
  );
}

function Agents() {
  return useAgents()?.map(({ _id, name }) => (
    <option key={_id} value={_id}>
      {name}
    </option>
  ));
}
