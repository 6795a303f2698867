/// <reference types="vite/client" />
/** The simulation can fail: with one decision broken at a time it must say so, and where. */
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { simulate } from './driver.ts';
import { anyActs } from './steps.ts';
import type * as takeovers from '../../convex/model/tickets/liveTakeovers';
import type * as places from '../../convex/model/tickets/ticketPlaces';
import type * as noting from '../../convex/model/measures/noting';
import type * as load from '../../convex/model/routing/load';
import type * as control from '../../convex/shared/control/control';
import { openSimulatedDesk } from './convexTestDesk.ts';

const planted = vi.hoisted(() => ({ bug: '' }));

vi.mock('../../convex/shared/control/control', async (original) => {
  const real = await original<typeof control>();
  const broken = <Args extends unknown[], Result>(
    bug: string,
    whole: (...args: Args) => Result,
    part: typeof whole,
  ) => {
    return (...args: Args) => (planted.bug === bug ? part : whole)(...args);
  };
  return {
    ...real,
    decideAgentSend: broken('epoch', real.decideAgentSend, (facts) =>
      real.decideAgentSend({ ...facts, control: { holder: 'agent', epoch: facts.epoch } }),
    ),
    sinceForAgent: broken('superseded', real.sinceForAgent, () => 'nothing'),
    decideTakeOver: broken('held', real.decideTakeOver, (facts, memberId) =>
      real.decideTakeOver(facts, memberId, { expectedEpoch: facts.epoch }),
    ),
    isNewsFor: broken('moved', real.isNewsFor, () => false),
    decideHandback: broken('handback', real.decideHandback, () => 'accept'),
    decideReassign: broken('reassign', real.decideReassign, () => 'accept'),
  };
});

vi.mock('../../convex/model/tickets/ticketPlaces', async (original) => {
  const real = await original<typeof places>();
  const refreshPlaces: typeof real.refreshPlaces = (ctx, opened) => {
    if (planted.bug !== 'place') return real.refreshPlaces(ctx, opened);
    const tickets = new Map([...opened.tickets].filter(([, { isNew }]) => isNew));
    const { head, stored } = opened;
    return real.refreshPlaces(ctx, { head, stored, tickets } as typeof opened);
  };
  return { ...real, refreshPlaces };
});

vi.mock('../../convex/model/tickets/liveTakeovers', async (original) => {
  const real = await original<typeof takeovers>();
  const refreshTakeovers: typeof real.refreshTakeovers = (ctx, opened) => {
    // Who holds the conversation is forgotten: a takeover and a handback move nothing.
    const asHeldBefore = { ...opened, tickets: opened.tickets, control: opened.stored.control };
    return real.refreshTakeovers(ctx, planted.bug === 'takeover' ? (asHeldBefore as typeof opened) : opened);
  };
  return { ...real, refreshTakeovers };
});

vi.mock('../../convex/model/routing/load', async (original) => {
  const real = await original<typeof load>();
  const noteLoads: typeof real.noteLoads = (ctx, opened) => {
    // Who holds the conversation is forgotten: a takeover and a handback move nothing.
    const asHeldNow = { ...opened.stored, control: opened.control };
    return real.noteLoads(
      ctx,
      planted.bug === 'load' ? ({ ...opened, stored: asHeldNow } as typeof opened) : opened,
    );
  };
  return { ...real, noteLoads };
});

vi.mock('../../convex/model/measures/noting', async (original) => {
  const real = await original<typeof noting>();
  const noteMeasures: typeof real.noteMeasures = async (ctx, opened) => {
    const { added } = opened;
    if (planted.bug !== 'measure') return real.noteMeasures(ctx, opened);
    // A further handover on a ticket is forgotten.
    const all = added.splice(0);
    added.push(...all.filter(({ event }) => event?.type !== 'reasonAdded'));
    await real.noteMeasures(ctx, opened);
    added.splice(0, added.length, ...all);
  };
  return { ...real, noteMeasures };
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  planted.bug = '';
  vi.useRealTimers();
});

test.each([
  ['[C7] an agent send without its epoch check', 'epoch'],
  ['[C8] an answer that need not have read the thread', 'superseded'],
  ['[C4] a takeover over another holder without a steal', 'held'],
  ['[C9] a reply that need not have read the thread', 'moved'],
  ['[C5] a handback from any epoch', 'handback'],
  ['[C5] a reassignment under another holder', 'reassign'],
  ['[E5] a place that is not moved', 'place'],
  ['[B1] a takeover that is not counted for the board', 'takeover'],
  ['[A4] a load that a takeover does not move', 'load'],
  ['[B2] a handover that is not measured', 'measure'],
])(
  '%s is caught',
  async (_name, bug) => {
    planted.bug = bug;
    const property = fc.asyncProperty(anyActs, async (acts) => {
      const { desk, world } = await openSimulatedDesk();
      await simulate(desk, world, acts);
    });
    const { failed } = await fc.check(property, { seed: 1, numRuns: 60, endOnFailure: true });
    expect(failed).toBe(true);
  },
  60_000,
);
