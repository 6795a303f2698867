/** The body of an event as it came: in its row, or a file where it is long. */
import type { Id } from '../_generated/dataModel';
import type { ActionCtx } from '../functions';

export interface StoredPayload {
  payload: string | null;
  payloadFileId: Id<'_storage'> | null;
}

export async function payloadText(
  ctx: Pick<ActionCtx, 'storage'>,
  { payload, payloadFileId }: StoredPayload,
): Promise<string> {
  if (payload !== null) return payload;
  const file = payloadFileId === null ? null : await ctx.storage.get(payloadFileId);
  return file === null ? '' : file.text();
}

/** Beyond this a payload is a file. */
const maxInRow = 64 * 1024;

/** As `store` takes it. */
export async function storedPayload(
  ctx: Pick<ActionCtx, 'storage'>,
  body: string,
): Promise<{ payload: string } | { payloadFileId: Id<'_storage'> }> {
  return body.length > maxInRow
    ? { payloadFileId: await ctx.storage.store(new Blob([body])) }
    : { payload: body };
}
