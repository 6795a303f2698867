import { memo, useState } from 'react';
import { isClaimed } from '../../../convex/shared/conversation/claims';
import { type Entry, useWholeEntry } from '../../convex/threads';
import { formatClock, formatFull } from '../../lib/time';
import { Avatar } from '../../ui/avatar';
import { Claimed } from '../../ui/claimed';
import { outsideWords } from './channelWords';
import { ChatLines, QuotedLine } from './chatLines';
import { Delivery, isPending } from './delivery';
import { isLost } from './deliveryWords';
import { Files } from './files';
import { ForwardLines } from './forwardLines';
import { isMail, MailHead, MailParts } from './mailLines';
import { nameOf } from './mailWords';
import { SaidText } from './saidText';
import { OthersText } from '../../ui/othersText';
import type { LineFate, SuppressedDraft } from './threadItems';

const looks = {
  customer: 'bg-surface-2 text-ink',
  agent: 'bg-ai-soft text-ink',
  operator: 'bg-accent-soft text-ink',
  system: 'text-ink-3',
};

/** What somebody said. The customer stands left; the team and its agent right; notes are yellow. */
export const MessageItem = memo(function MessageItem({
  entry,
  startsGroup,
  showsSubject,
  line,
  isNameProven,
}: {
  entry: Entry;
  startsGroup: boolean;
  /** The subject of a mail is another one than before. */
  showsSubject: boolean;
  /** What became of a line for the customer. */
  line: LineFate;
  /** [M9] Nobody merely claims what the customer is called. */
  isNameProven: boolean;
}) {
  const { kind } = entry.author;
  if (kind === 'system' && entry.kind !== 'note') return <SystemLine entry={entry} line={line} />;
  const isNote = entry.kind === 'note';
  const isAnswer = entry.event?.type === 'forwardAnswered';
  const isForward = entry.event?.type === 'forwarded';
  const name = nameOf(entry);
  const isStruck = isLost(entry);
  const isOurs = kind !== 'customer' && !isAnswer;
  return (
    <article
      aria-label={`${isAnswer ? 'Answer to the forward from ' : isNote ? 'Note by ' : ''}${name}`}
      className={`flex gap-2 ${startsGroup ? 'pt-3' : 'pt-1'} ${isOurs ? 'flex-row-reverse' : ''}`}
    >
      <span className="w-7 shrink-0">
        {startsGroup && <Avatar name={name} kind={kind === 'agent' ? 'agent' : 'person'} size={28} />}
      </span>
      <div className={`flex max-w-[82%] min-w-0 flex-col ${isOurs ? 'items-end' : 'items-start'}`}>
        {startsGroup && (
          <header className="mb-0.5 flex gap-2 text-xs text-ink-3">
            <span className="font-medium text-ink-2">
              <bdi>{name}</bdi>
              {isAnswer
                ? ' · answer to the forward, only the team sees it'
                : isNote && ' · note, only the team sees it'}
              {entry.outside && ` · sent ${outsideWords[entry.channel ?? 'web']}`}
            </span>
            {kind === 'customer' && isNameClaimed(entry, isNameProven) && <Claimed what="name" />}
            <time
              dateTime={new Date(entry.at).toISOString()}
              title={formatFull(entry.at)}
              className="shrink-0 tabular-nums"
            >
              {formatClock(entry.at)}
            </time>
          </header>
        )}
        <OutsideLine entry={entry} />
        <ForwardLines entry={entry} />
        {isMail(entry) && <MailHead entry={entry} isFirst={startsGroup} showsSubject={showsSubject} />}
        <QuotedLine entry={entry} />
        {(entry.text || !(entry.attachments?.length || isForward)) && (
          <div
            dir="auto"
            className={`max-w-full rounded-xl px-3 py-2 text-base wrap-anywhere whitespace-pre-wrap border ${isNote ? 'border-note-line bg-note text-note-ink' : `border-transparent ${looks[kind]}`} ${isPending(entry) ? 'opacity-70' : ''} ${isStruck ? 'text-ink-3 line-through' : ''}`}
          >
            {entry.isCut && !entry.edited ? <CutText entry={entry} /> : <SaidText {...newest(entry)} />}
          </div>
        )}
        {entry.attachments && <Files files={entry.attachments} />}
        {isMail(entry) && <MailParts entry={entry} />}
        <ChatLines entry={entry} />
        <Delivery entry={entry} />
      </div>
    </article>
  );
});

/** Clocks that differ by less agree. */
const sameClockMs = 2 * 60_000;

/** [M1] [C13] When it was really sent, where that is another time, and why nothing follows from an old one. */
function OutsideLine({ entry: { at, outside } }: { entry: Entry }) {
  if (!outside || (!outside.isLate && at - outside.sentAt < sameClockMs)) return null;
  return (
    <p className="mb-0.5 text-xs text-ink-3">
      Sent {formatFull(outside.sentAt)}
      {outside.isLate && ', before the conversation came to whoever has it now'}
    </p>
  );
}
/** As its writer has it now. */
const newest = (entry: Entry) => ({ ...entry, text: entry.edited?.text ?? entry.text });

/** The beginning of a long text, and the rest of it for who asks. */
function CutText({ entry }: { entry: Entry }) {
  const [isAsked, setIsAsked] = useState(false);
  const whole = useWholeEntry(isAsked ? entry._id : null);
  if (whole) return <SaidText {...whole} />;
  return (
    <>
      <SaidText {...entry} />…{' '}
      <button
        type="button"
        aria-busy={isAsked}
        onClick={() => setIsAsked(true)}
        className="min-h-6 font-medium text-accent-text underline-offset-2 hover:underline"
      >
        Show all
      </button>
    </>
  );
}

/** A mail whose domain vouches for its sender is more than a claim. */
const isNameClaimed = ({ authorName, channel, mail }: Entry, isNameProven: boolean) =>
  mail ? mail.sender !== 'proven' : authorName !== '' && !isNameProven && isClaimed(channel);

const lineWords: Record<LineFate, (entry: Entry) => string> = {
  told: () => 'Customer was told: ',
  toCome: ({ channel }) => `The customer reads with the next ${channel === 'whatsapp' ? 'reply' : 'mail'}: `,
  untold: () => 'Customer was not told: ',
};

/** [M8] By mail, and where a message costs, it is told with the next real one. */
function SystemLine({ entry, line }: { entry: Entry; line: LineFate }) {
  return (
    <p className="py-2 text-center text-xs text-ink-3">
      <span className="inline-block rounded-xl bg-surface-2 px-2.5 py-1 text-balance wrap-anywhere">
        {lineWords[line](entry)}
        <bdi>{entry.text}</bdi>
      </span>
    </p>
  );
}

/** [C7] Refused by the door after a takeover: never sent, never lost. */
export function SuppressedItem({ draft, agentName }: { draft: SuppressedDraft; agentName: string }) {
  return (
    <article aria-label="Suppressed draft" className="flex flex-row-reverse gap-2 pt-3">
      <span className="w-7 shrink-0">
        <Avatar name={agentName} kind="agent" size={28} />
      </span>
      <div className="flex max-w-[82%] min-w-0 flex-col items-end">
        <header className="mb-0.5 text-xs text-ai">{agentName} was about to say · not sent</header>
        <div
          dir="auto"
          className="max-w-full rounded-xl border border-dashed border-ai px-3 py-2 text-base wrap-anywhere whitespace-pre-wrap text-ink-2"
        >
          <OthersText text={draft.text} />
        </div>
      </div>
    </article>
  );
}
