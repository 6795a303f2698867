import { AlertDialog as BaseAlert } from '@base-ui/react/alert-dialog';
import { Dialog as Base } from '@base-ui/react/dialog';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { focusBack } from '../lib/focusBack';
import { Button } from './button';
import type { Opens } from './later';

const backdrop =
  'fixed inset-0 z-40 bg-ink/25 transition-opacity duration-150 data-starting-style:opacity-0 data-ending-style:opacity-0';
const popup =
  'modal fixed top-[14vh] left-1/2 z-50 w-[min(30rem,calc(100vw-2rem))] max-h-[76vh] overflow-y-auto -translate-x-1/2 rounded-xl bg-surface text-ink shadow-pop outline-none transition duration-150 data-starting-style:scale-98 data-starting-style:opacity-0 data-ending-style:opacity-0';

export interface DialogProps extends Opens {
  title: string;
  description?: string;
  children: ReactNode;
  /** Asked before it is left without a button of its own, where nothing of it comes again. */
  asks?: Pick<ConfirmProps, 'title' | 'description' | 'confirm' | 'keep'>;
}

const asksOfText = {
  title: 'Drop what you wrote?',
  description: 'It is kept nowhere else.',
  confirm: 'Drop it',
  keep: 'Go on writing',
};

/** Words in a form, other than a search or a secret. */
const isWriting = (target: EventTarget) =>
  (target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type === 'text')) &&
  target.form !== null &&
  target.role !== 'combobox';

/** Whether something in it was written by hand and still stands; the page asks before it is left then. */
function useWritten() {
  const written = useRef(new Set<HTMLInputElement | HTMLTextAreaElement>()).current;
  // What is on its way to the desk stands disabled: it closes when that has answered.
  const has = () =>
    [...written].some(
      (field) => field.isConnected && !field.matches(':disabled') && field.value.trim() !== '',
    );
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (has()) event.preventDefault();
    };
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  });
  const onInput = ({ target }: { target: EventTarget }) => {
    if (isWriting(target)) written.add(target as HTMLInputElement);
  };
  return { has, onInput };
}

/** Most dialogs are taken away rather than closed: what opened it has the focus again then, too. */
function useFocusBack(isOpen: boolean): void {
  const [opener] = useState(() => document.activeElement);
  const wasOpen = useRef(isOpen);
  useEffect(() => {
    wasOpen.current = isOpen;
  }, [isOpen]);
  useEffect(
    () => () => {
      if (wasOpen.current) focusBack(opener);
    },
    [opener],
  );
}

export function DialogPanel(props: DialogProps) {
  useFocusBack(props.open);
  const written = useWritten();
  const [isAsking, setIsAsking] = useState(false);
  const asks = props.asks ?? asksOfText;
  return (
    <Base.Root
      open={props.open}
      onOpenChange={(open) => {
        // By Escape, or a press beside it: what it has of its own buttons goes past this.
        if (!open && (props.asks || written.has())) setIsAsking(true);
        else props.onOpenChange(open);
      }}
    >
      <Base.Portal>
        <Base.Backdrop className={backdrop} />
        <Base.Popup className={popup} onInput={written.onInput}>
          <div className="p-5">
            <Base.Title className="text-lg font-semibold">{props.title}</Base.Title>
            {props.description && (
              <Base.Description className="mt-1 text-sm text-ink-2">{props.description}</Base.Description>
            )}
            <div className="mt-4">{props.children}</div>
          </div>
          <ConfirmPanel
            {...asks}
            open={isAsking}
            onOpenChange={setIsAsking}
            onConfirm={() => props.onOpenChange(false)}
          />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

export interface ConfirmProps extends Opens {
  title: string;
  description: string;
  confirm: string;
  keep: string;
  onConfirm: () => void;
}

export function ConfirmPanel(props: ConfirmProps) {
  return (
    <BaseAlert.Root open={props.open} onOpenChange={props.onOpenChange}>
      <BaseAlert.Portal>
        <BaseAlert.Backdrop className={backdrop} />
        <BaseAlert.Popup className={popup}>
          <div className="p-5">
            <BaseAlert.Title className="text-lg font-semibold">{props.title}</BaseAlert.Title>
            <BaseAlert.Description className="mt-1 text-sm text-ink-2">
              {props.description}
            </BaseAlert.Description>
            <div className="mt-5 flex justify-end gap-2">
              <BaseAlert.Close render={<Button size="medium" />}>{props.keep}</BaseAlert.Close>
              <BaseAlert.Close render={<Button size="medium" tone="primary" onClick={props.onConfirm} />}>
                {props.confirm}
              </BaseAlert.Close>
            </div>
          </div>
        </BaseAlert.Popup>
      </BaseAlert.Portal>
    </BaseAlert.Root>
  );
}
