/** Which way the reply goes: the customer's own until another is chosen, and again when they write by another one. */
import { useNavigate } from '@tanstack/react-router';
import { isAllowed } from '../../../convex/shared/people/permissions';
import type { Choice } from '../../actions/registry';
import { useMembership } from '../../convex/session';
import { useReplyWays } from '../../convex/threads';
import { useOnWhatsapp } from '../../convex/whatsapp';
import type { TicketDetail } from '../../convex/tickets';
import { noAddress, sentenceFor } from '../../lib/errors';
import { useIsPast } from '../../lib/useIsPast';
import { useLatest } from '../../lib/useLatest';
import { useStateOf } from '../../lib/useStateOf';
import { notify } from '../../ui/toast';
import { chosenWay, type NoMail, noMailOf, pausedWords, type Way, waysOf, whatsappWay } from './ways';
import { keyOf } from './writing';

/** What each member chose, for whoever leaves a ticket and comes back to it. */
const chosen = new Map<string, string>();

/** Who gets no copy of the mail that is being written, until it is sent. */
const leftOut = new Map<string, readonly string[]>();
const nobody: readonly string[] = [];

export type Ways = ReturnType<typeof useWay>;

export function useWay(detail: TicketDetail) {
  const { memberId } = useMembership();
  const { conversationId } = detail.ticket;
  const known = useLatest(useReplyWays(conversationId));
  const ways = waysOf(detail, known);
  const key = `${keyOf({ memberId, conversationId })} ${detail.customerChannel} ${detail.customerChannelId ?? ''}`;
  const [id, setId] = useStateOf(key, chosen.get(key) ?? 'own');
  const choose = (next: string) => {
    chosen.set(key, next);
    setId(next);
  };
  const onWhatsapp = useLatest(
    useOnWhatsapp(detail.customerChannel === 'whatsapp' ? conversationId : null) ?? undefined,
  );
  const isClosed = useIsPast(onWhatsapp === undefined ? null : (onWhatsapp.windowEndsAt ?? 0));
  const way = chosenWay(detail, known, id);
  const isOwn = way.id === 'own' && detail.customerChannel === 'whatsapp';
  return {
    way: isOwn && onWhatsapp ? whatsappWay(way, onWhatsapp, isClosed) : way,
    /** Where what is written leaves by WhatsApp. */
    onWhatsapp: isOwn ? onWhatsapp : undefined,
    ways,
    noMail: noMailOf(known),
    paused: pausedWords(known),
    choose,
    copies: useCopies(keyOf({ memberId, conversationId })),
  };
}

export type Copies = ReturnType<typeof useCopies>;

/** [M3] Who read along gets a copy, but for whom the writer leaves out of this one mail. */
function useCopies(key: string) {
  const [without, setWithout] = useStateOf(key, leftOut.get(key) ?? nobody);
  const set = (next: readonly string[]) => {
    leftOut.set(key, next);
    setWithout(next);
  };
  return {
    without,
    toggle: (address: string) =>
      set(without.includes(address) ? without.filter((each) => each !== address) : [...without, address]),
    /** Sent without these: the next mail goes to all again. */
    forget: (sent: readonly string[]) =>
      set((leftOut.get(key) ?? nobody).filter((each) => !sent.includes(each))),
  };
}

/** [M3] In the menu: each who reads along, to leave out of this mail or to put back. */
export function useCopyChoices({ way, copies }: Ways): Choice[] {
  return way.cc.map((address) => ({
    id: address,
    label: copies.without.includes(address) ? `Send a copy to ${address}` : `No copy to ${address}`,
    run: () => copies.toggle(address),
  }));
}

/** In the menu: the ways there are, and what leads to mail where it is none. */
export function useWayChoices(
  { way, ways, noMail, paused, choose }: Ways,
  { thenWrite, askFor }: { thenWrite: () => void; askFor: (question: string) => void },
): Choice[] {
  const help = useNoMailHelp(askFor, paused);
  const choiceOf = ({ id, label, because }: Way): Choice => ({
    id,
    label,
    hint: id === way.id ? 'now' : because,
    run: () => {
      choose(id);
      thenWrite();
    },
  });
  return [...ways.map(choiceOf), ...(noMail === null ? [] : [help(noMail)])];
}

/** What helps where nothing can go by mail. */
function useNoMailHelp(askFor: (question: string) => void, paused: string) {
  const navigate = useNavigate();
  const { role } = useMembership();
  return (noMail: NoMail): Choice => {
    if (noMail === 'NO_EMAIL_ADDRESS') {
      const run = () => askFor('At which email address may we answer you?');
      return { id: 'ask', label: 'Ask for an email address', hint: sentenceFor(noMail), run };
    }
    if (!isAllowed(role, 'channels.manage')) {
      const why = noMail === 'PAUSED' ? `${paused} A manager opens it again.` : sentenceFor(noMail);
      return { id: 'none', label: 'By email', hint: why, run: () => notify(why) };
    }
    const run = () => void navigate({ to: '/settings/$section', params: { section: 'channels' } });
    if (noMail === 'PAUSED') return { id: 'open', label: 'Open the address again…', hint: paused, run };
    return { id: 'connect', label: 'Connect an address…', hint: noAddress, run };
  };
}
