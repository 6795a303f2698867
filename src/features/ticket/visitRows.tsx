import { useVisit } from '../../convex/visits';
import type { TicketDetail } from '../../convex/tickets';
import { formatFull } from '../../lib/time';
import { PanelRow } from './panelRow';

/** [M9] Where the customer writes from, as they have agreed to show. No link: whose page it is, nobody has checked. */
export function VisitRows({ detail }: { detail: TicketDetail }) {
  const visit = useVisit(detail.ticket.conversationId);
  if (!visit) return null;
  const { page, referrer, at } = visit;
  return (
    <>
      <PanelRow label="On page">
        <bdi className="block wrap-anywhere" title={`${page} · ${formatFull(at)}`}>
          {withoutScheme(page)}
        </bdi>
      </PanelRow>
      {referrer !== null && (
        <PanelRow label="Came from">
          <bdi className="block wrap-anywhere" title={referrer}>
            {withoutScheme(referrer)}
          </bdi>
        </PanelRow>
      )}
    </>
  );
}

const withoutScheme = (address: string) => address.replace(/^https?:\/\//, '');
