import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useAgentShare, useHandovers } from '../../convex/reports';
import { causeWord } from '../../lib/causes';
import { formatClock } from '../../lib/time';
import { useLatest } from '../../lib/useLatest';
import { TrendLines } from '../../ui/trendLines';
import { figure, whole } from './figureWords';

const hoursShown = 24;
/** Lines that can be told apart; the rest are one. */
const mostLines = 5;
const ofOthers = 'Others';

const sumOf = (causes: readonly { count: number }[]) => causes.reduce((sum, { count }) => sum + count, 0);

function shareOf(hours: readonly { begun: number; withPerson: number }[]): string {
  const begun = hours.reduce((sum, hour) => sum + hour.begun, 0);
  const withPerson = hours.reduce((sum, hour) => sum + hour.withPerson, 0);
  return begun === 0 ? '–' : figure('agentShare').format((begun - withPerson) / begun);
}

/** From elsewhere to the reports, which open what is behind a number. */
function Behind({ children, isHere }: { children: ReactNode; isHere: boolean }) {
  const look = 'font-medium text-ink tabular-nums';
  if (isHere) return <span className={look}>{children}</span>;
  return (
    <Link
      to="/reports"
      className={`${look} underline-offset-2 in-data-wall:pointer-events-none hover:underline`}
    >
      {children}
    </Link>
  );
}

/** [B1] The last day, hour by hour, as of now. */
export function LastHours({ isInReports = false }: { isInReports?: boolean }) {
  const handovers = useLatest(useHandovers(hoursShown));
  const share = useLatest(useAgentShare(hoursShown));
  if (handovers === undefined || share === undefined) return null;
  const moments = handovers.hours.map(({ at }) => formatClock(at));
  const sums = new Map<string, number>();
  for (const { causes } of handovers.hours)
    for (const { cause, count } of causes) sums.set(cause, (sums.get(cause) ?? 0) + count);
  const inOrder = [...sums].toSorted((a, b) => b[1] - a[1]).map(([cause]) => cause);
  const named = inOrder.slice(0, mostLines);
  const valuesOf = (isMeant: (cause: string) => boolean) =>
    handovers.hours.map(({ causes }) =>
      causes.reduce((sum, { cause, count }) => sum + (isMeant(cause) ? count : 0), 0),
    );
  const lines = named.map((cause) => ({
    name: causeWord(cause),
    values: valuesOf((each) => each === cause),
  }));
  if (inOrder.length > named.length)
    lines.push({ name: ofOthers, values: valuesOf((each) => !named.includes(each)) });
  return (
    <section aria-labelledby="hours" className="mt-8">
      <h2 id="hours" className="mb-2 text-lg font-semibold">
        The last 24 hours
      </h2>
      <div className="grid gap-6 lg:grid-cols-2">
        <div className="min-w-0">
          <h3 className="mb-1 text-sm text-ink-2">
            Handovers per hour, by reason:{' '}
            <Behind isHere={isInReports}>
              {whole.format(sumOf(handovers.lately))} in the last 60 minutes
            </Behind>
          </h3>
          {lines.length === 0 ? (
            <p className="text-sm text-ink-3">None.</p>
          ) : (
            <TrendLines
              label="Handovers per hour"
              scale="count"
              unit="Hour"
              moments={moments}
              series={lines}
              format={whole.format}
            />
          )}
        </div>
        <div className="min-w-0">
          <h3 className="mb-1 text-sm text-ink-2">
            Without a person, by the hour they began:{' '}
            <Behind isHere={isInReports}>{shareOf(share.hours)} in all</Behind>
          </h3>
          <TrendLines
            label="Without a person, by the hour"
            scale="share"
            unit="Hour"
            moments={moments}
            format={figure('agentShare').format}
            series={[
              {
                name: figure('agentShare').name,
                values: share.hours.map(({ begun, withPerson }) =>
                  begun === 0 ? null : (begun - withPerson) / begun,
                ),
              },
            ]}
          />
        </div>
      </div>
    </section>
  );
}
