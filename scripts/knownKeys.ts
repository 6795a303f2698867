/** Which `Authorization` of a call is an agent's key (docs/adr/0007-order-under-load.md): by the desk itself, in a query. */
import { createHash } from 'node:crypto';
import { keyIn } from '../convex/shared/agents/keys.ts';
import type { Engine } from '../engine/server/engine.ts';

/** What was an agent's once is not asked for again: a key that was revoked since is refused by the call, and still no invention. */
export function knownKeys(ask: Engine['query']): (authorization: string) => boolean {
  const known = new Set<string>();
  return (authorization) => {
    const key = keyIn(authorization);
    if (key === null) return false;
    const keyHash = createHash('sha256').update(key).digest('hex');
    if (!known.has(keyHash) && isKey(keyHash)) known.add(keyHash);
    return known.has(keyHash);
  };

  function isKey(keyHash: string): boolean {
    try {
      return ask('http/api/calls:isKey', { keyHash }) === true;
    } catch {
      // Functions of before do not know the question; the call itself is answered by them all the same.
      return false;
    }
  }
}
