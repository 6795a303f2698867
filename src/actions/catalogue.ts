/**
 * Every action of the desk, once: its name, its keys and where it belongs. Hotkeys, the command menu, tooltips, the
 * shortcut sheet and the settings page all read this; features bind what an action does while they are on screen.
 */
interface ActionDefinition {
  label: string;
  group: 'Ticket' | 'Reply' | 'List' | 'Go to' | 'Desk';
  /** tinykeys syntax; the first is the one shown. Keys without $mod act only outside text fields. */
  keys: readonly string[];
}

const catalogue = {
  'ticket.takeOver': { label: 'Take over', group: 'Ticket', keys: ['t'] },
  'ticket.returnToAgent': { label: 'Return to agent', group: 'Ticket', keys: ['Shift+T'] },
  'ticket.resolve': { label: 'Resolve', group: 'Ticket', keys: ['e'] },
  'ticket.resolveWithNote': { label: 'Resolve with a note for the agent…', group: 'Ticket', keys: ['d'] },
  'ticket.returnWithNote': {
    label: 'Return with a note for the agent…',
    group: 'Ticket',
    keys: ['Shift+D'],
  },
  'ticket.reopen': { label: 'Reopen', group: 'Ticket', keys: ['Shift+E'] },
  'ticket.close': { label: 'Close…', group: 'Ticket', keys: [] },
  'ticket.assign': { label: 'Assign to…', group: 'Ticket', keys: ['a'] },
  'ticket.assignToMe': { label: 'Assign to me', group: 'Ticket', keys: ['i'] },
  'ticket.unassign': { label: 'Unassign', group: 'Ticket', keys: [] },
  'ticket.priority': { label: 'Set priority…', group: 'Ticket', keys: ['p'] },
  'ticket.snooze': { label: 'Snooze…', group: 'Ticket', keys: ['h'] },
  'ticket.waiting': { label: 'Set waiting on…', group: 'Ticket', keys: ['w'] },
  'ticket.tags': { label: 'Add a tag', group: 'Ticket', keys: ['l'] },
  'ticket.help': { label: 'Ask for help…', group: 'Ticket', keys: ['Shift+H'] },
  'ticket.helpEnded': { label: 'Help is here, or not needed', group: 'Ticket', keys: [] },
  'ticket.copyLink': { label: 'Copy link', group: 'Ticket', keys: ['.'] },
  'ticket.forward': { label: 'Forward…', group: 'Ticket', keys: ['f'] },
  'ticket.spam': { label: 'Mark as spam', group: 'Ticket', keys: ['Shift+!'] },
  'ticket.notSpam': { label: 'Not spam', group: 'Ticket', keys: [] },
  'ticket.sender': { label: 'Block or unblock the sender', group: 'Ticket', keys: [] },
  'ticket.sameCustomer': { label: 'Same as another customer…', group: 'Ticket', keys: [] },
  'ticket.panel': { label: 'Customer panel', group: 'Ticket', keys: [']'] },

  'reply.start': { label: 'Reply', group: 'Reply', keys: ['r'] },
  'reply.note': { label: 'Write a note', group: 'Reply', keys: ['n'] },
  'reply.switchMode': { label: 'Switch between reply and note', group: 'Reply', keys: ['$mod+.'] },
  'reply.attach': { label: 'Attach files', group: 'Reply', keys: ['$mod+Shift+a'] },
  'reply.way': { label: 'Send another way…', group: 'Reply', keys: ['v'] },
  'reply.copies': { label: 'Leave out a copy…', group: 'Reply', keys: [] },
  'reply.template': { label: 'Send a template…', group: 'Reply', keys: ['Shift+V'] },
  'reply.send': { label: 'Send', group: 'Reply', keys: ['$mod+Enter'] },
  'reply.sendAndResolve': { label: 'Send and resolve', group: 'Reply', keys: ['$mod+Shift+Enter'] },

  'list.next': { label: 'Next ticket', group: 'List', keys: ['j', 'ArrowDown'] },
  'list.previous': { label: 'Previous ticket', group: 'List', keys: ['k', 'ArrowUp'] },
  'list.open': { label: 'Open ticket', group: 'List', keys: ['Enter'] },
  'list.select': { label: 'Select the ticket', group: 'List', keys: ['x'] },
  'list.selectNext': { label: 'Select on to the next', group: 'List', keys: ['Shift+J'] },
  'list.selectPrevious': { label: 'Select on to the previous', group: 'List', keys: ['Shift+K'] },
  'list.selectAll': { label: 'Select all that are loaded', group: 'List', keys: ['$mod+a'] },
  'list.filter': { label: 'Filter the list by…', group: 'List', keys: ['Shift+F'] },
  'list.save': { label: 'Save or edit the view…', group: 'List', keys: [] },
  'list.clear': { label: 'Clear the filters', group: 'List', keys: [] },
  'list.sort': { label: 'Sort the list by…', group: 'List', keys: ['Shift+S'] },
  'desk.back': { label: 'Step back', group: 'Desk', keys: ['Escape'] },

  'go.mine': { label: 'My tickets', group: 'Go to', keys: ['g i', '1'] },
  'go.needsReply': { label: 'Needs reply', group: 'Go to', keys: ['g n', '7'] },
  'go.unassigned': { label: 'Unassigned', group: 'Go to', keys: ['g u', '2'] },
  'go.all': { label: 'All open tickets', group: 'Go to', keys: ['g a', '3'] },
  'go.snoozed': { label: 'Snoozed', group: 'Go to', keys: ['g s', '4'] },
  'go.resolved': { label: 'Resolved', group: 'Go to', keys: ['g r', '5'] },
  'go.closed': { label: 'Closed', group: 'Go to', keys: ['g d', '6'] },
  'go.mentions': { label: 'Mentions', group: 'Go to', keys: ['g m', '8'] },
  'go.live': { label: 'Live conversations', group: 'Go to', keys: ['g l', '9'] },
  'go.newest': { label: 'What is new for me', group: 'Go to', keys: ['o'] },
  'go.search': { label: 'Search', group: 'Go to', keys: ['/', 'Shift+/'] },
  'go.reports': { label: 'Reports', group: 'Go to', keys: ['g p'] },
  'go.board': { label: 'Board', group: 'Go to', keys: ['g b', '0'] },
  'go.settings': { label: 'Settings', group: 'Go to', keys: ['g ,'] },

  'desk.needs': { label: 'What needs you', group: 'Desk', keys: ['b'] },
  'board.wall': { label: 'Wall mode', group: 'Desk', keys: ['Shift+W'] },
  'desk.commandMenu': { label: 'Command menu', group: 'Desk', keys: ['$mod+k'] },
  'desk.shortcuts': { label: 'Keyboard shortcuts', group: 'Desk', keys: ['Shift+?'] },
  'desk.status': { label: 'Set my status…', group: 'Desk', keys: ['s'] },
  'desk.theme': { label: 'Switch light and dark', group: 'Desk', keys: ['$mod+Shift+d'] },
  'desk.density': { label: 'Compact or comfortable rows', group: 'Desk', keys: [] },
  'desk.views': { label: 'Show or hide the views', group: 'Desk', keys: ['['] },
  'desk.nextRegion': { label: 'Next region', group: 'Desk', keys: ['F6'] },
  'desk.signOut': { label: 'Sign out', group: 'Desk', keys: [] },
} as const satisfies Record<string, ActionDefinition>;

export type ActionId = keyof typeof catalogue;
export const actionIds = Object.keys(catalogue) as ActionId[];

export function definitionOf(id: ActionId): ActionDefinition {
  return catalogue[id];
}
