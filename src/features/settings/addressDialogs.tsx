import { useState } from 'react';
import type { Id } from '../../../convex/_generated/dataModel';
import { suggestReplyAddress } from '../../../convex/shared/delivery/connection';
import { type Channel, useConnectAddress } from '../../convex/channels';
import { useMembership } from '../../convex/session';
import { textOf } from '../../lib/useSubmit';
import { Field, TextInput } from '../../ui/field';
import { notify } from '../../ui/toast';
import { AnsweredBy } from './answeredBy';
import { FormButtons, FormDialog } from './formDialog';

interface ConnectProps {
  onClose: () => void;
  onConnected: (channelId: Id<'channels'>) => void;
}

export function ConnectDialog({ onClose, onConnected }: ConnectProps) {
  const { teamId } = useMembership();
  const connect = useConnectAddress();
  async function submit(data: FormData) {
    const apiKey = textOf(data, 'apiKey');
    onConnected(await connect({ teamId, ...settingsIn(data), ...(apiKey === '' ? {} : { apiKey }) }));
    notify('Connected.');
  }
  return (
    <FormDialog title="Connect an address" onClose={onClose} onSubmit={submit}>
      <SettingsFields />
      <KeyField hint="Optional. Without one nothing leaves the desk: what it would send is read in Settings → Outbox." />
      <FormButtons onCancel={onClose}>Connect</FormButtons>
    </FormDialog>
  );
}

interface ChangeProps {
  channel: Channel;
  onClose: () => void;
  /** Saved: what was checked may not hold any more. */
  onChanged: () => void;
}

export function ChangeDialog({ channel, onClose, onChanged }: ChangeProps) {
  const { teamId } = useMembership();
  const connect = useConnectAddress();
  async function submit(data: FormData) {
    await connect({ teamId, channelId: channel._id, ...settingsIn(data) });
    onChanged();
    notify('Saved.');
  }
  return (
    <FormDialog title="Change the address" onClose={onClose} onSubmit={submit}>
      <SettingsFields channel={channel} />
      <FormButtons onCancel={onClose}>Save</FormButtons>
    </FormDialog>
  );
}

/** What is kept of the provider, given anew: it is shown to nobody again. */
export function SecretDialog({
  channel,
  secret,
  hasKey,
  onClose,
  onChanged,
}: ChangeProps & { secret: 'apiKey' | 'webhookSecret'; hasKey: boolean }) {
  const { teamId } = useMembership();
  const connect = useConnectAddress();
  async function submit(data: FormData) {
    await connect({ teamId, ...unchanged(channel), [secret]: textOf(data, secret) });
    onChanged();
    notify('Saved.');
  }
  return (
    <FormDialog
      title={secret === 'webhookSecret' ? 'The signing secret' : hasKey ? 'A new Resend key' : 'A Resend key'}
      onClose={onClose}
      onSubmit={submit}
    >
      {secret === 'apiKey' ? (
        <KeyField
          hint={`${hasKey ? 'It replaces the one before. ' : ''}Kept sealed, never shown again.`}
          isRequired
        />
      ) : (
        <Field label="Signing secret" hint="Of the webhook at Resend. Kept sealed, never shown again.">
          <TextInput name="webhookSecret" type="password" autoComplete="off" placeholder="whsec_…" required />
        </Field>
      )}
      <FormButtons onCancel={onClose}>Save</FormButtons>
    </FormDialog>
  );
}

/** As `connectAddress` takes a change of nothing. */
export function unchanged({ _id: channelId, name, agentId, mail }: Channel) {
  return { channelId, name, agentId, mail: mail! };
}

function settingsIn(data: FormData) {
  const [address, senderName, replyAddress] = ['address', 'senderName', 'replyAddress'].map((name) =>
    textOf(data, name),
  ) as [string, string, string];
  const agentId = data.get('agent') as Id<'agents'>;
  return { name: senderName || address, agentId, mail: { address, senderName, replyAddress } };
}

function SettingsFields({ channel }: { channel?: Channel }) {
  const { teamName } = useMembership();
  const mail = channel?.mail;
  const [address, setAddress] = useState(mail?.address ?? '');
  const [reply, setReply] = useState(mail?.replyAddress ?? null);
  return (
    <>
      <Field label="Address" hint="What customers see, and write to.">
        <TextInput
          name="address"
          type="email"
          autoComplete="off"
          placeholder="support@shop.example"
          required
          autoFocus
          value={address}
          onChange={(event) => setAddress(event.target.value)}
        />
      </Field>
      <Field label="Name" hint={`Beside the address. Empty: ${teamName}.`}>
        <TextInput name="senderName" maxLength={80} autoComplete="off" defaultValue={mail?.senderName} />
      </Field>
      <Field
        label="Answers come in at"
        hint="An address at a domain whose mail Resend receives. A part of your domain leaves its other mail where it is."
      >
        <TextInput
          name="replyAddress"
          type="email"
          autoComplete="off"
          required
          value={reply ?? suggestReplyAddress(address)}
          onChange={(event) => setReply(event.target.value)}
        />
      </Field>
      <AnsweredBy agentId={channel?.agentId} />
    </>
  );
}

function KeyField({ hint, isRequired = false }: { hint: string; isRequired?: boolean }) {
  return (
    <Field label="Resend key" hint={hint}>
      <TextInput name="apiKey" type="password" autoComplete="off" placeholder="re_…" required={isRequired} />
    </Field>
  );
}
