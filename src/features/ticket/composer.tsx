import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { useShownKeys } from '../../actions/preferences';
import { useActions } from '../../actions/registry';
import type { TicketDetail } from '../../convex/tickets';
import { Button } from '../../ui/button';
import { later, soon } from '../../ui/later';
import { filesPasted } from '../../lib/upload';
import { AttachButton, TrayFiles } from './files';
import { HeldReply } from './heldReply';
import { ReplyWay } from './replyWay';
import type { ConfirmStealProps } from './confirmSteal';
import { useMentionPicker } from './mentionPicker';
import type { TicketActions } from './ticketActions';
import type { Primary } from './primary';
import { type Composing, useComposing } from './useComposing';
import { useCopyChoices, useWay, useWayChoices, type Ways } from './useWay';
import type { Way } from './ways';
import type { Carried } from './writeAhead';
import { TemplateDialog } from './templateAhead';
import { WindowLine } from './windowLine';
import type { Writing } from './writing';

/** Files let go over the page: nobody does that while it comes. */
const FileDrop = soon(async () => (await import('./fileDrop')).FileDrop, null);
const ConfirmSteal = later<ConfirmStealProps>(async () => (await import('./confirmSteal')).ConfirmSteal);

interface Props {
  detail: TicketDetail;
  actions: TicketActions;
  writing: Writing;
  primary: Primary;
  carried: RefObject<Carried | null>;
}

/** Where operators write. A note cannot be sent by mistake: its colour, its label and its button all say so. */
export function Composer({ detail, actions, writing, primary, carried }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const ways = useWay(detail);
  const { way } = ways;
  const composing = useComposing(detail, actions, writing, ways);
  const sends = useSends(composing, detail, actions.otherHolds && !way.isBeside);
  const chooser = useRef<HTMLInputElement>(null);
  const start = useComposerActions(composing, { field, chooser }, sends);
  const canChoose = useWayAction(ways, composing, field);
  /** Whatever is pressed in here, the hand writes on: a button that goes away would leave the next words to the shortcuts. */
  const thenWrite = (act: () => void) => () => {
    act();
    field.current?.focus();
  };
  const send = thenWrite(sends.send);
  const sendAndResolve = thenWrite(sends.sendAndResolve);
  const isNote = composing.mode === 'note';
  const mentions = useMentionPicker({ field, isNote, text: composing.text, write: composing.write });
  const takeCarried = useRef(() => {});
  takeCarried.current = () => {
    const ahead = carried.current;
    carried.current = null;
    if (ahead?.number !== detail.ticket.number) return;
    composing.setMode(ahead.mode);
    if (ahead.text !== '') composing.write([composing[ahead.mode], ahead.text].filter(Boolean).join('\n\n'));
    field.current?.focus();
  };
  useLayoutEffect(() => takeCarried.current(), []);

  return (
    <form
      aria-label={isNote ? 'Note' : 'Reply'}
      className={`relative border-t ${isNote ? 'border-note-line bg-note forced-colors:border-t-4' : 'border-line bg-surface'}`}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {composing.held && !isNote && (
        <HeldReply
          held={composing.held}
          onSend={thenWrite(composing.sendHeld)}
          onKeep={thenWrite(composing.keepEditing)}
        />
      )}
      <div role="tablist" aria-label="What to write" className="flex gap-1 px-3 pt-2">
        <ModeTab
          label="Reply"
          isChosen={!isNote}
          isBegun={composing.reply !== '' || composing.hasFiles.reply}
          onChoose={() => start('reply')}
        />
        <ModeTab
          label="Note"
          isChosen={isNote}
          isBegun={composing.note !== '' || composing.hasFiles.note}
          onChoose={() => start('note')}
        />
      </div>
      {mentions.list}
      {composing.isBack && (
        <p role="status" className="px-4 pt-1.5 text-xs text-warn">
          Not sent: the desk could not be reached. It is back as you wrote it.
        </p>
      )}
      <textarea
        ref={field}
        {...mentions.fieldProps}
        value={composing.text}
        onChange={(event) => composing.write(event.target.value)}
        onPaste={(event) => {
          const files = filesPasted(event.clipboardData);
          if (files.length === 0) return;
          event.preventDefault();
          composing.attach(files);
        }}
        aria-label={isNote ? 'Note, only the team sees it' : `Reply to ${detail.customer.called}`}
        placeholder={isNote ? 'Write a note for the team, @ to mention' : placeholder(detail, actions, way)}
        maxLength={20_000}
        rows={3}
        className={`field-sizing-content max-h-[40vh] min-h-16 w-full max-md:min-h-11 resize-none bg-transparent px-4 py-2 text-base outline-none placeholder:text-ink-3 ${isNote ? 'text-note-ink' : 'text-ink'}`}
      />
      <TrayFiles
        files={composing.files}
        canRetry={composing.canRetry}
        onRetry={(id) => thenWrite(() => composing.retryFile(id))()}
        onRemove={(id) => thenWrite(() => composing.removeFile(id))()}
      />
      {isNote ? (
        <p className="px-4 pb-1.5 text-xs text-note-ink">Only the team sees notes.</p>
      ) : (
        <>
          <ReplyWay
            // Why nothing but a template is taken stands below, with the way on.
            way={ways.onWhatsapp && way.isBlocked ? { ...way, because: '' } : way}
            canChoose={canChoose}
            copies={ways.copies}
          />
          {ways.onWhatsapp && <WindowLine on={ways.onWhatsapp} />}
        </>
      )}
      <FileDrop onDrop={(files, folders) => thenWrite(() => composing.attach(files, folders))()} />
      {/* Where there is no room for both buttons in one line, their keys go first. */}
      <footer className="@container px-3 pb-2.5">
        <div className="flex flex-wrap items-center justify-end gap-x-2 gap-y-1 @max-lg:[&_[aria-hidden]:has(kbd)]:hidden">
          <AttachButton input={chooser} onChoose={(chosen) => thenWrite(() => composing.attach(chosen))()} />
          <span className="flex-1" />
          <SendButtons
            composing={composing}
            actions={actions}
            way={way}
            tone={primary === 'send' ? 'primary' : 'plain'}
            onSendAndResolve={sendAndResolve}
          />
        </div>
      </footer>
      {sends.asking}
      <Templates detail={detail} iHold={actions.iHold} onWhatsapp={ways.onWhatsapp} />
    </form>
  );
}

