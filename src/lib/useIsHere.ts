import { type RefObject, useEffect, useRef } from 'react';

/**
 * Whether what asks is still on screen: for answers that come after their person has left. `onLeave` runs when it no
 * longer is.
 */
export function useIsHere(onLeave?: () => void): RefObject<boolean> {
  const isHere = useRef(true);
  const leave = useRef(onLeave);
  leave.current = onLeave;
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
      leave.current?.();
    };
  }, []);
  return isHere;
}
