import { useState } from 'react';
import type { Span } from '../../../convex/shared/kit/calendar';
import { Button, IconButton } from '../../ui/button';
import { TextInput } from '../../ui/field';
import { nextSpan, spanOf, timeOf } from './hoursWords';

/** Sunday first, as a calendar keeps them. */
const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const inOrder = [1, 2, 3, 4, 5, 6, 0] as const;

interface GridProps {
  week: Span[][];
  disabled: boolean;
  onChange: (week: Span[][]) => void;
}

/** The spans of each weekday, Monday first. */
export function HoursGrid({ week, disabled, onChange }: GridProps) {
  return (
    <ul aria-label="Days">
      {inOrder.map((day) => (
        <li key={day} className="flex gap-4 border-b border-line py-2.5 max-md:flex-col max-md:gap-1.5">
          <p className="w-28 shrink-0 text-base font-medium md:leading-9">{dayNames[day]}</p>
          <Spans
            of={dayNames[day]}
            spans={week[day] ?? []}
            disabled={disabled}
            onChange={(spans) => onChange(week.with(day, spans))}
          />
        </li>
      ))}
    </ul>
  );
}

interface SpansProps {
  /** What the fields are called by: the day or the holiday. */
  of: string;
  spans: Span[];
  disabled: boolean;
  onChange: (spans: Span[]) => void;
}

/** Any number of them; none is closed. */
export function Spans({ of, spans, disabled, onChange }: SpansProps) {
  return (
    <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-4 gap-y-2">
      {spans.length === 0 && <span className="text-sm text-ink-3">Closed</span>}
      {spans.map((span, index) => (
        <SpanFields
          // Two may be alike while they are written.
          // oxlint-disable-next-line react/no-array-index-key
          key={index}
          of={spans.length > 1 ? `${of}, ${index + 1}` : of}
          span={span}
          disabled={disabled}
          onChange={(next) => onChange(spans.with(index, next))}
          onRemove={() => onChange(spans.toSpliced(index, 1))}
        />
      ))}
      {!disabled && (
        <Button aria-label={`Add hours on ${of}`} onClick={() => onChange([...spans, nextSpan(spans)])}>
          Add hours
        </Button>
      )}
    </div>
  );
}

interface FieldsProps {
  of: string;
  span: Span;
  disabled: boolean;
  onChange: (span: Span) => void;
  onRemove: () => void;
}

function SpanFields({ of, span, disabled, onChange, onRemove }: FieldsProps) {
  const [from, to] = [timeOf(span.from), timeOf(span.to)];
  return (
    <span className="flex items-center gap-1.5">
      <TimeField
        label={`${of}, from`}
        value={from}
        disabled={disabled}
        onLeave={(time) => onChange(spanOf(time, to))}
      />
      <span aria-hidden="true">–</span>
      <TimeField
        label={`${of}, to`}
        value={to}
        disabled={disabled}
        onLeave={(time) => onChange(spanOf(from, time))}
      />
      {span.to > 1_440 && <span className="text-xs text-ink-3">next day</span>}
      {!disabled && (
        <IconButton label={`Remove ${from} to ${to} on ${of}`} onClick={onRemove}>
          ✕
        </IconButton>
      )}
    </span>
  );
}

interface TimeProps {
  label: string;
  value: string;
  disabled: boolean;
  onLeave: (time: string) => void;
}

/** Taken when it is left; left incomplete, it goes back to what it was. */
function TimeField({ label, value, disabled, onLeave }: TimeProps) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <TextInput
      type="time"
      aria-label={label}
      className="w-30!"
      required
      disabled={disabled}
      value={typed ?? value}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={() => {
        setTyped(null);
        if (typed && typed !== value) onLeave(typed);
      }}
    />
  );
}
