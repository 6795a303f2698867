/** What all providers have in common: what is asked of one ends, and one on the net reaches no address inside. */
import ipaddr from 'ipaddr.js';

/** Below the lease of a claim, so that a slow answer is known to be slow before anybody else looks. */
const timeoutMs = 20_000;

export const lateAnswer = 'The provider did not answer in time.';

/** However it hangs: with its answer, or by throwing after `ms`. */
export async function inTime<Result>(
  ask: (signal: AbortSignal) => Promise<Result>,
  ms = timeoutMs,
): Promise<Result> {
  const late = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ends = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new Error(lateAnswer);
      reject(error);
      late.abort(error);
    }, ms);
  });
  try {
    return await Promise.race([ask(late.signal), ends]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a provider on the net could not reach it; one that runs on this machine always can. */
export function isOnlyHere(endpoint: string, providerUrl: string): boolean {
  return isInside(endpoint) && !isInside(providerUrl);
}

function isInside(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host)) return ipaddr.process(host).range() !== 'unicast';
  return (
    host === 'localhost' || host.endsWith('.localhost') || host.endsWith('.local') || !host.includes('.')
  );
}
