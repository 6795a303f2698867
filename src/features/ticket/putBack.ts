/** What a page that is gone had written or sent, and the desk never had: put back as drafts, and sent by nobody but their author. */
import type { Id } from '../../../convex/_generated/dataModel';
import type { Attached } from '../../convex/attachments';
import type { Lives } from '../../convex/lives';
import { wasSaid } from '../../convex/wasSaid';
import { type Left, leftUnsent } from '../../lib/leftUnsent';
import { unsentOf } from '../../lib/unsent';
import type { FileTray, TrayFile } from './fileTray';
import { keyOf, type Mode, type Writing } from './writing';

interface Into {
  teamId: Id<'teams'>;
  memberId: string;
  conversationId: Id<'conversations'>;
  lives: Lives;
  writing: Writing;
  tray: FileTray;
  /** Keeps a field as it is then. */
  keep: (mode: Mode) => void;
}

export async function putBack({ lives, writing, tray, keep, memberId, ...of }: Into): Promise<void> {
  const { conversationId } = of;
  const kept = unsentOf(memberId, conversationId);
  const letGo = ({ sent }: Left) => sent && kept.forget(sent.clientMessageId);
  const all = await leftUnsent(`${keyOf({ memberId, conversationId })}.`, { claim: true });
  // The desk may have it after all: its answer was lost, not the text.
  const isSaid = await Promise.all(all.map(async ({ sent }) => sent && wasSaid(lives, of, sent)));
  const left = all.filter((_, index) => !isSaid[index]);
  writing.putBack(left);
  for (const { mode, sent } of left) tray.giveBack(mode, ((sent?.files ?? []) as Attached[]).map(filed));
  for (const { mode } of left) keep(mode);
  all.forEach(letGo);
}

let made = 0;

/** As the tray has one that is stored; below zero, where no chosen file's number is. */
function filed(attached: Attached): TrayFile {
  const { name, size } = attached.file;
  return Object.assign({ id: --made, name, size, state: 'ready' as const }, { file: null, attached });
}
