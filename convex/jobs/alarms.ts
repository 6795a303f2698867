/** What an alarm is about (model/kit/alarms.ts). */
import { v } from 'convex/values';
import type { Id } from '../_generated/dataModel';
import { type CaseCtx, deadlineMutation } from '../functions';
import { lookAtHolder } from '../model/control/vanished';
import { type AlarmKind, takeAlarm } from '../model/kit/alarms';
import { lookAtLive } from '../model/live/liveConversations';
import { walkClocks } from '../model/tickets/clockWalks';
import { lookAtTargets } from '../model/tickets/clocks';
import { walkTag } from '../model/tickets/tagChanges';
import { renameInRules } from '../model/agents/handoverRules';
import { lookAtNear } from '../model/needs/nearDeadlines';
import { mailNeeds } from '../model/needs/needMails';
import { pushNeeds } from '../model/needs/pushes';
import { lookAtPickUp } from '../model/routing/pickUps';
import { checkPresence } from '../model/people/presence';
import { vAlarmKind } from '../tables/alarms';

const ringing: Record<AlarmKind, (ctx: CaseCtx, subject: string) => Promise<void>> = {
  presence: (ctx, memberId) => checkPresence(ctx, memberId as Id<'members'>),
  holder: (ctx, conversationId) => lookAtHolder(ctx, conversationId as Id<'conversations'>),
  target: (ctx, ticketId) => lookAtTargets(ctx, ticketId as Id<'tickets'>),
  near: (ctx, ticketId) => lookAtNear(ctx, ticketId as Id<'tickets'>),
  clocks: (ctx, teamId) => walkClocks(ctx, teamId as Id<'teams'>),
  needs: (ctx, memberId) => mailNeeds(ctx, memberId as Id<'members'>),
  push: (ctx, memberId) => pushNeeds(ctx, memberId as Id<'members'>),
  // Of before: its migration has made a need of it.
  wait: async () => {},
  pickUp: (ctx, ticketId) => lookAtPickUp(ctx, ticketId as Id<'tickets'>),
  tag: (ctx, changeId) => walkTag(ctx, changeId as Id<'tagChanges'>, renameInRules),
  live: (ctx, teamId) => lookAtLive(ctx, teamId as Id<'teams'>),
  ramp: async (ctx, teamId) => {
    ctx.unsettled.bells.add(teamId as Id<'teams'>);
  },
};

export const ring = deadlineMutation({
  args: { kind: vAlarmKind, subject: v.string(), dueAt: v.number() },
  returns: v.null(),
  handler: async (ctx, alarm) => {
    if (await takeAlarm(ctx, alarm)) await ringing[alarm.kind](ctx, alarm.subject);
    return null;
  },
});
