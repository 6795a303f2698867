import { useEffect, useRef } from 'react';
import { useMembership } from '../../convex/session';
import { type TicketDetail, useDrafts, useReadDrafts, useSaveDraft } from '../../convex/tickets';
import { unsavedDrafts } from './unsavedDrafts';
import { type Mode, modes, type Writing } from './writing';

const draftPauseMs = 500;

export type Place = Pick<TicketDetail['ticket'], 'teamId' | 'conversationId'>;

/**
 * Brings the kept drafts, whenever they come (`writing.ts`); then `keep` saves each pause in the writing, `flush` does at
 * once, and `drop` forgets what waits to be saved, as the send clears the draft. Until the desk has it, a text is kept in
 * the tab as well (`unsavedDrafts.ts`): a reload at any moment loses nothing and brings nothing back.
 */
export function useDraftKeeping(at: Place, writing: Writing) {
  const stored = useDrafts(at.conversationId);
  const save = useSaveDraft();
  const read = useReadDrafts();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const waiting = useRef(new Set<Mode>());
  const { memberId } = useMembership();
  const unsaved = unsavedDrafts({ memberId, conversationId: at.conversationId });
  const isComing = useRef(true);
  isComing.current = stored === undefined;

  const saveNow = (mode: Mode) => {
    const text = writing.now()[mode];
    return save({ ...at, text, mode }).then(() => unsaved.forget(mode, text));
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
  useEffect(() => {
    if (stored === undefined) return;
    const kept = unsaved.over(stored);
    writing.load(kept);
    const isLeftBehind = (mode: Mode) => kept[mode] !== stored[mode];
    for (const mode of modes.filter(isLeftBehind)) waiting.current.add(mode);
    if (modes.some(isLeftBehind)) flush.current();
    else wait();
    // Only when they come or change, not when what is written does.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [stored]);
  return {
    keep(mode: Mode) {
      waiting.current.add(mode);
      unsaved.keep(mode, writing.now()[mode]);
      wait();
    },
    drop(mode: Mode) {
      waiting.current.delete(mode);
      unsaved.forget(mode);
      wait();
    },
    flush: () => flush.current(),
  };
}
