/**
 * The limits of what our builders do not make: Convex Auth's own, and routes of one answer to all. Every other function and
 * route says them where it is made (`limited` in functions.ts). Two dots in the name: not bundled.
 */
import type { Limits } from './functions';

const sameForAll = { none: 'One small answer, the same for everybody, that nothing is read or written for.' };

export const otherLimits: Record<string, Limits> = {
  'auth:signIn': {
    none: 'Counted by model/people: tries per account and source. Hashing waits in a line of its own.',
  },
  'auth:signOut': { none: 'Ends the one session whose token came with it.' },
  'auth:isAuthenticated': { none: 'Reads the token that came with it.' },
  'GET /.well-known/openid-configuration': sameForAll,
  'GET /.well-known/jwks.json': sameForAll,
  'OPTIONS /widget/sessions': sameForAll,
  'OPTIONS /widget/token': sameForAll,
  'OPTIONS /widget/identity': sameForAll,
  'OPTIONS /widget/end': sameForAll,
  'OPTIONS /widget/uploads': sameForAll,
  'OPTIONS /widget/files': sameForAll,
  'GET /api/v1/health': sameForAll,
  'GET /api/v1/openapi.json': sameForAll,
};
