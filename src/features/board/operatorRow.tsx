import { memo, useState } from 'react';
import { memberStatuses, type MemberStatus } from '../../../convex/shared/people/people';
import { formatDuration } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { Avatar } from '../../ui/avatar';
import { NativeSelect, TextInput } from '../../ui/field';
import type { BoardActs } from './acts';
import { NumberLink } from './numberLink';
import type { Shown } from './operators';
import { statusWords } from './words';

interface Props {
  shown: Shown;
  acts: BoardActs;
  isWall: boolean;
}

/** One person: whether they are there and since when, how full they are, and what they hold. */
export const OperatorRow = memo(
  function OperatorRow({ shown, acts, isWall }: Props) {
    const { memberId, name, effective, load, limit, tickets, held } = shown;
    return (
      <li className="flex min-h-14 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-2 last:border-b-0">
        <span className="flex min-w-40 flex-1 items-center gap-2.5 in-data-wall:min-w-full">
          <Avatar name={name} size={28} status={effective} />
          <span className="min-w-0">
            <bdi className="block truncate text-sm font-medium">{name}</bdi>
            <TimeInStatus shown={shown} />
          </span>
        </span>
        <NumberLink
          list={{ list: 'assigned', of: memberId }}
          label={`Load ${load} of ${limit}: tickets of ${name}`}
          className="-mx-1 flex w-40 items-center gap-2 px-1 py-1 in-data-wall:w-auto"
        >
          <Slots load={load} limit={limit} />
          <span className={`text-sm tabular-nums ${load > limit ? 'font-semibold text-bad' : ''}`}>
            {load} of {limit}
          </span>
        </NumberLink>
        <NumberLink
          list={{ list: 'assigned', of: memberId }}
          label={`${tickets} tickets of ${name}`}
          className="w-20 px-1 py-1 text-sm text-ink-2 tabular-nums in-data-wall:w-auto"
        >
          {tickets} {tickets === 1 ? 'ticket' : 'tickets'}
        </NumberLink>
        <NumberLink
          list={{ list: 'held', of: memberId }}
          label={`${held} live takeovers of ${name}`}
          className={`w-14 px-1 py-1 text-sm tabular-nums in-data-wall:w-auto ${held > 0 ? 'text-accent-text' : 'text-ink-3'}`}
        >
          {held} live
        </NumberLink>
        {!isWall && <Controls shown={shown} acts={acts} />}
      </li>
    );
  },
  (a, b) => a.isWall === b.isWall && JSON.stringify(a.shown) === JSON.stringify(b.shown),
);

const whyLess = { idle: 'idle', disconnected: 'not connected' };

function TimeInStatus({ shown: { effective, downgrade, since } }: { shown: Shown }) {
  const now = useNow(1_000);
  return (
    <span className="block truncate text-xs text-ink-3 tabular-nums">
      {statusWords[effective]}
      {downgrade && ` (${whyLess[downgrade]})`} · {formatDuration(now - since)}
    </span>
  );
}

/** More than this is a bar: blocks would be too thin to count. */
const mostBlocks = 10;

/** One block for each conversation they may have, as full as they are; red from the limit on. */
function Slots({ load, limit }: { load: number; limit: number }) {
  const fill = load >= limit && load > 0 ? 'bg-bad' : 'bg-accent';
  if (limit < 1 || limit > mostBlocks) {
    const share = limit > 0 ? Math.min(1, load / limit) : load > 0 ? 1 : 0;
    return (
      <span
        aria-hidden
        className="h-2.5 w-20 overflow-hidden rounded-sm bg-surface-2 forced-color-adjust-none"
      >
        <span className={`block h-full ${fill}`} style={{ width: `${share * 100}%` }} />
      </span>
    );
  }
  return (
    <span aria-hidden className="flex w-20 gap-0.5 forced-color-adjust-none">
      {Array.from({ length: limit }, (_, index) => (
        <span key={index} className="h-2.5 flex-1 overflow-hidden rounded-sm bg-surface-2">
          <span
            className={`block h-full ${fill}`}
            style={{ width: `${Math.max(0, Math.min(1, load - index)) * 100}%` }}
          />
        </span>
      ))}
    </span>
  );
}

const compact = 'h-8! border-line! text-sm! hover:border-line-strong! pointer-coarse:h-11!';

function Controls({ shown: { memberId, name, declared, limit }, acts }: Omit<Props, 'isWall'>) {
  const [typed, setTyped] = useState<string | null>(null);
  const saveLimit = () => {
    setTyped(null);
    const next = typed?.trim();
    if (next && Number(next) !== limit) void acts.setLimit(memberId, Number(next));
  };
  return (
    <span className="flex items-center gap-2">
      <NativeSelect
        aria-label={`Status of ${name}`}
        className={`${compact} w-24!`}
        value={declared}
        onChange={(event) => void acts.setStatus(memberId, event.target.value as MemberStatus)}
      >
        {memberStatuses.map((status) => (
          <option key={status} value={status}>
            {statusWords[status]}
          </option>
        ))}
      </NativeSelect>
      <label className="flex items-center gap-1.5 text-xs text-ink-3">
        Limit
        <TextInput
          aria-label={`Limit of ${name}`}
          type="number"
          min={0}
          max={99}
          step={1}
          className={`${compact} w-14! px-1.5!`}
          value={typed ?? String(limit)}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={saveLimit}
          onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
        />
      </label>
    </span>
  );
}
