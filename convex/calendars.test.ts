import { describe, expect, test, vi } from 'vitest';
import { api } from './_generated/api';
import { openDesk } from './desk.setup';
import { handOver } from './model/agents/handover';
import { calendarOfAgent } from './model/kit/calendars';
import { readShared } from './readShared.setup';
import type { Calendar } from './shared/kit/calendar';

const nine = [{ from: 540, to: 1_020 }];
const calendar: Calendar = {
  timeZone: 'Europe/Berlin',
  week: [[], nine, nine, nine, nine, nine, []],
  holidays: [
    { name: 'New Year', from: '2027-01-01', to: '2027-01-01', open: [] },
    { name: 'Christmas', from: '2026-12-24', to: '2026-12-26', open: [] },
  ],
};

type Desk = Awaited<ReturnType<typeof openDesk>>;
const save = ({ manager, teamId }: Desk, given: Calendar | null) =>
  manager.as.mutation(api.calendars.save, { teamId, calendar: given });
const read = ({ ana, teamId }: Desk) => readShared(ana.as, api.calendars.get, { teamId });

describe("the team's calendar", () => {
  test('[H1] is not known at first, is kept with its holidays in order, and forgotten again', async () => {
    const desk = await openDesk();
    expect(await read(desk)).toBeNull();
    await save(desk, { ...calendar, timeZone: 'UTC' });
    await save(desk, calendar);
    expect(await read(desk)).toEqual({ ...calendar, holidays: calendar.holidays.toReversed() });
    expect(await desk.t.run((ctx) => ctx.db.query('calendars').collect())).toHaveLength(1);
    await save(desk, null);
    await save(desk, null);
    expect(await read(desk)).toBeNull();
  });

  test('[E2] one that cannot be kept changes nothing', async () => {
    const desk = await openDesk();
    await save(desk, calendar);
    const before = await read(desk);
    await expect(save(desk, { ...calendar, timeZone: 'Moon' })).rejects.toThrow(/time zone/);
    expect(await read(desk)).toEqual(before);
  });

  test.each<[string, Calendar | null, string]>([
    ['without a calendar', null, 'A person will answer when the team is back; you may'],
    ['by it', calendar, 'We are back on Monday 28 December at 09:00 (Berlin time); you may'],
  ])('[H5] who asks for a person while nobody is there is told when, %s', async (_how, kept, told) => {
    vi.useFakeTimers({ now: Date.parse('2026-12-21T20:00:00Z') });
    try {
      const desk = await openDesk();
      await save(desk, kept && { ...kept, holidays: [{ ...kept.holidays[1]!, from: '2026-12-22' }] });
      await desk.t.run(async (ctx) => {
        for (const { _id } of await ctx.db.query('memberStatuses').collect())
          await ctx.db.patch(_id, { effective: 'offline' });
      });
      await desk.customerWrites('hello');
      await desk.inCase((ctx, opened) =>
        handOver(ctx, opened, {
          reason: 'customerAsked',
          actor: { kind: 'customer', customerId: desk.customerId },
          farewell: { by: 'system' },
        }),
      );
      const system = (await desk.entries()).filter(({ author }) => author.kind === 'system');
      expect(system.map(({ text }) => text)).toContainEqual(expect.stringContaining(told));
    } finally {
      vi.useRealTimers();
    }
  });

  test('[H1] counts for every agent but those that have kept hours of their own, until they are taken off', async () => {
    const desk = await openDesk();
    const { t, teamId, agentId, manager } = desk;
    const known = () =>
      t.run(async (ctx) => (await calendarOfAgent(ctx, (await ctx.db.get(agentId))!)) ?? null);
    const update = (
      openingHours: { timeZone: string; open: { day: number; from: string; to: string }[] } | null,
    ) => manager.as.mutation(api.agents.update, { teamId, agentId, openingHours });
    expect(await known()).toBeNull();
    await save(desk, calendar);
    expect(await known()).toMatchObject({ timeZone: 'Europe/Berlin', week: calendar.week });
    await update({ timeZone: 'UTC', open: [{ day: 1, from: '08:00', to: '24:00' }] });
    expect(await known()).toEqual({
      timeZone: 'UTC',
      week: [[], [{ from: 480, to: 1_440 }], [], [], [], [], []],
      holidays: [],
    });
    await update(null);
    expect(await known()).toMatchObject({ timeZone: 'Europe/Berlin' });
  });

  test('[H1] [R2] what rules and customers get of it has no names of holidays', async () => {
    const desk = await openDesk();
    await save(desk, calendar);
    const { t, agentId } = desk;
    const known = await t.run(async (ctx) => calendarOfAgent(ctx, (await ctx.db.get(agentId))!));
    expect(JSON.stringify(known)).toContain('2026-12-24');
    expect(JSON.stringify(known)).not.toContain('Christmas');
  });
});
