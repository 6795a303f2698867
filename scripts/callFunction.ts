/**
 * Any function of a running deployment, internal ones too, as an admin may call it: Convex's HTTP API by the plainest means.
 * Its CLI would cost every start a process, its client and `fetch` a twentieth of a second.
 */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Deployment } from './convexCli.ts';

/** Rejects with the message of what the function threw. */
export async function callFunction(
  { url, adminKey }: Deployment,
  kind: 'query' | 'mutation',
  path: string,
  args: object = {},
): Promise<unknown> {
  const headers = { authorization: `Convex ${adminKey}`, 'content-type': 'application/json' };
  const asked = request(`${url}/api/${kind}`, { method: 'POST', headers });
  asked.end(JSON.stringify({ path, args, format: 'json' }));
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const body = await text(response);
  const answer = JSON.parse(body) as {
    status?: string;
    value?: unknown;
    errorMessage?: string;
    errorData?: { message?: string };
  };
  if (answer.status === 'success') return answer.value;
  const { errorMessage = body, errorData } = answer;
  throw new Error(errorData?.message ?? /Uncaught Error: (.*)/.exec(errorMessage)?.[1] ?? errorMessage);
}
