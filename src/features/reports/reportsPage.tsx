/** [B3] [B4] Figures over time, for managers. The address says of which days, and by what. */
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { isAllowed } from '../../../convex/shared/people/permissions';
import { useCalendar } from '../../convex/members';
import { type Days, useDays, useFigures } from '../../convex/reports';
import { useMembership } from '../../convex/session';
import { useLatest } from '../../lib/useLatest';
import { useNow } from '../../lib/useNow';
import { EmptyState, Skeleton } from '../../ui/states';
import { BehindDialog, type Opened } from './behindDialog';
import { Breakdown } from './breakdown';
import { DayTrends } from './dayTrends';
import { Fairness } from './fairness';
import { LastHours } from './lastHours';
import { Meaning, type Meant } from './meaning';
import { isPart, type Part } from './parts';
import { RangePicker } from './rangePicker';
import { dateOf, daysAsked, daysBefore, todayIn } from './ranges';
import { SafetyMeter } from './safetyMeter';
import { TargetFigures } from './targetFigures';
import { Tiles } from './tiles';

/** `from`, `to`: dates like 2026-11-28, both part of it. `by`: what the table is of. Whatever the address says: read by `readSearch`. */
export interface ReportsSearch {
  from?: string | undefined;
  to?: string | undefined;
  by?: string | undefined;
}

export function ReportsPage({ search }: { search: ReportsSearch }) {
  const { role } = useMembership();
  useEffect(() => {
    document.title = 'Reports · Baton';
  }, []);
  return (
    <main data-region="list" className="min-w-0 flex-1 overflow-y-auto bg-surface">
      {isAllowed(role, 'reports.read') ? (
        <Reports search={readSearch(search)} />
      ) : (
        <EmptyState title="Only managers read reports.">They hold figures about people.</EmptyState>
      )}
    </main>
  );
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

function readSearch({ from, to, by }: { [Key in keyof ReportsSearch]?: unknown }): ReportsSearch {
  return { from: text(from), to: text(to), by: text(by) };
}

function Reports({ search }: { search: ReportsSearch }) {
  const calendar = useCalendar();
  const timeZone = calendar?.timeZone ?? 'UTC';
  const today = todayIn(timeZone, useNow(60_000));
  if (calendar === undefined) return null;
  return (
    <Report
      timeZone={timeZone}
      today={today}
      by={isPart(search.by) ? search.by : 'agent'}
      days={daysAsked(search, today)}
    />
  );
}

interface Props {
  timeZone: string;
  today: number;
  by: Part;
  days: Days;
}

function Report({ timeZone, today, by, days }: Props) {
  const navigate = useNavigate();
  const [meant, setMeant] = useState<Meant | null>(null);
  const [opened, setOpened] = useState<Opened | null>(null);
  const now = useLatest(useFigures('team', days));
  const before = useLatest(useFigures('team', daysBefore(days)));
  const perDay = useLatest(useDays(days));
  const go = (change: ReportsSearch) =>
    void navigate({
      to: '/reports',
      search: { from: dateOf(days.from), to: dateOf(days.to), by, ...change },
      replace: true,
    });
  const choose = ({ from, to }: Days) => go({ from: dateOf(from), to: dateOf(to) });
  const ofTeam = { by: 'team' as const, of: '' };
  const acts = { onMeaning: setMeant, onOpen: setOpened };
  return (
    <div className="mx-auto max-w-6xl p-5 pb-12 max-md:p-3" aria-busy={now === undefined}>
      <header className="mb-4 flex flex-wrap items-end gap-x-6 gap-y-2">
        <div className="min-w-0 flex-1">
          <h1 className="text-xl font-semibold">Reports</h1>
          <p className="text-sm text-ink-3">
            Days in {timeZone}, compared with as many days before. Counted within seconds.
          </p>
        </div>
        <RangePicker days={days} today={today} onChoose={choose} />
      </header>
      {now === undefined ? (
        <Skeleton className="h-64" />
      ) : (
        <>
          <Tiles now={now.rows[0]} before={before?.rows[0]} {...acts} of={ofTeam} />
          {days.to > days.from && <DayTrends days={days} perDay={perDay ?? []} />}
          <TargetFigures figures={now.rows[0]} {...acts} of={ofTeam} />
          <Breakdown days={days} by={by} onBy={(chosen) => go({ by: chosen })} {...acts} />
          <Fairness days={days} {...acts} />
          <SafetyMeter figures={now.rows[0]} {...acts} of={ofTeam} />
          <LastHours isInReports />
        </>
      )}
      <Meaning meant={meant} onClose={() => setMeant(null)} />
      <BehindDialog opened={opened} days={days} timeZone={timeZone} onClose={() => setOpened(null)} />
    </div>
  );
}
