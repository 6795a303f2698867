import { useEffect, useRef } from 'react';
import { toldApart } from '../../../convex/shared/needs/apart';
import { type Need, useNoticeOf } from '../../convex/needs';
import { useIsLooking } from '../../lib/activity';
import { chime } from '../../lib/chime';
import { showNotice } from '../../lib/systemNotice';
import { lookingAt, noteLooking, speaksForAll } from '../../lib/tabs';

/** A burst sounds once. */
const restMs = 3_000;
const manyTag = 'baton.many';

/** Sound and notices of the system, by choice, from one tab for all: silent about the ticket one looks at in any of them. */
export function useNotices(openNumber: number | null) {
  const noticeOf = useNoticeOf();
  const isLooking = useIsLooking();
  const shown = useRef(new Map<string, () => void>());
  const soundedAt = useRef(0);
  useEffect(() => {
    noteLooking(isLooking ? openNumber : undefined);
    return () => noteLooking(undefined);
  }, [isLooking, openNumber]);

  return {
    /** Without those that are handled; `has` knows what is not. */
    takeBack(has: (key: string) => boolean) {
      for (const [key, end] of shown.current) {
        if (has(key)) continue;
        end();
        shown.current.delete(key);
      }
    },
    /** `words` and `open` of each that has come. */
    tell(come: readonly Told[]) {
      const at = lookingAt();
      const heard = come.filter(({ need }) => need.number !== at);
      if (!noticeOf || !speaksForAll() || heard.length === 0) return;
      const wants = (what: 'sound' | 'desktop') => heard.filter(({ need }) => noticeOf(need.kind)[what]);
      if (wants('sound').length > 0 && Date.now() - soundedAt.current > restMs) {
        soundedAt.current = Date.now();
        void chime();
      }
      // Whoever looks at the desk has the line on the page.
      if (at === undefined) show(wants('desktop'));
    },
  };

  function show(wanted: readonly Told[]) {
    const apart = new Set(toldApart(wanted.map(({ need }) => need)));
    const [first, ...others] = wanted.filter(({ need }) => !apart.has(need));
    const alone = wanted.filter((told) => apart.has(told.need) || (told === first && others.length === 0));
    for (const { key, words, open } of alone) shown.current.set(key, showNotice(words, key, open));
    if (first && others.length > 0)
      shown.current.set(first.key, showNotice(`${others.length + 1} new for you`, manyTag, first.open));
  }
}

interface Told {
  need: Need;
  key: string;
  words: string;
  open: () => void;
}
