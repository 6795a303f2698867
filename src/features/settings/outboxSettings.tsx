import { useState } from 'react';
import { isAllowed } from '../../../convex/shared/people/permissions';
import { type OutboxMail, useOpenedMail, useOutbox } from '../../convex/outbox';
import { useMembership } from '../../convex/session';
import { formatFull } from '../../lib/time';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/states';
import { MailPaper } from './mailPaper';

/** [M2] Everything the desk wrote by mail: the mailbox of a team without a key, a record for the others. */
export function OutboxSettings() {
  const { role } = useMembership();
  if (!isAllowed(role, 'outbox.read'))
    return <EmptyState title="Only managers and owners read the outbox." />;
  return <Outbox />;
}

function Outbox() {
  const { mails, loadMore } = useOutbox();
  return (
    <>
      <p className="mb-3 text-sm text-ink-2">
        What the desk wrote by mail, newest first. What is written while no address has a key stays here, also
        when a key comes later: open it, and its links work.
      </p>
      {mails?.length === 0 && <EmptyState title="Nothing has been written yet." />}
      <ol aria-label="Outbox" aria-busy={mails === undefined}>
        {mails?.map((mail) => (
          <MailRow key={mail.mailId} mail={mail} />
        ))}
      </ol>
      {loadMore && (
        <Button className="mt-3" onClick={loadMore}>
          Earlier
        </Button>
      )}
    </>
  );
}

const kinds: Record<OutboxMail['kind'], string> = {
  reply: 'Reply',
  invitation: 'Invitation',
  passwordLink: 'New password',
  customerWaits: 'A customer waits',
  test: 'Test',
};

function MailRow({ mail }: { mail: OutboxMail }) {
  const [isOpen, setIsOpen] = useState(false);
  const { at, to, subject, kind, failure } = mail;
  return (
    <li className="border-b border-line py-2.5 text-sm">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
        className="-mx-2 flex w-[calc(100%+1rem)] flex-wrap items-center gap-x-4 gap-y-1 rounded-md px-2 text-left hover:bg-hover pointer-coarse:min-h-11"
      >
        <span className="min-w-0 flex-1 basis-60">
          <span dir="auto" className="block font-medium wrap-anywhere">
            {subject}
          </span>
          <span className="block text-ink-3 wrap-anywhere">
            {kinds[kind]} to {to}
          </span>
        </span>
        <StateBadge mail={mail} />
        <time dateTime={new Date(at).toISOString()} className="text-ink-3 tabular-nums">
          {formatFull(at)}
        </time>
      </button>
      {failure !== null && <p className="mt-1 text-bad wrap-anywhere">{failure}</p>}
      {isOpen && <Opened mail={mail} />}
    </li>
  );
}

function StateBadge({ mail: { state, isLocal } }: { mail: OutboxMail }) {
  if (isLocal) return <Badge tone="note">Only here</Badge>;
  const { tone, word } = states[state];
  return <Badge tone={tone}>{word}</Badge>;
}

const states: Record<OutboxMail['state'], { tone: 'plain' | 'ok' | 'warn' | 'bad'; word: string }> = {
  held: { tone: 'plain', word: 'Waits' },
  queued: { tone: 'plain', word: 'Waits' },
  claimed: { tone: 'plain', word: 'On its way' },
  sent: { tone: 'plain', word: 'Sent' },
  delivered: { tone: 'ok', word: 'Delivered' },
  read: { tone: 'ok', word: 'Read' },
  failed: { tone: 'bad', word: 'Failed' },
  unknown: { tone: 'warn', word: 'Not known' },
  cancelled: { tone: 'plain', word: 'Not sent' },
};

function Opened({ mail }: { mail: OutboxMail }) {
  const opened = useOpenedMail(mail);
  if (opened === undefined) return null;
  if (opened === null)
    return (
      <p className="mt-2 text-ink-2">
        {mail.kind === 'reply'
          ? 'It is not written yet.'
          : 'Only owners open this one: whoever has its link can use it.'}
      </p>
    );
  const { from, cc } = opened;
  return (
    <div className="mt-3">
      <p className="mb-2 text-ink-2 wrap-anywhere">
        {from !== '' && `From ${from}. `}To {mail.to}.{cc.length > 0 && ` Copies to ${cc.join(', ')}.`}
        {!mail.isLocal && ' What its links open is the recipient’s alone, and left out here.'}
      </p>
      <MailPaper {...opened} />
    </div>
  );
}
