'use node';
/**
 * Hashing passwords: argon2id with the cost OWASP recommends first, 19 MiB and two passes, written as a PHC string.
 *
 * Node's own takes 17 ms of a processor; a runtime that lacks it gets the same from WebAssembly in 42. It stands in an
 * action of its own kind of worker, away from every request, and is done one at a time: side by side, many would only
 * wait longer and fill the memory. Whoever is known goes before strangers, and when
 * too many wait, the next is told so at once instead of waiting for ever (turns.ts).
 */
import * as crypto from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { v } from 'convex/values';
import { argon2id as argon2idInWasm } from 'hash-wasm';
import { internalAction } from '../functions';
import { withoutStart } from '../shared/kit/text';
import { passwordFault } from '../shared/people/passwordFault';
import { Turns } from './turns';

const cost = { memory: 19_456, passes: 2, parallelism: 1 };
const tagLength = 32;
const parameters = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$`;
/** A hash no password has, which takes as long to check as any. */
const nobodysHash = `${parameters}${'A'.repeat(22)}$${'A'.repeat(43)}`;

const turns = new Turns(setImmediate);

/** `own`: what the password may not be made of. A fault is found before anything is hashed. */
export const hash = internalAction({
  args: { password: v.string(), own: v.array(v.string()), isKnown: v.boolean() },
  returns: v.union(
    v.object({ secret: v.string() }),
    v.object({ fault: v.union(v.literal('length'), v.literal('common'), v.literal('personal')) }),
    v.object({ isBusy: v.literal(true) }),
  ),
  handler: async (_ctx, { password, own, isKnown }) => {
    const fault = passwordFault(password, own);
    if (fault !== null) return { fault };
    const secret = await turns.take(isKnown, () => newHash(password));
    return secret === null ? { isBusy: true as const } : { secret };
  },
});

/**
 * Whether it is the right one, and that hashed anew if it was hashed as before; null: too many wait. Without a hash, because
 * there is no such account, it is wrong and takes as long as one made here.
 */
export const verify = internalAction({
  args: { hash: v.optional(v.string()), password: v.string(), isKnown: v.boolean() },
  returns: v.union(v.object({ isRight: v.boolean(), rehashed: v.optional(v.string()) }), v.null()),
  handler: (_ctx, { hash: known = nobodysHash, password, isKnown }) =>
    turns.take(isKnown, async () => {
      const { key, keyOf } = read(known);
      const given = await keyOf(password);
      const isRight = key.length === given.length && crypto.timingSafeEqual(key, given);
      const isOfBefore = !known.startsWith(parameters);
      return isRight && isOfBefore ? { isRight, rehashed: await newHash(password) } : { isRight };
    }),
});

async function newHash(password: string): Promise<string> {
  const salt = crypto.randomBytes(16);
  return `${parameters}${base64(salt)}$${base64(await argon2id(password, salt))}`;
}

/** The key in a stored hash, and how another password's is made to compare with. */
function read(stored: string): { key: Buffer; keyOf: (password: string) => Promise<Buffer> } {
  if (!stored.startsWith(parameters)) {
    const [salt = '', key = ''] = stored.split(':');
    return { key: Buffer.from(key, 'hex'), keyOf: (password) => scrypt(password, salt) };
  }
  const [salt = '', key = ''] = withoutStart(stored, parameters).split('$');
  const nonce = Buffer.from(salt, 'base64');
  return { key: Buffer.from(key, 'base64'), keyOf: (password) => argon2id(password, nonce) };
}

async function argon2id(password: string, salt: Buffer): Promise<Buffer> {
  const message = password.normalize('NFKC');
  if ('argon2Sync' in crypto)
    return crypto.argon2Sync('argon2id', { message, nonce: salt, tagLength, ...cost });
  const key = await argon2idInWasm({
    password: message,
    salt,
    hashLength: tagLength,
    memorySize: cost.memory,
    iterations: cost.passes,
    parallelism: cost.parallelism,
    outputType: 'binary',
  });
  return Buffer.from(key);
}

/** As Convex Auth's own password provider hashes: `<salt>:<key>` in hexadecimal, the salt taken as text. */
async function scrypt(password: string, salt: string): Promise<Buffer> {
  const maxmem = 64 * 1024 * 1024;
  return crypto.scryptSync(password.normalize('NFKC'), salt, 64, { N: 16_384, r: 16, p: 1, maxmem });
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
