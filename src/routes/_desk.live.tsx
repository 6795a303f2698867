import { createFileRoute } from '@tanstack/react-router';
import type { ConversationId } from '../convex/liveConversations';
import { ViewList, ViewSelect } from '../features/inbox/viewList';
import { LivePage } from '../features/live/livePage';
import { WhyHere } from '../features/live/whyHere';
import { WatchPane } from '../features/ticket/watchPane';

interface Asked {
  /** The one that is read beside the list. */
  conversation?: ConversationId;
}

export const Route = createFileRoute('/_desk/live')({
  validateSearch: ({ conversation }: Record<string, unknown>): Asked =>
    // Whether there is such a one is looked up where it is shown.
    typeof conversation === 'string' ? { conversation: conversation as ConversationId } : {},
  component: function Live() {
    const { conversation } = Route.useSearch();
    const navigate = Route.useNavigate();
    const open = (next: ConversationId | null) =>
      void navigate({
        search: next === null ? {} : { conversation: next },
        replace: conversation !== undefined,
      });
    return (
      <LivePage
        open={conversation ?? null}
        onOpen={open}
        views={<ViewList view={null} />}
        viewSelect={<ViewSelect view="live" />}
      >
        {conversation && (
          <WatchPane conversationId={conversation} onClose={() => open(null)}>
            <WhyHere conversationId={conversation} />
          </WatchPane>
        )}
      </LivePage>
    );
  },
});
