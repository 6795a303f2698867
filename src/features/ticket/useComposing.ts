/**
 * Writing under a ticket (`writing.ts`), kept as a draft on the server and sent through the door.
 *
 * Whoever wrote since the last key press holds the reply once (C9): it comes back with what is new, and the
 * confirmation carries the sequence that was shown.
 */
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { ThreadMoved } from '../../../convex/shared/conversation/door';
import { useMembership } from '../../convex/session';
import { useAddNote, useReply, useTakeOverAndSend } from '../../convex/threads';
import { type TicketDetail, useSetTyping } from '../../convex/tickets';
import { describeError, sentenceFor } from '../../lib/errors';
import { notify } from '../../ui/toast';
import type { TicketActions } from './ticketActions';
import { useTicketNews } from './ticketNews';
import { type Place, useDraftKeeping } from './useDraftKeeping';
import { holdWriting, type Mode, type Outgoing, type Writing, writingOf } from './writing';

/** What is written under this ticket, held for as long as it is on screen. */
export function useWriting({ ticket: { conversationId }, lastSequence }: TicketDetail): Writing {
  const opened = useRef(lastSequence);
  opened.current = lastSequence;
  const writing = useMemo(() => writingOf(conversationId, opened.current), [conversationId]);
  useEffect(() => holdWriting(conversationId, writing), [conversationId, writing]);
  return writing;
}

export type Composing = ReturnType<typeof useComposing>;

const typingEveryMs = 3_000;

export function useComposing(detail: TicketDetail, actions: TicketActions, writing: Writing) {
  const { teamId } = useMembership();
  const { conversationId } = detail.ticket;
  const at = { teamId, conversationId };
  const written = useSyncExternalStore(writing.subscribe, writing.now);
  const drafts = useDraftKeeping(at, writing);
  const send = useSending(detail, actions, writing, drafts);
  const sayTyping = useTyping(at);

  return {
    ...written,
    write(text: string) {
      writing.write(text, detail.lastSequence);
      const { mode } = writing.now();
      if (mode === 'reply') sayTyping(text !== '');
      drafts.keep(mode);
    },
    setMode(mode: Mode) {
      writing.setMode(mode);
      if (mode === 'note') sayTyping(false);
    },
    /** `steal`: over another operator, who is then told (C5). */
    send: (steal?: Steal) => send({ steal }),
    sendAndResolve: async (steal?: Steal) => {
      const sent = await send({ steal });
      if (sent) await actions.resolve({}, false, sent.epoch);
    },
    sendHeld: () => written.held && void send({ confirmedThrough: written.held.through }),
    keepEditing: () => writing.keepEditing(),
  };
}

interface Steal {
  expectedEpoch: number;
}

interface Sending {
  confirmedThrough?: number | undefined;
  steal?: Steal | undefined;
}

/** Sends what is written; null when it did not go out: it comes back, and whoever has left is told. */
function useSending(
  detail: TicketDetail,
  actions: TicketActions,
  writing: Writing,
  drafts: ReturnType<typeof useDraftKeeping>,
) {
  const { conversationId, number } = detail.ticket;
  const deliver = useDelivery(detail, actions);
  const { isHere, wayBack } = useTicketNews(number, () => {
    if (writing.now().held) sayNotSent(sentenceFor('THREAD_MOVED'));
  });

  /** For whoever sent and moved on: the reply did not go out, and leads back to it. */
  function sayNotSent(why: string) {
    const text = `Your reply in #${number} was not sent. ${why} Your text is kept.`;
    notify(text, { tone: 'bad', action: wayBack });
  }

  function giveBack(outgoing: Outgoing, why: string, held?: ThreadMoved) {
    writing.giveBack(outgoing, held);
    drafts.keep(outgoing.mode);
    if (!isHere.current) {
      drafts.flush();
      sayNotSent(why);
    } else if (!held) notify(`${why} Your text is kept.`, { tone: 'bad' });
  }

  return async (how: Sending): Promise<{ epoch: number } | null> => {
    const outgoing = writing.take();
    if (!outgoing) return null;
    drafts.drop(outgoing.mode);
    const letGo = holdWriting(conversationId, writing);
    try {
      const { outcome, epoch } = await deliver(outgoing, how);
      if (outcome === 'noted' || 'sent' in outcome) return { epoch };
      const held = outcome.refused === 'THREAD_MOVED' ? outcome : undefined;
      giveBack(outgoing, sentenceFor(outcome.refused, outcome), held);
    } catch (error) {
      giveBack(outgoing, describeError(error));
    } finally {
      letGo();
    }
    return null;
  };
}

type Outcome = Awaited<ReturnType<ReturnType<typeof useReply>>>;

/** One text to the desk: as a note, as a reply, or as the reply that takes over. */
function useDelivery({ ticket, control }: TicketDetail, actions: TicketActions) {
  const { teamId } = useMembership();
  const reply = useReply();
  const takeOverAndSend = useTakeOverAndSend();
  const addNote = useAddNote();
  return async (
    outgoing: Outgoing,
    { confirmedThrough, steal }: Sending,
  ): Promise<{ outcome: Outcome | 'noted'; epoch: number }> => {
    const { epoch } = control;
    const { mode, text, clientMessageId, seenThrough } = outgoing;
    const written = { teamId, conversationId: ticket.conversationId, text, clientMessageId };
    if (mode === 'note') {
      await addNote(written);
      return { outcome: 'noted', epoch };
    }
    const message = { ...written, seenThrough, confirmedThrough };
    if (actions.iHold) return { outcome: await reply({ ...message, epoch }), epoch };
    const { takenOver, outcome } = await takeOverAndSend({ ...message, steal });
    return { outcome, epoch: takenOver.epoch };
  };
}

/** Tells that somebody is writing, at most every three seconds, and once that they do not any more. */
function useTyping(at: Place) {
  const setTyping = useSetTyping();
  const saidAt = useRef(0);
  return (isTyping: boolean) => {
    const now = Date.now();
    if (isTyping ? now - saidAt.current < typingEveryMs : saidAt.current === 0) return;
    saidAt.current = isTyping ? now : 0;
    void setTyping({ ...at, isTyping }).catch(() => {});
  };
}
