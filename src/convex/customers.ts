/** Customers as persons: by what they are known, what they came with, and who is the same. */
import { useConvex, useMutation } from 'convex/react';
import type { FunctionArgs, FunctionReturnType } from 'convex/server';
import { useEffect, useState } from 'react';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { useMembership } from './session';
import { useShared } from './useShared';

type CustomerId = Id<'customers'>;

export type Person = FunctionReturnType<typeof api.customers.person>;
export type PersonPart = Person['parts'][number];
export type FoundPerson = FunctionReturnType<typeof api.customers.find>[number];
export type MergePreview = FunctionReturnType<typeof api.customers.preview>;
export type PastConversation = FunctionReturnType<
  typeof api.customers.conversations
>['conversations'][number];

export const usePerson = (customerId: CustomerId) => useShared(api.customers.person, { customerId });

/** The newest `most` of theirs. */
export const useConversationsOf = (customerId: CustomerId, most: number) =>
  useShared(api.customers.conversations, { customerId, most });

/** Asked once, not watched; undefined until the answer is there. */
function useAnswer<Value>(key: string | null, ask: () => Promise<Value>) {
  const [answer, setAnswer] = useState<{ key: string; value?: Value; error?: unknown }>();
  useEffect(() => {
    if (key === null) return;
    let isOver = false;
    const take = (next: { value: Value } | { error: unknown }) => !isOver && setAnswer({ key, ...next });
    const timer = setTimeout(() => {
      ask().then(
        (value) => take({ value }),
        (error: unknown) => take({ error }),
      );
    }, restMs);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
    // oxlint-disable-next-line react/exhaustive-deps -- once for each key
  }, [key]);
  return answer?.key === key ? answer : undefined;
}
/** Keys that come faster than this ask once. */
const restMs = 120;

export function useFindOthers(customerId: CustomerId, text: string) {
  const convex = useConvex();
  const { teamId } = useMembership();
  return useAnswer(text.trim() === '' ? null : text, () =>
    convex.query(api.customers.find, { teamId, customerId, text }),
  );
}

export function useMergePreview(customerId: CustomerId, otherId: CustomerId | null) {
  const convex = useConvex();
  const { teamId } = useMembership();
  return useAnswer(otherId, () =>
    convex.query(api.customers.preview, { teamId, customerId, otherId: otherId! }),
  );
}

export const useMergeCustomers = () => useMutation(api.customers.merge);
export const useUnmergeCustomer = () => useMutation(api.customers.unmerge);

/** Null: as they call themselves. */
export function useCall() {
  const { teamId } = useMembership();
  const call = useMutation(api.customers.call);
  return (what: Omit<FunctionArgs<typeof api.customers.call>, 'teamId'>) => call({ teamId, ...what });
}
