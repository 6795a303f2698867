import { useState } from 'react';
import type { Days, Figures } from '../../convex/reports';
import type { ScaleKind } from '../../ui/chartScale';
import { Choice } from '../../ui/choice';
import { TrendLines } from '../../ui/trendLines';
import { figure, type FigureName } from './figureWords';
import { dateOf } from './ranges';

type DayFigures = Omit<Figures, 'of'> & { day: number };

/** What can be seen together: of one scale each. */
const pairs = {
  volume: { word: 'Volume', scale: 'count', names: ['conversations', 'handovers', 'resolved'] },
  times: { word: 'First reply', scale: 'time', names: ['firstReply', 'firstReplyP90'] },
  resolution: { word: 'Resolution', scale: 'time', names: ['resolution', 'resolutionP90'] },
  share: { word: 'Agents’ share', scale: 'share', names: ['agentShare', 'contained'] },
} as const satisfies Record<string, { word: string; scale: ScaleKind; names: readonly FigureName[] }>;
type Pair = keyof typeof pairs;
const pairWords = Object.fromEntries(Object.entries(pairs).map(([name, { word }]) => [name, word])) as Record<
  Pair,
  string
>;

const dayAndMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** Day by day; one without anything is nought, or has no time to show. */
export function DayTrends({ days, perDay }: { days: Days; perDay: readonly DayFigures[] }) {
  const [pair, setPair] = useState<Pair>('volume');
  const known = new Map(perDay.map((each) => [each.day, each]));
  const all = Array.from({ length: days.to - days.from + 1 }, (_, at) => days.from + at);
  const { names, word, scale } = pairs[pair];
  const valueOn = (name: FigureName, day: number) => {
    const found = known.get(day);
    if (found !== undefined) return figure(name).of({ ...found, of: '' });
    return pair === 'volume' ? 0 : null;
  };
  return (
    <section aria-labelledby="trends" className="mt-6">
      <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <h2 id="trends" className="text-lg font-semibold">
          Day by day
        </h2>
        <Choice label="Figure" words={pairWords} chosen={pair} onChoose={setPair} />
      </div>
      <TrendLines
        label={`${word}, ${dateOf(days.from)} to ${dateOf(days.to)}`}
        unit="Day"
        scale={scale}
        moments={all.map((day) => dayAndMonth.format(day * 86_400_000))}
        format={figure(names[0]).format}
        series={names.map((name) => ({
          name: figure(name).name,
          values: all.map((day) => valueOn(name, day)),
        }))}
      />
    </section>
  );
}