/** [M7] Opened by its key, by the menu, and where it is said that nothing else is taken. */
function Templates({
  detail,
  iHold,
  onWhatsapp,
}: {
  detail: TicketDetail;
  iHold: boolean;
  onWhatsapp: Ways['onWhatsapp'];
}) {
  const [isOpen, setIsOpen] = useState(false);
  useActions({
    'reply.template': {
      run: () => setIsOpen(true),
      enabled: () => onWhatsapp !== undefined || 'Templates are for customers who write by WhatsApp.',
    },
  });
  return (
    <TemplateDialog
      detail={detail}
      on={onWhatsapp ?? null}
      iHold={iHold}
      open={isOpen}
      onOpenChange={setIsOpen}
    />
  );
}

function placeholder(detail: TicketDetail, actions: TicketActions, { isBeside }: Way): string {
  if (isBeside) return `Write an email to ${detail.customer.called}`;
  if (actions.iHold) return `Write to ${detail.customer.called}`;
  if (actions.otherHolds) return `${detail.control.operatorName} is answering. Sending asks to take over.`;
  return detail.control.holder === 'agent' && actions.unheard === null && !detail.agent.isOff
    ? `${detail.agent.name} is answering. Sending takes over.`
    : 'Sending takes over.';
}

interface SendProps {
  composing: Composing;
  actions: TicketActions;
  way: Way;
  tone: 'primary' | 'plain';
  onSendAndResolve: () => void;
}

function SendButtons({ composing, actions, way, tone, onSendAndResolve }: SendProps) {
  const isEmpty = composing.hindrance !== null;
  const sendKeys = useShownKeys('reply.send');
  const resolveKeys = useShownKeys('reply.sendAndResolve');
  if (composing.mode === 'note') {
    return (
      <Button type="submit" tone={tone} keys={sendKeys} disabled={isEmpty}>
        Add note
      </Button>
    );
  }
  return (
    <>
      {actions.active && (
        <Button keys={resolveKeys} disabled={isEmpty} onClick={onSendAndResolve}>
          {way.isBeside
            ? 'Send by email and resolve'
            : actions.iHold
              ? 'Send and resolve'
              : 'Take over, send and resolve'}
        </Button>
      )}
      <Button type="submit" tone={tone} keys={sendKeys} disabled={isEmpty}>
        {way.isBeside ? 'Send by email' : actions.iHold ? 'Send' : 'Take over & send'}
      </Button>
    </>
  );
}

