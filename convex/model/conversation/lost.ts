/** A message of ours that never arrived, and what goes out when it is sent again (docs/rules.md M2). */
import type { Doc } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { againId, isLost } from '../../shared/conversation/outbox';
import { appError } from '../kit/errors';
import { sentWith } from './attachments';
import { isSameAuthor } from './entries';
import { deliveryOf } from './outbox';

/** INVALID_INPUT for what may still arrive, for what is another's, and for what was never for the customer (a forward). */
export async function loadLost(
  ctx: Pick<QueryCtx, 'db'>,
  { _id: memberId }: Doc<'members'>,
  entry: Doc<'entries'>,
  /** It was read here alone, for there was no key. */
  stayedHere: boolean,
) {
  const { kind, author, neverSent, text = '' } = entry;
  const row = await deliveryOf(ctx, entry._id);
  const isOwn = kind === 'message' && isSameAuthor(author, { kind: 'operator', memberId });
  const isOnlyHere = stayedHere && row?.state === 'sent';
  if (!isOwn || row === null || !(isOnlyHere || isLost({ neverSent, ...row }))) {
    throw appError('INVALID_INPUT', 'Only a message of yours that never arrived is sent again.');
  }
  // The same each time: pressed twice, it is sent once.
  return { text, clientMessageId: againId(entry._id), attachments: await sentWith(ctx, entry), lost: entry };
}
