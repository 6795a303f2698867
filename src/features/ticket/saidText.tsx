import { piecesOf } from '../../../convex/shared/conversation/mentions';
import { useMembers } from '../../convex/members';
import { useMembership } from '../../convex/session';
import type { Entry } from '../../convex/threads';
import { OthersText } from '../../ui/othersText';
import { WhatsappText } from './whatsappText';

/**
 * What somebody said, as its channel shows it. Of a note, whom it names as chips: by the name they have now, or the one they
 * had when they were there last.
 */
export function SaidText({
  text = '',
  mentions = [],
  channel,
}: Pick<Entry, 'text' | 'mentions' | 'channel'>) {
  const { memberId: me } = useMembership();
  const members = useMembers();
  if (channel === 'whatsapp') return <WhatsappText text={text} />;
  return piecesOf(text, mentions).map(({ text: part, mention }, index) =>
    mention === undefined ? (
      <OthersText key={index} text={part} />
    ) : (
      <span
        key={index}
        className={`rounded-sm px-1 font-medium ${mention.memberId === me ? 'bg-accent text-accent-ink' : 'bg-accent-soft text-accent-text'}`}
      >
        @<bdi>{members?.find(({ memberId }) => memberId === mention.memberId)?.name ?? mention.name}</bdi>
      </span>
    ),
  );
}
