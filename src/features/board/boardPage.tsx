import { Link, useNavigate } from '@tanstack/react-router';
import { Maximize, Minimize } from 'lucide-react';
import { type ReactNode, useEffect, useMemo } from 'react';
import { isAllowed } from '../../../convex/shared/people/permissions';
import { runAction, useActions } from '../../actions/registry';
import { useShownKeys } from '../../actions/preferences';
import { useHeard } from '../../convex/board';
import { useMembership } from '../../convex/session';
import { formatDuration } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { IconButton } from '../../ui/button';
import { EmptyState, ErrorPane } from '../../ui/states';
import { Tooltip } from '../../ui/tooltip';
import { ConfirmSteal, useBoardActs } from './acts';
import { HelpAsked } from './helpAsked';
import { OpenListContext } from './numberLink';
import { Operators } from './operators';
import { type BoardSearch, listOf, readSearch } from './search';
import { TicketPanel } from './ticketPanel';
import { Tiles } from './tiles';

interface Props {
  /** As the address says it. */
  search: BoardSearch;
  /** What agents are answering. */
  live: ReactNode;
  /** The hours before, below what is now. */
  trends: ReactNode;
}

/** [B1] The whole floor, now. Figures about people are for managers. */
export function BoardPage({ search, live, trends }: Props) {
  const { role } = useMembership();
  if (!isAllowed(role, 'board.read')) {
    return (
      <main className="flex-1">
        <EmptyState title="The board is for managers.">
          It shows what every colleague carries. Ask an owner if you should see it.{' '}
          <Link to="/inbox/$view" params={{ view: 'mine' }} className="text-accent-text underline">
            Go to your tickets
          </Link>
        </EmptyState>
      </main>
    );
  }
  return <Board search={search} live={live} trends={trends} />;
}

function Board({ search: given, live, trends }: Props) {
  const search = readSearch(given);
  const isWall = search.wall === true;
  const asked = listOf(search);
  const acts = useBoardActs();
  useWall(search);
  const key = JSON.stringify(asked);
  // oxlint-disable-next-line react/exhaustive-deps -- the same words are the same list
  const open = useMemo(() => ({ open: asked ?? ({ list: 'waiting' } as const), isWall }), [key, isWall]);
  return (
    <main data-wall={isWall || undefined} className="flex min-h-0 min-w-0 flex-1 flex-col">
      <Freshness isWall={isWall}>
        <OpenListContext value={open}>
          <ErrorPane what="The board">
            <div
              className={`grid min-h-0 flex-1 gap-3 p-4 pt-0 max-lg:block max-lg:overflow-y-auto max-lg:px-3 ${isWall ? '' : 'grid-cols-[minmax(0,3fr)_minmax(22rem,2fr)]'}`}
            >
              <div
                className={`min-h-0 space-y-3 overflow-y-auto max-lg:overflow-visible ${asked && !isWall ? 'max-lg:hidden' : ''}`}
              >
                <HelpAsked />
                <Tiles />
                <Operators acts={acts} isWall={isWall} />
                {!isWall && live}
                {!isWall && trends}
              </div>
              {!isWall && (
                <div className={`flex min-h-0 flex-col max-lg:h-full ${asked ? '' : 'max-lg:hidden'}`}>
                  <TicketPanel list={open.open} acts={acts} />
                </div>
              )}
            </div>
          </ErrorPane>
        </OpenListContext>
      </Freshness>
      <ConfirmSteal acts={acts} />
    </main>
  );
}

/** On a wall everything is larger and nothing can be pressed; out of full screen one is back at the desk. */
function useWall(search: BoardSearch) {
  const navigate = useNavigate();
  const isWall = search.wall === true;
  const turn = (wall: boolean) => {
    if (wall) void document.documentElement.requestFullscreen?.().catch(() => {});
    else if (document.fullscreenElement) void document.exitFullscreen();
    void navigate({ to: '/board', search: { ...search, wall: wall || undefined } });
  };
  useActions({
    'board.wall': { run: () => turn(!isWall) },
    'desk.back': { run: () => turn(false), enabled: () => isWall },
  });
  useEffect(() => {
    if (!isWall) return;
    const root = document.documentElement;
    root.style.fontSize = 'max(20px, 1.3vw)';
    const onChange = () => {
      if (!document.fullscreenElement) void navigate({ to: '/board', search: {} });
    };
    document.addEventListener('fullscreenchange', onChange);
    return () => {
      root.style.fontSize = '';
      document.removeEventListener('fullscreenchange', onChange);
    };
  }, [isWall, navigate]);
}

/** Whether what stands there is live; what may be wrong is grey, and says since when. */
function Freshness({ isWall, children }: { isWall: boolean; children: ReactNode }) {
  const { heardAt, isStale } = useHeard();
  const now = useNow(1_000);
  return (
    <>
      <header className="flex min-h-12 shrink-0 items-center gap-3 px-4">
        <h1 className="text-lg font-semibold">Board</h1>
        <p
          role="status"
          className={`flex items-center gap-1.5 text-sm ${isStale ? 'font-medium text-warn' : 'text-ink-3'}`}
        >
          <span aria-hidden className={`size-2 rounded-full ${isStale ? 'bg-warn' : 'bg-ok'}`} />
          {isStale ? 'Not live' : 'Live'}
          {isStale && (
            <span aria-hidden className="tabular-nums">
              · last heard {formatDuration(now - heardAt)} ago
            </span>
          )}
        </p>
        <span className="flex-1" />
        <WallButton isWall={isWall} />
      </header>
      <div
        data-stale={isStale || undefined}
        className={`flex min-h-0 flex-1 flex-col transition-opacity ${isStale ? 'opacity-45 grayscale' : ''}`}
      >
        {children}
      </div>
    </>
  );
}

function WallButton({ isWall }: { isWall: boolean }) {
  const keys = useShownKeys('board.wall');
  return (
    <Tooltip
      text={isWall ? 'Leave wall mode' : 'Wall mode: full screen, larger, nothing to press'}
      keys={keys}
    >
      <IconButton
        label={isWall ? 'Leave wall mode' : 'Wall mode'}
        className={isWall ? 'opacity-0 focus-visible:opacity-100' : ''}
        onClick={() => runAction('board.wall')}
      >
        {isWall ? <Minimize size={16} /> : <Maximize size={16} />}
      </IconButton>
    </Tooltip>
  );
}
