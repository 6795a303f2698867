import { describe, expect, test } from 'vitest';
import { nextSpan, previewOf, spanOf, timeOf, usualWeek, zoneNamed } from './hoursWords';

describe('opening hours on the screen', () => {
  test.each([
    ['09:00', '17:30', 540, 1_050],
    ['22:00', '06:00', 1_320, 1_800],
    ['18:00', '00:00', 1_080, 1_440],
    ['00:00', '00:00', 0, 1_440],
    ['09:00', '09:00', 540, 1_980],
  ])(
    '[H1] from %s to %s is a span, over midnight too, and is shown as it was written',
    (from, to, begins, ends) => {
      const span = spanOf(from, to);
      expect(span).toEqual({ from: begins, to: ends });
      expect([timeOf(span.from), timeOf(span.to)]).toEqual([from, to]);
    },
  );

  test('what is added is a span that can be kept, however late the last one ends', () => {
    expect(nextSpan([])).toEqual({ from: 540, to: 1_020 });
    expect(nextSpan([{ from: 540, to: 720 }])).toEqual({ from: 780, to: 840 });
    expect(nextSpan([{ from: 1_320, to: 1_800 }])).toEqual({ from: 1_380, to: 1_440 });
  });

  test.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['berlin', 'Europe/Berlin'],
    ['new york', 'America/New_York'],
    ['katman', 'Asia/Katmandu'],
    ['UTC', 'UTC'],
    ['europe', null],
    ['Atlantis', null],
    [' ', null],
  ])('a zone is found by what people type: %s is %s', (typed, zone) => {
    const zones = ['America/New_York', 'Asia/Katmandu', 'Europe/Berlin', 'Europe/Paris'];
    expect(zoneNamed(typed, zones)).toBe(zone);
  });

  test('[H5] the preview says when it opens and closes in both zones, and once where they agree', () => {
    const berlin = usualWeek('Europe/Berlin');
    const at = (text: string) => Date.parse(text);
    const preview = (now: string, zone = 'America/New_York') =>
      previewOf(berlin, at(now), zone).replaceAll(/\s/g, ' ');
    expect(preview('2026-11-21T10:00:00Z')).toMatch(
      /^Now: closed\. Opens Monday 0?9:00( AM)? \(Berlin time\), Monday 0?3:00( AM)? \(your time\)\.$/,
    );
    expect(preview('2026-11-21T10:00:00Z', 'Europe/Paris')).toMatch(
      /^Now: closed\. Opens Monday 0?9:00( AM)?\.$/,
    );
    expect(preview('2026-11-23T10:00:00Z')).toMatch(
      /^Now: open\. Closes today .*, today .* \(your time\)\.$/,
    );
    expect(previewOf({ ...berlin, week: [[], [], [], [], [], [], []] }, 0, 'UTC')).toMatch(/does not open/);
    const always = { ...berlin, week: Array.from({ length: 7 }, () => [{ from: 0, to: 1_440 }]) };
    expect(previewOf(always, 0, 'UTC')).toMatch(/never closes/);
  });
});
