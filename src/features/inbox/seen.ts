/** Up to which word of the customer, or of somebody outside, this person has had each ticket open, on this machine. */
import { useSyncExternalStore } from 'react';
import { kept } from '../../lib/kept';

/** More than anybody works on; the longest unseen go. */
const most = 500;

type Seen = ReadonlyMap<string, number>;

const seen = kept<Seen>(
  'baton.seen',
  new Map(),
  (stored) => new Map(JSON.parse(stored) as [string, number][]),
  (all) => JSON.stringify([...all]),
);

const keyOf = (memberId: string, number: number) => `${memberId} ${number}`;

/** `at`: when what was on screen was written. */
export function markSeen(memberId: string, number: number, at: number) {
  const key = keyOf(memberId, number);
  if ((seen.now().get(key) ?? 0) >= at) return;
  const others = [...seen.now()].filter(([each]) => each !== key);
  seen.set(new Map([...others, [key, at] as const].slice(-most)));
}

export const useSeenAt = (memberId: string, number: number) =>
  useSyncExternalStore(seen.listen, () => seen.now().get(keyOf(memberId, number)) ?? 0);
