/** What came with a message of a messenger, stored before the transaction that takes it (docs/rules.md M1, E2). */
import { type Infer, v } from 'convex/values';
import type { ActionCtx } from '../functions';
import { sniff, sniffedBytes } from '../shared/conversation/attachments';
import { storedType } from '../shared/kit/limits';

export const vFetched = v.object({
  files: v.array(v.object({ storageId: v.id('_storage'), name: v.string(), contentType: v.string() })),
  /** Why it was not, in words. */
  notFetched: v.optional(v.string()),
});
export type Fetched = Infer<typeof vFetched>;

export const notFetched = (name: string, why: string): Fetched => ({
  files: [],
  notFetched: `${name}, ${why}`,
});

/** Its kind is told by its bytes. */
export async function storeFetched(ctx: ActionCtx, name: string, bytes: ArrayBuffer): Promise<Fetched> {
  const storageId = await ctx.storage.store(new Blob([bytes], { type: storedType }));
  const contentType = sniff(new Uint8Array(bytes, 0, Math.min(sniffedBytes, bytes.byteLength)));
  return { files: [{ storageId, name, contentType }] };
}

/** Where it cannot be taken its files go: the next try stores them anew. */
export async function takeFetched(
  ctx: ActionCtx,
  { files }: Fetched,
  take: () => Promise<unknown>,
): Promise<null> {
  await take().catch(async (thrown: unknown) => {
    for (const { storageId } of files) await ctx.storage.delete(storageId);
    throw thrown;
  });
  return null;
}
