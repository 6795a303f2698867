/**
 * What is typed into the command menu before it has come: the lines that were entered, each for one step, and what stands
 * after them. A fast hand loses nothing to the first fetch.
 */
import type { Opens } from '../ui/later';

const ahead = { lines: [] as string[], text: '' };

export function forgetAhead() {
  ahead.lines = [];
  ahead.text = '';
}

/** The line that was entered for this step, if there was one. */
export const takeLine = (): string | undefined => ahead.lines.shift();

/** What this step's field begins with: nothing, while there are lines for it. */
export function takeText(): string {
  if (ahead.lines.length > 0) return '';
  const { text } = ahead;
  ahead.text = '';
  return text;
}

/** Stands in for the menu's field. */
export function CommandAhead({ onOpenChange }: Opens) {
  return (
    <input
      autoFocus
      aria-label="Type a command, #number or words"
      className="sr-only"
      onChange={(event) => (ahead.text = event.target.value)}
      onKeyDown={({ key, currentTarget }) => {
        if (key === 'Escape') {
          forgetAhead();
          onOpenChange(false);
        }
        if (key !== 'Enter') return;
        ahead.lines.push(ahead.text);
        ahead.text = currentTarget.value = '';
      }}
    />
  );
}
