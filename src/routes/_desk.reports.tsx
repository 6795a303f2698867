import { createFileRoute } from '@tanstack/react-router';
import { ReportsPage, type ReportsSearch } from '../features/reports/reportsPage';

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

export const Route = createFileRoute('/_desk/reports')({
  /** `from`, `to`: dates like 2026-11-28, both part of it. `by`: what the table is of. */
  validateSearch: (search: Record<string, unknown>): ReportsSearch => {
    return { from: text(search.from), to: text(search.to), by: text(search.by) };
  },
  component: function Reports() {
    return <ReportsPage search={Route.useSearch()} />;
  },
});
