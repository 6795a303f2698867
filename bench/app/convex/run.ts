/** Next to nothing, so that calling is what is measured. */
import { actionGeneric as action, queryGeneric as query } from 'convex/server';
import { v } from 'convex/values';

const echo = {
  args: { nonce: v.number() },
  returns: v.number(),
  handler: async (_ctx: unknown, { nonce }: { nonce: number }) => nonce,
};

export const echoQuery = query(echo);
export const echoAction = action(echo);
