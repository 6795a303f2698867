import { authTables } from '@convex-dev/auth/server';
import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';
import { agentTables } from './tables/agents';
import { alarmTables } from './tables/alarms';
import { attachmentTables } from './tables/attachments';
import { channelTables } from './tables/channels';
import { chatTables } from './tables/chats';
import { conversationTables } from './tables/conversations';
import { formerTables } from './tables/former';
import { mailTables } from './tables/mail';
import { needTables } from './tables/needs';
import { measureTables } from './tables/measures';
import { peopleTables } from './tables/people';
import { routingTables } from './tables/routing';
import { searchTables } from './tables/search';
import { ticketTables } from './tables/tickets';
import { webhookTables } from './tables/webhooks';
import { whatsappTables } from './tables/whatsapp';

export default defineSchema({
  ...authTables,
  authSessions: defineTable({
    ...authTables.authSessions.validator.fields,
    /** `Firefox on Linux`; absent in sessions of before. */
    browser: v.optional(v.string()),
  }).index('userId', ['userId']),
  ...peopleTables,
  ...agentTables,
  ...alarmTables,
  ...channelTables,
  ...mailTables,
  ...chatTables,
  ...whatsappTables,
  ...conversationTables,
  ...attachmentTables,
  ...ticketTables,
  ...needTables,
  ...measureTables,
  ...routingTables,
  ...webhookTables,
  ...searchTables,
  ...formerTables,
});
