/** What finds tickets and customers for the command menu: bound by the shell once it is there, for actions know nothing of them. */
import { useLayoutEffect } from 'react';
import type { Choice } from './registry';

type Find = (text: string) => Promise<Choice[]>;

const nothing: Find = () => Promise.resolve([]);
let bound = nothing;

export const findChoices: Find = (text) => bound(text);

export function useFinder(find: Find) {
  useLayoutEffect(() => {
    bound = find;
    return () => {
      bound = nothing;
    };
  }, [find]);
}
