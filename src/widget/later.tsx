/** @jsxImportSource preact */
/** Parts that nobody sees when the chat opens: fetched when they are first needed, and nothing until they have come. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** `name`: of the part, which its file holds alone. */
export function later<Name extends string, Props extends object>(
  fetchIt: () => Promise<Record<Name, ComponentType<Props>>>,
  name: Name,
): ComponentType<Props> {
  let come: ComponentType<Props> | undefined;
  return function Later(props: Props) {
    const [Part, setPart] = useState(() => come);
    useEffect(() => {
      // Where the line is down it is asked for when it is needed next.
      if (!Part)
        void fetchIt().then(
          (file) => setPart(() => (come = file[name])),
          () => {},
        );
    }, [Part]);
    return Part ? <Part {...props} /> : null;
  };
}
