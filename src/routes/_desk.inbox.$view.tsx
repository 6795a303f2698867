import { createFileRoute, Outlet, redirect, useParams } from '@tanstack/react-router';
import { type View, views } from '../convex/ticketLists';
import { InboxLayout } from '../features/inbox/inboxLayout';
import { parseListSearch } from '../features/inbox/listing';

export const Route = createFileRoute('/_desk/inbox/$view')({
  validateSearch: parseListSearch,
  beforeLoad: ({ params }) => {
    if (!views.includes(params.view as View))
      throw redirect({ to: '/inbox/$view', params: { view: 'mine' } });
  },
  component: function Inbox() {
    const { view } = Route.useParams();
    const number = useParams({ strict: false, select: (params: { number?: string }) => params.number });
    return (
      <InboxLayout view={view as View} addressed={number ? Number(number) : null}>
        <Outlet />
      </InboxLayout>
    );
  },
});
