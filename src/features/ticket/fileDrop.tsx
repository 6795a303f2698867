import { useEffect, useRef, useState } from 'react';
import { watchDrops } from '../../lib/fileDrops';
import { fileLimits } from './fileWords';

/** Files that are let go anywhere on the page go with what is being written; what may go is said while they are held over it. */
export function FileDrop({ onDrop }: { onDrop: (files: File[], folders: string[]) => void }) {
  const [isOver, setOver] = useState(false);
  const latest = useRef(onDrop);
  useEffect(() => {
    latest.current = onDrop;
  });
  useEffect(
    () => watchDrops({ onOver: setOver, onDrop: (files, folders) => latest.current(files, folders) }),
    [],
  );
  if (!isOver) return null;
  return (
    <p className="pointer-events-none absolute inset-1 z-10 grid place-content-center rounded-md border-2 border-dashed border-accent bg-surface text-center text-sm text-ink-2">
      <span className="text-base font-semibold text-ink">Drop files here</span>
      {fileLimits}
    </p>
  );
}
