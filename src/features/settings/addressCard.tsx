import { useState } from 'react';
import { isAllowed } from '../../../convex/shared/people/permissions';
import {
  type Channel,
  type ChannelHealth,
  useChannelHealth,
  useConnectAddress,
  useSendTestMail,
  useUpdateChannel,
} from '../../convex/channels';
import { useMembership } from '../../convex/session';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { ChangeDialog, SecretDialog, unchanged } from './addressDialogs';
import { AddressHealth } from './addressHealth';
import { AutomaticMails } from './automaticMails';
import { FailedEvents } from './failedEvents';
import { AddressReport } from './addressReport';
import { useSaving } from './settingRow';
import type { AddressCheck } from './useAddressChecks';

interface Props {
  channel: Channel;
  check: AddressCheck | undefined;
  onCheck: () => void;
}

type Asks = 'change' | 'apiKey' | 'webhookSecret' | 'removal' | null;

/** An address: what customers see, how it is doing, and what can be done about it. */
export function AddressCard({ channel, check, onCheck }: Props) {
  const { role } = useMembership();
  const health = useChannelHealth(channel._id);
  const [asks, setAsks] = useState<Asks>(null);
  const { address, senderName, replyAddress } = channel.mail!;
  const mayManage = isAllowed(role, 'channels.manage');
  const changed = () => {
    setAsks(null);
    onCheck();
  };
  const dialog = { channel, onClose: () => setAsks(null), onChanged: changed };
  return (
    <section aria-label={address} className="mb-5 rounded-lg border border-line p-4">
      <header className="flex flex-wrap items-center gap-2">
        <h3 className="min-w-0 flex-1 text-base font-semibold wrap-anywhere">{address}</h3>
        {health && <State channel={channel} health={health} check={check} />}
      </header>
      <p className="mt-1 text-sm text-ink-2 wrap-anywhere">
        {senderName && `“${senderName}”. `}Answers come in at {replyAddress}. {channel.agentName} answers
        first.
      </p>
      {health && <AddressHealth channel={channel} health={health} />}
      {mayManage && health && <Unread channel={channel} hasFailed={health.lastFailureAt !== null} />}
      {mayManage && health && (
        <Acts
          channel={channel}
          health={health}
          isChecking={check?.isRunning === true}
          onCheck={onCheck}
          ask={setAsks}
        />
      )}
      {check && health?.hasKey && (
        <AddressReport
          channel={channel}
          check={check}
          hasSecret={health.hasWebhookSecret}
          onGiveSecret={() => setAsks('webhookSecret')}
        />
      )}
      {asks === 'change' && <ChangeDialog {...dialog} />}
      {(asks === 'apiKey' || asks === 'webhookSecret') && (
        <SecretDialog {...dialog} secret={asks} hasKey={health?.hasKey === true} />
      )}
      <Removal channel={channel} isAsked={asks === 'removal'} onClose={dialog.onClose} />
    </section>
  );
}

/** For who keeps the address: what became no message, on demand. */
function Unread({ channel: { _id: channelId }, hasFailed }: { channel: Channel; hasFailed: boolean }) {
  const [shown, setShown] = useState<'failed' | 'automatic' | null>(null);
  const button = (what: 'failed' | 'automatic', words: string) => (
    <Button aria-expanded={shown === what} onClick={() => setShown(shown === what ? null : what)}>
      {shown === what ? 'Hide' : 'Show'} {words}
    </Button>
  );
  return (
    <div className="mt-2 text-sm">
      <div className="flex flex-wrap gap-2">
        {hasFailed && button('failed', 'what failed')}
        {button('automatic', 'automatic mail')}
      </div>
      {shown === 'failed' && <FailedEvents channelId={channelId} />}
      {shown === 'automatic' && <AutomaticMails channelId={channelId} />}
    </div>
  );
}

function State({ channel, health, check }: Pick<Props, 'channel' | 'check'> & { health: ChannelHealth }) {
  if (!channel.active) return <Badge>Paused</Badge>;
  if (!health.hasKey) return <Badge tone="note">Local outbox</Badge>;
  if (health.failingSince !== null) return <Badge tone="bad">Failing</Badge>;
  if (check?.found?.domains.some(({ state }) => state !== 'ready'))
    return <Badge tone="warn">Not ready</Badge>;
  return health.hasWebhookSecret ? <Badge tone="ok">On</Badge> : <Badge tone="warn">Sends only</Badge>;
}

interface ActsProps {
  channel: Channel;
  health: ChannelHealth;
  isChecking: boolean;
  onCheck: () => void;
  ask: (asks: Asks) => void;
}

function Acts({ channel, health: { hasKey }, isChecking, onCheck, ask }: ActsProps) {
  const { teamId } = useMembership();
  const update = useUpdateChannel();
  const sendTest = useSendTestMail();
  const { isBusy, save } = useSaving();
  const at = { teamId, channelId: channel._id };
  return (
    <div className="mt-3 flex flex-wrap gap-2">
      <Button disabled={isBusy} onClick={() => void save(() => sendTest(at))}>
        Send a test
      </Button>
      {hasKey && (
        <Button disabled={isChecking} onClick={onCheck}>
          {isChecking ? 'Checking…' : 'Check'}
        </Button>
      )}
      <Button onClick={() => ask('change')}>Change</Button>
      <Button onClick={() => ask('apiKey')}>{hasKey ? 'New key' : 'Add a key'}</Button>
      {hasKey && <Button onClick={() => ask('removal')}>Take the key out</Button>}
      <Button disabled={isBusy} onClick={() => void save(() => update({ ...at, active: !channel.active }))}>
        {channel.active ? 'Pause' : 'Open again'}
      </Button>
    </div>
  );
}

function Removal({ channel, isAsked, onClose }: { channel: Channel; isAsked: boolean; onClose: () => void }) {
  const { teamId } = useMembership();
  const connect = useConnectAddress();
  const { save } = useSaving();
  const takeOut = () => connect({ teamId, ...unchanged(channel), apiKey: '', webhookSecret: '' });
  return (
    <Confirm
      open={isAsked}
      onOpenChange={(open) => !open && onClose()}
      title="Take the key out?"
      description="Nothing leaves the desk by this address any more: what it would send is read in Settings → Outbox. What customers write to it no longer comes in."
      confirm="Take it out"
      keep="Keep it"
      onConfirm={() => void save(takeOut, 'The key is gone.')}
    />
  );
}
