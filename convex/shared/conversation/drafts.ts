/** What an operator writes under a conversation: two texts, each with its own draft. Pure. */
import { type Infer, v } from 'convex/values';

export const vWritingMode = v.union(v.literal('reply'), v.literal('note'));
export type WritingMode = Infer<typeof vWritingMode>;
export const writingModes = ['reply', 'note'] as const satisfies readonly WritingMode[];
