import { CircleHelp } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';

export interface Meant {
  name: string;
  means: string;
}

/** [B3] What a number counts, one click away. */
export function MeaningButton({ of, onMeaning }: { of: Meant; onMeaning: (meant: Meant) => void }) {
  return (
    <button
      type="button"
      aria-label={`What “${of.name}” counts`}
      onClick={() => onMeaning(of)}
      className="inline-flex size-6 shrink-0 items-center justify-center rounded-md text-ink-3 hover:bg-hover hover:text-ink pointer-coarse:size-11"
    >
      <CircleHelp size={14} strokeWidth={1.75} aria-hidden />
    </button>
  );
}

export function Meaning({ meant, onClose }: { meant: Meant | null; onClose: () => void }) {
  const [last, setLast] = useState(meant);
  if (meant !== null && meant !== last) setLast(meant);
  return (
    <Dialog open={meant !== null} onOpenChange={(open) => !open && onClose()} title={last?.name ?? ''}>
      <p className="text-sm text-ink-2">{last?.means}</p>
      <div className="mt-4 flex justify-end">
        <Button size="medium" onClick={onClose}>
          Close
        </Button>
      </div>
    </Dialog>
  );
}
