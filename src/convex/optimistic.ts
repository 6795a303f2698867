import type { OptimisticUpdate } from 'convex/browser';
import { useMutation } from 'convex/react';
import type { FunctionArgs, FunctionReference } from 'convex/server';
import { useMemo } from 'react';

/** A mutation whose effect is shown from the press on; the answer replaces it, a refusal takes it back. `update` must be stable. */
export function useOptimisticMutation<Mutation extends FunctionReference<'mutation'>>(
  mutation: Mutation,
  update: OptimisticUpdate<FunctionArgs<Mutation>>,
) {
  const mutate = useMutation(mutation);
  return useMemo(() => mutate.withOptimisticUpdate(update), [mutate, update]);
}
