/** Figures over time as lines: one scale, read by pointer, by keys and as a table. Every line has a colour and a dash of its own. */
import { type KeyboardEvent, type PointerEvent, useEffect, useId, useRef, useState } from 'react';
import { pathThrough, type ScaleKind, ticksTo } from './chartScale';

interface TrendSeries {
  name: string;
  /** One for each moment; null: there is none. */
  values: readonly (number | null)[];
}

interface Props {
  label: string;
  /** What each moment is called, oldest first. */
  moments: readonly string[];
  series: readonly TrendSeries[];
  scale: ScaleKind;
  format: (value: number) => string;
  /** What a moment is called as a heading: "Hour", "Day". */
  unit: string;
}

const height = 180;
const edge = { top: 10, right: 12, bottom: 24, left: 44 };
/** Of the tokens, told apart by people who see few colours as well: no two have the same dash. */
const looks = [
  { stroke: 'var(--accent)', dash: undefined },
  { stroke: 'var(--ai)', dash: '6 3' },
  { stroke: 'var(--warn)', dash: '2 3' },
  { stroke: 'var(--bad)', dash: '8 3 2 3' },
  { stroke: 'var(--ok)', dash: '1 4' },
  { stroke: 'var(--ink-3)', dash: '10 4' },
];
const lookOf = (index: number) => looks[index % looks.length]!;

export function TrendLines({ label, moments, series, scale, format, unit }: Props) {
  const [box, width] = useWidth();
  const [at, setAt] = useState<number | null>(null);
  const last = moments.length - 1;
  const shown = at === null ? null : Math.min(at, last);
  const room = Math.max(width - edge.left - edge.right, 1);
  const x = (index: number) => edge.left + (index / Math.max(last, 1)) * room;
  const step = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    setAt(Math.min(Math.max((shown ?? last + (by < 0 ? 1 : 0)) + by, 0), last));
  };
  const point = ({ clientX, currentTarget }: PointerEvent<SVGSVGElement>) => {
    const from = clientX - currentTarget.getBoundingClientRect().left - edge.left;
    setAt(Math.min(Math.max(Math.round((from / room) * last), 0), last));
  };
  return (
    <figure ref={box} className="min-w-0">
      <svg
        role="img"
        aria-label={`${label}. ${shown === null ? 'Left and right read it.' : read(shown)}`}
        aria-live="polite"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        width={width}
        height={height}
        className="block touch-pan-y rounded-sm"
        onKeyDown={step}
        onPointerMove={point}
        onPointerLeave={() => setAt(null)}
        onBlur={() => setAt(null)}
      >
        <Lines {...{ moments, series, scale, format, x, width, shown }} />
      </svg>
      <figcaption className="mt-1 flex flex-wrap items-baseline gap-x-4 gap-y-1 pl-11 text-xs text-ink-2">
        {series.map(({ name, values }, index) => (
          <span key={name} className="flex items-center gap-1.5">
            <svg aria-hidden width="20" height="8">
              <path d="M0 4H20" strokeWidth="2" {...strokeOf(index)} />
            </svg>
            <span dir="auto" className="wrap-anywhere">
              {name}
            </span>
            {shown !== null && <b className="font-medium text-ink tabular-nums">{told(values[shown])}</b>}
          </span>
        ))}
        {shown !== null && <span className="text-ink-3">{moments[shown]}</span>}
      </figcaption>
      <TrendTable {...{ label, moments, series, unit }} told={told} />
    </figure>
  );

  function told(value: number | null | undefined): string {
    return value === null || value === undefined ? '–' : format(value);
  }
  function read(index: number): string {
    return `${moments[index]}: ${series.map(({ name, values }) => `${name} ${told(values[index])}`).join(', ')}`;
  }
}

const strokeOf = (index: number) => ({
  stroke: lookOf(index).stroke,
  strokeDasharray: lookOf(index).dash,
  fill: 'none',
});

function useWidth() {
  const box = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  return [box, width] as const;
}

interface LinesProps extends Pick<Props, 'moments' | 'series' | 'scale' | 'format'> {
  x: (index: number) => number;
  width: number;
  shown: number | null;
}

function Lines({ moments, series, scale, format, x, width, shown }: LinesProps) {
  const most = Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const ticks = ticksTo(most, scale);
  const bottom = height - edge.bottom;
  const y = (value: number) => bottom - (value / ticks.at(-1)!) * (bottom - edge.top);
  const every = Math.max(1, Math.ceil(moments.length / Math.max(1, Math.floor(width / 84))));
  return (
    <>
      {ticks.map((tick) => (
        <g key={tick}>
          <path d={`M${edge.left} ${y(tick)}H${width - edge.right}`} stroke="var(--line)" />
          <text
            x={edge.left - 6}
            y={y(tick) + 4}
            textAnchor="end"
            className="fill-ink-3 text-2xs tabular-nums"
          >
            {format(tick)}
          </text>
        </g>
      ))}
      {moments.map(
        (moment, index) =>
          index % every === 0 && (
            <text
              key={moment}
              x={x(index)}
              y={height - 6}
              textAnchor={x(index) > width - 2 * edge.right ? 'end' : 'middle'}
              className="fill-ink-3 text-2xs"
            >
              {moment}
            </text>
          ),
      )}
      {shown !== null && (
        <path d={`M${x(shown)} ${edge.top}V${height - edge.bottom}`} stroke="var(--line-strong)" />
      )}
      {series.map(({ name, values }, index) => (
        <g key={name}>
          <path d={pathThrough(values, x, y)} strokeWidth="2" strokeLinejoin="round" {...strokeOf(index)} />
          {alone(values).map((at) => (
            <circle key={at} cx={x(at)} cy={y(values[at]!)} r="2.5" fill={lookOf(index).stroke} />
          ))}
          {shown !== null && values[shown] != null && (
            <circle cx={x(shown)} cy={y(values[shown])} r="3.5" fill={lookOf(index).stroke} />
          )}
        </g>
      ))}
    </>
  );
}

/** A line needs two: a moment between two without a value is a dot. */
function alone(values: readonly (number | null)[]): number[] {
  const has = (index: number) => values[index] != null;
  return [...values.keys()].filter((index) => has(index) && !has(index - 1) && !has(index + 1));
}

interface TableProps extends Pick<Props, 'label' | 'moments' | 'series' | 'unit'> {
  told: (value: number | null | undefined) => string;
}

function TrendTable({ label, moments, series, unit, told }: TableProps) {
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details className="mt-1 pl-11 text-xs" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary className="w-fit cursor-pointer text-ink-3 hover:text-ink">As a table</summary>
      {isOpen && (
        <div className="mt-1 max-h-64 overflow-auto rounded-md border border-line">
          <table className="w-full text-right tabular-nums" aria-labelledby={id}>
            <caption id={id} className="sr-only">
              {label}
            </caption>
            <thead className="sticky top-0 bg-surface-2 text-ink-2">
              <tr>
                <th scope="col" className="px-2 py-1 text-left font-medium">
                  {unit}
                </th>
                {series.map(({ name }) => (
                  <th key={name} scope="col" className="px-2 py-1 font-medium">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {moments.map((moment, index) => (
                <tr key={moment} className="border-t border-line">
                  <th scope="row" className="px-2 py-1 text-left font-normal">
                    {moment}
                  </th>
                  {series.map(({ name, values }) => (
                    <td key={name} className="px-2 py-1">
                      {told(values[index])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
