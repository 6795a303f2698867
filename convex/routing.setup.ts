/** A team on automatic assignment, and what tests of routing do to it. Two dots in the name: not bundled. */
import { vi } from 'vitest';
import type { Doc, Id } from './_generated/dataModel.d';
import { api } from './_generated/api';
import { addOutsideAgent, startThread } from './desk.setup';
import { recall } from './model/routing/decisions';
import { memberFacts } from './model/routing/routing';
import { decide } from './shared/routing/routing';
import type { Priority } from './shared/tickets/tickets';
import { addMember, createTeam, passTime, setupTest, type TestMember, transact } from './test.setup';

/** A team whose three set-up members are offline, with the named operators online. Needs fake timers. */
export async function openRoutedDesk(
  names: string[],
  options: { mode?: Doc<'teams'>['assignmentMode']; limit?: number } = {},
) {
  const t = setupTest();
  const team = await createTeam(t, 'Blue Shop', {
    assignmentMode: options.mode ?? 'balanced',
    status: 'offline',
  });
  const { teamId, owner, manager } = team;
  const agentId = await addOutsideAgent(t, teamId, 'Ray');
  const customerId = await t.run((ctx) => ctx.db.insert('customers', { teamId, name: 'Carla' }));
  const people: TestMember[] = [];
  for (const name of names)
    people.push(
      await addMember(t, teamId, name, 'operator', { limit: options.limit ?? 5, status: 'offline' }),
    );

  const settle = () => passTime(t, 20, 10);
  const beat = (who: TestMember) =>
    who.as.mutation(api.members.heartbeat, { teamId, sessionId: 'tab', idleMs: 0 });
  const desk = {
    t,
    teamId,
    owner,
    manager,
    people,
    settle,
    beat,
    arrive: async (who: TestMember) => {
      await beat(who);
      await who.as.mutation(api.members.setStatus, { teamId, status: 'online' });
    },
    declare: (who: TestMember, status: Doc<'memberStatuses'>['declared']) =>
      who.as.mutation(api.members.setStatus, { teamId, status }),
    /** Heartbeats of these people while time passes. */
    staying: async (who: TestMember[], ms: number) => {
      for (let left = ms; left > 0; left -= 20_000) {
        for (const each of who) await beat(each);
        await passTime(t, Math.min(20_000, left));
      }
    },
    openTicket: async (priority?: Priority) => {
      const thread = await startThread({ t, teamId, agentId, customerId }, 'web');
      const { ticketId } = await thread.handsOver('agentAsked', priority === undefined ? {} : { priority });
      return { ...thread, ticketId };
    },
    /** Asks for a pass for no reason at all. */
    ring: () =>
      transact(t, async (ctx) => {
        ctx.unsettled.bells.add(teamId);
      }),
    ticket: async (id: Id<'tickets'>) => (await t.run((ctx) => ctx.db.get(id)))!,
    waiting: () =>
      t.run(async (ctx) => {
        const tickets = await ctx.db.query('tickets').collect();
        return tickets.filter(
          (each) =>
            (each.status === 'new' || each.status === 'open') && !each.assigneeId && !each.snoozedUntil,
        );
      }),
    countOf: (who: TestMember) =>
      t.run(async (ctx) => {
        const tickets = await ctx.db.query('tickets').collect();
        return tickets.filter((each) => each.assigneeId === who.memberId).length;
      }),
    /** Somebody could be given a ticket of this urgency now. */
    hasEligible: (urgent: boolean, passedOver: readonly string[] = []) =>
      t.run(async (ctx) => {
        const { assignmentMode } = (await ctx.db.get(teamId))!;
        return (
          decide(await memberFacts(ctx, teamId, Date.now()), assignmentMode, { urgent, passedOver })
            .winner !== undefined
        );
      }),
    /** Each as it was made, from its pass. */
    decisions: () =>
      t.run(async (ctx) => {
        const stored = await ctx.db.query('assignmentDecisions').collect();
        return Promise.all(stored.map(async (each) => ({ ...each, ...(await recall(ctx, each)) })));
      }),
    passes: () => t.run((ctx) => ctx.db.query('routingPasses').collect()),
  };
  for (const who of people) await desk.arrive(who);
  await settle();
  return desk;
}
export type RoutedDesk = Awaited<ReturnType<typeof openRoutedDesk>>;

export function useFakeDay() {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
}
