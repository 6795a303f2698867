import { Link, useLocation, useNavigate, useRouter } from '@tanstack/react-router';
import { ChartLine, Command, Gauge, Inbox, Moon, Search, Settings, Sun } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useCallback, useEffect } from 'react';
import { isAllowed } from '../../../convex/shared/people/permissions';
import { CommandMenu } from '../../actions/commandMenu';
import { listenToKeys } from '../../actions/hotkeys';
import { useKeyPreferences, useShownKeys } from '../../actions/preferences';
import { runAction, useActions } from '../../actions/registry';
import { ShortcutSheet } from '../../actions/shortcutSheet';
import { useIsConnected, useMembership, useSignIn } from '../../convex/session';
import type { View } from '../../convex/ticketLists';
import { toggleTheme } from '../../lib/theme';
import { IconButton } from '../../ui/button';
import { fetchLater } from '../../ui/later';
import { OfflineBar } from '../../ui/offlineBar';
import { Tooltip } from '../../ui/tooltip';
import { Bell } from './bell';
import { usePresence } from './presence';
import { StatusBar } from './statusBar';
import { StatusMenu } from './statusMenu';

/** The first screen stands without it, and the bell counts without it. */
const News = lazy(() => import('./news').then(({ News: part }) => ({ default: part }), nothing));
const FindChoices = lazy(() =>
  import('./findChoices').then(({ FindChoices: part }) => ({ default: part }), nothing),
);
const nothing = () => ({ default: () => null });

/** The frame of every screen: the rail, the keys, the command menu and the connection bar. */
export function AppShell({ children }: { children: ReactNode }) {
  usePresence();
  useRestOfTheDesk();
  useDeskActions();
  const navigate = useNavigate();
  // On a wall there is the board alone, and nothing to press.
  const isWall = useLocation({ select: ({ pathname, search }) => pathname === '/board' && 'wall' in search });
  const goToTicket = useCallback(
    (number: number) =>
      void navigate({ to: '/inbox/$view/$number', params: { view: 'all', number: String(number) } }),
    [navigate],
  );
  return (
    <div className="flex h-full flex-col bg-bg text-base text-ink">
      <OfflineBar isConnected={useIsConnected()} />
      {!isWall && (
        <>
          <StatusBar />
          <Suspense>
            <News />
            <FindChoices onTicket={goToTicket} />
          </Suspense>
        </>
      )}
      <div className="flex min-h-0 flex-1 max-md:flex-col-reverse">
        {!isWall && <Rail />}
        <div className="flex min-h-0 min-w-0 flex-1">{children}</div>
      </div>
      <CommandMenu onTicketNumber={goToTicket} />
      <ShortcutSheet />
    </div>
  );
}

/** What the first screen does not need comes once it stands: the ticket's part, and what lies over the page. */
function useRestOfTheDesk() {
  const router = useRouter();
  useEffect(() => {
    const fetchRest = () => {
      void router.loadRouteChunk(router.routesByPath['/inbox/$view/$number']);
      fetchLater();
    };
    (window.requestIdleCallback ?? setTimeout)(fetchRest);
  }, [router]);
}

const railLink =
  'flex size-9 items-center justify-center rounded-md text-ink-2 hover:bg-hover hover:text-ink aria-[current=page]:bg-selected aria-[current=page]:text-accent-text pointer-coarse:size-11 pointer-coarse:max-[23rem]:w-9';

