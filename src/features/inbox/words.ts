import type { View } from '../../convex/ticketLists';

const longest = 'Longest wait first';
const latest = 'Latest first';

export const viewWords: Record<View, { label: string; empty: string; order: string }> = {
  mine: { label: 'Mine', empty: 'All clear. Nothing is yours right now.', order: longest },
  needsReply: { label: 'Needs reply', empty: 'Everybody has an answer.', order: longest },
  unassigned: { label: 'Unassigned', empty: 'Nothing unassigned.', order: longest },
  all: { label: 'All', empty: 'No open tickets. The agents are handling everything.', order: longest },
  snoozed: { label: 'Snoozed', empty: 'Nothing is snoozed.', order: 'Next to wake first' },
  resolved: { label: 'Resolved', empty: 'Nothing resolved yet.', order: latest },
  closed: { label: 'Closed', empty: 'Nothing closed yet.', order: latest },
};
