/** [M4] When an address that answers our agent is a machine. Pure. */

/** Nobody reads and answers a mail faster than this, three times in a row. */
const quickMs = 10_000;
const most = 2;

interface Answering {
  /** Quick answers in a row, so far. */
  quickAnswers: number;
  /** When our agent's last mail left; absent: none did. */
  lastAnswerAt?: number;
}

export function loopBroken(
  { quickAnswers, lastAnswerAt }: Answering,
  now: number,
): { quickAnswers: number; isBroken: boolean } {
  // Of several mails to one answer of ours only the first tells how fast they are.
  if (lastAnswerAt === undefined) return { quickAnswers, isBroken: false };
  const inARow = now - lastAnswerAt < quickMs ? quickAnswers + 1 : 0;
  return { quickAnswers: inARow, isBroken: inARow > most };
}
