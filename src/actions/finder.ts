/** What finds tickets and customers for the command menu: bound by the shell once it is there, for actions know nothing of them. */
import { useLayoutEffect } from 'react';
import type { Choice } from './registry';

type Find = (text: string) => Promise<Choice[]>;

let bound = Promise.withResolvers<Find>();

/** Who types before it is there is answered once it is. */
export const findChoices: Find = async (text) => (await bound.promise)(text);

export function useFinder(find: Find) {
  useLayoutEffect(() => {
    bound.resolve(find);
    return () => {
      bound = Promise.withResolvers<Find>();
    };
  }, [find]);
}
