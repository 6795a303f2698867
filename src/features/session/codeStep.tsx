import { useState } from 'react';
import { refusalOf } from '../../lib/errors';
import { textOf } from '../../lib/useSubmit';
import { Field, TextInput } from '../../ui/field';

/** The second factor of a form that signs in: asked for when the desk says so. */
export function useCodeStep() {
  const [isAsked, setIsAsked] = useState(false);
  return {
    isAsked,
    leave: () => setIsAsked(false),
    in: (form: FormData) => (isAsked ? textOf(form, 'code') : undefined),
    /** Enters; with a code to give first, the form asks for it. */
    ask: async (enter: () => Promise<void>): Promise<void | 'asksMore'> => {
      try {
        await enter();
      } catch (error) {
        if (refusalOf(error)?.code !== 'SECOND_FACTOR_NEEDED') throw error;
        setIsAsked(true);
        return 'asksMore';
      }
    },
  };
}

export function CodeField({ error }: { error: string | null }) {
  return (
    <Field label="Code" hint="The six digits your app shows, or one of your recovery codes." error={error}>
      <TextInput
        name="code"
        autoComplete="one-time-code"
        spellCheck={false}
        required
        autoFocus
        maxLength={40}
      />
    </Field>
  );
}
