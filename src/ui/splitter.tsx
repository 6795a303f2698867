import { useRef } from 'react';

interface Props {
  label: string;
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
}

/** A line that can be dragged, or moved with the arrow keys; widths in CSS pixels. */
export function Splitter({ label, value, min, max, onChange }: Props) {
  const start = useRef<{ x: number; value: number } | null>(null);
  const set = (next: number) => onChange(Math.min(max, Math.max(min, next)));
  return (
    <div
      role="separator"
      aria-label={label}
      aria-orientation="vertical"
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') set(value - 16);
        else if (event.key === 'ArrowRight') set(value + 16);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, value };
      }}
      onPointerMove={(event) => start.current && set(start.current.value + event.clientX - start.current.x)}
      onPointerUp={() => (start.current = null)}
      className="relative z-10 -mx-1 w-2 shrink-0 cursor-col-resize before:absolute before:inset-y-0 before:left-1/2 before:w-px before:bg-line hover:before:w-0.5 hover:before:bg-accent focus-visible:before:bg-accent max-md:hidden"
    />
  );
}
