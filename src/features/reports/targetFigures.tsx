import { type TargetKind, targetKinds } from '../../../convex/shared/tickets/targets';
import { useTeam } from '../../convex/members';
import type { Figures } from '../../convex/reports';
import { type Opened, opensLook } from './behindDialog';
import { figure, type FigureName, whole } from './figureWords';
import { MeaningButton } from './meaning';
import { type Acts, titleOf } from './tiles';

const names: Record<TargetKind, FigureName> = {
  firstReply: 'keptFirst',
  nextReply: 'keptNext',
  resolution: 'keptResolution',
};

interface Props extends Acts {
  figures: Figures | undefined;
  of: Pick<Opened, 'by' | 'of'>;
}

/** [T7] What was kept of the team's targets, and what was not; nothing where it has none. */
export function TargetFigures({ figures, of, onMeaning, onOpen }: Props) {
  const hasTargets = useTeam()?.targets != null;
  const count = (kind: string) => figures?.counts[kind] ?? 0;
  const isAny = targetKinds.some((kind) => count(`${kind}Met`) + count(`${kind}Missed`) > 0);
  if (!hasTargets && !isAny) return null;
  return (
    <section aria-labelledby="targets" className="mt-8">
      <h2 id="targets" className="mb-2 text-lg font-semibold">
        Targets
      </h2>
      <div className="grid gap-2 md:grid-cols-3">
        {targetKinds.map((kind) => {
          const { name, of: shareOf, format } = figure(names[kind]);
          const value = figures === undefined ? null : shareOf(figures);
          return (
            <div key={kind} className="rounded-lg border border-line p-3">
              <div className="flex items-center justify-between gap-1">
                <h3 className="truncate text-sm text-ink-2">{name}</h3>
                <MeaningButton of={figure(names[kind])} onMeaning={onMeaning} />
              </div>
              <p className="text-xl font-semibold tabular-nums">{value === null ? '–' : format(value)}</p>
              <p className="flex gap-3 text-sm text-ink-3 tabular-nums">
                {(['Met', 'Missed'] as const).map((how) => (
                  <Part
                    key={how}
                    how={how}
                    of={name}
                    count={count(`${kind}${how}`)}
                    onOpen={() => {
                      const title = how === 'Met' ? name : titleOf(names[kind]);
                      onOpen({ ...of, kind: `${kind}${how}`, title });
                    }}
                  />
                ))}
              </p>
            </div>
          );
        })}
      </div>
    </section>
  );
}

interface PartProps {
  how: 'Met' | 'Missed';
  of: string;
  count: number;
  onOpen: () => void;
}

function Part({ how, of, count, onOpen }: PartProps) {
  const told = `${whole.format(count)} ${how.toLowerCase()}`;
  if (count === 0) return <span>{told}</span>;
  return (
    <button
      type="button"
      aria-label={`${of}: ${told}. Show the tickets`}
      onClick={onOpen}
      className={`${opensLook} pointer-coarse:min-h-11 ${how === 'Missed' ? 'text-bad' : ''}`}
    >
      {told}
    </button>
  );
}
