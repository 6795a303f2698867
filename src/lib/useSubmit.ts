import { type SubmitEvent, useState } from 'react';
import { describeError } from './errors';

/**
 * A form that is sent once at a time and says why it was refused. Done, it stays busy: its page goes away, and until it
 * has, nothing in it may be sent again. Unless it `asksMore`: then it stays, for what was sent was not all.
 */
export function useSubmit(send: (form: FormData) => Promise<void | 'asksMore'>) {
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);

  async function submit(form: FormData) {
    setIsBusy(true);
    setError(null);
    try {
      if ((await send(form)) === 'asksMore') setIsBusy(false);
    } catch (failure) {
      setError(describeError(failure));
      setIsBusy(false);
    }
  }

  return {
    error,
    isBusy,
    form: {
      onSubmit: (event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault();
        void submit(new FormData(event.currentTarget));
      },
      // What is corrected is not what was refused.
      onInput: () => setError(null),
    },
  };
}

/** What was written into the field of this name, without what stands around it. */
export const textOf = (form: FormData, name: string) => String(form.get(name) ?? '').trim();
