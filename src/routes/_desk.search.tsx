import { createFileRoute } from '@tanstack/react-router';
import { SearchPage } from '../features/search/searchPage';
import { TicketPane } from '../features/ticket/ticketPane';

interface Asked {
  /** What is looked for. */
  q?: string;
  /** The ticket that is open beside it. */
  ticket?: number;
}

/** Whatever the address says. */
const readAsked = ({ q, ticket }: { [Key in keyof Asked]?: unknown }): Asked => ({
  ...((typeof q === 'string' || typeof q === 'number') && q !== '' && { q: String(q) }),
  ...(Number.isSafeInteger(Number(ticket)) && Number(ticket) > 0 && { ticket: Number(ticket) }),
});

export const Route = createFileRoute('/_desk/search')({
  // Read where it is shown, whose code comes with it.
  validateSearch: (given: Record<string, unknown>) => given as Asked,
  component: function Search() {
    const { q = '', ticket } = readAsked(Route.useSearch());
    const navigate = Route.useNavigate();
    // From a ticket one steps back to what was found, however many were walked.
    const open = (number: number | null, text: string) =>
      void navigate({
        search: { ...(text !== '' && { q: text }), ...(number !== null && { ticket: number }) },
        replace: number === null || ticket !== undefined,
      });
    return (
      <SearchPage
        text={q}
        ticket={ticket ?? null}
        onText={(text) =>
          void navigate({ search: (now) => ({ ...now, q: text === '' ? undefined : text }), replace: true })
        }
        onTicket={open}
      >
        {ticket !== undefined && <TicketPane number={ticket} onClose={() => open(null, q)} />}
      </SearchPage>
    );
  },
});
