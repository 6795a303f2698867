/** In the place of the list's head while tickets are selected: how many, and what is done to all of them. */
import { isLonger } from '../../../convex/shared/kit/text';
import { useEffect, useState } from 'react';
import { X } from 'lucide-react';
import { maxTagLength, priorities } from '../../../convex/shared/tickets/tickets';
import { type ActionId, definitionOf } from '../../actions/catalogue';
import { useShownKeys } from '../../actions/preferences';
import { changed, type Choice, runAction, useActions } from '../../actions/registry';
import { type SnoozeChoice, snoozeChoices, typedTime } from '../../actions/snoozeTimes';
import { type BulkAct, type BulkOutcome, undoAll, useBulk } from '../../convex/bulk';
import { useMembers } from '../../convex/members';
import { useMembership } from '../../convex/session';
import { useTags } from '../../convex/ticketLists';
import { describeError } from '../../lib/errors';
import { Button, IconButton } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { notify } from '../../ui/toast';
import { Tooltip } from '../../ui/tooltip';
import { BulkReport, type Report } from './bulkReport';
import { clearSelection, mostSelected, select, selectedInOrder, useSelectedCount } from './selection';
import { priorityWords } from './words';

/** "3 tickets". */
const ticketsOf = (count: number) => `${count} ${count === 1 ? 'ticket' : 'tickets'}`;

const acts = [
  'ticket.assign',
  'ticket.priority',
  'ticket.snooze',
  'ticket.tags',
  'ticket.resolve',
] as const satisfies ActionId[];
const shortLabels: Record<(typeof acts)[number], string> = {
  'ticket.assign': 'Assign',
  'ticket.priority': 'Priority',
  'ticket.snooze': 'Snooze',
  'ticket.tags': 'Tag',
  'ticket.resolve': 'Resolve',
};

export function SelectionBar() {
  const count = useSelectedCount();
  const work = useWork();
  const [asksResolve, setAsksResolve] = useState(false);
  useBulkActions(work.start, () => setAsksResolve(true));
  return (
    <>
      <div role="toolbar" aria-label="Selected tickets" className="px-3 py-2">
        <div className="flex h-8 items-center gap-2">
          <span role="status" className="flex-1 text-sm font-semibold">
            {work.progress ?? `${count} selected`}
            {count === mostSelected && ', as many as one may'}
          </span>
          <IconButton label="Clear the selection" onClick={clearSelection}>
            <X size={15} />
          </IconButton>
        </div>
        <div className="flex flex-wrap gap-1">
          {acts.map((id) => (
            <BulkButton key={id} id={id} count={count} isBusy={work.progress !== null} />
          ))}
        </div>
      </div>
      <Confirm
        open={asksResolve}
        onOpenChange={setAsksResolve}
        title={`Resolve ${ticketsOf(count)}?`}
        description="The agents answer from here, also what customers wrote last and nobody has answered. What colleagues are answering is left to them."
        confirm="Resolve"
        keep="Keep them open"
        onConfirm={() => void work.start({ do: 'resolve' }, 'resolved')}
      />
      <BulkReport report={work.report} onClose={work.closeReport} onConfirm={work.goOn} />
    </>
  );
}

function BulkButton({ id, count, isBusy }: { id: (typeof acts)[number]; count: number; isBusy: boolean }) {
  return (
    <Tooltip text={definitionOf(id).label} keys={useShownKeys(id)}>
      <Button
        disabled={isBusy}
        aria-label={`${shortLabels[id]} ${ticketsOf(count)}`}
        onClick={() => runAction(id)}
        className="px-2"
      >
        {shortLabels[id]}
      </Button>
    </Tooltip>
  );
}

/** With the way back, where each has one. */
function sayDone(act: BulkAct, outcomes: readonly BulkOutcome[], words: string) {
  const run = () =>
    void undoAll(outcomes).then(
      () => notify(`${ticketsOf(outcomes.length)} as before.`),
      (error: unknown) => notify(describeError(error), { tone: 'bad' }),
    );
  const label = act.do === 'resolve' ? 'Reopen' : 'Undo';
  const canUndo = outcomes.every(({ undo }) => undo !== undefined);
  notify(`${ticketsOf(outcomes.length)} ${words}.`, canUndo ? { action: { label, run } } : {});
}

