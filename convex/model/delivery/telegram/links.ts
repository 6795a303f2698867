/** The link by which a conversation goes on with a bot (docs/rules.md M8, M9; core.telegram.org/bots/features, deep linking). */
import type { Doc } from '../../../_generated/dataModel';
import type { QueryCtx } from '../../../_generated/server';
import { makeStart } from '../../../shared/delivery/startTokens';
import { listChannels } from '../../kit/channels';
import { keyFor } from '../../kit/secrets';

type Reader = Pick<QueryCtx, 'db'>;

/** The team's first bot that is connected; null: none. */
async function openBot(ctx: Reader, teamId: Doc<'teams'>['_id']): Promise<Doc<'channels'> | null> {
  const channels = await listChannels(ctx, teamId);
  const isOpen = ({ kind, active, account }: Doc<'channels'>) =>
    kind === 'telegram' && active && account !== undefined;
  return channels.find(isOpen) ?? null;
}

/** It holds for an hour, and for whom it was given to first. Null: no bot is connected. */
export async function startLink(ctx: Reader, { _id, teamId }: Doc<'conversations'>): Promise<string | null> {
  const bot = await openBot(ctx, teamId);
  if (bot === null) return null;
  const start = await makeStart(await keyFor('start'), _id, Date.now());
  // Another host than Telegram's own is the deployment's to name.
  const base = process.env.TELEGRAM_LINK_URL || 'https://t.me';
  return `${base}/${bot.telegram!.username}?start=${start}`;
}
