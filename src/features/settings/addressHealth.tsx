import type { ReactNode } from 'react';
import type { Channel, ChannelHealth } from '../../convex/channels';
import { formatAgo, formatFull, formatSoon } from '../../lib/time';
import { useNow } from '../../lib/useNow';

/** How an address is doing, by the second. */
export function AddressHealth({ channel, health }: { channel: Channel; health: ChannelHealth }) {
  const now = useNow(1_000);
  const { hasKey, test, lastReceivedAt, lastSentAt, failingSince, failure, retryAt } = health;
  const when = (at: number | null) => (at === null ? 'never' : formatAgo(at, now));
  return (
    <div className="mt-3 flex flex-col gap-1 text-sm">
      {!hasKey && (
        <Line tone="note">
          There is no key, so nothing leaves the desk: what it would send is read in Settings → Outbox.
        </Line>
      )}
      {!channel.active && (
        <Line tone="note">
          Paused: nobody is written to by this address. What customers write still comes in.
        </Line>
      )}
      {failingSince !== null && (
        <Line
          tone="bad"
          age={retryAt && `Tried again ${retryAt <= now ? 'now' : `at ${formatSoon(retryAt, now)}`}.`}
        >
          Resend takes nothing since {formatFull(failingSince)}: {failure ?? 'it did not say why.'}
          {' Nothing is lost: it waits.'}
        </Line>
      )}
      {health.lastFailureAt !== null && (
        <Line tone="warn" age={`That was ${when(health.lastFailureAt)}.`}>
          An event could not be read: {health.lastFailure}
        </Line>
      )}
      {test !== null && <TestState test={test} hasKey={hasKey} now={now} />}
      <p className="text-ink-3">
        Last received: {when(lastReceivedAt)}. Last sent: {when(lastSentAt)}.
      </p>
    </div>
  );
}

/** A mail takes seconds; after this long something is not right. */
const lateMs = 60_000;

function TestState({
  test: { sentAt, receivedAt },
  hasKey,
  now,
}: {
  test: NonNullable<ChannelHealth['test']>;
  hasKey: boolean;
  now: number;
}) {
  if (receivedAt !== null)
    return (
      <Line tone="ok" age={`${formatAgo(receivedAt, now)}.`}>
        Received a test mail
      </Line>
    );
  if (!hasKey)
    return <Line tone="note">The test mail is in Settings → Outbox: without a key it went nowhere.</Line>;
  const age = `Sent ${formatAgo(sentAt, now)}.`;
  if (now - sentAt < lateMs)
    return (
      <Line tone="note" age={age}>
        A test mail is on its way.
      </Line>
    );
  return (
    <Line tone="warn" age={age}>
      A test mail has not come in. Check the address: are its DNS records found, and does Resend tell this
      desk?
    </Line>
  );
}

const tones = {
  ok: 'text-ok',
  warn: 'text-warn',
  bad: 'text-bad',
  note: 'text-ink-2',
};

interface LineProps {
  tone: keyof typeof tones;
  children: ReactNode;
  /** What changes by itself as time goes on: shown, and not announced each time. */
  age?: ReactNode;
}

export function Line({ tone, children, age }: LineProps) {
  return (
    <p className={`wrap-anywhere ${tones[tone]}`}>
      <span role="status">{children}</span> {age}
    </p>
  );
}
