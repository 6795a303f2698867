import { Link } from '@tanstack/react-router';
import { Hand } from 'lucide-react';
import { use } from 'react';
import { useHelp } from '../../convex/board';
import { useMembers } from '../../convex/members';
import { useTicketRow } from '../../convex/ticketLists';
import { formatAge } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { NumberLink, OpenListContext } from './numberLink';

/** As many as are read at a glance; the number opens all. */
const shown = 3;

/** [B6] Who asks for help and why, who asked first first; nothing while nobody does. */
export function HelpAsked() {
  const numbers = useHelp();
  if (!numbers || numbers.length === 0) return null;
  return (
    <section
      aria-label="Help is asked for"
      className="rounded-lg border border-bad bg-bad-soft px-4 py-2 text-sm"
    >
      <h2 className="flex items-center gap-2 font-semibold text-bad">
        <Hand size={16} aria-hidden className="shrink-0" />
        <NumberLink
          list={{ list: 'help' }}
          label={`${numbers.length} ${numbers.length === 1 ? 'asks' : 'ask'} for help`}
          className="-mx-1 px-1 py-1 tabular-nums"
        >
          {numbers.length} {numbers.length === 1 ? 'asks' : 'ask'} for help
        </NumberLink>
      </h2>
      <ul>
        {numbers.slice(0, shown).map((number) => (
          <Asked key={number} number={number} />
        ))}
      </ul>
    </section>
  );
}

function Asked({ number }: { number: number }) {
  const row = useTicketRow(number, 0);
  const name = useMembers()?.find(({ memberId }) => memberId === row?.help?.by)?.name;
  const now = useNow();
  const { isWall } = use(OpenListContext)!;
  if (!row?.help) return null;
  const words = (
    <>
      <span className="shrink-0 tabular-nums">#{number}</span>
      <span className="min-w-0 flex-1 truncate">
        <bdi className="font-medium">{name ?? 'Somebody'}</bdi>: <bdi>{row.help.why}</bdi>
      </span>
      <span className="shrink-0 tabular-nums">{formatAge(row.help.at, now)}</span>
    </>
  );
  const look = 'flex min-h-7 items-center gap-2 text-ink-2';
  return (
    <li>
      {isWall ? (
        <span className={look}>{words}</span>
      ) : (
        <Link
          to="/inbox/$view/$number"
          params={{ view: 'all', number: String(number) }}
          className={`${look} rounded-md hover:underline pointer-coarse:min-h-11`}
        >
          {words}
        </Link>
      )}
    </li>
  );
}
