/** Which tags are offered while one is typed: those that begin with it first, then those that have it in them, most used first. */
export interface KnownTag {
  tag: string;
  /** Of tickets that have it. */
  count: number;
}

const mostOffered = 8;

export function suggestTags(known: readonly KnownTag[], worn: readonly string[], typed: string): KnownTag[] {
  const wanted = typed.trim().toLocaleLowerCase();
  const at = ({ tag }: KnownTag) => tag.toLocaleLowerCase().indexOf(wanted);
  return known
    .filter((each) => !worn.includes(each.tag) && at(each) >= 0)
    .toSorted(
      (a, b) => Number(at(a) > 0) - Number(at(b) > 0) || b.count - a.count || a.tag.localeCompare(b.tag),
    )
    .slice(0, mostOffered);
}

/** "VIP" is the team's "vip". */
export function spelled(known: readonly KnownTag[], typed: string): string {
  const same = ({ tag }: KnownTag) => tag.toLocaleLowerCase() === typed.toLocaleLowerCase();
  return known.some(({ tag }) => tag === typed) ? typed : (known.find(same)?.tag ?? typed);
}
