import fc from 'fast-check';
import { expect, test } from 'vitest';
import { disconnectedAfterMs, idleAfterMs, memberStatuses, offlineAfterMs, presenceAt } from './people';

const rank = { offline: 0, away: 1, busy: 2, online: 3 };
const aDeclared = fc.constantFrom(...memberStatuses);
const aSeen = fc.option(
  fc
    .tuple(fc.nat(1_000_000), fc.nat(1_000_000))
    .map(([seen, idle]) => ({ lastSeenAt: seen, lastActiveAt: seen - idle })),
  { nil: undefined },
);

test('[A2] silence lowers to away after 75 s and to offline after 5 minutes; idleness to away after 10', () => {
  const at = (now: number, lastActiveAt = 0) => presenceAt(now, 'online', { lastSeenAt: 0, lastActiveAt });
  expect(at(disconnectedAfterMs - 1)).toMatchObject({
    effective: 'online',
    connected: true,
    downgrade: undefined,
  });
  expect(at(disconnectedAfterMs)).toMatchObject({
    effective: 'away',
    connected: false,
    downgrade: 'disconnected',
  });
  expect(at(offlineAfterMs - 1)).toMatchObject({ effective: 'away' });
  expect(at(offlineAfterMs)).toMatchObject({
    effective: 'offline',
    downgrade: 'disconnected',
    nextCheckAt: undefined,
  });
  expect(at(0, -idleAfterMs)).toMatchObject({ effective: 'away', connected: true, downgrade: 'idle' });
  expect(at(0, 1 - idleAfterMs)).toMatchObject({ effective: 'online' });
});

test('[A2] nobody is ever shown as more available than they declared, and a downgrade always has its reason', () => {
  fc.assert(
    fc.property(aDeclared, aSeen, fc.nat(2_000_000), (declared, seen, now) => {
      const shown = presenceAt(now, declared, seen);
      expect(rank[shown.effective]).toBeLessThanOrEqual(rank[declared]);
      expect(shown.downgrade === undefined).toBe(shown.effective === declared);
    }),
  );
});

test('[A2] nothing changes before the next check, so checks can be scheduled for the instant that matters', () => {
  fc.assert(
    fc.property(aDeclared, aSeen, fc.nat(2_000_000), fc.nat(2_000_000), (declared, seen, now, later) => {
      const { nextCheckAt, ...shown } = presenceAt(now, declared, seen);
      const end = nextCheckAt ?? Infinity;
      const then = presenceAt(Math.min(now + later, end - 1), declared, seen);
      expect(then).toMatchObject(shown);
    }),
  );
});
