import type { Id } from '../../../convex/_generated/dataModel';
import type { Channel } from '../../convex/channels';
import { useMembership } from '../../convex/session';
import { useConnectWhatsapp } from '../../convex/whatsapp';
import { textOf } from '../../lib/useSubmit';
import { Field, TextInput } from '../../ui/field';
import { notify } from '../../ui/toast';
import { AnsweredBy } from './answeredBy';
import { FormButtons, FormDialog } from './formDialog';

interface ConnectProps {
  onClose: () => void;
  onConnected: (connected: { channelId: Id<'channels'>; verifyToken: string | null }) => void;
}

export function ConnectNumberDialog({ onClose, onConnected }: ConnectProps) {
  const { teamId } = useMembership();
  const connect = useConnectWhatsapp();
  async function submit(data: FormData) {
    onConnected(await connect({ teamId, ...settingsIn(data), ...secretsIn(data) }));
    notify('Connected. Now give Meta the callback URL and the verify token.');
  }
  return (
    <FormDialog title="Connect WhatsApp" onClose={onClose} onSubmit={submit}>
      <NumberFields />
      <TokenField isRequired />
      <SecretField isRequired />
      <FormButtons onCancel={onClose}>Connect</FormButtons>
    </FormDialog>
  );
}

interface ChangeProps {
  channel: Channel;
  /** Only a new access token, which is what runs out. */
  isToken: boolean;
  onClose: () => void;
}

export function ChangeNumberDialog({ channel, isToken, onClose }: ChangeProps) {
  const { teamId } = useMembership();
  const connect = useConnectWhatsapp();
  const { _id: channelId, name, agentId } = channel;
  const { phoneNumberId, businessId } = channel.whatsapp!;
  async function submit(data: FormData) {
    const settings = isToken ? { name, agentId, phoneNumberId, businessId } : settingsIn(data);
    await connect({ teamId, channelId, ...settings, ...secretsIn(data) });
    onClose();
    notify('Saved.');
  }
  return (
    <FormDialog
      title={isToken ? 'A new access token' : 'Change the number'}
      onClose={onClose}
      onSubmit={submit}
    >
      {isToken ? (
        <TokenField isRequired />
      ) : (
        <>
          <NumberFields channel={channel} />
          <SecretField />
        </>
      )}
      <FormButtons onCancel={onClose}>Save</FormButtons>
    </FormDialog>
  );
}

function settingsIn(data: FormData) {
  return {
    name: textOf(data, 'name'),
    agentId: data.get('agent') as Id<'agents'>,
    phoneNumberId: textOf(data, 'phoneNumberId'),
    businessId: textOf(data, 'businessId'),
  };
}

/** What was not given stays. */
function secretsIn(data: FormData) {
  const [accessToken, appSecret] = [textOf(data, 'accessToken'), textOf(data, 'appSecret')];
  return { ...(accessToken !== '' && { accessToken }), ...(appSecret !== '' && { appSecret }) };
}

function NumberFields({ channel }: { channel?: Channel }) {
  return (
    <>
      <Field label="Name" hint="For your team: what this number is called here.">
        <TextInput
          name="name"
          required
          maxLength={80}
          autoComplete="off"
          autoFocus
          defaultValue={channel?.name ?? 'WhatsApp'}
        />
      </Field>
      <Field
        label="Phone number ID"
        hint="In Meta’s app dashboard, WhatsApp → API Setup. It is not the number itself."
      >
        <TextInput
          name="phoneNumberId"
          required
          inputMode="numeric"
          autoComplete="off"
          defaultValue={channel?.whatsapp?.phoneNumberId}
        />
      </Field>
      <Field label="WhatsApp Business Account ID" hint="On the same page.">
        <TextInput
          name="businessId"
          required
          inputMode="numeric"
          autoComplete="off"
          defaultValue={channel?.whatsapp?.businessId}
        />
      </Field>
      <AnsweredBy agentId={channel?.agentId} />
    </>
  );
}

function TokenField({ isRequired = false }: { isRequired?: boolean }) {
  return (
    <Field
      label="Access token"
      hint="Of a system user of your business, with whatsapp_business_messaging and whatsapp_business_management. Kept sealed, never shown again."
    >
      <TextInput
        name="accessToken"
        type="password"
        autoComplete="off"
        placeholder="EAA…"
        required={isRequired}
      />
    </Field>
  );
}

function SecretField({ isRequired = false }: { isRequired?: boolean }) {
  return (
    <Field
      label="App secret"
      hint={`App settings → Basic. What comes in is signed by it. ${isRequired ? 'Kept sealed, never shown again.' : 'Empty: it stays as it is.'}`}
    >
      <TextInput name="appSecret" type="password" autoComplete="off" required={isRequired} />
    </Field>
  );
}
