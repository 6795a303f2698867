import { useState } from 'react';
import { useIsHere } from '../../lib/useIsHere';
import { copy } from '../../ui/copy';
import { notify } from '../../ui/toast';

interface Words {
  /** Said to whoever has left before it was made. */
  elsewhere: string;
  copy: string;
}

/**
 * Something the desk tells once and never again: a key, the link of an invitation. Whoever has left before it was made
 * still gets it, to copy; lost, it would have to be withdrawn and made anew.
 */
export function useShownOnce() {
  const [shown, setShown] = useState<string | null>(null);
  const isHere = useIsHere('page');
  const show = (secret: string, words: Words) => {
    if (isHere.current) return setShown(secret);
    notify(`${words.elsewhere} It is shown only now.`, {
      stays: true,
      action: { label: words.copy, run: () => void copy(secret) },
    });
  };
  return [shown, show] as const;
}
