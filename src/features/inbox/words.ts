import type { ChannelKind } from '../../../convex/shared/conversation/channels';
import type { Sort } from '../../../convex/shared/tickets/lists';
import type { Priority, TicketStatus } from '../../../convex/shared/tickets/tickets';
import type { View } from '../../convex/ticketLists';

const longest = 'Longest wait first';
const latest = 'Latest first';

export const viewWords: Record<View, { label: string; empty: string; order: string }> = {
  mine: { label: 'Mine', empty: 'All clear. Nothing is yours right now.', order: longest },
  needsReply: { label: 'Needs reply', empty: 'Everybody has an answer.', order: longest },
  mentions: { label: 'Mentions', empty: 'Nobody has mentioned you.', order: latest },
  unassigned: { label: 'Unassigned', empty: 'Nothing unassigned.', order: longest },
  all: { label: 'All', empty: 'No open tickets. The agents are handling everything.', order: longest },
  snoozed: { label: 'Snoozed', empty: 'Nothing is snoozed.', order: 'Next to wake first' },
  resolved: { label: 'Resolved', empty: 'Nothing resolved yet.', order: latest },
  closed: { label: 'Closed', empty: 'Nothing closed yet.', order: latest },
};

/** `waiting`: as the view has it. */
export const sortWords: Record<Sort, string | null> = {
  waiting: null,
  deadline: 'Nearest deadline first',
  newest: 'Newest first',
  priority: 'Most urgent first',
};

export const sortsOf = (view: View) =>
  (Object.keys(sortWords) as Sort[]).map((sort) => ({
    sort,
    label: sortWords[sort] ?? viewWords[view].order,
  }));

export const channelWords: Record<ChannelKind, string> = {
  web: 'Web chat',
  email: 'Email',
  whatsapp: 'WhatsApp',
  telegram: 'Telegram',
  api: 'API',
};

/** Most pressing first. */
export const priorityWords: Record<Priority, string> = {
  urgent: 'Urgent',
  high: 'High',
  normal: 'Normal',
  low: 'Low',
};

export const statusWords: Record<TicketStatus, string> = {
  new: 'New',
  open: 'Open',
  resolved: 'Resolved',
  closed: 'Closed',
};
