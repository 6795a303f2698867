/**
 * ⌘K: every action that something on screen can do now, best match first, each with its key; some open a second step.
 * `#12` jumps to that ticket, and below the actions stand the tickets and customers that what is typed finds.
 */
import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { useEffect, useMemo, useState } from 'react';
import { Kbd } from '../ui/kbd';
import type { Opens } from '../ui/later';
import { actionIds, definitionOf } from './catalogue';
import { forgetAhead, takeLine, takeText } from './commandAhead';
import { findChoices } from './finder';
import { keysOf } from './preferences';
import { rank } from './rank';
import { recency, rememberAction } from './recent';
import {
  activeBinding,
  type Choice,
  closeCommandMenu,
  type MenuState,
  runAction,
  useBindingsVersion,
  useMenuState,
} from './registry';

interface Item {
  id: string;
  label: string;
  hint?: string;
  keys?: string;
  run: () => void;
}

function listActions(): Item[] {
  return actionIds
    .filter((id) => id !== 'desk.commandMenu' && activeBinding(id))
    .sort((a, b) => recency(a) - recency(b) || 0)
    .map((id) => ({
      id,
      label: definitionOf(id).label,
      hint: definitionOf(id).group,
      keys: keysOf(id)[0],
      run: () => {
        rememberAction(id);
        closeCommandMenu();
        runAction(id);
      },
    }));
}

const asItem = (choice: Choice): Item => ({
  ...choice,
  run: () => {
    closeCommandMenu();
    choice.run();
  },
});

function search(items: Item[], query: string): Item[] {
  return items
    .map((item) => ({ item, score: rank(query, item.label) }))
    .filter((each): each is { item: Item; score: number } => each.score !== null)
    .sort((a, b) => b.score - a.score)
    .map((each) => each.item);
}

export interface PanelProps extends Opens {
  onTicketNumber: (number: number) => void;
}

export function CommandMenuPanel({ open, onOpenChange, onTicketNumber }: PanelProps) {
  const state = useMenuState();
  useEffect(() => {
    if (!open) forgetAhead();
  }, [open]);
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-ink/20 transition-opacity duration-120 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Popup
          aria-label="Command menu"
          className="modal fixed top-[12vh] left-1/2 z-50 flex max-h-[70vh] w-[min(36rem,calc(100vw-1.5rem))] -translate-x-1/2 flex-col overflow-hidden rounded-xl bg-surface text-ink shadow-pop transition duration-120 data-ending-style:opacity-0 data-starting-style:opacity-0"
        >
          {/* A new step starts with an empty field. */}
          <Step key={state} state={state} onTicketNumber={onTicketNumber} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

type GoTo = (number: number) => void;

function titleOf(state: MenuState): string {
  if (state === 'all' || state === 'closed') return 'Type a command, #number or words';
  return state === 'ticket.snooze' ? 'Snooze until… (tomorrow at 9, in 2 hours)' : definitionOf(state).label;
}

const nothingFits = (state: MenuState) =>
  state === 'ticket.snooze'
    ? 'That is no time to come, or says more than one. Try “tomorrow at 9”, “in 2 hours” or “Friday 14:30”.'
    : 'Nothing fits.';

/** What this step offers for what is written, best match first. */
function listItems(state: MenuState, query: string, goTo: GoTo): Item[] {
  if (state !== 'closed' && state !== 'all') {
    const binding = activeBinding(state);
    const typed = query.trim() === '' ? [] : (binding?.typedChoices?.(query) ?? []);
    return [...typed.map(asItem), ...search((binding?.choices?.() ?? []).map(asItem), query)];
  }
  const number = /^#?(\d{1,9})$/.exec(query.trim())?.[1];
  const found = search(listActions(), query);
  if (number === undefined) return found;
  const jump = {
    id: 'jump',
    label: `Go to ticket #${number}`,
    run: () => {
      closeCommandMenu();
      goTo(Number(number));
    },
  };
  return [jump, ...found];
}

/** Keys that come faster than this are looked up once. */
const restMs = 150;
const noChoices: Choice[] = [];

/** The last that were found stay until the next have come. */
function useFoundItems(query: string, isOffered: boolean): Item[] {
  const text = isOffered ? query.trim() : '';
  const [found, setFound] = useState(noChoices);
  useEffect(() => {
    let isOver = false;
    const show = (choices: Choice[]) => !isOver && setFound(choices);
    // Without the desk there are the actions.
    const look = () =>
      text === '' ? show(noChoices) : void findChoices(text).then(show, () => show(noChoices));
    const timer = setTimeout(look, text === '' ? 0 : restMs);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [text]);
  return useMemo(() => (text === '' ? [] : found.map(asItem)), [text, found]);
}

interface StepProps extends Pick<PanelProps, 'onTicketNumber'> {
  state: MenuState;
}

function Step({ state, onTicketNumber }: StepProps) {
  const [query, setQuery] = useState(takeText);
  const version = useBindingsVersion();
  const found = useFoundItems(query, state === 'all' || state === 'closed');
  const items = useMemo(() => {
    void version;
    return [...listItems(state, query, onTicketNumber), ...found];
  }, [state, query, version, onTicketNumber, found]);
  useEffect(() => {
    const line = takeLine();
    if (line !== undefined) listItems(state, line, onTicketNumber)[0]?.run();
    // oxlint-disable-next-line react/exhaustive-deps -- once a step
  }, []);
  const title = titleOf(state);

  return (
    <Autocomplete.Root
      open
      inline
      items={items}
      filter={null}
      value={query}
      onValueChange={(value, details) => {
        // Choosing an item must not write its label into the field.
        if (details.reason !== 'item-press') setQuery(value);
      }}
      itemToStringValue={(item: Item) => item.label}
      autoHighlight="always"
      keepHighlight
    >
      <Autocomplete.Input
        // A second step keeps the dialog and brings a new field.
        autoFocus
        aria-label={title}
        placeholder={title}
        className="h-12 w-full border-b border-line bg-transparent px-4 text-lg outline-none placeholder:text-ink-3"
      />
      <Autocomplete.Empty className="px-4 text-sm text-ink-3 not-empty:py-6">
        {items.length === 0 && nothingFits(state)}
      </Autocomplete.Empty>
      <Autocomplete.List className="min-h-0 flex-1 overflow-y-auto p-1.5 empty:hidden">
        {(item: Item) => (
          <Autocomplete.Item
            key={item.id}
            value={item}
            onClick={item.run}
            className="flex min-h-9 cursor-default items-center gap-3 rounded-md px-2.5 text-base select-none data-highlighted:bg-selected pointer-coarse:min-h-11"
          >
            {/* A hint that is a sentence goes under its label: beside it, it would leave it no room. */}
            <span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3 py-1">
              <span className="max-w-full grow truncate">{item.label}</span>
              {item.hint && <span className="text-xs text-ink-3 wrap-anywhere">{item.hint}</span>}
            </span>
            {item.keys && <Kbd keys={item.keys} isSpoken />}
          </Autocomplete.Item>
        )}
      </Autocomplete.List>
    </Autocomplete.Root>
  );
}
