/** What an agent's settings may be (docs/rules.md P4). Pure. */

/** Long enough to be seen typing and to catch the second half of a burst, short enough to feel quick. */
export const defaultThinkMs = 600;
/** A longer silence would eat into the answer deadline (H6). */
export const maxThinkMs = 10_000;