interface TabProps {
  label: string;
  isChosen: boolean;
  /** Something is written there that has not gone out. */
  isBegun: boolean;
  onChoose: () => void;
}

function ModeTab({ label, isChosen, isBegun, onChoose }: TabProps) {
  const isUnsent = isBegun && !isChosen;
  return (
    <button
      type="button"
      role="tab"
      aria-label={isUnsent ? `${label}, not sent yet` : label}
      aria-selected={isChosen}
      onClick={onChoose}
      className="h-7 rounded-md px-2.5 text-sm font-medium text-ink-2 hover:bg-hover aria-selected:bg-surface-2 aria-selected:text-ink pointer-coarse:h-11"
    >
      {label}
      {isUnsent && (
        <span aria-hidden className="text-accent-text">
          {' ●'}
        </span>
      )}
    </button>
  );
}

type Sends = ReturnType<typeof useSends>;

/** Sending, which over another operator is a steal: explicit and confirmed (C5). */
function useSends(composing: Composing, { control }: TicketDetail, isSteal: boolean) {
  const [asks, setAsks] = useState<'send' | 'sendAndResolve' | null>(null);
  const start = (act: 'send' | 'sendAndResolve') => () => {
    if (composing.mode === 'reply' && isSteal) setAsks(act);
    else void composing[act]();
  };
  const name = control.operatorName ?? 'the other operator';
  return {
    send: start('send'),
    sendAndResolve: start('sendAndResolve'),
    asking: (
      <ConfirmSteal
        open={asks !== null}
        onOpenChange={(open) => !open && setAsks(null)}
        name={name}
        title={`Take over from ${name} and send?`}
        confirm="Take over & send"
        onConfirm={() => asks && void composing[asks]({ expectedEpoch: control.epoch })}
      />
    ),
  };
}

/** Binds the actions of writing; returns how to start in a mode. */
function useComposerActions(
  composing: Composing,
  {
    field,
    chooser,
  }: { field: RefObject<HTMLTextAreaElement | null>; chooser: RefObject<HTMLInputElement | null> },
  sends: Sends,
) {
  const start = (mode: 'reply' | 'note') => {
    composing.setMode(mode);
    field.current?.focus();
  };
  const isInside = () => field.current !== null && document.activeElement === field.current;
  const hasText = () => isInside() && (composing.hindrance ?? true);
  useActions({
    'reply.start': { run: () => start('reply') },
    'reply.note': { run: () => start('note') },
    'reply.switchMode': { run: () => start(composing.mode === 'reply' ? 'note' : 'reply') },
    'reply.attach': { run: () => chooser.current?.click() },
    'reply.send': { run: sends.send, enabled: hasText },
    'reply.sendAndResolve': {
      run: sends.sendAndResolve,
      enabled: () => (composing.mode === 'note' && isInside() ? 'A note resolves nothing.' : hasText()),
    },
  });
  return start;
}

/** Binds the choice of a way; true where there is one. */
function useWayAction(
  ways: Ways,
  composing: Composing,
  field: RefObject<HTMLTextAreaElement | null>,
): boolean {
  /** Once the menu it was chosen in has let go of the page. */
  const thenWrite = () => void requestAnimationFrame(() => field.current?.focus());
  const choices = useWayChoices(ways, {
    thenWrite,
    askFor(question) {
      composing.setMode('reply');
      if (!composing.reply.includes(question)) {
        composing.write([composing.reply, question].filter(Boolean).join('\n\n'));
      }
      thenWrite();
    },
  });
  const canChoose = choices.some(({ id }) => id !== ways.way.id);
  const copies = useCopyChoices(ways);
  useActions({
    'reply.copies': {
      enabled: () => copies.length > 0 || 'Nobody reads along by mail.',
      choices: () => copies,
    },
    'reply.way': {
      enabled: () => canChoose || 'There is no other way to reach them.',
      choices: () => choices,
    },
  });
  return canChoose;
}
