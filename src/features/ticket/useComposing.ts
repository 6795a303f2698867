/**
 * Writing under a ticket (`writing.ts`), kept as a draft on the server and sent through the door.
 *
 * Whoever wrote since the last key press holds the reply once (C9): it comes back with what is new, and the
 * confirmation carries the sequence that was shown.
 */
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { ThreadMoved } from '../../../convex/shared/conversation/door';
import { isVisible } from '../../../convex/shared/kit/text';
import { maxMentions, mentionsIn } from '../../../convex/shared/conversation/mentions';
import { type Uploads, useUploads } from '../../convex/attachments';
import { useMembers } from '../../convex/members';
import { useMembership } from '../../convex/session';
import { useAddNote, useReply, useTakeOverAndSend } from '../../convex/threads';
import { type TicketDetail, useSetTyping } from '../../convex/tickets';
import { describeError, filesNotKept, sentenceFor } from '../../lib/errors';
import type { Upload } from '../../lib/postFile';
import { type Picked, pickFiles, roomFor } from '../../lib/upload';
import { notify } from '../../ui/toast';
import { attachedOf, type FileTray, type TrayFile, trayOf } from './fileTray';
import type { TicketActions } from './ticketActions';
import { useTicketNews } from './ticketNews';
import { type Place, useDraftKeeping } from './useDraftKeeping';
import type { Copies, Ways } from './useWay';
import type { Way } from './ways';
import { holdWriting, type Mode, type Outgoing, type Writing, writingOf } from './writing';

/** What is written under this ticket, held for as long as it is on screen. */
export function useWriting({ ticket: { conversationId }, lastSequence }: TicketDetail): Writing {
  const { memberId } = useMembership();
  const opened = useRef(lastSequence);
  opened.current = lastSequence;
  const writing = useMemo(
    () => writingOf({ memberId, conversationId }, opened.current),
    [memberId, conversationId],
  );
  useEffect(() => holdWriting({ memberId, conversationId }, writing), [memberId, conversationId, writing]);
  return writing;
}

export type Composing = ReturnType<typeof useComposing>;

const typingEveryMs = 3_000;

