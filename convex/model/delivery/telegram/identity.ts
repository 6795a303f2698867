/** By what a customer is known to a bot (docs/rules.md M9): Telegram vouches for it, and numbers are kept apart by bot. */
import type { Doc } from '../../../_generated/dataModel';

export const identityOf = ({ teamId, telegram }: Doc<'channels'>, value: string) => ({
  teamId,
  kind: 'telegram' as const,
  scope: telegram!.botId,
  value,
});
