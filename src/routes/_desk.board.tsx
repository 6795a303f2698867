import { createFileRoute } from '@tanstack/react-router';
import { BoardPage } from '../features/board/boardPage';
import type { BoardSearch } from '../features/board/search';
import { LiveBlock } from '../features/live/liveBlock';
import { LastHours } from '../features/reports/lastHours';

export const Route = createFileRoute('/_desk/board')({
  // Read where the board is, whose code comes with it.
  validateSearch: (given: Record<string, unknown>) => given as BoardSearch,
  component: function BoardRoute() {
    return <BoardPage search={Route.useSearch()} live={<LiveBlock />} trends={<LastHours />} />;
  },
});
