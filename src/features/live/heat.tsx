import type { HeatReason } from '../../../convex/shared/agents/heat';
import { Badge } from '../../ui/badge';
import { heatTones, heatWords, whyHot } from './heatWords';

/** The reasons in a row, strongest first, as many as fit; all of them, whole, are told to who points at them. */
export function Heat({ reasons }: { reasons: readonly HeatReason[] }) {
  if (reasons.length === 0) return <p className="mt-0.5 text-xs text-ink-3">Nothing unusual</p>;
  return (
    <span title={reasons.map(whyHot).join('\n')} className="mt-0.5 flex h-5 flex-wrap gap-1 overflow-hidden">
      {reasons.map((reason, index) => (
        // Two of a kind may be there.
        // oxlint-disable-next-line react/no-array-index-key
        <span key={index} className="flex h-5 max-w-full overflow-hidden">
          <Badge tone={heatTones[reason.kind]}>{heatWords(reason)}</Badge>
        </span>
      ))}
    </span>
  );
}
