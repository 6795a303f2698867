import { useState } from 'react';
import { whatsappPath } from '../../../convex/shared/delivery/connection';
import type { NumberCheck } from '../../../convex/shared/whatsapp/checks';
import { isAllowed } from '../../../convex/shared/people/permissions';
import { type Channel, type ChannelHealth, useChannelHealth, useUpdateChannel } from '../../convex/channels';
import { useDesk } from '../../convex/provider';
import { useMembership } from '../../convex/session';
import { useCheckWhatsapp, useNewVerifyToken } from '../../convex/whatsapp';
import { formatAgo, formatFull, formatSoon } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { copy } from '../../ui/copy';
import { Line } from './addressHealth';
import { FailedEvents } from './failedEvents';
import { useSaving } from './settingRow';
import { ShownOnce, useShownOnce } from './shownOnce';
import { ChangeNumberDialog } from './whatsappDialogs';

/** A number: how it is doing, what Meta is told of it, and what can be done about it. */
export function WhatsappCard({ channel, verifyToken }: { channel: Channel; verifyToken: string | null }) {
  const { role } = useMembership();
  const health = useChannelHealth(channel._id);
  const [check, setCheck] = useState<NumberCheck | null>(null);
  const [asks, setAsks] = useState<'change' | 'token' | null>(null);
  const { number, phoneNumberId } = channel.whatsapp!;
  const mayManage = isAllowed(role, 'channels.manage');
  return (
    <section aria-label={channel.name} className="mb-5 rounded-lg border border-line p-4">
      <header className="flex flex-wrap items-center gap-2">
        <h3 className="min-w-0 flex-1 text-base font-semibold wrap-anywhere">{channel.name}</h3>
        {health && <State channel={channel} health={health} />}
      </header>
      <p className="mt-1 text-sm text-ink-2 wrap-anywhere">
        {number || `Number ID ${phoneNumberId}`}. {channel.agentName} answers first.
      </p>
      {health && <Health channel={channel} health={health} />}
      {check && <Checked check={check} />}
      {mayManage && <Callback channel={channel} verifyToken={verifyToken} />}
      {mayManage && health?.lastFailureAt != null && <Unread channel={channel} />}
      {mayManage && <Acts channel={channel} onChecked={setCheck} ask={setAsks} />}
      {asks !== null && (
        <ChangeNumberDialog channel={channel} isToken={asks === 'token'} onClose={() => setAsks(null)} />
      )}
    </section>
  );
}

function State({ channel, health }: { channel: Channel; health: ChannelHealth }) {
  if (!channel.active) return <Badge tone={channel.trouble ? 'bad' : 'plain'}>Paused</Badge>;
  if (!health.hasKey) return <Badge tone="warn">No token</Badge>;
  if (health.failingSince !== null) return <Badge tone="bad">Failing</Badge>;
  if (!health.hasWebhookSecret) return <Badge tone="warn">Sends only</Badge>;
  return health.lastReceivedAt === null ? (
    <Badge tone="note">Nothing came in yet</Badge>
  ) : (
    <Badge tone="ok">On</Badge>
  );
}

function Health({ channel, health }: { channel: Channel; health: ChannelHealth }) {
  const now = useNow(1_000);
  const { lastReceivedAt, lastSentAt, failingSince, failure, retryAt } = health;
  const when = (at: number | null) => (at === null ? 'never' : formatAgo(at, now));
  return (
    <div className="mt-3 flex flex-col gap-1 text-sm">
      {channel.trouble && <Line tone="bad">{channel.trouble.said}</Line>}
      {!channel.active && !channel.trouble && (
        <Line tone="note">
          Paused: nobody is written to by this number. What customers write still comes in.
        </Line>
      )}
      {failingSince !== null && (
        <Line
          tone="bad"
          age={retryAt && `Tried again ${retryAt <= now ? 'now' : `at ${formatSoon(retryAt, now)}`}.`}
        >
          WhatsApp takes nothing since {formatFull(failingSince)}: {failure ?? 'it did not say why.'} Nothing
          is lost: it waits.
        </Line>
      )}
      {health.lastFailureAt !== null && (
        <Line tone="warn" age={`That was ${when(health.lastFailureAt)}.`}>
          Something WhatsApp told could not be read: {health.lastFailure}
        </Line>
      )}
      <p className="text-ink-3">
        Last received: {when(lastReceivedAt)}. Last sent: {when(lastSentAt)}.
      </p>
    </div>
  );
}

