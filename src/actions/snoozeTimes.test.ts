import { expect, test } from 'vitest';
import { snoozeChoices, typedTime } from './snoozeTimes';

/** Local time: Friday the 27th of November 2026, and the days after it. */
const at = (day: number, hour: number, minute = 0) => new Date(2026, 10, day, hour, minute);
const labels = (now: Date) => snoozeChoices(now).map(({ label }) => label);

test.each([
  ['a Friday morning', at(27, 9), ['Later today', 'This evening', 'Tomorrow', 'Next week']],
  [
    'four in the afternoon: in three hours is this evening',
    at(27, 16),
    ['Later today', 'Tomorrow', 'Next week'],
  ],
  ['half past ten at night: no later today', at(27, 22, 30), ['Tomorrow', 'Next week']],
  [
    'after midnight: the morning is ahead',
    at(28, 0, 30),
    ['Later today', 'This morning', 'This evening', 'Tomorrow', 'Next week'],
  ],
  ['a Sunday: tomorrow is next week', at(29, 9), ['Later today', 'This evening', 'Tomorrow']],
])('[T3] the snooze menu says what is true on %s', (_when, now, expected) => {
  expect(labels(now)).toEqual(expected);
});

test('[T3] every choice of every quarter of an hour of a week is ahead, is on the day it names, and no two are the same', () => {
  for (let quarter = 0; quarter < 7 * 96; quarter++) {
    const now = new Date(at(23, 0).getTime() + quarter * 900_000);
    const choices = snoozeChoices(now);
    const times = choices.map((choice) => choice.at);
    expect(times).toEqual([...new Set(times)].toSorted((one, other) => one - other));
    expect(choices.length).toBeGreaterThan(0);
    for (const choice of choices) {
      expect(choice.at).toBeGreaterThan(now.getTime());
      const isToday = new Date(choice.at).toDateString() === now.toDateString();
      expect(isToday, `${choice.label} on ${now}`).toBe(/today|This/.test(choice.label));
    }
  }
});

test.each([
  ['tomorrow at 9', at(28, 9)],
  ['in 2 hours', at(27, 11)],
  ['Monday 14:30', at(30, 14, 30)],
  ['Monday', at(30, 8)],
  ['tomorrow', at(28, 8)],
  ['in 2 days', at(29, 8)],
  ['tomorrow evening', at(28, 20)],
  ['tonight', at(27, 22)],
  ['until tomorrow at 9', at(28, 9)],
  ['snooze till Monday, 14:30', at(30, 14, 30)],
  ['for 2 hours', at(27, 11)],
  ['Nov 30 at 9am', at(30, 9)],
  ['next week', at(29 + 5, 8)],
])('[T3] "%s" is a time one can type', async (typed, expected) => {
  typedTime(typed, at(27, 9));
  await expect.poll(() => typedTime(typed, at(27, 9))?.at).toBe(expected.getTime());
});

test('[T3] what is gone by or no time at all is no choice', async () => {
  typedTime('tomorrow', at(27, 9));
  await expect.poll(() => typedTime('tomorrow', at(27, 9))).not.toBeNull();
  expect(typedTime('yesterday at 9', at(27, 9))).toBeNull();
  expect(typedTime('after the holidays', at(27, 9))).toBeNull();
});

test.each([
  'I will do it tomorrow',
  'tomorrow at 25:00',
  'tomorrow at nine or so',
  'call them on Monday',
  'Monday, if she is back',
])('[T3] "%s" is not wholly a time, and no choice', async (typed) => {
  typedTime('tomorrow', at(27, 9));
  await expect.poll(() => typedTime('tomorrow', at(27, 9))).not.toBeNull();
  expect(typedTime(typed, at(27, 9))).toBeNull();
});

test('[T3] what stands beside a choice does not say its name again', () => {
  for (let hour = 0; hour < 7 * 24; hour++) {
    for (const { label, hint } of snoozeChoices(new Date(at(23, 0).getTime() + hour * 3_600_000)))
      expect(hint.toLowerCase(), label).not.toContain(label.toLowerCase());
  }
});
