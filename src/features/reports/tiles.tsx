import type { Figures } from '../../convex/reports';
import { type Opened, opensLook } from './behindDialog';
import { changeOf, type Figure, figure, type FigureName, figures } from './figureWords';
import { type Meant, MeaningButton } from './meaning';

/** The numbers of the team, in the order in which one asks for them. */
const shown: readonly FigureName[] = [
  'conversations',
  'agentShare',
  'contained',
  'handovers',
  'firstReply',
  'nextReply',
  'wait',
  'resolved',
  'resolution',
  'reopened',
  'rating',
];

/** What stands beside a median. */
const ninetieth: Partial<Record<FigureName, FigureName>> = {
  firstReply: 'firstReplyP90',
  nextReply: 'nextReplyP90',
  wait: 'waitP90',
  resolution: 'resolutionP90',
};

export interface Acts {
  onMeaning: (meant: Meant) => void;
  onOpen: (opened: Opened) => void;
}

interface Props extends Acts {
  /** Undefined: nothing happened. */
  now: Figures | undefined;
  before: Figures | undefined;
  of: Pick<Opened, 'by' | 'of'>;
}

export function Tiles({ now, before, of, ...acts }: Props) {
  return (
    <section aria-label="The team" className="grid grid-cols-2 gap-2 md:grid-cols-4 xl:grid-cols-6">
      {shown.map((name) => (
        <Tile key={name} name={name} now={now} before={before} of={of} {...acts} />
      ))}
    </section>
  );
}

const nothing = { count: 0, medianMs: null, p90Ms: null };
const empty: Figures = {
  of: '',
  counts: {},
  firstReply: nothing,
  nextReply: nothing,
  resolved: nothing,
  wait: nothing,
};

function valueOf(name: FigureName, of: Figures | undefined): number | null {
  return figures[name].of(of ?? empty);
}

interface TileProps extends Props {
  name: FigureName;
}

function Tile({ name, now, before, of, onMeaning, onOpen }: TileProps) {
  const { name: label, format, opens, better, means } = figure(name);
  const [value, earlier] = [valueOf(name, now), valueOf(name, before)];
  const told = value === null ? '–' : format(value);
  const beside = ninetieth[name];
  const p90 = beside && valueOf(beside, now);
  return (
    <div className="flex flex-col rounded-lg border border-line bg-surface p-3 max-md:last:odd:col-span-2">
      <div className="flex items-center justify-between gap-1">
        <h2 className="truncate text-sm text-ink-2">{label}</h2>
        <MeaningButton of={{ name: label, means }} onMeaning={onMeaning} />
      </div>
      {opens !== undefined && value !== null && (now?.counts[opens] ?? 0) > 0 ? (
        <button
          type="button"
          aria-label={`${label}: ${told}. Show what it counts`}
          onClick={() => onOpen({ ...of, kind: opens, title: titleOf(name) })}
          className={`${opensLook} w-fit text-xl font-semibold tabular-nums`}
        >
          {told}
        </button>
      ) : (
        <span className="text-xl font-semibold tabular-nums">{told}</span>
      )}
      <p className="flex min-h-4 flex-wrap gap-x-3 text-xs text-ink-3 tabular-nums">
        {p90 != null && <span>P90 {format(p90)}</span>}
        {value !== null && earlier !== null && (
          <Change change={changeOf(value, earlier)} better={better} before={format(earlier)} />
        )}
      </p>
    </div>
  );
}

const missedWords: Partial<Record<FigureName, string>> = {
  keptFirst: 'First reply too late',
  keptNext: 'Next reply too late',
  keptResolution: 'Not resolved in time',
};

/** What the list behind a share is of is not always what the share is of. */
export function titleOf(name: FigureName): string {
  if (name === 'contained') return 'Not contained';
  if (name in missedWords) return missedWords[name]!;
  return name === 'agentShare' ? 'With a person' : figures[name].name;
}

interface ChangeProps {
  change: string | null;
  better: Figure['better'];
  before: string;
}

/** Better and worse are said, not only coloured. */
function Change({ change, better, before }: ChangeProps) {
  if (change === null) return null;
  const isSame = change.startsWith('±');
  const isBetter = better !== undefined && !isSame && (better === 'more') === change.startsWith('+');
  const isWorse = better !== undefined && !isSame && !isBetter;
  return (
    <span className={isBetter ? 'text-ok' : isWorse ? 'text-bad' : ''}>
      {change} from {before}
      {isBetter && ', better'}
      {isWorse && ', worse'}
    </span>
  );
}
