import { useCallback, useRef, useState } from 'react';

/** Rows drawn beyond the screen, on each side; and by how many the window moves at a time. */
const beyond = 8;
const step = 4;

interface RowWindow {
  /** For the element that scrolls. */
  ref: (element: HTMLElement | null) => void;
  onScroll: () => void;
  /** First row that is drawn, and the one after the last. */
  first: number;
  end: number;
  /** Scrolls as little as brings the row on screen. */
  reveal: (index: number) => void;
}

/** Which of `count` rows of equal height have to be drawn. It changes every few rows only. */
export function useRowWindow(count: number, rowHeight: number): RowWindow {
  const scroller = useRef<HTMLElement>(null);
  const [shown, setShown] = useState({ first: 0, end: 0 });
  const look = useCallback(() => {
    if (!scroller.current) return;
    const { scrollTop, clientHeight } = scroller.current;
    const block = step * rowHeight;
    const first = Math.floor(scrollTop / block) * step - beyond;
    const end = Math.ceil((scrollTop + clientHeight) / block) * step + beyond;
    setShown((before) => (before.first === first && before.end === end ? before : { first, end }));
  }, [rowHeight]);
  const ref = useCallback(
    (element: HTMLElement | null) => {
      scroller.current = element;
      if (!element) return undefined;
      look();
      const observer = new ResizeObserver(look);
      observer.observe(element);
      return () => observer.disconnect();
    },
    [look],
  );
  const reveal = (index: number) => {
    const element = scroller.current;
    if (!element) return;
    const { scrollTop, clientHeight } = element;
    const highest = (index + 1) * rowHeight - clientHeight;
    if (scrollTop < highest) element.scrollTop = highest;
    else if (scrollTop > index * rowHeight) element.scrollTop = index * rowHeight;
  };
  return {
    ref,
    onScroll: look,
    first: Math.max(Math.min(shown.first, count - beyond), 0),
    end: Math.min(shown.end, count),
    reveal,
  };
}