const qualities: Record<string, string> = { GREEN: 'high', YELLOW: 'medium', RED: 'low' };

function Checked({ check: { state, said, name, quality, templates } }: { check: NumberCheck }) {
  if (state !== 'works')
    return (
      <div className="mt-2 text-sm">
        <Line tone={state === 'unreachable' ? 'warn' : 'bad'}>
          {state === 'none' ? 'There is no access token: give one.' : said}
        </Line>
      </div>
    );
  return (
    <div className="mt-2 text-sm">
      <Line tone="ok">
        The token works{name && `, and customers see “${name}”`}.{' '}
        {quality && qualities[quality] && `Its quality is ${qualities[quality]}. `}
        {templates === 1 ? '1 template is' : `${templates} templates are`} known.
      </Line>
    </div>
  );
}

/** What is entered at Meta, once. */
function Callback({ channel, verifyToken }: { channel: Channel; verifyToken: string | null }) {
  const { teamId } = useMembership();
  const { addresses } = useDesk();
  const makeToken = useNewVerifyToken();
  const { isBusy, save } = useSaving();
  const [shown, show] = useShownOnce();
  const address = `${addresses.siteUrl}${whatsappPath}${channel.publicId}`;
  const token = shown ?? verifyToken;
  const words = { elsewhere: 'The verify token was made.', copy: 'Copy the verify token' };
  const renew = () => save(async () => show(await makeToken({ teamId, channelId: channel._id }), words));
  return (
    <div className="mt-3 text-sm">
      <p className="text-ink-2">
        In Meta’s app dashboard, WhatsApp → Configuration, give this callback URL and the verify token, and
        subscribe to messages, smb_message_echoes, account_update, user_id_update and
        message_template_status_update.
      </p>
      <div className="mt-1 flex min-w-0 flex-wrap items-center gap-2">
        <code className="min-w-0 text-xs break-all select-all">{address}</code>
        <Button aria-label="Copy the callback URL" onClick={() => void copy(address)}>
          Copy
        </Button>
        <Button disabled={isBusy} onClick={() => void renew()}>
          New verify token
        </Button>
      </div>
      {token !== null && <ShownOnce words="This is the verify token." secret={token} />}
    </div>
  );
}

function Unread({ channel: { _id: channelId } }: { channel: Channel }) {
  const [isShown, setIsShown] = useState(false);
  return (
    <div className="mt-2 text-sm">
      <Button aria-expanded={isShown} onClick={() => setIsShown(!isShown)}>
        {isShown ? 'Hide' : 'Show'} what failed
      </Button>
      {isShown && <FailedEvents channelId={channelId} />}
    </div>
  );
}

interface ActsProps {
  channel: Channel;
  onChecked: (check: NumberCheck) => void;
  ask: (asks: 'change' | 'token') => void;
}

function Acts({ channel, onChecked, ask }: ActsProps) {
  const { teamId } = useMembership();
  const update = useUpdateChannel();
  const check = useCheckWhatsapp();
  const checking = useSaving();
  const { isBusy, save } = useSaving();
  const at = { teamId, channelId: channel._id };
  return (
    <div className="mt-3 flex flex-wrap gap-2">
      <Button
        disabled={checking.isBusy}
        onClick={() => void checking.save(async () => onChecked(await check(at)))}
      >
        {checking.isBusy ? 'Checking…' : 'Check'}
      </Button>
      <Button onClick={() => ask('change')}>Change</Button>
      <Button onClick={() => ask('token')}>New access token</Button>
      <Button disabled={isBusy} onClick={() => void save(() => update({ ...at, active: !channel.active }))}>
        {channel.active ? 'Pause' : 'Open again'}
      </Button>
    </div>
  );
}
