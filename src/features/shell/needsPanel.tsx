import { Popover as Base } from '@base-ui/react/popover';
import {
  AlarmClock,
  AtSign,
  Forward,
  Hand,
  Hourglass,
  Inbox,
  type LucideIcon,
  MailX,
  MessageCircle,
  UserRoundX,
  X,
} from 'lucide-react';
import { type KeyboardEvent, type RefObject, useRef } from 'react';
import { needWords } from '../../../convex/shared/needs/words';
import { type Need, useDismiss, useDismissAll, useNeeds } from '../../convex/needs';
import { useMembership } from '../../convex/session';
import { useTicketRow } from '../../convex/ticketLists';
import { describeError } from '../../lib/errors';
import { formatAge, formatFull } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { Button, IconButton } from '../../ui/button';
import type { Opens } from '../../ui/later';
import { notify } from '../../ui/toast';
import { useOpenNeed } from './news';
import { useNeedNames } from './useNeedNames';

export interface NeedsPanelProps extends Opens {
  /** What opened it: it lies beside it, and gives the focus back to it. */
  anchor: RefObject<HTMLElement | null>;
}

const icons: Record<Need['kind'], LucideIcon> = {
  assigned: Inbox,
  replied: MessageCircle,
  near: Hourglass,
  help: Hand,
  mention: AtSign,
  taken: UserRoundX,
  outside: Forward,
  cameBack: MailX,
  woke: AlarmClock,
};

const sayRefused = (error: unknown) => void notify(describeError(error), { tone: 'bad' });

/** What one has to see to, newest first: arrows walk, Enter opens, Delete marks handled. */
export function NeedsPanel({ anchor, open, onOpenChange }: NeedsPanelProps) {
  const hasLeft = useRef(false);
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root
      open={open}
      onOpenChange={(next, { reason, event }) => {
        // What opened it closes it by itself.
        if (reason !== 'outside-press' || !anchor.current?.contains(event.target as Node)) onOpenChange(next);
      }}
    >
      <Base.Portal>
        <Base.Positioner anchor={anchor} side="right" align="start" sideOffset={8} className="z-40">
          <Base.Popup
            ref={popup}
            data-lets-go
            initialFocus={() => popup.current?.querySelector<HTMLElement>('[data-need]') ?? true}
            onKeyDown={walk}
            finalFocus={() => {
              const goesBack = !hasLeft.current;
              hasLeft.current = false;
              return goesBack ? anchor.current : false;
            }}
            className="flex max-h-[min(36rem,80vh)] w-[min(26rem,calc(100vw-1rem))] flex-col rounded-lg bg-surface text-ink shadow-pop outline-none transition duration-120 data-starting-style:opacity-0 data-ending-style:opacity-0"
          >
            <List
              onOpened={() => {
                hasLeft.current = true;
                onOpenChange(false);
              }}
            />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function List({ onOpened }: { onOpened: () => void }) {
  const { teamId } = useMembership();
  const mine = useNeeds();
  const nameOf = useNeedNames();
  const dismissAll = useDismissAll();
  const openNeed = useOpenNeed();
  const needs = mine?.needs ?? [];
  const newest = needs[0];
  return (
    <>
      <header className="flex h-11 shrink-0 items-center gap-2 border-b border-line px-4">
        <Base.Title className="flex-1 text-base font-semibold">What needs you</Base.Title>
        {newest && (
          <Button
            tone="quiet"
            onClick={() => void dismissAll({ teamId, through: newest.at }).catch(sayRefused)}
          >
            Mark all handled
          </Button>
        )}
      </header>
      {needs.length === 0 ? (
        <p className="px-4 py-8 text-center text-sm text-ink-2">Nothing needs you right now.</p>
      ) : (
        <ul className="min-h-0 flex-1 overflow-y-auto p-1">
          {needs.map((need) => (
            <Row
              key={`${need.ticketId} ${need.kind}`}
              need={need}
              words={nameOf ? needWords(need, nameOf(need)) : `#${need.number}`}
              onOpen={() => {
                onOpened();
                openNeed(need);
              }}
            />
          ))}
        </ul>
      )}
      {mine?.more && (
        <p className="border-t border-line px-4 py-2 text-xs text-ink-3">
          The newest {needs.length}. The others come up as these are handled.
        </p>
      )}
    </>
  );
}

const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

function walk(event: KeyboardEvent<HTMLElement>) {
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-need]')];
  const at = rows.findIndex((row) => row.closest('li')!.contains(document.activeElement));
  const step = steps[event.key];
  if (step !== undefined) {
    event.preventDefault();
    rows[Math.min(Math.max(at + step, 0), rows.length - 1)]?.focus();
  } else if (event.key === 'Delete' && at >= 0) {
    event.preventDefault();
    const next = rows[at + 1] ?? rows[at - 1];
    rows[at]!.closest('li')!.querySelector<HTMLElement>('[data-handled]')!.click();
    next?.focus();
  }
}

function Row({ need, words, onOpen }: { need: Need; words: string; onOpen: () => void }) {
  const { teamId } = useMembership();
  const { ticketId, kind, number, at } = need;
  const row = useTicketRow(number, 0);
  const dismiss = useDismiss();
  const now = useNow(30_000);
  const Icon = icons[kind];
  return (
    <li className="group flex items-center gap-1 rounded-md hover:bg-hover has-[[data-need]:focus-visible]:bg-selected">
      <button
        type="button"
        data-need
        onClick={onOpen}
        className="flex min-w-0 flex-1 items-start gap-3 rounded-md px-3 py-2 text-left pointer-coarse:min-h-11"
      >
        <Icon
          aria-hidden
          size={16}
          strokeWidth={1.75}
          className={`mt-0.5 shrink-0 ${kind === 'taken' || kind === 'help' ? 'text-bad' : 'text-accent-text'}`}
        />
        <span className="min-w-0 flex-1">
          <span className="flex gap-2 text-sm font-medium">
            <span className="min-w-0 flex-1 wrap-anywhere">{words}</span>
            <time
              dateTime={new Date(at).toISOString()}
              title={formatFull(at)}
              className="shrink-0 text-xs font-normal text-ink-3 tabular-nums"
            >
              {formatAge(at, now)}
            </time>
          </span>
          {row && (
            <span className="block truncate text-sm text-ink-2">
              <bdi>{row.customerName}</bdi> · <bdi>{row.subject}</bdi>
            </span>
          )}
        </span>
      </button>
      <IconButton
        label={`Mark handled: ${words}`}
        data-handled
        onClick={() => void dismiss({ teamId, ticketId, kind }).catch(sayRefused)}
        className="mr-1"
      >
        <X size={14} />
      </IconButton>
    </li>
  );
}
