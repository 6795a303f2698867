import type { GivenKind } from '../../../convex/shared/measures/facts';
import { useMembers, useTeam } from '../../convex/members';
import { type Days, type Figures, useFigures } from '../../convex/reports';
import { useLatest } from '../../lib/useLatest';
import { opensLook } from './behindDialog';
import { FigureTable } from './figureTable';
import { given, whole } from './figureWords';
import { type Acts } from './tiles';

interface Props extends Acts {
  days: Days;
}

type Member = NonNullable<ReturnType<typeof useMembers>>[number];

const kinds = Object.keys(given) as GivenKind[];
/** Those that routing decides. */
const routed: readonly GivenKind[] = ['givenByLoad', 'givenByTurn'];

const modeWords = {
  balanced: 'Now the team assigns to whoever carries least for their limit',
  roundRobin: 'Now the team assigns in turns',
  manual: 'Now nothing is assigned by itself',
};

interface Row {
  memberId: string;
  name: string;
  limit: number | null;
  counts: Figures['counts'];
}

/** [B7] What each operator got, how, and how far apart they are; behind each number its tickets, and there why. */
export function Fairness({ days, ...acts }: Props) {
  const told = useLatest(useFigures('operator', days));
  const members = useMembers();
  const team = useTeam();
  if (!told || told.isTooMuch || !members) return null;
  const rows = rowsOf(told.rows, members);
  return (
    <section aria-labelledby="fairness" className="mt-8">
      <h2 id="fairness" className="text-lg font-semibold">
        Who got what
      </h2>
      <p className="mb-2 text-sm text-ink-3">
        {team &&
          `${modeWords[team.assignmentMode]}: only people who are online, connected and below their limit at that moment. `}
        A number opens its tickets; in a ticket, “Why?” beside the assignee says who else could have had it.
      </p>
      {rows.length === 0 ? (
        <p className="text-sm text-ink-3">Nothing in these days.</p>
      ) : (
        <Table rows={rows} {...acts} />
      )}
    </section>
  );
}

/** Who is in the team, also with nothing; and who was, if they got something. Most first. */
function rowsOf(figures: readonly (Figures & { of: string })[], members: readonly Member[]): Row[] {
  const of = new Map(figures.map((each) => [each.of, each.counts]));
  const present = members.map(({ memberId, name, limit }) => ({
    memberId: memberId as string,
    name,
    limit,
    counts: of.get(memberId) ?? {},
  }));
  const known = new Set(present.map(({ memberId }) => memberId));
  const former = figures
    .filter((each) => !known.has(each.of))
    .map((each) => ({ memberId: each.of, name: 'A former member', limit: null, counts: each.counts }));
  const sum = ({ counts }: Row) => kinds.reduce((all, kind) => all + (counts[kind] ?? 0), 0);
  return [...present, ...former.filter((row) => sum(row) > 0)].toSorted(
    (a, b) => sum(b) - sum(a) || a.name.localeCompare(b.name),
  );
}

function Table({ rows, onMeaning, onOpen }: Acts & { rows: readonly Row[] }) {
  const columns = kinds.map((kind) => ({
    ...given[kind],
    cell: (row: Row) => (
      <Cell
        kind={kind}
        row={row}
        onOpen={() =>
          onOpen({ by: 'operator', of: row.memberId, kind, title: `${given[kind].name}: ${row.name}` })
        }
      />
    ),
    foot: routed.includes(kind) && spreadOf(rows, kind),
  }));
  return (
    <FigureTable
      label="What came to each"
      head="Operator"
      foot="Spread"
      columns={[...columns, { name: 'Limit now', cell: ({ limit }) => limit ?? '–' }]}
      rows={rows}
      keyOf={({ memberId }) => memberId}
      onMeaning={onMeaning}
    />
  );
}

/** How far apart those are who are in the team: "5 (7 to 12)". */
function spreadOf(rows: readonly Row[], kind: GivenKind): string {
  const counts = rows.filter(({ limit }) => limit !== null).map((row) => row.counts[kind] ?? 0);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return `${whole.format(most - least)} (${whole.format(least)} to ${whole.format(most)})`;
}

function Cell({ kind, row, onOpen }: { kind: GivenKind; row: Row; onOpen: () => void }) {
  const count = row.counts[kind] ?? 0;
  if (count === 0) return <span className="text-ink-3">0</span>;
  return (
    <button
      type="button"
      aria-label={`${given[kind].name}, ${row.name}: ${count}. Show the tickets`}
      onClick={onOpen}
      className={`${opensLook} pointer-coarse:min-h-11`}
    >
      {whole.format(count)}
    </button>
  );
}
