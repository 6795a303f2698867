import { isAllowed } from '../../../convex/shared/people/permissions';
import { type OutboxMail, useOpenedMail, useOutbox } from '../../convex/outbox';
import { useMembership } from '../../convex/session';
import { formatFull } from '../../lib/time';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/states';
import { ListAndDetail, OpenLink } from './listAndDetail';
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
      <ListAndDetail
        label="Outbox"
        items={mails}
        keyOf={({ mailId }) => mailId}
        nameOf={({ subject }) => subject}
        row={(mail) => <MailRow mail={mail} />}
        detail={(mail) => <Opened mail={mail} />}
      >
        {loadMore && <Button onClick={loadMore}>Earlier</Button>}
      </ListAndDetail>
    </>
  );
}

const kinds: Record<OutboxMail['kind'], string> = {
  reply: 'Reply',
  invitation: 'Invitation',
  passwordLink: 'New password',
  customerWaits: 'A customer waits',
  needs: 'What needs somebody',
  test: 'Test',
  channelTrouble: 'A channel needs somebody',
  forward: 'Forwarded',
  transcript: 'A conversation, for its customer',
  transcriptLink: 'Link to a conversation, for its customer',
};

function MailRow({ mail }: { mail: OutboxMail }) {
  const { mailId, at, to, subject, kind, failure } = mail;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <div className="min-w-0 flex-1 basis-60">
        <p dir="auto" className="font-medium wrap-anywhere">
          <OpenLink of={mailId}>{subject}</OpenLink>
        </p>
        <p className="text-ink-3 wrap-anywhere">
          {kinds[kind]} to {to}
        </p>
      </div>
      <StateBadge mail={mail} />
      <time dateTime={new Date(at).toISOString()} className="text-ink-3 tabular-nums">
        {formatFull(at)}
      </time>
      {failure !== null && <p className="w-full text-bad wrap-anywhere">{failure}</p>}
    </div>
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
  return (
    <>
      <header className="mb-3 flex flex-wrap items-center gap-3">
        <h2 dir="auto" className="min-w-0 flex-1 text-base font-semibold wrap-anywhere">
          {mail.subject}
        </h2>
        <StateBadge mail={mail} />
      </header>
      <Content mail={mail} />
    </>
  );
}

function Content({ mail }: { mail: OutboxMail }) {
  const opened = useOpenedMail(mail);
  if (opened === undefined) return null;
  if (opened === null)
    return (
      <p className="text-sm text-ink-2">
        {mail.kind === 'reply'
          ? 'It is not written yet.'
          : 'Only owners open this one: whoever has its link can use it.'}
      </p>
    );
  const { from, cc } = opened;
  return (
    <>
      <p className="mb-2 text-sm text-ink-2 wrap-anywhere">
        {from !== '' && `From ${from}. `}To {mail.to}.{cc.length > 0 && ` Copies to ${cc.join(', ')}.`}
        {!mail.isLocal && ' What its links open is the recipient’s alone, and left out here.'}
      </p>
      <MailPaper {...opened} />
    </>
  );
}
