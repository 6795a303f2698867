/** A message of ours that never arrived, and what goes out when it is sent again (docs/rules.md M2). */
import type { Doc } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { againId, isLost } from '../../shared/conversation/outbox';
import { appError } from '../kit/errors';
import { sentWith } from './attachments';
import { isSameAuthor } from './entries';
import { deliveryOf } from './outbox';

const notLost = () =>
  appError('INVALID_INPUT', 'Only a message of yours that never arrived is sent again, once it can leave.');

/** INVALID_INPUT for what may still arrive, for what is another's, and for what was never for the customer (a forward). */
export async function loadLost(
  ctx: Pick<QueryCtx, 'db'>,
  { _id: memberId }: Doc<'members'>,
  entry: Doc<'entries'>,
  /** There was no key for it, so that it is in the local outbox alone; whether there is one now. */
  { stayedHere, canLeave }: { stayedHere: boolean; canLeave: boolean },
) {
  const { kind, author, neverSent, text = '' } = entry;
  const row = await deliveryOf(ctx, entry._id);
  const isOwn = kind === 'message' && isSameAuthor(author, { kind: 'operator', memberId });
  if (!isOwn || row === null) throw notLost();
  const isOnlyHere = stayedHere && row.state === 'sent';
  if (isOnlyHere ? !canLeave : !isLost({ neverSent, ...row })) throw notLost();
  // The same each time: pressed twice, it is sent once.
  return { text, clientMessageId: againId(entry._id), attachments: await sentWith(ctx, entry), lost: entry };
}
