import { type RefObject, useEffect, useMemo, useRef } from 'react';

/**
 * Whether `what` is still on screen: for answers that come after their person has left it. `onLeave` runs when it no longer
 * is.
 */
export function useIsHere(what: string | number, onLeave?: () => void): RefObject<boolean> {
  // oxlint-disable-next-line react/exhaustive-deps -- one for each thing
  const isHere = useMemo(() => ({ current: true }), [what]);
  const leave = useRef(onLeave);
  leave.current = onLeave;
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
      leave.current?.();
    };
  }, [isHere]);
  return isHere;
}
