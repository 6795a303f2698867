import { type AutomaticMail, useAutomaticMails } from '../../convex/channels';
import type { Id } from '../../../convex/_generated/dataModel';
import { formatFull } from '../../lib/time';
import { PagedLog } from './pagedLog';

/** [M4] Mails that no person wrote and that belong to no conversation, newest first: nobody was answered, and none is lost. */
export function AutomaticMails({ channelId }: { channelId: Id<'channels'> }) {
  const { results, ...page } = useAutomaticMails(channelId);
  return (
    <PagedLog
      label="Automatic mail"
      page={page}
      isEmpty={results.length === 0}
      empty="None in the last 30 days."
    >
      {results.map((mail) => (
        <MailRow key={mail._id} mail={mail} />
      ))}
    </PagedLog>
  );
}

function MailRow({ mail: { at, from, subject, reason } }: { mail: AutomaticMail }) {
  return (
    <li className="border-b border-line py-2 last:border-0">
      <p className="flex flex-wrap items-center gap-x-3">
        <span dir="auto" className="font-medium wrap-anywhere">
          {subject || 'No subject'}
        </span>
        <time dateTime={new Date(at).toISOString()} className="text-xs text-ink-3 tabular-nums">
          {formatFull(at)}
        </time>
      </p>
      <p className="text-ink-2 wrap-anywhere">
        {from || 'Nobody who could be answered'}: {reasons[reason] ?? reason}
      </p>
    </li>
  );
}

const reasons: Record<string, string> = {
  ownLoop: 'a mail of this desk came back.',
  ownAddress: 'it is from an address of yours, and names nobody it was written for.',
  feedbackReport: 'a report of spam.',
  deliveryReport: 'a report on a delivery.',
  failedRecipients: 'a report on a delivery.',
  mailerDaemon: 'a report on a delivery.',
  readReceipt: 'a receipt for a mail that was read.',
  listHeader: 'it came by a list.',
  precedence: 'it says that it is sent in bulk, or by itself.',
  autoSubmitted: 'it says that it was sent by itself.',
  autoReplyHeader: 'it says that it was sent by itself.',
  nullReturnPath: 'it takes no answers.',
  noReplySender: 'it takes no answers.',
  subject: 'its subject is that of an absence.',
};
