import type { Webhook } from './deliveries.ts';

/** Meta, "Create a webhook endpoint": a challenge that whoever knows the token gives back. */
export async function shakeHands({ url, verifyToken }: Webhook): Promise<boolean> {
  const asked = new URL(url);
  const challenge = `${Math.floor(Math.random() * 2 ** 31)}`;
  asked.searchParams.set('hub.mode', 'subscribe');
  asked.searchParams.set('hub.challenge', challenge);
  asked.searchParams.set('hub.verify_token', verifyToken);
  const answer = await fetch(asked).catch(() => null);
  return answer?.status === 200 && (await answer.text()) === challenge;
}