function Rail() {
  const { teamName, role } = useMembership();
  const reportKeys = useShownKeys('go.reports');
  const { pathname } = useLocation();
  const current = (place: string) => (pathname.startsWith(place) ? 'page' : undefined);
  return (
    <nav
      aria-label={teamName}
      data-region="rail"
      className="flex w-13 shrink-0 flex-col items-center gap-1.5 border-r border-line py-2.5 max-md:h-13 max-md:w-full max-md:flex-row max-md:justify-around max-md:gap-0 max-md:border-t max-md:border-r-0 max-md:py-0"
    >
      <img src="/icon.svg" alt="" width={28} height={28} className="mb-2 max-md:hidden" />
      <Tooltip text="Inbox" keys={useShownKeys('go.mine')}>
        <Link
          to="/inbox/$view"
          params={{ view: 'mine' }}
          aria-label="Inbox"
          aria-current={current('/inbox/') ?? current('/live')}
          className={railLink}
        >
          <Inbox size={18} strokeWidth={1.75} />
        </Link>
      </Tooltip>
      <Tooltip text="Search" keys={useShownKeys('go.search')}>
        <Link to="/search" aria-label="Search" aria-current={current('/search')} className={railLink}>
          <Search size={18} strokeWidth={1.75} />
        </Link>
      </Tooltip>
      {isAllowed(role, 'reports.read') && (
        <Tooltip text="Reports" keys={reportKeys}>
          <Link to="/reports" aria-label="Reports" aria-current={current('/reports')} className={railLink}>
            <ChartLine size={18} strokeWidth={1.75} />
          </Link>
        </Tooltip>
      )}
      {isAllowed(role, 'board.read') && <BoardLink current={current('/board')} />}
      <Tooltip text="Settings" keys={useShownKeys('go.settings')}>
        <Link
          to="/settings/$section"
          params={{ section: 'me' }}
          aria-label="Settings"
          aria-current={current('/settings/')}
          className={railLink}
        >
          <Settings size={18} strokeWidth={1.75} />
        </Link>
      </Tooltip>
      <Tooltip text="Command menu" keys={useShownKeys('desk.commandMenu')}>
        <button
          type="button"
          aria-label="Command menu"
          onClick={() => runAction('desk.commandMenu')}
          className={railLink}
        >
          <Command size={18} strokeWidth={1.75} />
        </button>
      </Tooltip>
      <Bell className={railLink} />
      <div className="flex-1 max-md:hidden" />
      <span className="max-md:hidden">
        <ThemeButton />
      </span>
      <StatusMenu />
    </nav>
  );
}

function BoardLink({ current }: { current: 'page' | undefined }) {
  return (
    <Tooltip text="Board" keys={useShownKeys('go.board')}>
      <Link to="/board" aria-label="Board" aria-current={current} className={railLink}>
        <Gauge size={18} strokeWidth={1.75} />
      </Link>
    </Tooltip>
  );
}

function ThemeButton() {
  return (
    <Tooltip text="Light or dark" keys={useShownKeys('desk.theme')}>
      <IconButton label="Switch light and dark" onClick={toggleTheme}>
        <Moon size={16} strokeWidth={1.75} className="dark:hidden" />
        <Sun size={16} strokeWidth={1.75} className="hidden dark:block" />
      </IconButton>
    </Tooltip>
  );
}

function useDeskActions() {
  const navigate = useNavigate();
  const { signOut } = useSignIn();
  const { role } = useMembership();
  const preferences = useKeyPreferences();
  useEffect(listenToKeys, [preferences]);

  const view = (name: View) => ({
    run: () => void navigate({ to: '/inbox/$view', params: { view: name } }),
  });
  useActions({
    'go.mine': view('mine'),
    'go.needsReply': view('needsReply'),
    'go.mentions': view('mentions'),
    'go.unassigned': view('unassigned'),
    'go.all': view('all'),
    'go.snoozed': view('snoozed'),
    'go.resolved': view('resolved'),
    'go.closed': view('closed'),
    'go.live': { run: () => void navigate({ to: '/live' }) },
    'go.search': { run: () => void navigate({ to: '/search' }) },
    'go.board': {
      run: () => void navigate({ to: '/board' }),
      enabled: () => isAllowed(role, 'board.read'),
    },
    'go.settings': { run: () => void navigate({ to: '/settings/$section', params: { section: 'me' } }) },
    ...(isAllowed(role, 'reports.read') && {
      'go.reports': { run: () => void navigate({ to: '/reports' }) },
    }),
    'desk.theme': { run: toggleTheme },
    'desk.signOut': { run: () => void signOut() },
    'desk.nextRegion': { run: focusNextRegion },
  });
}

/** F6 walks the regions: rail, views, list, thread, panel. */
function focusNextRegion() {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
    (each) => each.offsetParent,
  );
  const current = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions[(current + 1) % regions.length];
  if (!next) return;
  const inside = [...next.querySelectorAll<HTMLElement>('a,button,[tabindex]')];
  const target = next.matches('[tabindex]') ? next : inside.find((each) => each.checkVisibility());
  target?.focus();
}
