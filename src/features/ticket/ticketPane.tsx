import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { LeftContext, runAction, useAction } from '../../actions/registry';
import { type TicketDetail, useTicket } from '../../convex/tickets';
import { typeAhead } from '../../lib/typedAhead';
import { useLatest } from '../../lib/useLatest';
import { later, soon } from '../../ui/later';
import { EmptyState, ErrorPane, Skeleton } from '../../ui/states';
import { Composer } from './composer';
import { ControlBar } from './controlBar';
import type { ForwardProps } from './forwardDialog';
import { ForwardMail } from './forwardMail';
import type { HelpProps } from './helpDialog';
import { TakenBar } from './takenBar';
import { Thread } from './thread';
import { TicketHeader } from './ticketHeader';
import { usePrimary } from './primary';
import { useTicketActions } from './ticketActions';
import type { TicketDialogsProps } from './ticketDialogs';
import { useWriting } from './useComposing';
import { useNoteOpened } from './useNoteOpened';
import { usePickingUp } from './usePickingUp';
import { useSeeing } from './useSeeing';
import { type Carried, WriteAhead } from './writeAhead';

const ForwardDialog = later<ForwardProps>(async () => (await import('./forwardDialog')).ForwardDialog);

const TicketDialogs = later<TicketDialogsProps>(async () => (await import('./ticketDialogs')).TicketDialogs);
const HelpBar = soon(async () => (await import('./helpBar')).HelpBar, null);
const HelpDialog = later<HelpProps>(async () => (await import('./helpDialog')).HelpDialog);

/** The thread is read and answered without it. */
const CustomerPanel = soon(
  async () => (await import('./customerPanel')).CustomerPanel,
  <div className="w-70 shrink-0 border-l border-line bg-bg max-xl:hidden" />,
);

interface Props {
  number: number;
  onClose: () => void;
}

/**
 * One ticket: its header, who speaks now, the whole conversation, and where to write. While the next one comes, the one
 * before stays to be read; nothing that is pressed or typed acts on it any more.
 */
export function TicketPane({ number, onClose }: Props) {
  const current = useTicket(number);
  const detail = useLatest(current);
  const carried = useRef<Carried | null>(null);
  useAction('desk.back', {
    run: () => {
      const focused = document.activeElement;
      // One step at a time: off what lies over the ticket, out of the field, then out of the ticket.
      if (isPanelOver()) {
        runAction('ticket.panel');
        document.querySelector<HTMLElement>('[data-thread]')?.focus();
      } else if (focused instanceof HTMLElement && focused.closest('[data-region=thread] form')) {
        document.querySelector<HTMLElement>('[data-thread]')?.focus();
      } else onClose();
    },
  });
  if (current === null) return <EmptyState title={`There is no ticket #${number} here.`} />;
  const isLeft = detail?.ticket.number !== number;
  const ahead = isLeft && <WriteAhead key={number} number={number} carried={carried} />;
  if (!detail) {
    return (
      <>
        {ahead}
        <PaneSkeleton />
      </>
    );
  }
  return (
    <ErrorPane what="This conversation" resetKey={String(number)}>
      {ahead}
      <LeftContext value={isLeft}>
        <div
          inert={isLeft}
          aria-busy={isLeft}
          className="h-full transition-opacity duration-80 inert:opacity-60 inert:delay-200"
        >
          <OpenTicket detail={detail} carried={carried} onClose={onClose} />
        </div>
      </LeftContext>
    </ErrorPane>
  );
}

interface OpenProps {
  detail: TicketDetail;
  carried: RefObject<Carried | null>;
  onClose: () => void;
}

/**
 * What only shows the ticket stays in place from one to the next; what keeps something of it begins anew, and so does the
 * focus: a button that was pressed for one ticket is not to be pressed again for another.
 */
function OpenTicket({ detail, carried, onClose }: OpenProps) {
  const { _id: id, number } = detail.ticket;
  const pane = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const held = pane.current?.querySelector<HTMLElement>(':is(header, aside) :focus');
    held?.blur();
  }, [id]);
  useNoteOpened(detail);
  usePickingUp(detail);
  useSeeing(detail);
  const actions = useTicketActions(detail, onClose);
  const writing = useWriting(detail);
  const primary = usePrimary(writing, actions);
  const [showsPanel, setShowsPanel] = useState(() => matchMedia('(min-width: 1280px)').matches);
  useAction('ticket.tags', {
    run: () => {
      const typed = typeAhead();
      const put = () => {
        flushSync(() => setShowsPanel(true));
        typed.into(document.querySelector<HTMLInputElement>('[data-add-tag]'));
      };
      CustomerPanel.ready().then(put, () => typed.into(null));
    },
  });
  useAction('ticket.panel', { run: () => setShowsPanel((shown) => !shown) });

  return (
    <div ref={pane} className="flex h-full min-h-0">
      <section
        aria-label={`Ticket #${number}`}
        data-region="thread"
        className="flex min-h-0 min-w-0 flex-1 flex-col short:overflow-y-auto"
      >
        <TicketHeader detail={detail} actions={actions} primary={primary} onClose={onClose} />
        <ControlBar key={`control ${id}`} detail={detail} actions={actions} primary={primary} />
        {detail.ticket.help && <HelpBar key={`help ${id}`} help={detail.ticket.help} actions={actions} />}
        <ForwardMail value={actions.setForwards}>
          <Thread key={`thread ${id}`} detail={detail} />
        </ForwardMail>
        <div className="writing-place shrink-0">
          <TakenBar key={`taken ${id}`} detail={detail} actions={actions} />
          <Composer
            key={`composer ${id}`}
            detail={detail}
            actions={actions}
            writing={writing}
            primary={primary}
            carried={carried}
          />
        </div>
      </section>
      {showsPanel && <CustomerPanel detail={detail} actions={actions} onClose={() => setShowsPanel(false)} />}
      <ForwardDialog
        key={`forward ${id}`}
        detail={detail}
        asked={actions.forwards}
        open={actions.forwards !== null}
        onOpenChange={() => actions.setForwards(null)}
      />
      <HelpDialog
        key={`asks ${id}`}
        detail={detail}
        open={actions.asksHelp}
        onOpenChange={actions.setAsksHelp}
      />
      <TicketDialogs
        key={`dialogs ${id}`}
        detail={detail}
        actions={actions}
        open={actions.asksResolve !== null || actions.asksReopen || actions.asksSteal !== null}
        onOpenChange={() => {
          actions.setAsksResolve(null);
          actions.setAsksReopen(false);
          actions.setAsksSteal(null);
        }}
      />
    </div>
  );
}

/** Where there is no room beside the thread, the customer panel lies over it. */
function isPanelOver(): boolean {
  const panel = document.querySelector('[data-region=panel]');
  return panel !== null && getComputedStyle(panel).position === 'fixed';
}

function PaneSkeleton() {
  return (
    <div aria-busy="true" aria-label="Loading the ticket" className="space-y-4 p-5">
      <Skeleton className="h-5 w-1/3" />
      <Skeleton className="h-16 w-2/3" />
      <Skeleton className="ml-auto h-16 w-1/2" />
    </div>
  );
}
