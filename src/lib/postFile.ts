/** A file's way into storage, the same from the desk and from the chat (docs/rules.md E2, E4). */
import { storedType } from '../../convex/shared/kit/limits';

export interface Upload {
  /** 0 to 1. */
  onProgress: (share: number) => void;
  /** To leave off. */
  signal: AbortSignal;
}

/** On a slow line a few at a time: each is done sooner, and none waits for its answer in vain. */
const mostAtOnce = 3;
let running = 0;
const waiting: (() => void)[] = [];

async function turn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running >= mostAtOnce) await new Promise<void>((go) => waiting.push(go));
  running++;
  try {
    return await work();
  } finally {
    running--;
    waiting.shift()?.();
  }
}

/** Gives what storage calls it. Never sent as what it is: a storage address hands out nothing that a browser runs. */
export function postFile(url: string, file: File, { onProgress, signal }: Upload): Promise<string> {
  return turn(
    () =>
      new Promise((done, fail) => {
        signal.throwIfAborted();
        // Only this tells how far it has come.
        const request = new XMLHttpRequest();
        request.open('POST', url);
        request.setRequestHeader('Content-Type', storedType);
        request.responseType = 'json';
        request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 0 : loaded / total);
        request.onload = () => {
          const { storageId } = (request.response ?? {}) as { storageId?: string };
          if (request.status === 200 && storageId !== undefined) done(storageId);
          else fail(new Error(`HTTP ${request.status}`));
        };
        request.onerror = () => fail(new Error('The line broke.'));
        request.onabort = () => fail(new Error('It was left off.'));
        signal.addEventListener('abort', () => request.abort());
        request.send(file);
      }),
  );
}
