/** A team's settings and their bounds (docs/rules.md H6, T4). Pure. */

export interface Range {
  min: number;
  max: number;
}

/** [H6] How long a customer waits for the agent before it becomes a handover. */
export const defaultAnswerDeadlineMs = 60_000;
export const answerDeadlineRangeMs: Range = { min: 5_000, max: 60 * 60_000 };

/** [T4] Resolved tickets close by themselves after this. */
export const defaultCloseAfterMs = 4 * 86_400_000;
export const closeAfterRangeMs: Range = { min: 60 * 60_000, max: 365 * 86_400_000 };
