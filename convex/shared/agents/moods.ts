/** How upset a customer sounds, in words (docs/rules.md H1). Pure; the figure behind them is language/sentiment.ts. */

/** From the mildest on; each holds from its figure downwards. */
export const moods = [
  { atMost: -0.3, word: 'unhappy' },
  { atMost: -0.6, word: 'very unhappy' },
  { atMost: -0.75, word: 'furious' },
] as const;

/** Null: not unhappy. */
export const moodOf = (sentiment: number): string | null =>
  moods.findLast(({ atMost }) => sentiment <= atMost)?.word ?? null;

/** Of a rule, which may ask for less than unhappy. */
export const moodAskedFor = (atMost: number): string => moodOf(atMost) ?? 'less than pleased';
