/** One of a few, all of them seen: what is chosen is pressed. */
export function Choice<Name extends string>({
  label,
  words,
  chosen,
  onChoose,
}: {
  label: string;
  /** In their order. */
  words: Record<Name, string>;
  chosen: Name;
  onChoose: (name: Name) => void;
}) {
  return (
    <div role="group" aria-label={label} className="flex flex-wrap gap-1">
      {(Object.keys(words) as Name[]).map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === chosen}
          onClick={() => onChoose(name)}
          className="h-7 rounded-md px-2.5 text-sm text-ink-2 hover:bg-hover aria-pressed:bg-selected aria-pressed:text-accent-text pointer-coarse:h-11"
        >
          {words[name]}
        </button>
      ))}
    </div>
  );
}
