import { Search, X } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { isEmptySearch, parseSearch } from '../../../convex/shared/search/parseSearch';
import { useActions } from '../../actions/registry';
import { type FoundThread, useSearch } from '../../convex/search';
import { describeError } from '../../lib/errors';
import { IconButton } from '../../ui/button';
import { Splitter } from '../../ui/splitter';
import { EmptyState } from '../../ui/states';
import { FoundList, listId } from './foundList';
import { NoTicket } from './noTicket';
import { withoutOperators } from './operatorText';
import { SearchFilters } from './searchFilters';
import { NothingFound, SearchHelp } from './searchHelp';
import { useWalk } from './useWalk';

interface Props {
  /** As the address says. */
  text: string;
  ticket: number | null;
  onText: (text: string) => void;
  /** With the text as it is: the address may be behind it. */
  onTicket: (number: number | null, text: string) => void;
  /** The open ticket. */
  children: ReactNode;
}

/** Text, filters and what was found beside the ticket that is open; on a phone one of them at a time. */
export function SearchPage({ text: addressed, ticket, onText, onTicket, children }: Props) {
  const { text, setText, ask } = useTextOf(addressed);
  const { found, error, isBehind } = useSearch(text);
  // The address follows what was answered: whoever opens something of it can step back to it.
  useEffect(() => {
    if (isBehind || text === addressed) return;
    ask(text);
    onText(text);
    // oxlint-disable-next-line react/exhaustive-deps -- when it is answered, not who hears of it
  }, [isBehind, text]);
  const field = useRef<HTMLInputElement>(null);
  const [width, setWidth] = useState(420);
  const threads = found?.threads ?? [];
  const openTicket = (number: number | null) => {
    ask(text);
    onTicket(number, text);
  };
  const { selected, walk, open } = useWalk(threads, ticket, openTicket);
  const shown = threads.find(({ conversationId }) => conversationId === selected);
  const isOpen = ticket !== null || (shown !== undefined && shown.ticket === null);
  const focus = () => {
    field.current?.focus();
    field.current?.select();
  };
  useLayoutEffect(() => {
    if (ticket === null) field.current?.focus();
    // oxlint-disable-next-line react/exhaustive-deps -- once, where one comes to search
  }, []);
  useActions({
    'go.search': { run: focus },
    'list.next': { run: () => walk(1), enabled: () => threads.length > 0 },
    'list.previous': { run: () => walk(-1), enabled: () => threads.length > 0 },
    'list.open': { run: () => shown && open(shown), enabled: () => shown !== undefined },
    'desk.back': { run: () => (isOpen ? open(null) : focus()) },
  });
  useTitle(text);
  const change = (next: string, goesOn = false) => {
    setText(next);
    if (goesOn) field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, () => void> = {
      ArrowDown: () => walk(1),
      ArrowUp: () => walk(-1),
      Enter: () => open(shown ?? threads[0] ?? null),
      Escape: () => field.current?.blur(),
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    step();
  };
  return (
    <>
      <section
        aria-label="Search"
        data-region="list"
        style={{ width }}
        className={`flex min-h-0 shrink-0 flex-col bg-surface max-md:w-full! ${isOpen ? 'max-md:hidden' : ''}`}
      >
        <h1 className="sr-only">Search</h1>
        <Field
          ref={field}
          text={text}
          hasList={threads.length > 0}
          selected={selected}
          onChange={change}
          onKeyDown={onKeyDown}
        />
        <SearchFilters text={text} onChange={change} />
        <Results {...{ text, found, error, isBehind, selected, onOpen: open, onChange: change }} />
      </section>
      <Splitter label="Width of the results" value={width} min={320} max={560} onChange={setWidth} />
      <main className={`min-h-0 min-w-0 flex-1 bg-surface ${isOpen ? '' : 'max-md:hidden'}`}>
        {ticket !== null ? (
          children
        ) : shown && shown.ticket === null ? (
          <NoTicket key={shown.conversationId} thread={shown} onTicket={openTicket} />
        ) : (
          threads.length > 0 && (
            <EmptyState title="Choose a conversation.">J and K walk what was found.</EmptyState>
          )
        )}
      </main>
    </>
  );
}

interface FieldProps {
  ref: React.Ref<HTMLInputElement>;
  text: string;
  hasList: boolean;
  selected: string | null;
  onChange: (text: string) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

function Field({ ref, text, hasList, selected, onChange, onKeyDown }: FieldProps) {
  return (
    <div className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-3 focus-within:border-accent">
      <Search size={16} strokeWidth={1.75} aria-hidden className="shrink-0 text-ink-3" />
      <input
        ref={ref}
        type="search"
        role="combobox"
        aria-label="Search"
        aria-expanded={hasList}
        aria-controls={hasList ? listId : undefined}
        aria-activedescendant={selected === null ? undefined : `found-${selected}`}
        aria-autocomplete="list"
        placeholder="Words, #number, from:, is:open…"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
        className="h-9 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-ink-3 [&::-webkit-search-cancel-button]:hidden"
      />
      {text !== '' && (
        <IconButton label="Clear" onClick={() => onChange('')}>
          <X size={15} />
        </IconButton>
      )}
    </div>
  );
}

interface ResultsProps extends Pick<ReturnType<typeof useSearch>, 'found' | 'error' | 'isBehind'> {
  text: string;
  selected: string | null;
  onOpen: (thread: FoundThread) => void;
  onChange: (text: string) => void;
}

function Results({ text, found, error, isBehind, ...list }: ResultsProps) {
  const { onChange } = list;
  if (isEmptySearch(parseSearch(text))) return <SearchHelp onTry={onChange} />;
  if (error !== undefined)
    return <EmptyState title="The search was not answered.">{describeError(error)}</EmptyState>;
  if (!found) return null;
  const count = found.threads.length;
  const isNothing = count === 0 && found.people.length === 0 && found.walkedTo === null;
  const fewer = withoutOperators(text);
  return (
    <>
      <p role="status" className="shrink-0 border-b border-line px-3 py-1.5 text-xs text-ink-3">
        {found.needsWord
          ? 'Add a word'
          : count === 0
            ? 'Nothing found'
            : `${count}${found.isCut ? ' or more' : ''} found, newest first`}
      </p>
      {isNothing && !isBehind ? (
        <NothingFound
          {...{ found, text }}
          onFewer={fewer === '' || fewer === text.trim() ? null : () => onChange(fewer)}
        />
      ) : (
        <FoundList text={text} found={found} isBehind={isBehind} {...list} />
      )}
    </>
  );
}

/** The text as it is typed; an address that was not asked for here changes it, too. */
function useTextOf(addressed: string) {
  const [state, setState] = useState({ text: addressed, at: addressed, asked: addressed });
  if (addressed !== state.at) {
    const isAsked = addressed === state.asked;
    setState({ text: isAsked ? state.text : addressed, at: addressed, asked: addressed });
  }
  return {
    text: state.text,
    setText: (text: string) => setState((now) => ({ ...now, text })),
    /** The address is about to be this. */
    ask: (asked: string) => setState((now) => ({ ...now, asked })),
  };
}

function useTitle(text: string) {
  useEffect(() => {
    document.title = text.trim() === '' ? 'Search · Baton' : `${text.trim()} · Search · Baton`;
  }, [text]);
}
