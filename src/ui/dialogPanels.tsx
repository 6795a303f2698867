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
  return (
    <Base.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={backdrop} />
        <Base.Popup className={popup}>
          <div className="p-5">
            <Base.Title className="text-lg font-semibold">{props.title}</Base.Title>
            {props.description && (
              <Base.Description className="mt-1 text-sm text-ink-2">{props.description}</Base.Description>
            )}
            <div className="mt-4">{props.children}</div>
          </div>
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