export function useComposing(
  detail: TicketDetail,
  actions: TicketActions,
  writing: Writing,
  { way, copies }: Ways,
) {
  const { teamId } = useMembership();
  const { conversationId } = detail.ticket;
  const at = { teamId, conversationId };
  const written = useSyncExternalStore(writing.subscribe, writing.now);
  const files = useFiles(conversationId);
  const drafts = useDraftKeeping(at, detail.ticket.number, writing, files.tray);
  const hindrance = (of: { mode: Mode; text: string }) =>
    files.hindrance(of) ?? (of.mode === 'reply' && way.isBlocked ? way.because : null);
  const send = useSending(detail, useDelivery(detail, actions, way, copies), {
    writing,
    drafts,
    tray: files.tray,
    hindrance,
  });
  const sayTyping = useTyping(at);

  return {
    ...written,
    files: files.shown[written.mode],
    hasFiles: { reply: files.shown.reply.length > 0, note: files.shown.note.length > 0 },
    /** Why nothing can be sent; null: it can. */
    hindrance: hindrance(written),
    /** `folders`: what was let go with them and is none. */
    attach(chosen: readonly File[], folders: readonly string[] = []) {
      if (chosen.length + folders.length === 0) return;
      // Whoever adds a file has seen what is on screen, as whoever types (C9).
      writing.write(writing.now().text, detail.lastSequence);
      files.add(writing.now().mode, chosen, folders);
    },
    canRetry: (id: number) => files.tray.canRetry(id),
    retryFile: files.retry,
    removeFile: files.remove,
    write(text: string) {
      writing.write(text, detail.lastSequence);
      const { mode } = writing.now();
      if (mode === 'reply') sayTyping(text !== '' && !way.isBeside);
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

interface SendingOf {
  writing: Writing;
  drafts: ReturnType<typeof useDraftKeeping>;
  tray: FileTray;
  hindrance: (of: { mode: Mode; text: string }) => string | null;
}

/** Sends what is written; null when it did not go out: why is said, it comes back, and whoever has left is told. */
function useSending(
  detail: TicketDetail,
  deliver: ReturnType<typeof useDelivery>,
  { writing, drafts, tray, hindrance }: SendingOf,
) {
  const { memberId } = useMembership();
  const { conversationId, number } = detail.ticket;
  const { isHere, wayBack } = useTicketNews(number, () => {
    if (writing.now().held) sayNotSent(sentenceFor('THREAD_MOVED'));
  });

  /** For whoever sent and moved on: the reply did not go out, and leads back to it. */
  function sayNotSent(why: string) {
    const text = `Your reply in #${number} was not sent. ${why} Your text is kept.`;
    notify(text, { tone: 'bad', action: wayBack });
  }

  function giveBack({ files, ...outgoing }: WithFiles, why: string, { held, gone }: Why = {}) {
    writing.giveBack(outgoing, held);
    tray.giveBack(outgoing.mode, files, gone);
    drafts.keep(outgoing.mode);
    if (!isHere.current) {
      drafts.flush();
      sayNotSent(why);
    } else if (!held) notify(`${why} Your text is kept.`, { tone: 'bad' });
  }

  return async (how: Sending): Promise<{ epoch: number } | null> => {
    const { mode } = writing.now();
    const why = hindrance(writing.now());
    if (why !== null) {
      notify(why, { tone: 'bad' });
      return null;
    }
    const taken = writing.take(tray.has(mode));
    if (!taken) return null;
    const outgoing: WithFiles = { ...taken, files: tray.take(mode) };
    const arrived = drafts.sending(taken, outgoing.files);
    drafts.drop(outgoing.mode);
    const letGo = holdWriting({ memberId, conversationId }, writing);
    try {
      const { outcome, epoch } = await deliver(outgoing, how);
      if (outcome === 'noted' || 'sent' in outcome) return { epoch };
      const held = outcome.refused === 'THREAD_MOVED' ? outcome : undefined;
      giveBack(outgoing, sentenceFor(outcome.refused, outcome), { held });
    } catch (error) {
      giveBack(outgoing, describeError(error), { gone: filesNotKept(error) });
    } finally {
      arrived();
      letGo();
    }
    return null;
  };
}

interface Why {
  held?: ThreadMoved | undefined;
  gone?: readonly number[];
}

interface WithFiles extends Outgoing {
  files: TrayFile[];
}

async function sayNotGoing(picked: Picked) {
  const { notGoing } = await import('./notGoing');
  notify(notGoing(picked), { tone: 'bad' });
}

/** What goes with what is written, and how it is changed. */
function useFiles(conversationId: TicketDetail['ticket']['conversationId']) {
  const uploads: Uploads = useUploads();
  const { memberId } = useMembership();
  const tray = trayOf({ memberId, conversationId }, describeError);
  const shown = useSyncExternalStore(tray.subscribe, tray.now);
  const upload = (file: File, how: Upload) => uploads.add(conversationId, file, how);
  return {
    tray,
    shown,
    hindrance: ({ mode, text }: { mode: Mode; text: string }) =>
      tray.hindrance(mode) ?? (isVisible(text) || tray.has(mode) ? null : 'Nothing is written yet.'),
    add(mode: Mode, chosen: readonly File[], folders: readonly string[]) {
      const picked = pickFiles(chosen, roomFor(shown[mode]), folders);
      tray.add(mode, picked.taken, upload);
      if (picked.refused.length + picked.leftOut > 0) void sayNotGoing(picked);
    },
    retry: (id: number) => tray.retry(id, upload),
    remove(id: number) {
      const attached = tray.remove(id);
      if (attached) uploads.remove(attached.attachmentId);
    },
  };
}

type Outcome = Awaited<ReturnType<ReturnType<typeof useReply>>>;

/** One text to the desk: as a note, as a reply, or as the reply that takes over. */
function useDelivery(
  { ticket, control }: TicketDetail,
  actions: TicketActions,
  { byMail, isBeside, cc }: Way,
  copies: Copies,
) {
  const { teamId } = useMembership();
  const reply = useReply();
  const takeOverAndSend = useTakeOverAndSend();
  const addNote = useAddNote();
  const members = useMembers();
  return async (
    outgoing: WithFiles,
    { confirmedThrough, steal }: Sending,
  ): Promise<{ outcome: Outcome | 'noted'; epoch: number }> => {
    const { epoch } = control;
    const { mode, text, clientMessageId, seenThrough, files } = outgoing;
    const attachmentIds = attachedOf(files).map(({ attachmentId }) => attachmentId);
    const what = {
      text: text.toWellFormed(),
      clientMessageId,
      ...(attachmentIds.length > 0 && { attachmentIds }),
    };
    const written = { teamId, conversationId: ticket.conversationId, ...what };
    if (mode === 'note') {
      const mentions = mentionsIn(text, members ?? []).slice(0, maxMentions);
      await addNote({ ...written, ...(mentions.length > 0 && { mentions }) });
      return { outcome: 'noted', epoch };
    }
    const without = cc.filter((address) => copies.without.includes(address));
    const route = { ...(byMail && { byMail }), ...(without.length > 0 && { withoutCopyTo: without }) };
    const message = { ...written, seenThrough, confirmedThrough, ...route };
    const sent = await (actions.iHold || isBeside
      ? reply({ ...message, epoch }).then((outcome) => ({ outcome, epoch }))
      : takeOverAndSend({ ...message, steal }).then(({ takenOver, outcome }) => ({
          outcome,
          epoch: takenOver.epoch,
        })));
    if ('sent' in sent.outcome) copies.forget(without);
    return sent;
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
