/** Whether a body was signed by whoever has this secret, a moment ago (Standard Webhooks). For actions: hashing holds nobody up. */
import { Webhook } from 'standardwebhooks';

export interface Signed {
  id: string;
  timestamp: string;
  signature: string;
}

/** Beyond this the library refuses as well; told first, for it costs nothing. */
const toleranceSeconds = 300;

/** Worth a look at the secret at all: who sends anything else costs no hash. */
export function mayBeSigned({ timestamp, signature }: Signed, now: number): boolean {
  return (
    Math.abs(now / 1_000 - Number(timestamp)) <= toleranceSeconds && /(?:^| )v1,\S{44}(?: |$)/.test(signature)
  );
}

export function isSigned(secret: string, body: string, { id, timestamp, signature }: Signed): boolean {
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
