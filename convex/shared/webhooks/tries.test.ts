import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventStates, eventTransitions } from './events';
import { delaysMs, disableAfterMs, judgeAnswer, nextDelayMs, readRetryAfter } from './tries';

const now = Date.UTC(2026, 10, 28, 4);
const minute = 60_000;
const judge = (
  status: number | null,
  more: Partial<Parameters<typeof judgeAnswer>[0]> & { retryAfter?: string } = {},
) => {
  const { retryAfter, ...facts } = more;
  return judgeAnswer({
    answered: { status, retryAfter },
    tries: 1,
    failingSince: undefined,
    now,
    chance: 0.5,
    ...facts,
  });
};

describe('the schedule', () => {
  test('[P3] ten tries over three days: at once, then after 5 s, 5 and 30 min, 2, 5, 10, 14, 20 and 24 h', () => {
    const hours = [2, 5, 10, 14, 20, 24].map((each) => each * 60 * minute);
    expect(delaysMs).toEqual([0, 5_000, 5 * minute, 30 * minute, ...hours]);
    expect(delaysMs.map((_, tries) => nextDelayMs(tries, 0.5))).toEqual(delaysMs);
    expect(nextDelayMs(delaysMs.length, 0.5)).toBeNull();
  });

  test('[P3] property: a wait is off by a fifth at most, to both sides', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: delaysMs.length - 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (tries, chance) => {
          const ratio = nextDelayMs(tries, chance)! / delaysMs[tries]!;
          expect(ratio).toBeGreaterThanOrEqual(0.8);
          expect(ratio).toBeLessThanOrEqual(1.2);
        },
      ),
    );
    expect(nextDelayMs(1, 0)).toBe(4_000);
    expect(nextDelayMs(1, 1)).toBe(6_000);
  });

  test('[P3] no move of an event is left out of its table, and nothing is sent that does not wait', () => {
    for (const from of eventStates)
      expect(Object.keys(eventTransitions[from]).toSorted()).toEqual([...eventStates].toSorted());
    expect(eventStates.filter((from) => eventTransitions[from].sending)).toEqual(['waiting']);
  });
});

describe('what an answer means', () => {
  test('[P3] 2xx is success, whatever went before, and nothing else is', () => {
    for (const status of [200, 201, 204, 299])
      expect(judge(status, { failingSince: now - minute })).toEqual({
        event: { to: 'delivered' },
        endpoint: { failingSince: undefined, restsUntil: undefined, disabledBy: undefined },
      });
    for (const status of [null, 100, 301, 302, 307, 400, 401, 404, 500, 503])
      expect(judge(status)).toMatchObject({
        event: { to: 'waiting', dueAt: now + 5_000 },
        endpoint: { failingSince: now, disabledBy: undefined },
      });
  });

  test('[P3] after the last try it is given up', () => {
    expect(judge(500, { tries: 9 }).event).toEqual({ to: 'waiting', dueAt: now + 24 * 60 * minute });
    expect(judge(500, { tries: 10 }).event).toEqual({ to: 'failed' });
  });

  test('[P3] 410 ends it at once; five days of nothing but failures do, too', () => {
    expect(judge(410).endpoint.disabledBy).toBe('gone');
    expect(judge(500, { failingSince: now - disableAfterMs + 1 }).endpoint.disabledBy).toBeUndefined();
    expect(judge(null, { failingSince: now - disableAfterMs }).endpoint.disabledBy).toBe('failing');
    expect(judge(200, { failingSince: now - 2 * disableAfterMs }).endpoint.disabledBy).toBeUndefined();
  });

  test('[P3] whoever is overloaded is left alone, for as long as they ask and no longer than a day', () => {
    for (const status of [429, 502, 504]) expect(judge(status).endpoint.restsUntil).toBe(now + 5_000);
    for (const status of [400, 500, 503, null]) expect(judge(status).endpoint.restsUntil).toBeUndefined();
    const asked = judge(503, { retryAfter: '120' });
    expect(asked.endpoint.restsUntil).toBe(now + 2 * minute);
    expect(asked.event).toEqual({ to: 'waiting', dueAt: now + 2 * minute });
    expect(judge(429, { retryAfter: '999999999' }).endpoint.restsUntil).toBe(now + 24 * 60 * minute);
    expect(judge(500, { tries: 2, retryAfter: '1' }).event).toEqual({
      to: 'waiting',
      dueAt: now + 5 * minute,
    });
  });

  test('[P3] [E2] Retry-After is seconds or a date, and anything else is nothing', () => {
    expect(readRetryAfter('7', now)).toBe(7_000);
    expect(readRetryAfter('Sat, 28 Nov 2026 04:00:30 GMT', now)).toBe(30_000);
    expect(readRetryAfter('Sat, 28 Nov 2020 04:00:30 GMT', now)).toBe(0);
    for (const text of ['', '-1', '1.5', 'soon', '1e9', '2026-11-28', 'Sat, 99 Foo 2026 04:00:30 GMT'])
      expect(readRetryAfter(text, now), text).toBeNull();
  });

  test('[P3] property: whatever is answered, a try that failed is later or the last', () => {
    const status = fc.option(fc.integer({ min: 100, max: 599 }));
    const retryAfter = fc.option(fc.oneof(fc.string(), fc.nat().map(String)), { nil: undefined });
    fc.assert(
      fc.property(
        status,
        retryAfter,
        fc.integer({ min: 1, max: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (answered, after, tries, chance) => {
          const { event } = judge(answered, {
            tries,
            chance,
            ...(after === undefined ? {} : { retryAfter: after }),
          });
          if (event.to === 'waiting') expect(event.dueAt).toBeGreaterThan(now);
          expect(event.to === 'delivered').toBe(answered !== null && answered >= 200 && answered < 300);
          expect(event.to === 'failed').toBe(event.to !== 'delivered' && tries >= delaysMs.length);
        },
      ),
    );
  });
});
