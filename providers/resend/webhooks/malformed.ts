/** Deliveries that a receiver must refuse, made of a proper one. The proper one follows by itself. */
import { newSecret } from '../ids.ts';
import { signedHeaders } from './sign.ts';

export type Malformed =
  /** Signed with a secret that is not the endpoint's. */
  | 'wrongSecret'
  /** The body was changed after it was signed. */
  | 'changedBody'
  /** The body ends in the middle. */
  | 'cutBody'
  /** Properly signed, ten minutes ago. */
  | 'old'
  /** Properly signed, ten minutes from now. */
  | 'early'
  /** Without a signature. */
  | 'unsigned'
  /** Without an id. */
  | 'withoutId'
  /** Only a version that nobody knows. */
  | 'unknownVersion';

export const malformedKinds: readonly Malformed[] = [
  'wrongSecret',
  'changedBody',
  'cutBody',
  'old',
  'early',
  'unsigned',
  'withoutId',
  'unknownVersion',
];

const tenMinutes = 600;

export function malform(
  kind: Malformed,
  { secret, id, timestamp, body }: { secret: string; id: string; timestamp: number; body: string },
): { headers: Record<string, string>; body: string } {
  const headers = signedHeaders(secret, id, timestamp, body);
  switch (kind) {
    case 'wrongSecret':
      return { headers: signedHeaders(newSecret(), id, timestamp, body), body };
    case 'changedBody':
      return { headers, body: body.replace('"type":', '"kind":') };
    case 'cutBody':
      return { headers, body: body.slice(0, Math.floor(body.length / 2)) };
    case 'old':
      return { headers: signedHeaders(secret, id, timestamp - tenMinutes, body), body };
    case 'early':
      return { headers: signedHeaders(secret, id, timestamp + tenMinutes, body), body };
    case 'unsigned':
      return { headers: without(headers, 'svix-signature'), body };
    case 'withoutId':
      return { headers: without(headers, 'svix-id'), body };
    case 'unknownVersion':
      return {
        headers: { ...headers, 'svix-signature': headers['svix-signature']?.replaceAll('v1,', 'v9,') ?? '' },
        body,
      };
  }
}

function without(headers: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}
