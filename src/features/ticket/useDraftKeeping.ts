import { useEffect, useRef } from 'react';
import { type TicketDetail, useDraft, useReadDraft, useSaveDraft } from '../../convex/tickets';
import type { Draft, Writing } from './writing';

const draftPauseMs = 500;

export type Place = Pick<TicketDetail['ticket'], 'teamId' | 'conversationId'>;

/**
 * Brings the kept draft, whenever it comes (`writing.ts`); then `keep` saves each pause in the writing, `flush` does at
 * once, and `drop` forgets what waits to be saved, as the send clears the draft.
 */
export function useDraftKeeping(at: Place, writing: Writing) {
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
    // What was emptied is not to come back, however soon the page is left.
    if (text === '' && !isComing.current) flush.current();
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
