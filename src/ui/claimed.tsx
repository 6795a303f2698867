/** [M9] Beside a name or an address that only the customer says is theirs. */
export function Claimed() {
  return (
    <span
      title="The customer says so. Nobody has checked it."
      className="shrink-0 rounded-sm bg-surface-2 px-1 text-xs font-normal text-ink-3"
    >
      claimed
    </span>
  );
}
