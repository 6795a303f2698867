/**
 * For which of the desk's channels something was told (docs/rules.md M1): an app has one address for all of its numbers. Whoever signs
 * by one team's secret tells that team alone, and channels that share its token.
 */
import type { Doc, Id } from '../../../_generated/dataModel';
import type { QueryCtx } from '../../../_generated/server';
import { listChannels, listChannelsOn } from '../../kit/channels';

export interface ToldTo {
  phoneNumberId?: string | undefined;
  accountId: string;
}

export async function channelsFor(
  ctx: Pick<QueryCtx, 'db'>,
  channelId: Id<'channels'>,
): Promise<(told: ToldTo) => Doc<'channels'>[]> {
  const asked = await ctx.db.get(channelId);
  if (asked === null) return () => [];
  const sharing = asked.account === undefined ? [] : await listChannelsOn(ctx, asked.account);
  const all = new Map(
    [...(await listChannels(ctx, asked.teamId)), ...sharing].map((each) => [each._id, each]),
  );
  const numbers = [...all.values()].filter(({ whatsapp }) => whatsapp !== undefined);
  return ({ phoneNumberId, accountId }) =>
    numbers.filter(({ whatsapp }) =>
      phoneNumberId === undefined
        ? whatsapp!.businessId === accountId
        : whatsapp!.phoneNumberId === phoneNumberId,
    );
}
