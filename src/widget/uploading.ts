/** The way of the customer's file to the desk (convex/http/uploads.ts). What goes wrong is said in words, as an error's message. */
import type { ShownFile } from '../../convex/shared/conversation/attachments';
import { postFile, type Upload } from '../lib/postFile';
import type { Session } from './session';
import { languageNow, say, waitOf } from './speech';

export interface Attached {
  attachmentId: string;
  file: ShownFile;
}

/** Stores a file, which then waits for its message. */
export async function uploadFile(session: Session, file: File, how: Upload): Promise<Attached> {
  session.write();
  const { uploadUrl } = await askFor<{ uploadUrl: string }>(session, 'uploads', {});
  const storageId = await postFile(uploadUrl, file, how).catch(() => {
    throw new Error(say('notUploaded'));
  });
  return askFor<Attached>(session, 'files', { storageId, name: file.name });
}

async function askFor<Answer>(session: Session, path: string, body: object): Promise<Answer> {
  const answer = await session.ask(path, body);
  if (answer === null) throw new Error(say('notUploaded'));
  if (answer.status < 400) return answer.body as Answer;
  if (answer.status === 429) throw new Error(say('tooManyFiles', { when: waitOf(answer.waitMs) }));
  // Why a file is not taken, the desk says in English words for people; nothing is read out of them.
  if (answer.status !== 400) throw new Error(say('notUploaded'));
  throw new Error(languageNow() === 'en' ? String(answer.body.detail) : say('notTaken'));
}
