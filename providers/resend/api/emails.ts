/** `POST /emails`: sends. */
import { refuse } from '../refusals.ts';
import { type Answer, type Call, ok } from './call.ts';

export async function sendEmail({ team, body, headers, slowMs }: Call): Promise<Answer> {
  const key = headers['idempotency-key'] ?? null;
  const { emailId, isReplay } = await team.sending.send(readJson(body), { key, bytes: body, slowMs });
  return { ...ok({ id: emailId }), emailId, isReplay };
}

export function readJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return refuse('notJson');
  }
}
