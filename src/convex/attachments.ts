/** Files on their way to a message or a note. */
import { useConvex } from 'convex/react';
import { useMemo } from 'react';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import type { ShownFile } from '../../convex/shared/conversation/attachments';
import type { Upload } from '../lib/postFile';
import { useDesk } from './provider';
import { useMembership } from './session';

/** A file that is stored and waits for its message. */
export interface Attached {
  attachmentId: Id<'attachments'>;
  file: ShownFile;
}

/** What this page has stored: shown with a message before the desk has answered. */
const known = new Map<Id<'attachments'>, ShownFile>();

export const knownFiles = (ids: readonly Id<'attachments'>[] = []): ShownFile[] =>
  ids.flatMap((id) => known.get(id) ?? []);

export interface Uploads {
  add(conversationId: Id<'conversations'>, file: File, how: Upload): Promise<Attached>;
  /** Of what was not sent; that it fails is nobody's trouble, it goes by itself after a day. */
  remove(attachmentId: Id<'attachments'>): void;
}

export function useUploads(): Uploads {
  const client = useConvex();
  const { teamId } = useMembership();
  return useMemo(
    () => ({
      async add(conversationId, file, how) {
        const url = await client.mutation(api.attachments.uploadUrl, { teamId, conversationId });
        const { postFile } = await import('../lib/postFile');
        const upload = await postFile(url, file, how);
        const { name } = file;
        const attached = await client.action(api.attachments.add, { teamId, conversationId, upload, name });
        known.set(attached.attachmentId, attached.file);
        return attached;
      },
      remove(attachmentId) {
        void client.mutation(api.attachments.remove, { teamId, attachmentId }).catch(() => {});
      },
    }),
    [client, teamId],
  );
}

/** Where a file is read. */
export function useFileAddress(): (path: string) => string {
  const { addresses } = useDesk();
  return (path) => `${addresses.siteUrl}${path}`;
}
