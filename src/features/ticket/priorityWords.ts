import type { Priority } from '../../../convex/shared/tickets/tickets';

/** Lowest first. */
export const priorityWords: Record<Priority, string> = {
  low: 'Low',
  normal: 'Normal',
  high: 'High',
  urgent: 'Urgent',
};
