import { Toast as Base } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { IconButton } from './button';

const toasts = Base.createToastManager();

/** What only says that something is done. */
let last: { text: string; takeBack: () => void } | null = null;

interface Options {
  tone?: 'plain' | 'bad';
  stays?: boolean;
  action?: { label: string; run: () => void };
  /** Its reader has closed it. */
  onDismiss?: () => void;
}

/**
 * Says what just happened, at most with one way to act on it, which ends it; what `stays` waits to be dismissed. Returns how
 * to take it back when it is no longer news.
 */
export function notify(
  text: string,
  { tone = 'plain', stays = false, action, onDismiss }: Options = {},
): () => void {
  let isTakenBack = false;
  const takeBack = () => {
    isTakenBack = true;
    toasts.close(id);
  };
  // Said once more it takes its own place: two of one word say no more than one.
  const isPlain = tone === 'plain' && !stays && !action && !onDismiss;
  if (isPlain && last?.text === text) last.takeBack();
  last = isPlain ? { text, takeBack } : last;
  const act = () => {
    takeBack();
    action?.run();
  };
  const id = toasts.add({
    description: text,
    type: tone,
    priority: tone === 'bad' ? 'high' : 'low',
    timeout: stays ? 0 : action ? 10_000 : 5_000,
    actionProps: action && { children: action.label, onClick: act },
    onClose: () => {
      if (!isTakenBack) onDismiss?.();
    },
  });
  return takeBack;
}

function List() {
  const { toasts: shown } = Base.useToastManager();
  return shown.map((toast) => (
    <Base.Root
      key={toast.id}
      toast={toast}
      // It has the role of a dialog, but takes keys only while it has the focus.
      data-toast
      // A hand that only touches it is in the middle of something else: the focus, and with it the keys, stay there.
      onMouseDown={(event) => {
        if (!(event.target as Element).closest('button')) event.preventDefault();
      }}
      className="absolute right-0 bottom-0 left-0 mx-auto w-full rounded-lg border border-transparent bg-surface text-ink shadow-pop transition duration-150 [transform:translateY(calc(var(--toast-offset-y)*-1-var(--toast-index)*8px))] data-starting-style:translate-y-2 data-starting-style:opacity-0 data-ending-style:opacity-0 data-limited:opacity-0 small:static small:rounded-none small:border-t-line small:not-first:hidden small:[transform:none]"
    >
      <Base.Content className="flex items-center gap-3 px-3 py-2">
        {toast.type === 'bad' && <span aria-hidden className="h-5 w-1 rounded-full bg-bad" />}
        <Base.Description dir="auto" className="flex-1 text-sm wrap-anywhere" />
        <Base.Action className="rounded-md px-2 py-1 text-sm font-medium text-accent-text hover:bg-hover" />
        <Base.Close render={<IconButton label="Dismiss" />}>
          <X size={14} />
        </Base.Close>
      </Base.Content>
    </Base.Root>
  ));
}

/** The one live region for what just happened. It lies over nothing one would press; on a small screen it takes its own room. */
export function Toaster() {
  return (
    <Base.Provider toastManager={toasts} limit={3}>
      <Base.Portal>
        <Base.Viewport className="toasts z-60 shrink-0">
          <List />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}
