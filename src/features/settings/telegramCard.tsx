import { useState } from 'react';
import { isAllowed } from '../../../convex/shared/people/permissions';
import {
  type Channel,
  type ChannelHealth,
  type TelegramCheck,
  useChannelHealth,
  useCheckTelegram,
  useDisconnectTelegram,
  useUpdateChannel,
} from '../../convex/channels';
import { useMembership } from '../../convex/session';
import { formatAgo, formatFull, formatSoon } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { Line } from './addressHealth';
import { SavedAgent } from './answeredBy';
import { FailedEvents } from './failedEvents';
import { useSaving } from './settingRow';
import { TelegramDialog } from './telegramDialog';

interface Props {
  channel: Channel;
  check: TelegramCheck | undefined;
  onCheck: (check: TelegramCheck) => void;
}

/** A bot: what customers see, how it is doing, and what can be done about it. */
export function TelegramCard({ channel, check, onCheck }: Props) {
  const { role } = useMembership();
  const health = useChannelHealth(channel._id);
  const mayManage = isAllowed(role, 'channels.manage');
  const name = `@${channel.telegram?.username ?? ''}`;
  return (
    <section aria-label={name} className="mb-5 rounded-lg border border-line p-4">
      <header className="flex flex-wrap items-center gap-2">
        <h3 className="min-w-0 flex-1 text-base font-semibold wrap-anywhere">{name}</h3>
        {health && <State channel={channel} health={health} check={check} />}
      </header>
      <SavedAgent channel={channel} name={name} disabled={!mayManage} />
      {health && <Health channel={channel} health={health} />}
      {check && <CheckLines check={check} />}
      {mayManage && health && <Acts channel={channel} health={health} onCheck={onCheck} />}
    </section>
  );
}

function State({ channel, health, check }: Pick<Props, 'channel' | 'check'> & { health: ChannelHealth }) {
  if (!health.hasKey) return <Badge tone={channel.trouble ? 'bad' : 'plain'}>Not connected</Badge>;
  if (!channel.active) return <Badge>Paused</Badge>;
  if (health.failingSince !== null || check?.bot === 'refused') return <Badge tone="bad">Failing</Badge>;
  return health.hasWebhookSecret ? <Badge tone="ok">On</Badge> : <Badge tone="warn">Sends only</Badge>;
}

function Health({ channel, health }: { channel: Channel; health: ChannelHealth }) {
  const now = useNow(1_000);
  const { hasKey, lastReceivedAt, lastSentAt, failingSince, failure, retryAt, lastFailure } = health;
  const when = (at: number | null) => (at === null ? 'never' : formatAgo(at, now));
  return (
    <div className="mt-3 flex flex-col gap-1 text-sm">
      {channel.trouble && <Line tone="bad">{channel.trouble.said}</Line>}
      {!hasKey && (
        <Line tone="note">
          No bot is connected: nothing comes in, and what the team writes to its customers waits.
        </Line>
      )}
      {hasKey && !channel.active && (
        <Line tone="note">
          Paused: nobody is written to by this bot. What customers write still comes in.
        </Line>
      )}
      {failingSince !== null && (
        <Line
          tone="bad"
          age={retryAt && `Tried again ${retryAt <= now ? 'now' : `at ${formatSoon(retryAt, now)}`}.`}
        >
          Telegram takes nothing since {formatFull(failingSince)}: {failure ?? 'it did not say why.'}
          {' Nothing is lost: it waits.'}
        </Line>
      )}
      {lastFailure !== null && <Line tone="warn">An update could not be read: {lastFailure}</Line>}
      <p className="text-ink-3">
        Last received: {when(lastReceivedAt)}. Last sent: {when(lastSentAt)}.
      </p>
    </div>
  );
}

const botWords: Record<Exclude<TelegramCheck['bot'], 'works' | 'none'>, string> = {
  refused: 'Telegram does not know the token any more. Give the bot’s new one.',
  unreachable: 'Telegram could not be asked. Try again.',
};

/** What the last live check on this page found. */
function CheckLines({
  check: { bot, webhook, pending, lastFailure, lastFailureAt, said },
}: {
  check: TelegramCheck;
}) {
  if (bot === 'none') return null;
  if (bot !== 'works')
    return (
      <div className="mt-2 text-sm">
        <Line tone="bad">{botWords[bot]}</Line>
      </div>
    );
  return (
    <div className="mt-2 flex flex-col gap-1 text-sm">
      {webhook === 'listens' && (
        <Line tone="ok">The token works, and Telegram tells this desk what comes in.</Line>
      )}
      {webhook === 'local' && (
        <Line tone="warn">
          The token works, but Telegram cannot reach this desk: it needs an address on the net, with https.
        </Line>
      )}
      {webhook === 'failed' && <Line tone="bad">Telegram does not tell this desk: {said}</Line>}
      {pending > 0 && <Line tone="warn">{pending} updates wait at Telegram.</Line>}
      {lastFailure !== null && lastFailureAt !== null && (
        <Line tone="note">
          The last time that Telegram could not tell it was {formatFull(lastFailureAt)}: {lastFailure}
        </Line>
      )}
    </div>
  );
}

function Acts({ channel, health, onCheck }: Omit<Props, 'check'> & { health: ChannelHealth }) {
  const { teamId } = useMembership();
  const update = useUpdateChannel();
  const check = useCheckTelegram();
  const disconnect = useDisconnectTelegram();
  const { isBusy, save } = useSaving();
  const [asks, setAsks] = useState<'token' | 'end' | null>(null);
  const [showsFailed, setShowsFailed] = useState(false);
  const at = { teamId, channelId: channel._id };
  const close = () => setAsks(null);
  return (
    <>
      <div className="mt-3 flex flex-wrap gap-2">
        {health.hasKey && (
          <>
            <Button disabled={isBusy} onClick={() => void save(async () => onCheck(await check(at)))}>
              Check
            </Button>
            <Button
              disabled={isBusy}
              onClick={() => void save(() => update({ ...at, active: !channel.active }))}
            >
              {channel.active ? 'Pause' : 'Open again'}
            </Button>
          </>
        )}
        <Button onClick={() => setAsks('token')}>{health.hasKey ? 'New token' : 'Connect again'}</Button>
        {health.hasKey && <Button onClick={() => setAsks('end')}>Disconnect</Button>}
        {health.lastFailureAt !== null && (
          <Button aria-expanded={showsFailed} onClick={() => setShowsFailed(!showsFailed)}>
            {showsFailed ? 'Hide' : 'Show'} what failed
          </Button>
        )}
      </div>
      {showsFailed && <FailedEvents channelId={channel._id} />}
      {asks === 'token' && <TelegramDialog channel={channel} onClose={close} onConnected={onCheck} />}
      <Confirm
        open={asks === 'end'}
        onOpenChange={(open) => !open && close()}
        title="Disconnect this bot?"
        description="Its token goes. Customers who write to it are not heard, and what the team writes to them waits until the bot is connected again. Conversations stay."
        confirm="Disconnect"
        keep="Keep it"
        onConfirm={() => void save(() => disconnect(at), 'Disconnected.')}
      />
    </>
  );
}
