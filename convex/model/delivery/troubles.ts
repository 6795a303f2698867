/**
 * A channel that its provider has closed (docs/rules.md M7, R1): nothing leaves by it, its card says why, and the owners are told by
 * mail, who may not look at the desk for days.
 */
import type { Doc } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { channelTroubleMail } from '../../shared/delivery/deskTexts';
import { pageAddress } from '../kit/pageAddresses';
import { changeChannel, closeFor } from './channels';
import { sendDeskMail } from './mail/deskMails';

type Channel = Doc<'channels'>;

export async function pauseFor(ctx: MutationCtx, channel: Channel, said: string): Promise<void> {
  if (channel.trouble !== undefined) return;
  await closeFor(ctx, channel._id, said);
  await tellOwners(ctx, channel, said);
}

/** False where it was a person who paused it: they open it again. */
export async function resumeAfter(ctx: MutationCtx, channel: Channel): Promise<boolean> {
  if (channel.trouble === undefined) return false;
  await changeChannel(ctx, channel._id, { active: true });
  return true;
}

/** More owners than a team has. */
const maxMembers = 1_000;

export async function tellOwners(ctx: MutationCtx, { teamId, name }: Channel, said: string): Promise<void> {
  const members = await ctx.db
    .query('members')
    .withIndex('by_teamId_and_removedAt', (q) => q.eq('teamId', teamId).eq('removedAt', undefined))
    .take(maxMembers);
  const words = channelTroubleMail({ name, said, link: pageAddress('/settings/channels') });
  for (const { role, email: to } of members)
    if (role === 'owner') await sendDeskMail(ctx, { teamId, kind: 'channelTrouble', to, ...words });
}
