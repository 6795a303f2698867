/** Fields that the team keeps of its customers, and what stands in them. */
import { useMutation } from 'convex/react';
import type { OptimisticLocalStore } from 'convex/browser';
import type { FunctionArgs, FunctionReturnType } from 'convex/server';
import { useCallback } from 'react';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { useMembers } from './members';
import { useOptimisticMutation } from './optimistic';
import { useMembership } from './session';
import { useShared } from './useShared';

export type CustomerField = FunctionReturnType<typeof api.customerFields.list>[number];
export type FilledField = FunctionReturnType<typeof api.customerFields.values>[number];

export const useCustomerFields = () => useShared(api.customerFields.list, {});

/** Asked for where the team keeps any. */
export const useFieldValues = (customerId: Id<'customers'>, isAsked: boolean) =>
  useShared(api.customerFields.values, isAsked ? { customerId } : 'skip');

/** Shown from the press on, by one's own name. */
export function useFillIn() {
  const { memberId } = useMembership();
  const me = useMembers()?.find((each) => each.memberId === memberId)?.name ?? '';
  const show = useCallback(
    (
      store: OptimisticLocalStore,
      { customerId, fieldId, value }: FunctionArgs<typeof api.customerFields.fillIn>,
    ) => {
      for (const { args, value: kept } of store.getAllQueries(api.customerFields.values)) {
        if (kept === undefined || args.customerId !== customerId) continue;
        const rest = kept.filter((each) => each.fieldId !== fieldId);
        const before = kept.find((each) => each.fieldId === fieldId)?.others ?? [];
        const filled =
          value === null
            ? []
            : [{ fieldId, value, others: before.filter((each) => each !== value), by: me, at: Date.now() }];
        store.setQuery(api.customerFields.values, args, [...rest, ...filled]);
      }
    },
    [me],
  );
  return useOptimisticMutation(api.customerFields.fillIn, show);
}

export const useSaveField = () => useMutation(api.customerFields.save);
export const useMoveField = () => useMutation(api.customerFields.move);
export const useRemoveField = () => useMutation(api.customerFields.remove);
