/**
 * Who may do what (docs/rules.md R1, R2): every permission and the least role that has it.
 * Pure: the client asks the same table before it offers a button.
 */
import { type Role, roles } from './people';

const permissions = {
  'team.read': 'operator',
  'team.update': 'manager',
  'team.allowFurtherTeams': 'owner',

  'members.read': 'operator',
  'members.setOwnStatus': 'operator',
  'board.read': 'manager',
  'members.setStatuses': 'manager',
  'members.setLimits': 'manager',
  'members.manage': 'owner',
  'invitations.manage': 'owner',
  'audit.read': 'owner',

  'ticket.read': 'operator',
  'ticket.work': 'operator',
  'savedViews.manage': 'manager',
  'tags.manage': 'manager',
  'customerFields.manage': 'manager',
  'conversation.read': 'operator',
  'conversation.reply': 'operator',

  'agents.read': 'operator',
  'agents.manage': 'manager',
  'agentKeys.manage': 'owner',
  // Customers' words go where an endpoint says: as much as a key.
  'webhooks.read': 'manager',
  'webhooks.manage': 'owner',
  'articles.read': 'operator',
  'articles.manage': 'manager',
  'handoverRules.read': 'operator',
  'handoverRules.manage': 'manager',
  'channels.read': 'operator',
  'channels.manage': 'manager',
  'outbox.read': 'manager',
  // Figures about people (E5).
  'reports.read': 'manager',
} as const satisfies Record<string, Role>;

export type Permission = keyof typeof permissions;

/** The role that the read key of what this permission shows belongs to (E5). */
export function leastRole(permission: Permission): Role {
  return permissions[permission];
}

export function isAllowed(role: Role, permission: Permission): boolean {
  return roles.indexOf(role) >= roles.indexOf(permissions[permission]);
}
