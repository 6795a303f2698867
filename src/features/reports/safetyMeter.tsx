import type { Figures } from '../../convex/reports';
import { type Opened, opensLook } from './behindDialog';
import { safety, type SafetyName, whole } from './figureWords';
import { MeaningButton } from './meaning';
import type { Acts } from './tiles';

interface Props extends Acts {
  figures: Figures | undefined;
  of: Pick<Opened, 'by' | 'of'>;
}

/** [B4] What never reached a customer, and why that is well. */
export function SafetyMeter({ figures, of, onMeaning, onOpen }: Props) {
  return (
    <section aria-labelledby="safety" className="mt-8">
      <h2 id="safety" className="mb-2 text-lg font-semibold">
        Safety
      </h2>
      <div className="grid grid-cols-2 gap-2 md:grid-cols-4">
        {(Object.keys(safety) as SafetyName[]).map((kind) => {
          const { name } = safety[kind];
          const count = whole.format(figures?.counts[kind] ?? 0);
          return (
            <div key={kind} className="flex flex-col justify-between rounded-lg border border-line p-3">
              <div className="flex items-start justify-between gap-1">
                <h3 className="text-sm text-ink-2">{name}</h3>
                <MeaningButton of={safety[kind]} onMeaning={onMeaning} />
              </div>
              {count === '0' ? (
                <span className="text-xl font-semibold tabular-nums">0</span>
              ) : (
                <button
                  type="button"
                  aria-label={`${name}: ${count}. Show the tickets`}
                  onClick={() => onOpen({ ...of, kind, title: name })}
                  className={`${opensLook} text-xl font-semibold tabular-nums`}
                >
                  {count}
                </button>
              )}
            </div>
          );
        })}
      </div>
    </section>
  );
}
