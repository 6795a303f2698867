/** From version 3, where what somebody in copy wrote past the customer stood in the thread for everybody. */
import { recipientsOf, includesCustomer } from '../../model/mail/threads';
import { markForTeam } from '../../model/conversation/entries';
import { batchSize, migrations } from '../migrations';

/** [M3] [M9] It is the team's alone. */
export const pastMails = migrations.define({
  table: 'mails',
  batchSize,
  migrateOne: async (ctx, mail) => {
    if (mail.direction !== 'in' || mail.sender === 'foreign') return;
    const entry = await ctx.db.get(mail.entryId);
    if (entry?.kind !== 'message' || entry.writtenBy === undefined || entry.isForeign) return;
    const conversation = await ctx.db.get(mail.conversationId);
    if (conversation === null || (await includesCustomer(ctx, conversation, recipientsOf(mail)))) return;
    await markForTeam(ctx, entry._id);
  },
});
