import { createFileRoute } from '@tanstack/react-router';
import { type View } from '../convex/ticketLists';
import { NothingOpen } from '../features/inbox/nothingOpen';

export const Route = createFileRoute('/_desk/inbox/$view/')({
  component: function Index() {
    return <NothingOpen view={Route.useParams().view as View} />;
  },
});
