import { Link, useSearch } from '@tanstack/react-router';
import { type ReactNode, type RefObject, useEffect, useRef } from 'react';

interface Props<Item> {
  /** Of the list: what its items are. */
  label: string;
  items: readonly Item[] | undefined;
  keyOf: (item: Item) => string;
  nameOf: (item: Item) => string;
  /** Holds an `OpenLink`. */
  row: (item: Item) => ReactNode;
  detail: (item: Item) => ReactNode;
  /** Below the list. */
  children?: ReactNode;
}

/**
 * A list, and what is open of it beside it; where there is no room for both, in its place. What is open stands in the address, so the
 * way back is the browser's.
 */
export function ListAndDetail<Item>({ label, items, keyOf, nameOf, row, detail, children }: Props<Item>) {
  const { open } = useSearch({ from: '/_desk/settings/$section' });
  const opened = items?.find((item) => keyOf(item) === open);
  const list = useRef<HTMLDivElement>(null);
  const pane = useRef<HTMLElement>(null);
  useFocusBetween(list, pane, opened && keyOf(opened));
  return (
    <div className="flex items-start gap-6">
      <div
        ref={list}
        data-beside={opened !== undefined}
        className="min-w-0 max-w-180 flex-1 data-[beside=true]:w-80 data-[beside=true]:flex-none @max-4xl:data-[beside=true]:hidden"
      >
        <ul aria-label={label} aria-busy={items === undefined}>
          {items?.map((item) => (
            <li
              key={keyOf(item)}
              className="relative -mx-2 rounded-md px-2 py-2.5 text-sm hover:bg-hover has-aria-[current=page]:bg-selected"
            >
              {row(item)}
            </li>
          ))}
        </ul>
        <div className="mt-6">{children}</div>
      </div>
      {opened !== undefined && (
        <section
          ref={pane}
          key={keyOf(opened)}
          tabIndex={-1}
          aria-label={nameOf(opened)}
          className="min-w-0 flex-1 rounded-lg border border-line p-4 outline-none @max-4xl:border-0 @max-4xl:p-0"
        >
          <BackLink label={label} />
          {detail(opened)}
        </section>
      )}
    </div>
  );
}

/** Opens an item; the whole row is where it is pressed. */
export function OpenLink({ of, children }: { of: string; children: ReactNode }) {
  return (
    <Link
      to="/settings/$section"
      params={(at) => ({ section: at.section! })}
      search={{ open: of }}
      data-opens={of}
      className="after:absolute after:inset-0 after:rounded-md pointer-coarse:inline-flex pointer-coarse:min-h-11 pointer-coarse:items-center"
    >
      {children}
    </Link>
  );
}

function BackLink({ label }: { label: string }) {
  return (
    <Link
      to="/settings/$section"
      params={(at) => ({ section: at.section! })}
      search={{}}
      className="mb-3 inline-flex min-h-8 items-center text-sm text-accent-text underline @4xl:hidden pointer-coarse:min-h-11"
    >
      ← {label}
    </Link>
  );
}

/** Where one takes the other's place, the focus goes along. */
function useFocusBetween(
  list: RefObject<HTMLDivElement | null>,
  pane: RefObject<HTMLElement | null>,
  open: string | undefined,
) {
  const before = useRef(open);
  useEffect(() => {
    const left = before.current;
    before.current = open;
    if (left === open) return;
    const isInPlace = open !== undefined && list.current?.offsetParent === null;
    if (isInPlace) pane.current?.focus();
    else if (open === undefined && document.activeElement === document.body)
      list.current?.querySelector<HTMLElement>(`[data-opens="${CSS.escape(left!)}"]`)?.focus();
  }, [list, pane, open]);
}
