/** Internal functions, as an admin may call them: Convex's HTTP API by the plainest means. Its CLI would cost a process. */
import { once } from 'node:events';
import { type IncomingMessage, request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Deployment } from './convexCli.ts';

/** The deployment could not be asked at all: it is not there, or does not take the key. */
export class NoAnswer extends Error {
  readonly why: 'unreachable' | 'wrongKey' | 'noFunction';

  constructor(why: NoAnswer['why'], message: string) {
    super(message);
    this.why = why;
  }
}

/** Throws NoAnswer, or an Error with what the function threw. */
export async function callAsAdmin<T>(
  deployment: Deployment,
  kind: 'query' | 'mutation' | 'action',
  path: string,
  args: object = {},
): Promise<T> {
  const { status, body } = await post(deployment, kind, { path, args, format: 'json' });
  if (status === 401 || status === 403) throw new NoAnswer('wrongKey', 'The key is not the right one.');
  const answer = parsed(body);
  if (answer.status === 'success') return answer.value as T;
  const { errorMessage = body, errorData } = answer;
  // A refusal of the desk says itself.
  if (errorData?.message !== undefined) throw new Error(errorData.message);
  if (/Could not find (?:public )?function/.test(errorMessage))
    throw new NoAnswer('noFunction', errorMessage);
  throw new Error(/Uncaught Error: (.*)/.exec(errorMessage)?.[1] ?? errorMessage);
}

async function post(
  { url, adminKey }: Deployment,
  kind: string,
  call: object,
): Promise<{ status: number; body: string }> {
  const headers = { authorization: `Convex ${adminKey}`, 'content-type': 'application/json' };
  const request = url.startsWith('https:') ? secure : plain;
  const asked = request(`${url}/api/${kind}`, { method: 'POST', headers });
  asked.end(JSON.stringify(call));
  try {
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, body: await text(response) };
  } catch (error) {
    throw new NoAnswer('unreachable', (error as Error).message);
  }
}

interface Answer {
  status?: string;
  value?: unknown;
  errorMessage?: string;
  errorData?: { message?: string };
}

function parsed(body: string): Answer {
  try {
    return JSON.parse(body) as object;
  } catch {
    return {};
  }
}
