'use node';
/**
 * Hashing passwords: argon2id with the cost OWASP recommends first, 19 MiB and two passes, written as a PHC string.
 *
 * Node's own takes 17 ms of a processor; a runtime that lacks it gets the same from WebAssembly in 42. It stands in an
 * action of its own kind of worker, away from every request, and is done one at a time: side by side, many would only
 * wait longer and fill the memory. The worker's other calls come in between.
 */
import * as crypto from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { v } from 'convex/values';
import { argon2id as argon2idInWasm } from 'hash-wasm';
import { internalAction } from '../functions';
import { withoutStart } from '../shared/kit/text';

const cost = { memory: 19_456, passes: 2, parallelism: 1 };
const tagLength = 32;
const parameters = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$`;
/** A hash no password has, which takes as long to check as any. */
const nobodysHash = `${parameters}${'A'.repeat(22)}$${'A'.repeat(43)}`;

export const hash = internalAction({
  args: { password: v.string() },
  returns: v.string(),
  handler: async (_ctx, { password }) => {
    const salt = crypto.randomBytes(16);
    const key = await inTurn(() => argon2id(password, salt));
    return `${parameters}${base64(salt)}$${base64(key)}`;
  },
});

/**
 * Without a hash, because there is no such account, it answers false and takes as long as one made here. A scrypt hash of
 * before takes longer, until its account has signed in once.
 */
export const verify = internalAction({
  args: { hash: v.optional(v.string()), password: v.string() },
  returns: v.boolean(),
  handler: async (_ctx, { hash: known = nobodysHash, password }) => {
    const { key, keyOf } = read(known);
    const given = await inTurn(() => keyOf(password));
    return key.length === given.length && crypto.timingSafeEqual(key, given);
  },
});

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

let turn: Promise<unknown> = Promise.resolve();

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const done = turn.then(async () => {
    await setImmediate();
    return work();
  });
  turn = done.catch(() => {});
  return done;
}
