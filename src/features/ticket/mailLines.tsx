import { type ReactNode, lazy, Suspense, use, useMemo, useState } from 'react';
import type { MailPart } from '../../../convex/shared/delivery/mails';
import { useFileAddress } from '../../convex/attachments';
import { type Entry, type ReadMail, useReadMail } from '../../convex/threads';
import { describeError } from '../../lib/errors';
import { formatFull } from '../../lib/time';
import { ForwardMail } from './forwardMail';
import { copiesWords, missingWords, piecesOf, senderWarning, sendersTime } from './mailWords';
import { OthersText } from '../../ui/othersText';

const MailFrame = lazy(async () => ({ default: (await import('./mailFrame')).MailFrame }));

type MailEntry = Entry & { mail: NonNullable<Entry['mail']> };

export const isMail = (entry: Entry): entry is MailEntry => entry.mail !== undefined;

/** Of a mail: its subject where it changed, from whom or to whom where that is not said yet, who reads along, and when. */
export function MailHead({ entry, isFirst, showsSubject }: HeadProps) {
  const { mail } = entry;
  const warning = senderWarning(mail, entry.isForeign);
  const copies = copiesWords(mail);
  const time = sendersTime(entry);
  const missing = missingWords(mail);
  return (
    <div
      className={`mb-0.5 max-w-full text-xs text-ink-3 wrap-anywhere empty:hidden ${mail.sender === undefined ? 'text-right' : ''}`}
    >
      {showsSubject && mail.subject !== '' && (
        <p className="font-medium text-ink-2">
          <span className="sr-only">Subject: </span>
          <bdi>{mail.subject}</bdi>
        </p>
      )}
      {isFirst && (
        <p>
          {mail.sender === undefined ? 'to ' : 'from '}
          <bdi>{mail.sender === undefined ? mail.to.join(', ') : mail.from.address}</bdi>
        </p>
      )}
      {warning && <p className="text-warn">{warning}</p>}
      {missing && <p className="text-warn">{missing}</p>}
      {mail.answersTo !== undefined && (
        <p className="text-warn">
          Answers go to <bdi>{mail.answersTo}</bdi>, as this mail asks. Nobody has checked whose address that
          is
        </p>
      )}
      {copies !== '' && (
        <p>
          Copies to <bdi>{copies}</bdi>
        </p>
      )}
      {entry.withoutCopyTo && (
        <p>
          No copy to <bdi>{entry.withoutCopyTo.join(', ')}</bdi>
        </p>
      )}
      {time !== null && <p>Written {formatFull(time)} by the sender’s clock</p>}
    </div>
  );
}

interface HeadProps {
  entry: MailEntry;
  isFirst: boolean;
  showsSubject: boolean;
}

/** [M5] What is folded in a mail, and how it was laid out, for who asks. */
export function MailParts({ entry }: { entry: MailEntry }) {
  const { hasWhole, hasHtml, rawPath } = entry.mail;
  const addressOf = useFileAddress();
  const [shown, setShown] = useState<MailPart | null>(null);
  const forward = use(ForwardMail);
  const canForward = forward !== null && entry.kind === 'message' && entry.author.kind === 'customer';
  if (!hasWhole && !hasHtml && !canForward && rawPath === undefined) return null;
  const toggle = (part: MailPart) => () => setShown(shown === part ? null : part);
  return (
    <div className="mt-1 w-full">
      <p className="flex flex-wrap gap-3 text-xs">
        {hasWhole && (
          <PartButton isShown={shown === 'whole'} onClick={toggle('whole')}>
            {shown === 'whole' ? 'Hide quoted text' : 'Show quoted text'}
          </PartButton>
        )}
        {canForward && (
          <button type="button" onClick={() => forward?.(entry)} className={partLook}>
            Forward…
          </button>
        )}
        {rawPath !== undefined && (
          <a href={addressOf(rawPath)} target="_blank" rel="noopener noreferrer" className={partLook}>
            Download as it came
          </a>
        )}
        {hasHtml && (
          <PartButton isShown={shown === 'html'} onClick={toggle('html')}>
            {shown === 'html' ? 'Hide HTML' : 'Show as HTML'}
          </PartButton>
        )}
      </p>
      {shown && <Part key={shown} entryId={entry._id} part={shown} />}
    </div>
  );
}

const partLook =
  'min-h-6 font-medium text-accent-text underline-offset-2 hover:underline pointer-coarse:min-h-11';

function PartButton({
  isShown,
  onClick,
  children,
}: {
  isShown: boolean;
  onClick: () => void;
  children: string;
}) {
  return (
    <button type="button" aria-expanded={isShown} onClick={onClick} className={partLook}>
      {children}
    </button>
  );
}

/** Frames of no origin read no other addresses than such that hold the picture themselves. */
function imagesOf({ pictures }: ReadMail): ReadonlyMap<string, string> {
  return new Map(
    pictures.map(({ contentId, contentType, bytes }) => {
      const binary = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('');
      return [contentId, `data:${contentType};base64,${btoa(binary)}`];
    }),
  );
}

function Part({ entryId, part }: { entryId: Entry['_id']; part: MailPart }) {
  const read = useReadMail(entryId, part);
  if (read === undefined) return <Line>Reading the mail…</Line>;
  if (read === null) return <Line>This part of the mail is not there any more.</Line>;
  if (read instanceof Error) return <Line>{describeError(read)}</Line>;
  if (part === 'whole') return <Whole {...read} />;
  return <Html read={read} />;
}

function Html({ read }: { read: ReadMail }) {
  const images = useMemo(() => imagesOf(read), [read]);
  return (
    <Suspense fallback={<Line>Reading the mail…</Line>}>
      <MailFrame html={read.text} inlineImages={images} />
    </Suspense>
  );
}

const Line = ({ children }: { children: ReactNode }) => (
  <p role="status" className="py-1 text-xs text-ink-3">
    {children}
  </p>
);

function Whole({ text, quotedAt }: ReadMail) {
  return (
    <div
      dir="auto"
      aria-label="The whole mail"
      className="mt-1 border-l-2 border-line-strong pl-3 text-sm wrap-anywhere whitespace-pre-wrap"
    >
      {piecesOf(text, quotedAt).map((piece, index) => (
        <span key={index} className={piece.isQuoted ? 'text-ink-3' : 'text-ink'}>
          <OthersText text={piece.text} />
        </span>
      ))}
    </div>
  );
}
