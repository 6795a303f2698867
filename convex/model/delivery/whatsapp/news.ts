/** What WhatsApp tells beside messages (docs/rules.md M7, M9, R3): of the account, its templates, and of people who go by other ids. */
import type { Doc } from '../../../_generated/dataModel';
import type { AccountNews } from '../../../shared/whatsapp/accounts';
import type { News } from '../../../shared/whatsapp/news';
import type { CaseCtx } from '../../conversation/case';
import { pauseFor, resumeAfter, tellOwners } from '../troubles';
import { moveIds } from './identity';
import { noteTemplateStatus } from './templates';

type Channel = Doc<'channels'>;

/** False where the desk has nothing to do with it. */
export function noteNews(ctx: CaseCtx, channel: Channel, news: News): Promise<boolean> {
  switch (news.of) {
    case 'account':
      return noteAccount(ctx, channel, news.account);
    case 'template':
      return noteTemplateStatus(ctx, channel._id, news.template);
    case 'userId': {
      const { previous, current, phone } = news.update;
      const before = { userId: previous };
      return moveIds(ctx, channel, {
        before,
        now: { userId: current, ...(phone !== undefined && { phone }) },
      });
    }
  }
}

async function noteAccount(ctx: CaseCtx, channel: Channel, news: AccountNews): Promise<boolean> {
  switch (news.what) {
    case 'paused':
      await pauseFor(ctx, channel, news.said);
      return true;
    case 'warned':
      await tellOwners(ctx, channel, news.said);
      return true;
    case 'back':
      return resumeAfter(ctx, channel);
  }
}
