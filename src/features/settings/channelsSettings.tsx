import { useState } from 'react';
import type { Id } from '../../../convex/_generated/dataModel';
import { isAllowed } from '../../../convex/shared/people/permissions';
import { useAgents } from '../../convex/agents';
import { useChannels, useCreateChannel } from '../../convex/channels';
import { useMembership } from '../../convex/session';
import { Button } from '../../ui/button';
import { Field, NativeSelect, TextInput } from '../../ui/field';
import { AddressCard } from './addressCard';
import { ConnectDialog } from './addressDialogs';
import { resetIfAsSent, SettingGroup, useSaving } from './settingRow';
import { TelegramSettings } from './telegramSettings';
import { useAddressChecks } from './useAddressChecks';
import { WhatsappGroup } from './whatsappGroup';
import { WebChatCard } from './webChatCard';

/** The ways in: chats on the web, each with its snippet, and addresses of mail, each with how it is doing. */
export function ChannelsSettings() {
  const channels = useChannels();
  const { role } = useMembership();
  const { checks, check } = useAddressChecks();
  const [connects, setConnects] = useState(false);
  const addresses = channels?.filter(({ kind }) => kind === 'email');
  const mayManage = isAllowed(role, 'channels.manage');
  const checkOf = (channelId: Id<'channels'>) => () => void check(channelId);
  return (
    <>
      {channels
        ?.filter(({ kind }) => kind === 'web')
        .map((channel) => (
          <WebChatCard key={channel._id} channel={channel} />
        ))}
      {mayManage && <NewChannel />}
      <SettingGroup title="Email">
        <p className="mt-1 mb-4 text-sm text-ink-2">
          Customers write to an address of yours and are answered from it, on one thread with the chat.
        </p>
        {addresses?.map((channel) => (
          <AddressCard
            key={channel._id}
            channel={channel}
            check={checks[channel._id]}
            onCheck={checkOf(channel._id)}
          />
        ))}
        {mayManage && (
          <Button
            tone={addresses?.length ? 'plain' : 'primary'}
            size="medium"
            onClick={() => setConnects(true)}
          >
            Connect an address
          </Button>
        )}
        {connects && (
          <ConnectDialog
            onClose={() => setConnects(false)}
            onConnected={(channelId) => {
              setConnects(false);
              void check(channelId);
            }}
          />
        )}
      </SettingGroup>
      <TelegramSettings />
      <WhatsappGroup />
    </>
  );
}

function NewChannel() {
  const { teamId } = useMembership();
  const agents = useAgents() ?? [];
  const create = useCreateChannel();
  const { isBusy, save } = useSaving();

  function submit(form: HTMLFormElement) {
    const data = new FormData(form);
    const agent = agents.find((each) => each._id === data.get('agent'));
    if (!agent) return;
    void save(async () => {
      await create({ teamId, name: String(data.get('name')), agentId: agent._id });
      resetIfAsSent(form, data);
    }, 'Added.');
  }

  return (
    <SettingGroup title="Another web chat">
      <form
        className="mt-3 flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          submit(event.currentTarget);
        }}
      >
        <div className="min-w-52 flex-1">
          <Field label="Name">
            <TextInput name="name" required maxLength={80} />
          </Field>
        </div>
        <Field label="Agent">
          <NativeSelect name="agent" aria-label="Agent">
            {agents.map((agent) => (
              <option key={agent._id} value={agent._id}>
                {agent.name}
              </option>
            ))}
          </NativeSelect>
        </Field>
        <Button type="submit" tone="primary" size="medium" disabled={isBusy} className="h-9!">
          Add
        </Button>
      </form>
    </SettingGroup>
  );
}
