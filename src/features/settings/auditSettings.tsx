import type { AuditAction } from '../../../convex/shared/kit/auditActions';
import { isAllowed } from '../../../convex/shared/people/permissions';
import { type AuditEntry, useAuditLog } from '../../convex/audit';
import { useMembership } from '../../convex/session';
import { formatFull } from '../../lib/time';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/states';

const words: Record<AuditAction, string> = {
  'team.created': 'set up the team',
  'team.updated': 'changed the team’s settings',
  'team.furtherTeamsAllowed': 'decided whether others may set up teams',
  'calendar.saved': 'changed the opening hours',
  'member.joined': 'joined the team',
  'member.removed': 'removed a member',
  'member.roleChanged': 'changed a role',
  'member.limitChanged': 'changed a limit',
  'member.renamed': 'changed their name',
  'member.statusSetByManager': 'set somebody’s status',
  'signIn.succeeded': 'signed in',
  'signIn.failed': 'refused a sign-in',
  'session.ended': 'ended a session',
  'session.othersEnded': 'ended all other sessions',
  'password.changed': 'changed the password',
  'password.linkMade': 'made a link for a new password',
  'password.reset': 'set a new password by a link',
  'secondFactor.turnedOn': 'turned on the second factor',
  'secondFactor.turnedOff': 'turned off the second factor',
  'secondFactor.codesRenewed': 'made new recovery codes',
  'invitation.created': 'invited somebody',
  'invitation.revoked': 'withdrew an invitation',
  'agent.created': 'added an agent',
  'agent.updated': 'changed an agent',
  'agentKey.created': 'made a key',
  'agentKey.revoked': 'withdrew a key',
  'webhook.created': 'added a webhook',
  'webhook.updated': 'changed a webhook',
  'webhook.secretChanged': 'changed the secret of a webhook',
  'webhook.removed': 'removed a webhook',
  'webhook.tested': 'sent a test event',
  'webhook.sentAgain': 'sent an event again',
  'webhook.disabled': 'switched off a webhook that did not answer',
  'article.saved': 'saved an article',
  'savedView.saved': 'saved a view of the team',
  'savedView.removed': 'deleted a view of the team',
  'article.removed': 'deleted an article',
  'tag.renamed': 'renamed a tag',
  'tag.merged': 'merged two tags',
  'tag.removed': 'deleted a tag',
  'tag.coloured': 'changed the colour of a tag',
  'customerField.saved': 'saved a field of customers',
  'customerField.moved': 'moved a field of customers',
  'customerField.removed': 'deleted a field of customers',
  'handoverRule.saved': 'saved a rule',
  'handoverRule.moved': 'moved a rule',
  'handoverRule.removed': 'deleted a rule',
  'channel.created': 'added a channel',
  'channel.updated': 'changed a channel',
  'channel.identitySecretMade': 'made a secret for identities of a chat',
  'channel.identitySecretWithdrawn': 'withdrew a secret for identities of a chat',
  'channel.checked': 'checked a channel',
  'channel.tested': 'sent a test by a channel',
  'channel.eventTriedAgain': 'had an event of a channel tried again',
  'sender.blocked': 'blocked a sender',
  'sender.markedAsSpam': 'marked a sender as spam',
  'sender.notSpam': 'took back that a sender is spam',
  'address.lifted': 'let an address be written to and heard again',
  'customer.addressNoted': 'noted the address of a customer',
  'customer.merged': 'merged two customers',
  'customer.unmerged': 'took two customers apart again',
};

/** [R3] Who administered what and when; for owners. Nothing can be changed here, by nobody. */
export function AuditSettings() {
  const { role } = useMembership();
  if (!isAllowed(role, 'audit.read')) return <EmptyState title="Only owners read the audit log." />;
  return <Log />;
}

function Log() {
  const { results, status, loadMore } = useAuditLog();
  return (
    <>
      <p className="mb-3 text-sm text-ink-3">
        What was administered, newest first. Nothing is ever changed or deleted here.
      </p>
      <ol aria-label="Audit log" aria-busy={status === 'LoadingFirstPage'}>
        {results.map((entry) => (
          <EntryRow key={`${entry.at} ${entry.action} ${entry.subject}`} entry={entry} />
        ))}
      </ol>
      {status === 'CanLoadMore' && (
        <Button className="mt-3" onClick={() => loadMore(50)}>
          Earlier
        </Button>
      )}
    </>
  );
}

function EntryRow({ entry }: { entry: AuditEntry }) {
  const { at, actorName, action, subjectName, detail, address } = entry;
  const facts = [address, subjectName === actorName ? undefined : subjectName, detail].filter(Boolean);
  return (
    <li className="flex gap-4 border-b border-line py-2.5 text-sm max-md:flex-col max-md:gap-0.5">
      <time dateTime={new Date(at).toISOString()} className="w-44 shrink-0 text-ink-3 tabular-nums">
        {formatFull(at)}
      </time>
      <p className="min-w-0 flex-1 wrap-anywhere">
        <span className="font-medium">{actorName ?? 'Baton'}</span> {words[action]}
        {facts.length > 0 && <span className="text-ink-2">: {facts.join(', ')}</span>}
      </p>
    </li>
  );
}
