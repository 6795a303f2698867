/** Where customers write from. */
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { useShared } from './useShared';

export function useVisit(conversationId: Id<'conversations'>) {
  return useShared(api.visits.get, { conversationId });
}
