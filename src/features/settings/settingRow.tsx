import { type ReactNode, useRef, useState } from 'react';
import { describeError } from '../../lib/errors';
import { focusBack } from '../../lib/focusBack';
import { notify } from '../../ui/toast';

/** One setting: what it is on the left, its control on the right. */
export function SettingRow({
  label,
  hint,
  children,
}: {
  label: string;
  hint?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="flex items-center gap-6 border-b border-line py-3.5 max-md:flex-col max-md:items-stretch max-md:gap-2">
      <div className="min-w-0 flex-1">
        <p className="text-base font-medium">{label}</p>
        {hint && <p className="text-sm text-ink-3">{hint}</p>}
      </div>
      <div className="w-56 shrink-0 max-md:w-full">{children}</div>
    </div>
  );
}

/** A titled part of a settings page. */
export function SettingGroup({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="mb-8" aria-label={title}>
      <h2 className="text-base font-semibold">{title}</h2>
      {children}
    </section>
  );
}

/** Runs a change and says so when it was refused, until one is not; tells whether one is under way. */
export function useSaving() {
  // More than one may be: the first to end must not say that all have.
  const [underWay, setUnderWay] = useState(0);
  const refusal = useRef<(() => void) | null>(null);
  const save = async (change: () => Promise<unknown>, done?: string): Promise<boolean> => {
    setUnderWay((count) => count + 1);
    // What is switched off meanwhile loses it.
    const pressed = document.activeElement;
    try {
      await change();
      refusal.current?.();
      if (done) notify(done);
      return true;
    } catch (error) {
      refusal.current?.();
      refusal.current = notify(describeError(error), { tone: 'bad' });
      return false;
    } finally {
      setUnderWay((count) => count - 1);
      focusBack(pressed);
    }
  };
  return { isBusy: underWay > 0, save };
}

/** Empties a form once its act is done, unless the next one is being written in it already. */
export function resetIfAsSent(form: HTMLFormElement, sent: FormData) {
  if ([...new FormData(form)].every(([name, value]) => sent.get(name) === value)) form.reset();
}
