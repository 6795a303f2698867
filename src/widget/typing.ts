/**
 * Who is typing, by this browser's own clock: a mark counts from when it came or was renewed, so a clock that is off by
 * hours neither hides it nor leaves it standing; and the customer's own typing, told to the desk.
 */
export interface Mark {
  who: 'agent' | 'operator';
  name: string;
  until: number;
}
export type SeenMark = Mark & { endsAt: number };

/** As long as the desk lets a mark live. */
const typingMs = 6_000;

export function keepMarks(before: SeenMark[], marks: Mark[], now: number): SeenMark[] {
  return marks.map((mark) => {
    const known = before.find(
      ({ who, name, until }) => who === mark.who && name === mark.name && until === mark.until,
    );
    return known ?? { ...mark, endsAt: now + typingMs };
  });
}

export const typingNow = (marks: SeenMark[], now: number) => marks.filter(({ endsAt }) => endsAt > now);

const sayEveryMs = 3_000;

/** At most one mark every few seconds, and its end once. */
export function makeOwnTyping(say: (isTyping: boolean) => void) {
  let saidAt = 0;
  return {
    set(isTyping: boolean): void {
      const now = Date.now();
      if (isTyping ? now - saidAt < sayEveryMs : saidAt === 0) return;
      saidAt = isTyping ? now : 0;
      say(isTyping);
    },
    /** A message ends the mark by itself. */
    sent(): void {
      saidAt = 0;
    },
  };
}
