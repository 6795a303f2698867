import { argon2id, argon2Verify } from 'hash-wasm';
import { expect, test } from 'vitest';
import { internal } from '../_generated/api';
import { setupTest } from '../test.setup';

const password = 'correct horse bättery';

test('[R1] a password is hashed with argon2id, never twice the same, and checks out alone', async () => {
  const t = setupTest();
  const hash = await t.action(internal.accounts.passwords.hash, { password });
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(await t.action(internal.accounts.passwords.hash, { password })).not.toBe(hash);
  const checks = [password, password.normalize('NFD'), 'another password', ''];
  const answers = checks.map((each) =>
    t.action(internal.accounts.passwords.verify, { hash, password: each }),
  );
  expect(await Promise.all(answers)).toEqual([true, true, false, false]);
});

test('[R1] no account and a hash that is none are wrong, whatever the password', async () => {
  const t = setupTest();
  for (const hash of [undefined, '', 'nonsense'])
    expect(await t.action(internal.accounts.passwords.verify, { hash, password })).toBe(false);
});

test('[R1] a runtime without Node’s argon2 makes and checks the same hashes', async () => {
  const t = setupTest();
  const hash = await t.action(internal.accounts.passwords.hash, { password });
  expect(await argon2Verify({ hash, password })).toBe(true);
  const cost = { memorySize: 19_456, iterations: 2, parallelism: 1, hashLength: 32 };
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const theirs = await argon2id({ password, salt, ...cost, outputType: 'encoded' });
  expect(await t.action(internal.accounts.passwords.verify, { hash: theirs, password })).toBe(true);
});
