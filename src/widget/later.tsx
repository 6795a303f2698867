/** @jsxImportSource preact */
/** Parts that nobody sees when the chat opens: fetched when they are first needed, and nothing until they have come. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export function later<Props extends object>(
  fetchIt: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  let come: ComponentType<Props> | undefined;
  return function Later(props: Props) {
    const [Part, setPart] = useState(() => come);
    useEffect(() => {
      // Where the line is down it is asked for when it is needed next.
      if (!Part)
        void fetchIt().then(
          (part) => setPart(() => (come = part)),
          () => {},
        );
    }, [Part]);
    return Part ? <Part {...props} /> : null;
  };
}
