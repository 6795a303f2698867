'use node';
/**
 * Hashing passwords, with Node's own scrypt: a third less work than the same in JavaScript, and no garbage.
 *
 * It takes some 60 ms of a processor and 32 MiB, so it stands in an action of its own kind of worker, away from every
 * request, and is done one at a time: side by side, many would only wait longer and fill the memory. The worker's other
 * calls come in between.
 */
import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { v } from 'convex/values';
import { internalAction } from './functions';

/** The cost and format of Convex Auth's own password provider: `<salt>:<key>` in hexadecimal, the salt taken as text. */
const cost = { N: 16_384, r: 16, p: 1, maxmem: 64 * 1024 * 1024 };
const keyBytes = 64;
/** A hash no password has, which takes as long to check as any. */
const nobodysHash = `${'0'.repeat(32)}:${'0'.repeat(2 * keyBytes)}`;

export const hash = internalAction({
  args: { password: v.string() },
  returns: v.string(),
  handler: async (_ctx, { password }) => {
    const salt = randomBytes(16).toString('hex');
    return `${salt}:${(await keyOf(password, salt)).toString('hex')}`;
  },
});

/** Without a hash, because there is no such account, it answers false and takes just as long. */
export const verify = internalAction({
  args: { hash: v.optional(v.string()), password: v.string() },
  returns: v.boolean(),
  handler: async (_ctx, { hash: known = nobodysHash, password }) => {
    const [salt = '', key = ''] = known.split(':');
    const [wanted, given] = [Buffer.from(key, 'hex'), await keyOf(password, salt)];
    return wanted.length === given.length && timingSafeEqual(wanted, given);
  },
});

let turn: Promise<unknown> = Promise.resolve();

function keyOf(password: string, salt: string): Promise<Buffer> {
  const key = turn.then(async () => {
    await setImmediate();
    return scryptSync(password.normalize('NFKC'), salt, keyBytes, cost);
  });
  turn = key.catch(() => {});
  return key;
}
