/**
 * The text being written: kept as a draft on the server, sent through the door with what its author had seen.
 *
 * `seenThrough` is the last entry on screen at the last key press. Whoever wrote since then holds the reply once (C9):
 * it comes back with what is new, and the confirmation carries the sequence that was shown.
 */
import { useEffect, useRef, useState } from 'react';
import type { ThreadMoved } from '../../../convex/shared/door';
import { useMembership } from '../../convex/session';
import {
  type TicketDetail,
  useAddNote,
  useDraft,
  useReply,
  useSaveDraft,
  useSetTyping,
  useTakeOverAndSend,
} from '../../convex/tickets';
import { describeError, sentenceFor } from '../../lib/errors';
import { notify } from '../../ui/toast';
import type { TicketActions } from './ticketActions';

export type Mode = 'reply' | 'note';
export type Composing = ReturnType<typeof useComposing>;
type Outcome = Awaited<ReturnType<ReturnType<typeof useReply>>>;

const draftPauseMs = 500;
const typingEveryMs = 3_000;

export function useComposing(detail: TicketDetail, actions: TicketActions) {
  const { teamId } = useMembership();
  const { conversationId } = detail.ticket;
  const at = { teamId, conversationId };
  const [text, setText] = useState('');
  const [mode, setMode] = useState<Mode>('reply');
  const [held, setHeld] = useState<ThreadMoved | null>(null);
  const seenThrough = useRef(detail.lastSequence);
  // One id per text: a double click or a retry after a lost connection sends once.
  const clientMessageId = useRef(crypto.randomUUID());
  const reply = useReply();
  const takeOverAndSend = useTakeOverAndSend();
  const addNote = useAddNote();
  const saveDraft = useDraftKeeping(at, { text, mode }, (draft) => {
    setText(draft.text);
    setMode(draft.mode);
  });
  const sayTyping = useTyping(at);

  function write(next: string) {
    setText(next);
    seenThrough.current = detail.lastSequence;
    if (mode === 'reply' && next !== '') sayTyping();
    saveDraft({ text: next, mode });
  }

  function clear() {
    setText('');
    setHeld(null);
    clientMessageId.current = crypto.randomUUID();
    saveDraft(null);
  }

  /** Gives the text back when it did not go out, unless something else has been written meanwhile. */
  function restore(sentText: string) {
    setText((current) => (current === '' ? sentText : current));
  }

  async function sendReply(sentText: string, confirmedThrough?: number): Promise<Outcome> {
    const message = {
      ...at,
      text: sentText,
      clientMessageId: clientMessageId.current,
      seenThrough: seenThrough.current,
      confirmedThrough,
    };
    if (actions.iHold) return reply({ ...message, epoch: detail.control.epoch });
    return (await takeOverAndSend(message)).outcome;
  }

  /** Resolves to whether the text went out. */
  async function send(confirmedThrough?: number): Promise<boolean> {
    const sentText = text.trim();
    if (sentText === '' || (mode === 'reply' && actions.otherHolds)) return false;
    setText('');
    try {
      if (mode === 'note') {
        await addNote({ ...at, text: sentText, clientMessageId: clientMessageId.current });
        clear();
        return true;
      }
      const outcome = await sendReply(sentText, confirmedThrough);
      if ('sent' in outcome) {
        clear();
        return true;
      }
      restore(sentText);
      if (outcome.refused === 'THREAD_MOVED') setHeld(outcome);
      else notify(sentenceFor(outcome.refused, outcome), { tone: 'bad' });
    } catch (error) {
      restore(sentText);
      notify(`${describeError(error)} Your text is kept.`, { tone: 'bad' });
    }
    return false;
  }

  return {
    text,
    mode,
    held,
    write,
    setMode: (next: Mode) => {
      setMode(next);
      setHeld(null);
    },
    send: () => send(),
    sendAndResolve: async () => {
      if (await send()) await actions.resolve();
    },
    sendHeld: () => held && void send(held.through),
    keepEditing: () => {
      seenThrough.current = held?.through ?? detail.lastSequence;
      setHeld(null);
    },
  };
}

interface Draft {
  text: string;
  mode: Mode;
}
type Place = {
  teamId: ReturnType<typeof useMembership>['teamId'];
  conversationId: TicketDetail['ticket']['conversationId'];
};

/** Loads the kept draft once, then saves each pause in the writing; null forgets it (the send has cleared it). */
function useDraftKeeping(at: Place, now: Draft, onLoaded: (draft: Draft) => void) {
  const stored = useDraft(at.conversationId);
  const save = useSaveDraft();
  const isLoaded = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const unsaved = useRef<Draft | null>(null);

  useEffect(() => {
    if (stored === undefined || isLoaded.current) return;
    isLoaded.current = true;
    if (stored && now.text === '') onLoaded(stored);
  });

  const flush = useRef(() => {});
  flush.current = () => {
    clearTimeout(timer.current);
    if (unsaved.current) void save({ ...at, ...unsaved.current }).catch(() => {});
    unsaved.current = null;
  };
  useEffect(() => () => flush.current(), []);

  return (draft: Draft | null) => {
    clearTimeout(timer.current);
    unsaved.current = draft;
    if (draft) timer.current = setTimeout(() => flush.current(), draftPauseMs);
  };
}

/** Tells the customer that somebody is writing, at most every three seconds. */
function useTyping(at: Place) {
  const setTyping = useSetTyping();
  const saidAt = useRef(0);
  return () => {
    if (Date.now() - saidAt.current < typingEveryMs) return;
    saidAt.current = Date.now();
    void setTyping({ ...at, isTyping: true }).catch(() => {});
  };
}
