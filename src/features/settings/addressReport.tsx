import type { ConnectionCheck, DnsRecord, DomainCheck } from '../../../convex/shared/delivery/connection';
import { mailEventsPath } from '../../../convex/shared/delivery/connection';
import type { Channel } from '../../convex/channels';
import { useDesk } from '../../convex/provider';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { copy } from '../../ui/copy';
import { Line } from './addressHealth';
import type { AddressCheck } from './useAddressChecks';

interface Props {
  channel: Channel;
  check: AddressCheck;
  /** A signing secret is kept: what the provider tells is believed. */
  hasSecret: boolean;
  onGiveSecret: () => void;
}

/** What a live check found, and what is to be done about it. */
export function AddressReport({
  channel,
  check: { isRunning, found, failure },
  hasSecret,
  onGiveSecret,
}: Props) {
  const { addresses } = useDesk();
  const endpoint = `${addresses.siteUrl}${mailEventsPath}${channel.publicId}`;
  return (
    <div
      aria-label="Check"
      aria-busy={isRunning}
      role="group"
      className="mt-4 border-t border-line pt-3 text-sm"
    >
      {found === undefined && failure === undefined && <p className="text-ink-3">Asking Resend…</p>}
      {failure !== undefined && <Line tone="bad">{failure}</Line>}
      {found && <Line tone={keyTones[found.key]}>{keyWords[found.key](found.said)}</Line>}
      {found?.domains.map((domain) => (
        <DomainState key={domain.name} domain={domain} />
      ))}
      {found && (
        <WebhookState found={found} endpoint={endpoint} hasSecret={hasSecret} onGiveSecret={onGiveSecret} />
      )}
    </div>
  );
}

const quoted = (said: string | null) => (said === null ? '' : ` It says: “${said}”`);

const keyTones = {
  none: 'note',
  works: 'ok',
  sendsOnly: 'warn',
  refused: 'bad',
  unreachable: 'bad',
} as const;
const keyWords: Record<ConnectionCheck['key'], (said: string | null) => string> = {
  none: () => 'There is no key.',
  works: () => 'The key works.',
  sendsOnly: () =>
    'The key may only send: answers cannot be fetched with it, and domains cannot be looked at. Give one with full access, or nothing that customers write by mail comes in.',
  refused: (said) => `Resend does not take this key.${quoted(said)}`,
  unreachable: (said) => `Resend could not be asked. Try again.${quoted(said)}`,
};

function DomainState({ domain: { name, sends, receives, state, records } }: { domain: DomainCheck }) {
  const use = sends && receives ? 'sends and receives' : sends ? 'sends' : 'receives';
  const words: Record<DomainCheck['state'], string> = {
    ready: `${name} ${use}.`,
    waiting: `${name} is not verified yet. Add these records where the domain is kept; Resend looks for them by itself.`,
    off: `${name} is at Resend, but ${receives ? 'receiving' : 'sending'} is switched off there: switch it on at resend.com/domains.`,
    absent: `${name} is not at Resend. Add it at resend.com/domains${receives ? ', with receiving,' : ''} and check again.`,
  };
  return (
    <div className="mt-2">
      <Line tone={state === 'ready' ? 'ok' : 'warn'}>{words[state]}</Line>
      {records.length > 0 && (
        <details open={state === 'waiting'} className="mt-1">
          <summary className="cursor-pointer text-ink-2 pointer-coarse:py-3">DNS records of {name}</summary>
          <ul aria-label={`DNS records of ${name}`} className="mt-1">
            {records.map((record) => (
              <RecordRow key={`${record.type} ${record.name} ${record.value}`} record={record} />
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function RecordRow({ record: { type, name, value, priority, isFound } }: { record: DnsRecord }) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line py-2">
      <Badge tone={isFound ? 'ok' : 'warn'}>{isFound ? 'Found' : 'Not found'}</Badge>
      <span className="w-10 font-medium">{type}</span>
      <Copied what="name" text={name} />
      <Copied what="value" text={value} />
      {priority !== null && <span className="text-ink-2">Priority {priority}</span>}
    </li>
  );
}

/** A text to take along, with its button. */
function Copied({ what, text }: { what: string; text: string }) {
  return (
    <span className="flex min-w-0 items-center gap-2">
      <code className="min-w-0 text-xs break-all select-all">{text}</code>
      <Button aria-label={`Copy the ${what} ${text}`} onClick={() => void copy(text)}>
        Copy
      </Button>
    </span>
  );
}

interface WebhookProps {
  found: ConnectionCheck;
  endpoint: string;
  hasSecret: boolean;
  onGiveSecret: () => void;
}

function WebhookState({ found: { key, webhook, said }, endpoint, hasSecret, onGiveSecret }: WebhookProps) {
  if (webhook === 'unknown') return null;
  if (webhook === 'listens')
    return (
      <div className="mt-2">
        <Line tone="ok">Resend tells this desk what comes in and what becomes of what was sent.</Line>
      </div>
    );
  if (webhook === 'local')
    return (
      <div className="mt-2">
        <Line tone="warn">
          Mail goes out, but nothing comes in: Resend cannot reach {new URL(endpoint).origin}, which is only
          this machine. Start the desk with BATON_SITE_URL set to an address that the internet reaches, then
          check again.
        </Line>
      </div>
    );
  return (
    <div className="mt-2 flex flex-col items-start gap-2">
      <Line tone={hasSecret ? 'note' : 'warn'}>
        {key === 'works' && `The webhook could not be made.${quoted(said)} `}
        {hasSecret
          ? 'A signing secret is kept: events of the webhook that was made by hand come in. Once you give a new one, it works for a day more.'
          : 'Make a webhook by hand at resend.com/webhooks, for all events of email and with this address; then give its signing secret here.'}
      </Line>
      <Copied what="address" text={endpoint} />
      <Button onClick={onGiveSecret}>{hasSecret ? 'New signing secret' : 'Give the signing secret'}</Button>
    </div>
  );
}
