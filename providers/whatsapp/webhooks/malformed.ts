/** Deliveries that a receiver must refuse, made of a proper one. The proper one follows by itself. */
import { newSecret } from '../ids.ts';
import { sign } from './sign.ts';

export type Malformed =
  /** Signed with a secret that is not the app's. */
  | 'wrongSecret'
  /** The body was changed after it was signed. */
  | 'changedBody'
  /** The body ends in the middle. */
  | 'cutBody'
  /** Without a signature. */
  | 'unsigned'
  /** By the older hash, which Meta still sends beside the new one. */
  | 'onlySha1';

export const malformedKinds: readonly Malformed[] = [
  'wrongSecret',
  'changedBody',
  'cutBody',
  'unsigned',
  'onlySha1',
];

export function malform(
  kind: Malformed,
  { secret, body }: { secret: string; body: string },
): { headers: Record<string, string>; body: string } {
  const headers = { 'x-hub-signature-256': sign(secret, body) };
  switch (kind) {
    case 'wrongSecret':
      return { headers: { 'x-hub-signature-256': sign(newSecret(), body) }, body };
    case 'changedBody':
      return { headers, body: body.replace('"object":', '"Object":') };
    case 'cutBody':
      return { headers, body: body.slice(0, Math.floor(body.length / 2)) };
    case 'unsigned':
      return { headers: {}, body };
    case 'onlySha1':
      return { headers: { 'x-hub-signature': sign(secret, body).replace('sha256=', 'sha1=') }, body };
  }
}
