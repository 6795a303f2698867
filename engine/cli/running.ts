/** How commands talk to the engine that owns a data folder: over HTTP on this machine, with the folder's admin key. */
import { request, type IncomingMessage } from 'node:http';
import type { Hold } from '../operations/backup.ts';
import { readRunning } from '../operations/running.ts';

/** A command cannot do what it was asked; the message is one sentence for the operator. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

const LOST = 'The engine ended the backup before it was complete (its log says why); nothing was written.';

/** Holds a running engine's folder for as long as the connection lives. */
export function holdRunning(dataDir: string, adminKey: string | null): Hold {
  return async () => {
    const response = await open(dataDir, adminKey, '/api/engine/backup');
    const broken = new AbortController();
    let released = false;
    response.once('close', () => {
      if (!released) broken.abort(new CommandError(LOST));
    });
    response.on('error', () => {});
    response.resume();
    return {
      broken: broken.signal,
      release: async () => {
        released = true;
        response.destroy();
      },
    };
  };
}

/** Throws CommandError unless the engine agrees. */
export async function post(dataDir: string, adminKey: string | null, path: string): Promise<void> {
  (await open(dataDir, adminKey, path)).resume();
}

async function open(dataDir: string, adminKey: string | null, path: string): Promise<IncomingMessage> {
  const running = readRunning(dataDir);
  if (running === null)
    throw new CommandError(
      `${dataDir} is in use, but not by an engine that serves: stop that process first.`,
    );
  if (adminKey === null) {
    throw new CommandError(
      `The running engine was given its admin key at its start, so there is none in ${dataDir}: ${path.endsWith('backup') ? 'name it with --admin-key.' : 'change it there.'}`,
    );
  }
  const response = await send(`${running.url}${path}`, adminKey);
  if (response.statusCode === 200) return response;
  throw new CommandError(`The running engine refused: ${await messageOf(response)}`);
}

function send(url: string, adminKey: string): Promise<IncomingMessage> {
  return new Promise((done, reject) => {
    const call = request(url, {
      method: 'POST',
      headers: { authorization: `Convex ${adminKey}` },
      agent: false,
    });
    call.once('response', done);
    call.once('error', () =>
      reject(new CommandError(`The engine that uses the data folder does not answer at ${url}.`)),
    );
    call.end();
  });
}

async function messageOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response as AsyncIterable<Buffer>) text += chunk.toString();
  try {
    return (JSON.parse(text) as { message: string }).message;
  } catch {
    return `status ${response.statusCode}.`;
  }
}
