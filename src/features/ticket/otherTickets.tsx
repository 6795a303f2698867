import { Link } from '@tanstack/react-router';
import { type TicketDetail, useOthersOfCustomer } from '../../convex/tickets';
import { formatAge, formatFull } from '../../lib/time';
import { useNow } from '../../lib/useNow';

/** [T5, T7] What else this customer came with; the ticket that this one follows is marked. */
export function OtherTickets({ detail }: { detail: TicketDetail }) {
  const others = useOthersOfCustomer(detail.ticket.number);
  const now = useNow(60_000);
  const { email, name } = detail.customer;
  const known = email ?? name;
  if (!others || (others.length === 0 && known === null)) return null;
  return (
    <section aria-label="Other tickets of this customer" className="mt-4 border-t border-line pt-3 text-sm">
      <h3 className="font-semibold">Other tickets</h3>
      {others.length === 0 && <p className="mt-1 text-xs text-ink-3">None but this one.</p>}
      <ul className="mt-1">
        {others.map(({ number, subject, status, openedAt }) => (
          <li key={number}>
            <Link
              to="/inbox/$view/$number"
              params={{ view: 'all', number: String(number) }}
              className="-mx-2 block rounded-md px-2 py-1.5 hover:bg-hover pointer-coarse:py-3"
            >
              <span className="block truncate">
                <span className="text-ink-3 tabular-nums">#{number}</span> <bdi>{subject}</bdi>
              </span>
              <span className="text-xs text-ink-3" title={formatFull(openedAt)}>
                {status} · {formatAge(openedAt, now)}
                {number === detail.previous && ' · before this one'}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {known !== null && (
        <Link
          to="/search"
          search={{ q: `from:"${known}"` }}
          className="-mx-2 block rounded-md px-2 py-1.5 text-accent-text hover:bg-hover pointer-coarse:py-3"
        >
          Search what they wrote
        </Link>
      )}
    </section>
  );
}
