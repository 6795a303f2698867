/**
 * Who may call what: one row for every public function and every HTTP route (docs/rules.md R2). `permissions.test.ts`
 * walks them: a function without a row, or a row without a function, fails, and each row is tried by every kind of
 * caller. Two dots in the name: not bundled.
 *
 * `anyone`: needs no token. `signedIn`: any user, in a team or not. `customer`: the widget's session. A role: that
 * role and those above it, in the team that is named. What is opened by a key and not by who comes: `sharedRows`.
 */
import type { Role } from './shared/people/people';

export type Who = 'anyone' | 'signedIn' | 'customer' | Role;

export const functionRows: Record<string, Who> = {
  // Convex Auth's own.
  'auth:signIn': 'anyone',
  'auth:signOut': 'anyone',
  'auth:isAuthenticated': 'anyone',

  'setup:state': 'anyone',
  'setup:createTeam': 'signedIn',
  'me:get': 'signedIn',
  'invitations:get': 'anyone',
  'invitations:accept': 'signedIn',

  'sessions:list': 'signedIn',
  'sessions:end': 'signedIn',
  'sessions:endOthers': 'signedIn',
  'sessions:browserToken': 'signedIn',
  'password:change': 'signedIn',
  'password:makeLink': 'owner',
  'password:link': 'anyone',
  'password:forgot': 'anyone',
  'secondFactor:state': 'signedIn',
  'secondFactor:turnOn': 'signedIn',
  'secondFactor:turnOff': 'signedIn',
  'secondFactor:renewCodes': 'signedIn',

  'teams:update': 'manager',
  'calendars:save': 'manager',
  'teams:allowFurtherTeams': 'owner',
  'members:setStatus': 'operator',
  'members:heartbeat': 'operator',
  'members:disconnect': 'operator',
  'members:setSignature': 'operator',
  'members:setStatusOf': 'manager',
  'members:setLimit': 'manager',
  'members:setRole': 'owner',
  'members:remove': 'owner',
  'invitations:create': 'owner',
  'invitations:list': 'owner',
  'invitations:revoke': 'owner',
  'audit:list': 'owner',

  'tickets:takeOver': 'operator',
  'tickets:takeOverConversation': 'operator',
  'tickets:returnToAgent': 'operator',
  'tickets:resolve': 'operator',
  'tickets:close': 'operator',
  'tickets:reopen': 'operator',
  'tickets:assign': 'operator',
  'tickets:setPriority': 'operator',
  'tickets:noteOpened': 'operator',
  'tickets:pickUp': 'operator',
  'tickets:setTags': 'operator',
  'tickets:setWaiting': 'operator',
  'tickets:snooze': 'operator',

  'needs:mine': 'operator',
  'needs:choices': 'operator',
  'needs:choose': 'operator',
  'needs:mentionedIn': 'operator',
  'needs:dismiss': 'operator',
  'needs:dismissAll': 'operator',
  'search:find': 'operator',

  'conversations:takenFromMe': 'operator',
  'conversations:acknowledgeTaken': 'operator',
  'mails:block': 'operator',
  'mails:noteAddress': 'operator',
  'mails:lift': 'operator',
  'mails:markAsSpam': 'operator',
  'mails:forward': 'operator',
  'mails:read': 'operator',
  'messages:reply': 'operator',
  'messages:takeOverAndSend': 'operator',
  'messages:sendAgain': 'operator',
  'messages:note': 'operator',
  'attachments:uploadUrl': 'operator',
  'attachments:add': 'operator',
  'attachments:remove': 'operator',
  'drafts:get': 'operator',
  'drafts:save': 'operator',
  'typing:set': 'operator',

  'agents:create': 'manager',
  'agents:update': 'manager',
  'agents:listKeys': 'operator',
  'agents:createKey': 'owner',
  'agents:revokeKey': 'owner',
  'webhooks:list': 'manager',
  'webhooks:create': 'owner',
  'webhooks:update': 'owner',
  'webhooks:rotateSecret': 'owner',
  'webhooks:remove': 'owner',
  'webhooks:sendTest': 'owner',
  'webhooks:events': 'manager',
  'webhooks:event': 'manager',
  'webhooks:replay': 'owner',
  'articles:save': 'manager',
  'articles:remove': 'manager',
  'handoverRules:rehearse': 'operator',
  'handoverRules:try': 'operator',
  'handoverRules:save': 'manager',
  'handoverRules:remove': 'manager',
  'handoverRules:move': 'manager',
  'outbox:deskMails': 'manager',
  'outbox:deskMail': 'manager',
  'outbox:replies': 'manager',
  'outbox:reply': 'manager',
  'channels:checkAddress': 'manager',
  'channels:connectAddress': 'manager',
  'channels:create': 'manager',
  'channels:sendTestMail': 'manager',
  'channels:failedEvents': 'manager',
  'channels:eventsTriedAgain': 'manager',
  'channels:automaticMails': 'manager',
  'channels:retryEvent': 'manager',
  'channels:update': 'manager',

  'web:conversation': 'customer',
  'web:entries': 'customer',
  'web:send': 'customer',
  'web:askForPerson': 'customer',
  'web:setTyping': 'customer',
  'web:markRead': 'customer',
  'web:leaveEmail': 'customer',
};

