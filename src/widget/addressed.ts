/** Files with the address that they are read at. */
import type { ShownFile } from '../../convex/shared/conversation/attachments';
import type { SentFile } from './outbox';
import type { Attached } from './uploading';

export function addressed(siteUrl: string) {
  const one = (file: ShownFile): ShownFile => ({ ...file, path: `${siteUrl}${file.path}` });
  return {
    sent: ({ attachmentId, file }: Attached): SentFile => ({ attachmentId, ...one(file) }),
    entry: <Entry extends { attachments: ShownFile[] }>(entry: Entry): Entry => ({
      ...entry,
      attachments: entry.attachments.map(one),
    }),
  };
}