/** Carries one act out at a time, and keeps what became of it. `words`: what has happened to those that are done. */
function useWork() {
  const bulk = useBulk();
  const [progress, setProgress] = useState<string | null>(null);
  const [report, setReport] = useState<Report | null>(null);

  async function start(act: BulkAct, words: string, confirmed?: ReadonlyMap<number, number>) {
    if (progress !== null) return;
    const numbers = confirmed ? [...confirmed.keys()] : selectedInOrder();
    const say = (count: number) => setProgress(`${count} of ${numbers.length}`);
    say(0);
    try {
      const outcomes = await bulk(numbers, act, { ...(confirmed && { confirmed }), onProgress: say });
      const refused = outcomes.filter((each) => each.refused !== null);
      if (refused.length > 0) {
        select(refused.map(({ number }) => number));
        setReport({ act, words, done: outcomes.length - refused.length, outcomes: refused });
      } else {
        clearSelection();
        sayDone(act, outcomes, words);
      }
    } finally {
      setProgress(null);
    }
  }

  return {
    progress,
    report,
    start,
    closeReport: () => setReport(null),
    /** [C5] Over those who answer them now: as it was shown. */
    goOn: ({ act, words, outcomes }: Report) => {
      setReport(null);
      const held = outcomes.flatMap(({ number, refused }) =>
        refused?.heldAt === undefined ? [] : [[number, refused.heldAt] as const],
      );
      void start(act, words, new Map(held));
    },
  };
}

/** While tickets are selected, the keys of the open ticket mean them. */
function useBulkActions(start: (act: BulkAct, words: string) => unknown, askResolve: () => void) {
  const { memberId } = useMembership();
  const members = useMembers();
  const tags = useTags() ?? [];
  // What is offered changes with them.
  useEffect(changed, [members]);
  const snooze = ({ label, hint, back, at }: SnoozeChoice): Choice => ({
    id: label,
    label,
    hint,
    run: () => void start({ do: 'snooze', until: at }, `snoozed. Back ${back}`),
  });
  const assign = (to: { memberId: typeof memberId; name: string } | null) =>
    void start(
      { do: 'assign', memberId: to?.memberId ?? null },
      to === null ? 'unassigned' : `given to ${to.name}`,
    );
  const me = members?.find((each) => each.memberId === memberId);
  useActions(
    {
      'ticket.assign': {
        choices: () => [
          ...(members ?? []).map((to) => ({ id: to.memberId, label: to.name, run: () => assign(to) })),
          { id: 'none', label: 'Nobody', run: () => assign(null) },
        ],
      },
      'ticket.assignToMe': { run: () => me && assign(me) },
      'ticket.priority': {
        choices: () =>
          priorities.map((priority) => ({
            id: priority,
            label: priorityWords[priority],
            run: () => void start({ do: 'setPriority', priority }, `set to ${priorityWords[priority]}`),
          })),
      },
      'ticket.snooze': {
        choices: () => snoozeChoices(new Date()).map(snooze),
        typedChoices: (typed) => {
          const choice = typedTime(typed, new Date());
          return choice ? [snooze(choice)] : [];
        },
      },
      'ticket.tags': {
        choices: () =>
          tags.map(({ tag }) => ({
            id: `known ${tag}`,
            label: tag,
            run: () => void start({ do: 'addTag', tag }, `tagged ${tag}`),
          })),
        typedChoices: (typed) => {
          const tag = typed.trim();
          const isKnown = tags.some((each) => each.tag === tag);
          if (tag === '' || isLonger(tag, maxTagLength) || isKnown) return [];
          const run = () => void start({ do: 'addTag', tag }, `tagged ${tag}`);
          return [{ id: tag, label: `Add the tag ${tag}`, run }];
        },
      },
      'ticket.resolve': { run: askResolve },
      'desk.back': { run: clearSelection },
    },
    { goFirst: true },
  );
}