type Answer = 'shown' | 'NOT_FOUND';
const opensWith = (current: Role) => ({
  current,
  /** The key of another role of the team. */
  otherRole: 'NOT_FOUND' as Answer,
  /** The role's key before it was turned. */
  old: 'NOT_FOUND' as Answer,
  /** Another team's key of the same role. */
  foreign: 'NOT_FOUND' as Answer,
  missing: 'NOT_FOUND' as Answer,
});

/**
 * E5: what everybody in a team sees alike. It asks for no identity, so its row says which keys open it: the current one of a
 * role, whoever comes with it, and no other.
 */
export const sharedRows: Record<string, ReturnType<typeof opensWith>> = {
  'teams:get': opensWith('operator'),
  'calendars:get': opensWith('operator'),
  'members:list': opensWith('operator'),
  'members:status': opensWith('operator'),
  'members:statuses': opensWith('operator'),
  'reports:handovers': opensWith('manager'),
  'reports:share': opensWith('manager'),
  'reports:figures': opensWith('manager'),
  'reports:days': opensWith('manager'),
  'reports:behind': opensWith('manager'),
  'members:loads': opensWith('manager'),
  'board:unassigned': opensWith('manager'),
  'board:longest': opensWith('manager'),
  'board:held': opensWith('manager'),
  'board:operator': opensWith('manager'),
  'board:heard': opensWith('manager'),
  'board:takeovers': opensWith('manager'),
  'tickets:list': opensWith('operator'),
  'tickets:row': opensWith('operator'),
  'tickets:due': opensWith('operator'),
  'tickets:counts': opensWith('operator'),
  'tickets:countOf': opensWith('operator'),
  'tickets:countsOfAgents': opensWith('operator'),
  'tickets:get': opensWith('operator'),
  'tickets:othersOfCustomer': opensWith('operator'),
  'routing:decision': opensWith('operator'),
  'routing:whyNotAssigned': opensWith('operator'),
  'conversations:head': opensWith('operator'),
  'conversations:page': opensWith('operator'),
  'conversations:entry': opensWith('operator'),
  'conversations:replyWays': opensWith('operator'),
  'conversations:suppressedDrafts': opensWith('operator'),
  'conversations:typing': opensWith('operator'),
  'agents:list': opensWith('operator'),
  'articles:list': opensWith('operator'),
  'articles:get': opensWith('operator'),
  'handoverRules:list': opensWith('operator'),
  'channels:health': opensWith('operator'),
  'channels:list': opensWith('operator'),
};

/**
 * `METHOD /path` of every route outside /api/v1, and of every operation inside it. `agentKey`: 401 for whoever has no
 * key that is good now, and nothing of another agent's is found with one (P1, P5).
 */
export const routeRows: Record<string, 'anyone' | 'agentKey'> = {
  'GET /.well-known/openid-configuration': 'anyone',
  'GET /.well-known/jwks.json': 'anyone',
  'POST /widget/sessions': 'anyone',
  'OPTIONS /widget/sessions': 'anyone',
  'POST /channels/email/*': 'anyone',
  'POST /widget/token': 'anyone',
  'OPTIONS /widget/token': 'anyone',
  'POST /widget/uploads': 'anyone',
  'OPTIONS /widget/uploads': 'anyone',
  'POST /widget/files': 'anyone',
  'OPTIONS /widget/files': 'anyone',
  'GET /files/*': 'anyone',
  'GET /api/v1/health': 'anyone',
  'GET /api/v1/openapi.json': 'anyone',

  'GET /api/v1/me': 'agentKey',
  'POST /api/v1/conversations': 'agentKey',
  'GET /api/v1/conversations': 'agentKey',
  'GET /api/v1/conversations/{conversationId}': 'agentKey',
  'GET /api/v1/conversations/{conversationId}/entries': 'agentKey',
  'POST /api/v1/conversations/{conversationId}/customer-messages': 'agentKey',
  'POST /api/v1/conversations/{conversationId}/answers': 'agentKey',
  'POST /api/v1/conversations/{conversationId}/handovers': 'agentKey',
  'POST /api/v1/conversations/{conversationId}/messages/{messageId}/receipt': 'agentKey',
  'POST /api/v1/conversations/{conversationId}/typing': 'agentKey',
  'GET /api/v1/tickets': 'agentKey',
  'GET /api/v1/tickets/{number}': 'agentKey',
};
