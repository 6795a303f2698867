import { useEffect, useRef } from 'react';
import { useDesk } from '../../convex/provider';
import { useMembership } from '../../convex/session';

import { type TicketDetail, useDrafts, useReadDrafts, useSaveDraft } from '../../convex/tickets';
import { unsentKeys, unsentOf } from '../../lib/unsent';
import { attachedOf, type FileTray, type TrayFile } from './fileTray';
import { keyOf, type Mode, modes, type Outgoing, type Writing } from './writing';

const draftPauseMs = 500;

export type Place = Pick<TicketDetail['ticket'], 'teamId' | 'conversationId'>;

/**
 * Brings the kept drafts, whenever they come (`writing.ts`); then `keep` saves each pause in the writing, `flush` does at
 * once, and `drop` forgets what waits to be saved, as the send clears the draft. Until the desk has it, a text is kept on
 * this browser as well (`lib/unsent.ts`), and what is sent is as long as it is `sending`: leaving at any moment loses nothing
 * and brings nothing back that was emptied or said.
 */
export function useDraftKeeping(at: Place, number: number, writing: Writing, tray: FileTray) {
  const { conversationId } = at;
  const stored = useDrafts(conversationId);
  const saving = useSaving(at, number, writing, stored === undefined);
  const { base, wait } = saving;
  const bringLeft = useLeft(at, writing, tray, saving);
  useEffect(() => {
    if (stored === undefined) return;
    const isFirst = base.reply === undefined;
    for (const mode of modes) base[mode] ??= stored[mode];
    writing.load(stored);
    wait();
    // What cannot be looked for now is brought the next time.
    if (isFirst) bringLeft().catch(() => {});
    // Only when they come or change, not when what is written does.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [stored]);
  return saving;
}

/** `isComing`: the kept drafts have yet to come. */
function useSaving(at: Place, number: number, writing: Writing, isComingNow: boolean) {
  const save = useSaveDraft();
  const read = useReadDrafts();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const waiting = useRef(new Set<Mode>());
  const { memberId } = useMembership();
  const unsent = useRef(unsentOf(memberId, at.conversationId)).current;
  /** What the desk is known to have. */
  const base = useRef<Partial<Record<Mode, string>>>({}).current;
  const isComing = useRef(true);
  isComing.current = isComingNow;

  const saveNow = (mode: Mode) => {
    const text = writing.now()[mode];
    return save({ ...at, text, mode }).then(() => {
      base[mode] = text;
      unsent.forget(mode, text);
    });
  };
  const flush = useRef(() => {});
  flush.current = () => {
    clearTimeout(timer.current);
    const written = [...waiting.current];
    waiting.current.clear();
    if (written.length === 0) return;
    // For who leaves before the kept drafts have come: saved as it is, what they wrote would overwrite them.
    const known = isComing.current ? read(at).then((kept) => writing.load(kept)) : Promise.resolve();
    void known.then(() => Promise.all(written.map(saveNow))).catch(() => {});
  };
  useEffect(() => {
    const leave = () => flush.current();
    addEventListener('pagehide', leave);
    return () => {
      removeEventListener('pagehide', leave);
      leave();
    };
  }, []);

  const wait = () => {
    clearTimeout(timer.current);
    if (isComing.current) return;
    // What was emptied is not to come back, however soon the page is left.
    if ([...waiting.current].some((mode) => writing.now()[mode] === '')) flush.current();
    else if (waiting.current.size > 0) timer.current = setTimeout(() => flush.current(), draftPauseMs);
  };
  return {
    base,
    wait,
    keep(mode: Mode) {
      waiting.current.add(mode);
      unsent.keep(mode, { mode, text: writing.now()[mode], number, base: base[mode] });
      wait();
    },
    drop(mode: Mode) {
      waiting.current.delete(mode);
      unsent.forget(mode);
      wait();
    },
    /** Kept until the desk has answered; returns how to let go of it then. */
    sending({ mode, text, clientMessageId, seenThrough }: Outgoing, files: readonly TrayFile[]) {
      const sent = { clientMessageId, seenThrough, files: attachedOf(files) };
      unsent.keep(clientMessageId, { mode, text, number, base: base[mode], sent });
      return () => unsent.forget(clientMessageId);
    },
    flush: () => flush.current(),
  };
}

/** Brings what a page that is gone had left of this conversation. */
function useLeft(
  { teamId, conversationId }: Place,
  writing: Writing,
  tray: FileTray,
  { keep, flush }: ReturnType<typeof useSaving>,
) {
  const { memberId } = useMembership();
  const { lives } = useDesk();
  return async () => {
    if (unsentKeys(`${keyOf({ memberId, conversationId })}.`).length === 0) return;
    const { putBack } = await import('./putBack');
    await putBack({ teamId, memberId, conversationId, lives, writing, tray, keep });
    flush();
  };
}
