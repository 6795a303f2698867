import type { Id } from '../../../convex/_generated/dataModel';
import { type Channel, type TelegramCheck, useConnectTelegram } from '../../convex/channels';
import { useMembership } from '../../convex/session';
import { textOf } from '../../lib/useSubmit';
import { Field, TextInput } from '../../ui/field';
import { notify } from '../../ui/toast';
import { AnsweredBy } from './answeredBy';
import { FormButtons, FormDialog } from './formDialog';

/** A bot is connected by its token, or the one there is gets a new one. */
export function TelegramDialog({
  channel,
  onClose,
  onConnected,
}: {
  channel?: Channel;
  onClose: () => void;
  onConnected: (check: TelegramCheck, channelId: Id<'channels'>) => void;
}) {
  const { teamId } = useMembership();
  const connect = useConnectTelegram();
  async function submit(data: FormData) {
    const agentId = channel?.agentId ?? (data.get('agent') as Id<'agents'>);
    const at = { teamId, agentId, ...(channel && { channelId: channel._id }) };
    const { check, channelId, wasOthers } = await connect({ ...at, token: textOf(data, 'token') });
    notify(wasOthers ? 'Connected. Another team of this desk had this bot, and is told.' : 'Connected.');
    onConnected(check, channelId);
    onClose();
  }
  return (
    <FormDialog title={channel ? 'The bot’s token' : 'Connect Telegram'} onClose={onClose} onSubmit={submit}>
      <p className="text-sm text-ink-2">
        In Telegram, write /newbot to @BotFather, or /mybots for a bot that you have, and copy its token.
      </p>
      <Field label="Token" hint="Kept sealed, never shown again.">
        <TextInput
          name="token"
          type="password"
          autoComplete="off"
          placeholder="123456789:AA…"
          required
          autoFocus
          maxLength={120}
        />
      </Field>
      {!channel && <AnsweredBy />}
      <FormButtons onCancel={onClose}>{channel ? 'Save' : 'Connect'}</FormButtons>
    </FormDialog>
  );
}
