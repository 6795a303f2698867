/** What was administered. */
import { usePaginatedQuery } from 'convex/react';
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../convex/_generated/api';
import { useMembership } from './session';

export type AuditEntry = FunctionReturnType<typeof api.audit.list>['page'][number];

export function useAuditLog() {
  const { teamId } = useMembership();
  return usePaginatedQuery(api.audit.list, { teamId }, { initialNumItems: 50 });
}
