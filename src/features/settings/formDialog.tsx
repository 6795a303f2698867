import type { ReactNode } from 'react';
import { Dialog } from '../../ui/dialog';

interface Props {
  title: string;
  /** What was sent has no answer yet. */
  isBusy: boolean;
  onClose: () => void;
  onSubmit: (data: FormData) => void;
  children: ReactNode;
}

/**
 * A form in a dialog. Until the desk has answered it stands as it was sent and stays open: nothing can be written into it
 * that would go with it, and a refused text is still there.
 */
export function FormDialog({ title, isBusy, onClose, onSubmit, children }: Props) {
  return (
    <Dialog open onOpenChange={(open) => !open && !isBusy && onClose()} title={title}>
      <form
        aria-busy={isBusy}
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit(new FormData(event.currentTarget));
        }}
      >
        <fieldset disabled={isBusy} className="flex min-w-0 flex-col gap-4">
          {children}
        </fieldset>
      </form>
    </Dialog>
  );
}
