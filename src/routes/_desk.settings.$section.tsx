import { createFileRoute, redirect } from '@tanstack/react-router';
import { isSection } from '../features/settings/sections';
import { SettingsPage } from '../features/settings/settingsPage';

export const Route = createFileRoute('/_desk/settings/$section')({
  /** `open`: of the section's list, what stands beside it. */
  validateSearch: (search: Record<string, unknown>): { open?: string } =>
    typeof search.open === 'string' ? { open: search.open } : {},
  beforeLoad: ({ params }) => {
    if (!isSection(params.section)) throw redirect({ to: '/settings/$section', params: { section: 'me' } });
  },
  component: function Settings() {
    const { section } = Route.useParams();
    return isSection(section) ? <SettingsPage section={section} /> : null;
  },
});
