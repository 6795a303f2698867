import { expect, test } from 'vitest';
import type { OpenTimes } from '../kit/calendar';
import type { Rule } from './handover';
import { Library } from './library';
import { rehearse, tryOn } from './rehearsal';

const calendar: OpenTimes = {
  timeZone: 'Europe/Berlin',
  week: [[], ...Array.from({ length: 5 }, () => [{ from: 540, to: 1_020 }]), []],
  holidays: [{ from: '2026-11-25', to: '2026-11-25', open: [] }],
};
const night: Rule = {
  name: 'Night',
  when: [{ type: 'outsideOpeningHours' }],
  outcome: { handOver: true, priority: 'normal', tags: [] },
};
const known = new Library<string>([]);
const at = (text: string) => Date.parse(text);

test.each<[string, OpenTimes | undefined, boolean]>([
  ['2026-11-24T20:00:00Z', calendar, true],
  ['2026-11-24T10:00:00Z', calendar, false],
  ['2026-11-25T10:00:00Z', calendar, true],
  ['2026-11-24T20:00:00Z', undefined, false],
])(
  '[H3] a rule for outside opening hours that is tried at %s fires by the calendar: %s, %s',
  (now, by, fires) => {
    const tried = tryOn('Do you have tents?', known, [night], { now: at(now), calendar: by }, []);
    expect(tried.fired?.name).toBe(fires ? 'Night' : undefined);
  },
);

test('[H3] a rehearsal judges each message by the hour it was written, not by that of now', () => {
  const messages = ['2026-11-24T10:00:00Z', '2026-11-24T20:00:00Z'].map((time, index) => ({
    sequence: index + 1,
    at: at(time),
    text: 'Do you have tents?',
  }));
  const past = { conversationId: 'c', subject: 'Tents', messages };
  expect(rehearse(past, known, [night], calendar).message?.sequence).toBe(2);
  expect(rehearse(past, known, [night], undefined).handsOver).toBe(false);
});
