/** Brings the data of before up to date after a push (convex/migrations/run.ts): at every start, before the desk is ready. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Deployment } from './convexCli.ts';

/** As convex/migrations/run.ts returns it. */
interface Step {
  isUpToDate: boolean;
  migrated: number;
}

export async function upgrade(deployment: Deployment, log: (line: string) => void = () => {}): Promise<void> {
  try {
    let migrated = 0;
    for (let step: Step | undefined; !step?.isUpToDate; migrated += step.migrated) {
      step = (await runMutation(deployment, 'migrations/run:step')) as Step;
    }
    if (migrated > 0) log(`Data of an earlier version was brought up to date (${migrated} documents).`);
  } catch (error) {
    throw new Error(
      `The data could not be brought up to date, so Baton has not started. ${(error as Error).message}\n` +
        'What was brought over is kept, and the next start goes on from there: see "Upgrading" in docs/operating.md.',
      { cause: error },
    );
  }
}

/**
 * An internal function, as an admin may call it: Convex's HTTP API by the plainest means. Its CLI would cost every start a
 * process, its client and `fetch` a twentieth of a second.
 */
async function runMutation({ url, adminKey }: Deployment, path: string): Promise<unknown> {
  const headers = { authorization: `Convex ${adminKey}`, 'content-type': 'application/json' };
  const asked = request(`${url}/api/mutation`, { method: 'POST', headers });
  asked.end(JSON.stringify({ path, args: {}, format: 'json' }));
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const body = await text(response);
  const answer = JSON.parse(body) as { status?: string; value?: unknown; errorMessage?: string };
  if (answer.status === 'success') return answer.value;
  const { errorMessage = body } = answer;
  throw new Error(/Uncaught Error: (.*)/.exec(errorMessage)?.[1] ?? errorMessage);
}
