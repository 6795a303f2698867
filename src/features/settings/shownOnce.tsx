import { useState } from 'react';
import { useIsHere } from '../../lib/useIsHere';
import { Button } from '../../ui/button';
import { copy } from '../../ui/copy';
import { notify } from '../../ui/toast';

interface Words {
  /** Said to whoever has left before it was made. */
  elsewhere: string;
  copy: string;
  /** The local outbox has it, too. */
  isKept?: boolean;
}

const lastWords = (isKept: boolean) =>
  isKept ? 'Owners find it in Settings → Outbox, too.' : 'It is shown only now.';

/**
 * Something the desk tells once and never again: a key, the link of an invitation. Whoever has left before it was made
 * still gets it, to copy; lost, it would have to be withdrawn and made anew.
 */
export function useShownOnce() {
  const [shown, setShown] = useState<string | null>(null);
  const isHere = useIsHere('page');
  const show = (secret: string, words: Words) => {
    if (isHere.current) return setShown(secret);
    // Short: it stays, over whatever comes next.
    notify(`${words.elsewhere} ${words.isKept ? 'Also in the outbox.' : lastWords(false)}`, {
      stays: true,
      action: { label: words.copy, run: () => void copy(secret) },
    });
  };
  return [shown, show] as const;
}

/** The secret where it was made, ready to be taken along. */
export function ShownOnce({
  words,
  secret,
  isKept = false,
}: {
  words: string;
  secret: string;
  isKept?: boolean;
}) {
  return (
    <div role="status" className="mt-3 rounded-lg bg-ok-soft p-3 text-sm">
      <p>
        {words} {lastWords(isKept)}
      </p>
      <code className="mt-1 block break-all select-all">{secret}</code>
      <Button className="mt-2" onClick={() => void copy(secret)}>
        Copy
      </Button>
    </div>
  );
}
