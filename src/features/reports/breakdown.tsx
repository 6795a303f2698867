import { Download } from 'lucide-react';
import { useAgents } from '../../convex/agents';
import { useMembers } from '../../convex/members';
import { type Days, type Figures, useFigures } from '../../convex/reports';
import { causeWord } from '../../lib/causes';
import { csvOf, saveFile } from '../../lib/csv';
import { capitalised } from '../../lib/words';
import { useLatest } from '../../lib/useLatest';
import { Button } from '../../ui/button';
import { Choice } from '../../ui/choice';
import { dateOf } from './ranges';
import { opensLook } from './behindDialog';
import { FigureTable } from './figureTable';
import { figure, type FigureName } from './figureWords';
import { type Part, parts } from './parts';
import { type Acts, titleOf } from './tiles';

/** Where a team has targets. */
const inTime: readonly FigureName[] = ['keptFirst', 'keptNext', 'keptResolution'];
const ofTickets: readonly FigureName[] = [
  'handovers',
  'firstReply',
  'firstReplyP90',
  'resolved',
  'resolution',
  'resolutionP90',
  'reopened',
  ...inTime,
];
const ofConversations: readonly FigureName[] = [
  'conversations',
  'answers',
  'agentShare',
  'contained',
  ...ofTickets,
];
/** What is known of each. */
const columns: Record<Part, readonly FigureName[]> = {
  agent: ofConversations,
  channel: ofConversations,
  operator: [
    'replies',
    'firstReply',
    'firstReplyP90',
    'nextReply',
    'resolved',
    'resolution',
    'resolutionP90',
    ...inTime,
    'rating',
    'ratings',
  ],
  cause: ofTickets,
  priority: ofTickets,
};

interface Props extends Acts {
  days: Days;
  by: Part;
  onBy: (by: Part) => void;
}

/** [B3] The same figures for each agent, channel, operator or rule. */
export function Breakdown({ days, by, onBy, ...acts }: Props) {
  const told = useLatest(useFigures(by, days));
  const nameOf = useNames(by);
  const rows = (told?.rows ?? [])
    .map((row) => ({ ...row, name: nameOf(row.of) }))
    .toSorted((a, b) => weight(b) - weight(a) || a.name.localeCompare(b.name));
  const names = columns[by].filter(
    (name) => !inTime.includes(name) || rows.some((row) => figure(name).of(row) !== null),
  );
  const save = () => {
    const head = [parts[by], ...names.map((name) => unitOf(name))];
    const lines = rows.map((row) => [row.name, ...names.map((name) => plainOf(name, row))]);
    saveFile(`${by}-${dateOf(days.from)}-${dateOf(days.to)}.csv`, csvOf([head, ...lines]));
  };
  return (
    <section aria-labelledby="parts" className="mt-8">
      <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <h2 id="parts" className="sr-only">
          By {parts[by].toLowerCase()}
        </h2>
        <Choice label="By" words={parts} chosen={by} onChoose={onBy} />
        <Button icon={<Download size={14} aria-hidden />} onClick={save} disabled={rows.length === 0}>
          Save as CSV
        </Button>
      </div>
      {told?.isTooMuch === true ? (
        <p role="alert" className="text-sm text-warn">
          These days hold too many rows for one table. Choose fewer days.
        </p>
      ) : (
        <PartTable by={by} names={names} rows={rows} {...acts} />
      )}
    </section>
  );
}

type Row = Figures & { name: string };
const weight = ({ counts }: Figures) => Object.values(counts).reduce((sum, count) => sum + count, 0);

/** In a file times are minutes and shares are numbers, so that they can be worked with. */
const unitOf = (name: FigureName) => {
  const { name: label } = figure(name);
  return isTime(name) ? `${label} (minutes)` : label;
};
const isTime = (name: FigureName) => /^(?:firstReply|nextReply|resolution|wait)/.test(name);

function plainOf(name: FigureName, row: Figures): number | null {
  const value = figure(name).of(row);
  if (value === null) return null;
  return isTime(name) ? Math.round(value / 600) / 100 : Math.round(value * 10_000) / 10_000;
}

function useNames(by: Part): (of: string) => string {
  const agents = useAgents();
  const members = useMembers();
  return (of) => {
    if (by === 'agent') return agents?.find(({ _id }) => _id === of)?.name ?? 'An agent of before';
    if (by === 'operator') return members?.find(({ memberId }) => memberId === of)?.name ?? 'A former member';
    if (by === 'cause') return causeWord(of);
    return of === 'api' ? 'API' : of === 'whatsapp' ? 'WhatsApp' : capitalised(of);
  };
}

interface TableProps extends Acts {
  by: Part;
  names: readonly FigureName[];
  rows: readonly Row[];
}

function PartTable({ by, names, rows, onMeaning, onOpen }: TableProps) {
  if (rows.length === 0) return <p className="text-sm text-ink-3">Nothing in these days.</p>;
  const columns = names.map((name) => ({
    ...figure(name),
    cell: (row: Row) => (
      <Cell
        name={name}
        row={row}
        onOpen={(kind) => onOpen({ by, of: row.of, kind, title: `${titleOf(name)}: ${row.name}` })}
      />
    ),
  }));
  return (
    <FigureTable
      label={`Figures by ${parts[by].toLowerCase()}`}
      head={parts[by]}
      columns={columns}
      rows={rows}
      keyOf={({ of }) => of}
      onMeaning={onMeaning}
    />
  );
}

interface CellProps {
  name: FigureName;
  row: Row;
  onOpen: (kind: NonNullable<ReturnType<typeof figure>['opens']>) => void;
}

function Cell({ name, row, onOpen }: CellProps) {
  const { of, format, opens, name: label } = figure(name);
  const value = of(row);
  if (value === null) return <span className="text-ink-3">–</span>;
  if (opens === undefined || value === 0) return format(value);
  return (
    <button
      type="button"
      aria-label={`${label}, ${row.name}: ${format(value)}. Show what it counts`}
      onClick={() => onOpen(opens)}
      className={`${opensLook} pointer-coarse:min-h-11`}
    >
      {format(value)}
    </button>
  );
}
