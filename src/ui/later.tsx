/**
 * Parts that lie over the page, whose code the first screen does not need. It comes when the page is idle, and at the latest
 * when the part is opened; from then on it is there at once.
 */
import { type ComponentType, type ReactNode, useEffect, useReducer, useState } from 'react';
import { flushSync } from 'react-dom';
import { notify } from './toast';

export interface Opens {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

const fetches: (() => Promise<void>)[] = [];

/** Fetches every part that has not come yet; one that fails is said when it is opened. */
export function fetchLater() {
  for (const fetch of fetches) void fetch().catch(() => {});
}

function sayMissing() {
  // Browsers keep a failed import failed for as long as the page stands.
  const action = { label: 'Reload', run: () => location.reload() };
  notify('This part of the desk did not load.', { tone: 'bad', action });
}

/** A part of the page that is worked with a moment after the rest: until it has come, what it is given holds its place. */
export function soon<Props extends object>(load: () => Promise<ComponentType<Props>>, meanwhile: ReactNode) {
  let Part: ComponentType<Props> | undefined;
  let coming: Promise<void> | undefined;
  const fetch = () =>
    (coming ??= load().then((loaded) => {
      Part = loaded;
    }));
  fetches.push(fetch);

  function Soon(props: Props) {
    const [, hasCome] = useReducer((count: number) => count + 1, 0);
    useEffect(() => {
      // At once: whoever waits for `ready` finds it on the page.
      if (!Part) fetch().then(() => flushSync(hasCome), sayMissing);
    }, []);
    return Part ? <Part {...props} /> : meanwhile;
  }
  /** Resolves once it is there; where it is on the page, it stands there by then. */
  return Object.assign(Soon, { ready: fetch });
}

/**
 * Costs nothing until it is opened for the first time; from then on it stays, so that it can go as it came. `Ahead` takes what
 * is typed before it has come.
 */
export function later<Props extends Opens>(
  load: () => Promise<ComponentType<Props>>,
  Ahead?: ComponentType<Props>,
): ComponentType<Props> {
  let Part: ComponentType<Props> | undefined;
  let coming: Promise<void> | undefined;
  const fetch = () =>
    (coming ??= load().then((loaded) => {
      Part = loaded;
    }));
  fetches.push(fetch);

  return function Later(props: Props) {
    const { open, onOpenChange } = props;
    const [wasOpened, setWasOpened] = useState(open);
    const [, hasCome] = useReducer((count: number) => count + 1, 0);
    if (open && !wasOpened) setWasOpened(true);
    useEffect(() => {
      if (!open || Part) return;
      fetch().then(hasCome, () => {
        sayMissing();
        onOpenChange(false);
      });
      // oxlint-disable-next-line react/exhaustive-deps -- asked for once per opening
    }, [open]);
    if (!wasOpened) return null;
    if (Part) return <Part {...props} />;
    // A layer already: what is pressed until it has come is no shortcut of the page below (lib/keys.ts).
    return open && <div role="dialog">{Ahead && <Ahead {...props} />}</div>;
  };
}
