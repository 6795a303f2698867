/**
 * Writing under a ticket (`writing.ts`), kept as a draft on the server and sent through the door.
 *
 * Whoever wrote since the last key press holds the reply once (C9): it comes back with what is new, and the
 * confirmation carries the sequence that was shown.
 */
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { ThreadMoved } from '../../../convex/shared/conversation/door';
import { useMembership } from '../../convex/session';
import {
  type TicketDetail,
  useAddNote,
  useDraft,
  useReadDraft,
  useReply,
  useSaveDraft,
  useSetTyping,
  useTakeOverAndSend,
} from '../../convex/tickets';
import { describeError, sentenceFor } from '../../lib/errors';
import { notify } from '../../ui/toast';
import type { TicketActions } from './ticketActions';
import { useTicketNews } from './ticketNews';
import { type Draft, holdWriting, type Outgoing, type Writing, writingOf } from './writing';

export type Composing = ReturnType<typeof useComposing>;
type Outcome = Awaited<ReturnType<ReturnType<typeof useReply>>>;

const draftPauseMs = 500;
const typingEveryMs = 3_000;

export function useComposing(detail: TicketDetail, actions: TicketActions) {
  const { teamId } = useMembership();
  const { conversationId, number } = detail.ticket;
  const at = { teamId, conversationId };
  const [writing] = useState(() => writingOf(conversationId, detail.lastSequence));
  useEffect(() => holdWriting(conversationId, writing), [conversationId, writing]);
  const written = useSyncExternalStore(writing.subscribe, writing.now);
  const drafts = useDraftKeeping(at, writing);
  const { isHere, wayBack } = useTicketNews(number, () => {
    if (writing.now().held) sayNotSent(sentenceFor('THREAD_MOVED'));
  });
  const reply = useReply();
  const takeOverAndSend = useTakeOverAndSend();
  const addNote = useAddNote();
  const sayTyping = useTyping(at);

  /** For whoever sent and moved on: the reply did not go out, and leads back to it. */
  function sayNotSent(why: string) {
    const text = `Your reply in #${number} was not sent. ${why} Your text is kept.`;
    notify(text, { tone: 'bad', action: wayBack });
  }

  function write(text: string) {
    writing.write(text, detail.lastSequence);
    if (written.mode === 'reply' && text !== '') sayTyping();
    drafts.keep();
  }

  async function deliver(outgoing: Outgoing, confirmedThrough?: number): Promise<Outcome | 'noted'> {
    const { text, clientMessageId, seenThrough } = outgoing;
    if (outgoing.mode === 'note') {
      await addNote({ ...at, text, clientMessageId });
      return 'noted';
    }
    const message = { ...at, text, clientMessageId, seenThrough, confirmedThrough };
    if (actions.iHold) return reply({ ...message, epoch: detail.control.epoch });
    return (await takeOverAndSend(message)).outcome;
  }

  function giveBack(outgoing: Outgoing, why: string, held?: ThreadMoved) {
    writing.giveBack(outgoing, held);
    drafts.keep();
    if (!isHere.current) {
      drafts.flush();
      sayNotSent(why);
    } else if (!held) notify(`${why} Your text is kept.`, { tone: 'bad' });
  }

  /** Resolves to whether the text went out. */
  async function send(confirmedThrough?: number): Promise<boolean> {
    if (written.mode === 'reply' && actions.otherHolds) return false;
    const outgoing = writing.take();
    if (!outgoing) return false;
    drafts.drop();
    const letGo = holdWriting(conversationId, writing);
    try {
      const outcome = await deliver(outgoing, confirmedThrough);
      if (outcome === 'noted' || 'sent' in outcome) return true;
      const held = outcome.refused === 'THREAD_MOVED' ? outcome : undefined;
      giveBack(outgoing, sentenceFor(outcome.refused, outcome), held);
    } catch (error) {
      giveBack(outgoing, describeError(error));
    } finally {
      letGo();
    }
    return false;
  }

  return {
    ...written,
    write,
    setMode: writing.setMode,
    send: () => send(),
    sendAndResolve: async () => {
      if (await send()) await actions.resolve();
    },
    sendHeld: () => written.held && void send(written.held.through),
    keepEditing: writing.keepEditing,
  };
}

type Place = {
  teamId: ReturnType<typeof useMembership>['teamId'];
  conversationId: TicketDetail['ticket']['conversationId'];
};

/**
 * Brings the kept draft, whenever it comes (`writing.ts`); then `keep` saves each pause in the writing, `flush` does at
 * once, and `drop` forgets what waits to be saved, as the send clears the draft.
 */
function useDraftKeeping(at: Place, writing: Writing) {
  const stored = useDraft(at.conversationId);
  const save = useSaveDraft();
  const read = useReadDraft();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const unsaved = useRef<Draft | null>(null);
  const isComing = useRef(true);
  isComing.current = stored === undefined;

  const flush = useRef(() => {});
  flush.current = () => {
    clearTimeout(timer.current);
    const draft = unsaved.current;
    unsaved.current = null;
    if (!draft) return;
    if (isComing.current) void saveJoined().catch(() => {});
    else void save({ ...at, ...draft }).catch(() => {});
  };
  /** For who leaves before the kept draft has come: saved as it is, what they wrote would overwrite it. */
  async function saveJoined() {
    writing.load(await read(at));
    const { text, mode } = writing.now();
    await save({ ...at, text, mode });
  }
  useEffect(() => () => flush.current(), []);

  const wait = (draft: Draft | null) => {
    clearTimeout(timer.current);
    unsaved.current = draft;
    if (draft && !isComing.current) timer.current = setTimeout(() => flush.current(), draftPauseMs);
  };
  const keep = () => {
    const { text, mode } = writing.now();
    wait({ text, mode });
  };
  useEffect(() => {
    if (stored === undefined) return;
    writing.load(stored);
    if (unsaved.current) keep();
    // Only when it comes or changes, not when what is written does.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [stored]);
  return {
    keep,
    drop: () => wait(null),
    flush: () => flush.current(),
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
