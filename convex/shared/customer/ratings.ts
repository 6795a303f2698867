/** What a customer may say of how a person helped them: once for each time a person resolved their ticket. */
export const scores = [1, 2, 3, 4, 5] as const;
export const maxCommentLength = 1_000;
/** Nobody remembers longer how they were helped. */
export const ratedWithinMs = 7 * 86_400_000;

export const isScore = (score: number): boolean => (scores as readonly number[]).includes(score);
