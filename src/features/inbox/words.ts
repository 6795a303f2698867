import type { View } from '../../convex/ticketLists';

export const viewWords: Record<View, { label: string; empty: string }> = {
  mine: { label: 'Mine', empty: 'All clear. Nothing is yours right now.' },
  unassigned: { label: 'Unassigned', empty: 'Nothing unassigned.' },
  all: { label: 'All', empty: 'No open tickets. The agents are handling everything.' },
  resolved: { label: 'Resolved', empty: 'Nothing resolved yet.' },
  closed: { label: 'Closed', empty: 'Nothing closed yet.' },
};
