/** Where the parts of a mail lie that its entry does not show (docs/rules.md M5): for the action that reads them. */
import { v } from 'convex/values';
import { internalQuery } from '../../functions';
import { picturesOf } from '../../model/conversation/attachments';
import { loadEntryFor } from '../../model/kit/access';
import { mailOfEntry } from '../../model/mail/mails';
import { vMailPart } from '../../shared/delivery/mails';

export const find = internalQuery({
  args: { teamId: v.id('teams'), entryId: v.id('entries'), part: vMailPart },
  returns: v.union(
    v.object({
      text: v.union(v.string(), v.null()),
      fileId: v.union(v.id('_storage'), v.null()),
      quotedAt: v.array(v.object({ start: v.number(), end: v.number() })),
      /** That stand in the HTML. */
      pictures: v.array(
        v.object({ storageId: v.id('_storage'), contentType: v.string(), contentId: v.string() }),
      ),
    }),
    v.null(),
  ),
  handler: async (ctx, { teamId, entryId, part }) => {
    const entry = await loadEntryFor(ctx, { teamId }, entryId);
    const mail = await mailOfEntry(ctx, entryId);
    if (mail === null) return null;
    if (part === 'html') {
      const pictures = await picturesOf(ctx, entry);
      return { text: null, fileId: mail.htmlFileId ?? null, quotedAt: [], pictures };
    }
    const { whole, wholeFileId, quotedAt = [] } = mail;
    return { text: whole ?? null, fileId: wholeFileId ?? null, quotedAt, pictures: [] };
  },
});
