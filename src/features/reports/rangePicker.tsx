import { useId } from 'react';
import type { Days } from '../../convex/reports';
import { dateOf, dayOf, mostDays, nameOf, type RangeName, rangeOf, rangeWords } from './ranges';

interface Props {
  days: Days;
  today: number;
  onChoose: (days: Days) => void;
}

const control =
  'h-8 rounded-md border border-line-strong bg-surface px-2 text-sm text-ink tabular-nums pointer-coarse:h-11';

/** One of the usual ranges, or a first and a last day of one's own. A range that cannot be is not taken. */
export function RangePicker({ days, today, onChoose }: Props) {
  const id = useId();
  const name = nameOf(days, today);
  /** The other end follows, so that any day can be chosen. */
  function chooseEnd(end: 'from' | 'to', date: string) {
    const day = dayOf(date);
    if (day === null) return;
    const from = end === 'from' ? day : Math.min(days.from, day);
    const to = end === 'to' ? day : Math.max(days.to, day);
    if (end === 'from') onChoose({ from, to: Math.min(to, from + mostDays - 1) });
    else onChoose({ from: Math.max(from, to - mostDays + 1), to });
  }
  return (
    <div role="group" aria-label="Days" className="flex flex-wrap items-center gap-2">
      <select
        aria-label="Range"
        className={control}
        value={name ?? 'own'}
        onChange={({ target }) => {
          if (target.value !== 'own') onChoose(rangeOf(target.value as RangeName, today));
        }}
      >
        {Object.entries(rangeWords).map(([value, word]) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
        {name === undefined && <option value="own">Own days</option>}
      </select>
      {/* The two ends stay on one line. */}
      <span className="flex min-w-0 items-center gap-2 max-sm:w-full max-sm:*:[input]:flex-1">
        <label htmlFor={`${id}from`} className="sr-only">
          First day
        </label>
        <input
          id={`${id}from`}
          type="date"
          className={`${control} min-w-0`}
          value={dateOf(days.from)}
          max={dateOf(today)}
          onChange={({ target }) => chooseEnd('from', target.value)}
        />
        <span aria-hidden className="text-ink-3">
          –
        </span>
        <label htmlFor={`${id}to`} className="sr-only">
          Last day
        </label>
        <input
          id={`${id}to`}
          type="date"
          className={`${control} min-w-0`}
          value={dateOf(days.to)}
          max={dateOf(today)}
          onChange={({ target }) => chooseEnd('to', target.value)}
        />
      </span>
    </div>
  );
}
