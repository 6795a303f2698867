import { createFileRoute } from '@tanstack/react-router';
import { ReportsPage, type ReportsSearch } from '../features/reports/reportsPage';

export const Route = createFileRoute('/_desk/reports')({
  // Read where the reports are, whose code comes with it.
  validateSearch: (given: Record<string, unknown>) => given as ReportsSearch,
  component: function Reports() {
    return <ReportsPage search={Route.useSearch()} />;
  },
});
