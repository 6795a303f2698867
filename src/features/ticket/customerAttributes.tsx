import type { TicketDetail } from '../../convex/tickets';
import { Claimed } from '../../ui/claimed';

/** [M9] What their site says of them, such as a plan; what only the page said is marked. */
export function CustomerAttributes({ attributes }: Pick<TicketDetail['customer'], 'attributes'>) {
  if (attributes.length === 0) return null;
  return (
    <section aria-label="From your site" className="mt-4 border-t border-line pt-3 text-sm">
      <h3 className="font-semibold">From your site</h3>
      <dl className="mt-1">
        {attributes.map(({ name, value, isProven }) => (
          <div key={name} className="flex min-h-7 items-baseline gap-3">
            <dt className="w-20 shrink-0 text-ink-3 wrap-anywhere">
              <bdi>{name}</bdi>
            </dt>
            <dd className="flex min-w-0 flex-1 items-baseline gap-1.5">
              <bdi className="min-w-0 wrap-anywhere tabular-nums">{shown(value)}</bdi>
              {!isProven && <Claimed />}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function shown(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? value.toLocaleString() : value;
}
