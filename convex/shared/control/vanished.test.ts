import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decideVanished, type HolderFacts, vanishedGraceMs, vanishedHoldMs } from './vanished';

const facts: HolderFacts = {
  setting: 'unassign',
  teamHolds: false,
  vanishedAt: 0,
  unansweredSince: 0,
  assignee: 'holder',
  somebodyEligible: false,
};
const someFacts = fc.record({
  setting: fc.constantFrom('keep' as const, 'unassign' as const, 'returnToAgent' as const),
  teamHolds: fc.boolean(),
  vanishedAt: fc.option(fc.nat(1_000_000), { nil: undefined }),
  unansweredSince: fc.option(fc.nat(1_000_000), { nil: undefined }),
  assignee: fc.constantFrom('holder' as const, 'nobody' as const, 'gone' as const, 'here' as const),
  somebodyEligible: fc.boolean(),
});

test('[C12] 2 minutes: to others; 10 minutes: by the team’s choice; a team hold without anybody: to the agent', () => {
  const at = (now: number, more: Partial<HolderFacts> = {}) => decideVanished({ ...facts, ...more }, now);
  expect(at(vanishedGraceMs - 1)).toEqual({ act: 'none', checkAt: vanishedGraceMs });
  expect(at(vanishedGraceMs)).toEqual({ act: 'route', checkAt: vanishedHoldMs });
  expect(at(vanishedHoldMs)).toEqual({ act: 'teamHolds' });
  expect(at(vanishedHoldMs, { setting: 'returnToAgent' })).toEqual({ act: 'returnToAgent' });
  const endOfKeep = vanishedHoldMs + vanishedGraceMs;
  const kept = { setting: 'keep' as const, assignee: 'nobody' as const };
  expect(at(vanishedHoldMs, kept)).toEqual({ act: 'none', checkAt: endOfKeep });
  expect(at(endOfKeep, { ...kept, assignee: 'here' })).toMatchObject({ act: 'none' });
  expect(at(endOfKeep, { ...kept, somebodyEligible: true })).toMatchObject({ act: 'none' });
  expect(at(endOfKeep, kept)).toEqual({ act: 'returnToAgent' });
  const team = { teamHolds: true, assignee: 'nobody' as const };
  expect(at(vanishedGraceMs, team)).toEqual({ act: 'returnToAgent' });
  expect(at(vanishedGraceMs, { ...team, somebodyEligible: true })).toMatchObject({ act: 'none' });
  expect(at(vanishedGraceMs, { ...team, assignee: 'gone' })).toMatchObject({ act: 'route' });
});

test('[C12] nothing happens while the holder is there, nobody waits, or the grace runs from the later of the two', () => {
  fc.assert(
    fc.property(someFacts, fc.nat(3_000_000), (given, now) => {
      const { act, checkAt } = decideVanished(given, now);
      const { vanishedAt, unansweredSince } = given;
      if (checkAt !== undefined) expect(checkAt).toBeGreaterThan(now);
      if (vanishedAt === undefined || unansweredSince === undefined)
        expect({ act, checkAt }).toEqual({ act: 'none' });
      else if (now < Math.max(vanishedAt, unansweredSince) + vanishedGraceMs) expect(act).toBe('none');
    }),
  );
});

test('[C12] followed to its end, no waiting customer stays with nobody, whatever the team chose: unless somebody is there for them', () => {
  fc.assert(
    fc.property(someFacts, (given) => {
      if (given.vanishedAt === undefined || given.unansweredSince === undefined) return;
      let state = given;
      let now = Math.max(given.vanishedAt, given.unansweredSince);
      for (let look = 0; look < 10; look++) {
        const { act, checkAt } = decideVanished(state, now);
        if (act === 'returnToAgent') return;
        if (act === 'route') state = { ...state, assignee: state.somebodyEligible ? 'here' : 'nobody' };
        if (act === 'teamHolds') state = { ...state, teamHolds: true, vanishedAt: now };
        // A new team hold is watched from its beginning.
        now = checkAt ?? (act === 'teamHolds' ? now + vanishedGraceMs : Infinity);
        if (now === Infinity) break;
      }
      expect(state.assignee === 'here' || state.somebodyEligible).toBe(true);
    }),
  );
});
