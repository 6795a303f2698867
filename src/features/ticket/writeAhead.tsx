import { type RefObject, useRef } from 'react';
import { useAction } from '../../actions/registry';
import type { Mode } from './writing';

/** What was written before the ticket had come. */
export interface Carried {
  number: number;
  mode: Mode;
  text: string;
}

/**
 * R or N pressed before the ticket has come: what is typed until then is carried into its composer, where it would else
 * have been taken for shortcuts.
 */
export function WriteAhead({ number, carried }: { number: number; carried: RefObject<Carried | null> }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const start = (mode: Mode) => {
    carried.current = { number, mode, text: '' };
    field.current?.focus();
  };
  useAction('reply.start', { run: () => start('reply') });
  useAction('reply.note', { run: () => start('note') });
  return (
    <textarea
      ref={field}
      tabIndex={-1}
      aria-label="What to write"
      className="sr-only"
      onChange={(event) => {
        if (carried.current) carried.current.text = event.target.value;
      }}
    />
  );
}
