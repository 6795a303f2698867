import { Link } from '@tanstack/react-router';
import type { BulkAct, BulkOutcome } from '../../convex/bulk';
import { useLatest } from '../../lib/useLatest';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';

/** What became of an act on many tickets, where some of them were refused. */
export interface Report {
  act: BulkAct;
  /** As in "9 resolved". */
  words: string;
  done: number;
  /** The refused ones. */
  outcomes: BulkOutcome[];
}

interface Props {
  report: Report | null;
  onClose: () => void;
  /** Of those that others answer: to do it all the same. */
  onConfirm: (report: Report) => void;
}

const anyway: Partial<Record<BulkAct['do'], string>> = {
  assign: 'Reassign',
  resolve: 'Resolve',
};

/** Which were refused, by why; those that colleagues hold can be confirmed (C5). */
export function BulkReport({ report, onClose, onConfirm }: Props) {
  const shown = useLatest(report ?? undefined);
  if (shown === undefined) return null;
  const all = shown.done + shown.outcomes.length;
  const byWhy = Map.groupBy(shown.outcomes, ({ refused }) => refused!.why);
  const held = shown.outcomes.filter(({ refused }) => refused?.heldAt !== undefined).length;
  const verb = anyway[shown.act.do];
  return (
    <Dialog
      open={report !== null}
      onOpenChange={(open) => !open && onClose()}
      title={`${shown.done} of ${all} ${shown.words}`}
      description={
        shown.outcomes.length === 1
          ? 'One stayed as it was. It is still selected.'
          : `${shown.outcomes.length} stayed as they were. They are still selected.`
      }
    >
      <dl className="space-y-3 text-sm">
        {[...byWhy].map(([why, outcomes]) => (
          <div key={why}>
            <dt className="text-ink-2">{why}</dt>
            <dd className="flex flex-wrap gap-x-2 gap-y-1 tabular-nums">
              {outcomes.map(({ number }) => (
                <Link
                  key={number}
                  to="/inbox/$view/$number"
                  params={{ view: 'all', number: String(number) }}
                  onClick={onClose}
                  className="text-accent-text underline pointer-coarse:min-h-11"
                >
                  #{number}
                </Link>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <div className="mt-5 flex justify-end gap-2">
        {held > 0 && verb && (
          <Button size="medium" tone="danger" onClick={() => onConfirm(shown)}>
            {verb} {held === 1 ? 'it' : `the ${held} that colleagues answer`} all the same
          </Button>
        )}
        <Button size="medium" tone="primary" onClick={onClose}>
          Leave {shown.outcomes.length === 1 ? 'it' : 'them'}
        </Button>
      </div>
    </Dialog>
  );
}
