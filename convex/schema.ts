import { authTables } from '@convex-dev/auth/server';
import { defineSchema } from 'convex/server';
import { agentTables } from './tables/agents';
import { alarmTables } from './tables/alarms';
import { channelTables } from './tables/channels';
import { conversationTables } from './tables/conversations';
import { formerTables } from './tables/former';
import { peopleTables } from './tables/people';
import { routingTables } from './tables/routing';
import { ticketTables } from './tables/tickets';

export default defineSchema({
  ...authTables,
  ...peopleTables,
  ...agentTables,
  ...alarmTables,
  ...channelTables,
  ...conversationTables,
  ...ticketTables,
  ...routingTables,
  ...formerTables,
});
