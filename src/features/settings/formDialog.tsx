import type { ReactNode } from 'react';
import { useSubmit } from '../../lib/useSubmit';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { FormError } from '../../ui/field';

interface Props {
  title: string;
  /** Something else that it began has no answer yet. */
  isBusy?: boolean;
  onClose: () => void;
  /** Closes it once done; a refusal is said in the dialog, which nothing outside can be seen beside. */
  onSubmit: (data: FormData) => Promise<void>;
  children: ReactNode;
}

/**
 * A form in a dialog. Until the desk has answered it stands as it was sent and stays open: nothing can be written into it
 * that would go with it, and a refused text is still there.
 */
export function FormDialog({ title, isBusy: isOtherwiseBusy = false, onClose, onSubmit, children }: Props) {
  const { error, isBusy: isSending, form } = useSubmit(onSubmit);
  const isBusy = isSending || isOtherwiseBusy;
  return (
    <Dialog open onOpenChange={(open) => !open && !isBusy && onClose()} title={title}>
      <form aria-busy={isBusy} {...form}>
        <fieldset disabled={isBusy} className="flex min-w-0 flex-col gap-4">
          {children}
          <FormError text={error} />
        </fieldset>
      </form>
    </Dialog>
  );
}

/** Below what is filled in: the way out, and what is done by sending it. */
export function FormButtons({ children, onCancel }: { children: string; onCancel: () => void }) {
  return (
    <div className="flex justify-end gap-2">
      <Button size="medium" onClick={onCancel}>
        Cancel
      </Button>
      <Button type="submit" tone="primary" size="medium">
        {children}
      </Button>
    </div>
  );
}
