import { useState } from 'react';
import type { Id } from '../../../convex/_generated/dataModel';
import { type EventType, eventTypes } from '../../../convex/shared/webhooks/events';
import { useMembership } from '../../convex/session';
import { type Endpoint, useCreateEndpoint, useUpdateEndpoint } from '../../convex/webhooks';
import { textOf } from '../../lib/useSubmit';
import { Button } from '../../ui/button';
import { Checkbox, Field, TextInput } from '../../ui/field';
import { notify } from '../../ui/toast';
import { FormDialog } from './formDialog';
import { eventWords } from './webhookWords';

interface Props {
  agentId: Id<'agents'>;
  endpoint: Endpoint | null;
  /** Of a new one; it is never told again. */
  showSecret: (secret: string) => void;
  onClose: () => void;
}

/** Where to call, and about what. */
export function WebhookDialog({ agentId, endpoint, showSecret, onClose }: Props) {
  const { teamId } = useMembership();
  const create = useCreateEndpoint();
  const update = useUpdateEndpoint();
  const [chosen, setChosen] = useState<readonly EventType[]>(endpoint?.events ?? eventTypes);
  const choose = (type: EventType, isChosen: boolean) =>
    setChosen(isChosen ? [...chosen, type] : chosen.filter((each) => each !== type));

  async function submit(data: FormData) {
    const written = { teamId, url: textOf(data, 'url'), events: [...chosen] };
    if (endpoint === null) showSecret((await create({ ...written, agentId })).secret);
    else await update({ ...written, endpointId: endpoint._id });
    onClose();
    if (endpoint !== null) notify('Saved.');
  }

  return (
    <FormDialog title={endpoint ? 'Webhook' : 'New webhook'} onClose={onClose} onSubmit={submit}>
      <Field label="URL" hint="An https:// address on the public internet that takes POST requests.">
        <TextInput
          name="url"
          type="url"
          required
          maxLength={2_000}
          placeholder="https://agent.example.com/baton"
          defaultValue={endpoint?.url}
        />
      </Field>
      <fieldset>
        <legend className="mb-1 text-sm font-medium">Events</legend>
        {eventTypes.map((type) => (
          <Checkbox
            key={type}
            label={eventWords[type]}
            checked={chosen.includes(type)}
            onChoose={(isChosen) => choose(type, isChosen)}
          />
        ))}
      </fieldset>
      <div className="flex justify-end gap-2">
        <Button size="medium" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" tone="primary" size="medium" disabled={chosen.length === 0}>
          Save
        </Button>
      </div>
    </FormDialog>
  );
}
