import { type SubmitEvent, useState } from 'react';
import { describeError } from './errors';

/**
 * A form that is sent once at a time and says why it was refused. Done, it stays busy: its page goes away, and until it
 * has, nothing in it may be sent again.
 */
export function useSubmit(send: (form: FormData) => Promise<void>) {
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);

  async function submit(form: FormData) {
    setIsBusy(true);
    setError(null);
    try {
      await send(form);
    } catch (failure) {
      setError(describeError(failure));
      setIsBusy(false);
    }
  }

  return {
    error,
    isBusy,
    onSubmit: (event: SubmitEvent<HTMLFormElement>) => {
      event.preventDefault();
      void submit(new FormData(event.currentTarget));
    },
  };
}

/** What was written into the field of this name, without what stands around it. */
export const textOf = (form: FormData, name: string) => String(form.get(name) ?? '').trim();
