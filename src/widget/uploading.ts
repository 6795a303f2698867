/** The way of the customer's file to the desk (convex/http/uploads.ts). What goes wrong is said in words, as an error's message. */
import type { ShownFile } from '../../convex/shared/conversation/attachments';
import { postFile } from '../lib/upload';
import type { SentFile } from './outbox';
import type { Session } from './session';
import { words } from './words';

interface Attached {
  attachmentId: string;
  file: ShownFile;
}

/** Stores a file, which then waits for its message. */
export async function uploadFile(session: Session, file: File): Promise<Attached> {
  session.write();
  const { uploadUrl } = await askFor<{ uploadUrl: string }>(session, 'uploads', {});
  const storageId = await postFile(uploadUrl, file).catch(() => {
    throw new Error(words.notUploaded);
  });
  return askFor<Attached>(session, 'files', { storageId, name: file.name });
}

async function askFor<Answer>(session: Session, path: string, body: object): Promise<Answer> {
  const answer = await session.ask(path, body);
  if (answer === null) throw new Error(words.notUploaded);
  if (answer.status < 400) return answer.body as Answer;
  if (answer.status === 429) throw new Error(words.tooManyFiles(answer.waitMs));
  // Why a file is not taken, the desk says in words for people; nothing is read out of them.
  throw new Error(answer.status === 400 ? String(answer.body.detail) : words.notUploaded);
}

/** Files with the address that they are read at. */
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
