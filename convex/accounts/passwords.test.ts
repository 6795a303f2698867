import { argon2id, argon2Verify } from 'hash-wasm';
import { expect, test, vi } from 'vitest';
import { internal } from '../_generated/api';
import { setupTest, type TestDesk } from '../test.setup';

vi.setConfig({ testTimeout: 60_000 });

const password = 'correct horse bättery';

const hash = async (t: TestDesk, given = password) => {
  const answer = await t.action(internal.accounts.passwords.hash, {
    password: given,
    own: ['Ana'],
    isKnown: true,
  });
  return 'secret' in answer ? answer.secret : answer;
};
const isRight = async (t: TestDesk, known: string | undefined, given = password) =>
  (await t.action(internal.accounts.passwords.verify, { hash: known, password: given, isKnown: true }))!
    .isRight;

test('[R1] a password is hashed with argon2id, never twice the same, and checks out alone', async () => {
  const t = setupTest();
  const known = (await hash(t)) as string;
  expect(known).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(await hash(t)).not.toBe(known);
  const checks = [password, password.normalize('NFD'), 'another password', ''];
  const answers = checks.map((each) => isRight(t, known, each));
  expect(await Promise.all(answers)).toEqual([true, true, false, false]);
});

test('[R1] no account and a hash that is none are wrong, whatever the password', async () => {
  const t = setupTest();
  for (const known of [undefined, '', 'nonsense']) expect(await isRight(t, known)).toBe(false);
});

test('[R1] a password that is tried first is told so, and never hashed', async () => {
  const t = setupTest();
  expect(await hash(t, 'password123')).toEqual({ fault: 'common' });
  expect(await hash(t, 'short')).toEqual({ fault: 'length' });
});

test('[R1] a runtime without Node’s argon2 makes and checks the same hashes', async () => {
  const t = setupTest();
  const known = (await hash(t)) as string;
  expect(await argon2Verify({ hash: known, password })).toBe(true);
  const cost = { memorySize: 19_456, iterations: 2, parallelism: 1, hashLength: 32 };
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const theirs = await argon2id({ password, salt, ...cost, outputType: 'encoded' });
  expect(await isRight(t, theirs)).toBe(true);
});

test('[E4] of four hundred strangers at once most are refused at once, and the owner of a known browser is let through', async () => {
  const t = setupTest();
  const known = (await hash(t)) as string;
  const strangers = Array.from({ length: 400 }, () =>
    t.action(internal.accounts.passwords.verify, { password: 'wrong password', isKnown: false }),
  );
  const began = performance.now();
  expect(await isRight(t, known)).toBe(true);
  const waitedMs = performance.now() - began;
  const all = performance.now();
  const answers = await Promise.all(strangers);
  expect(answers.filter((answer) => answer === null).length).toBeGreaterThan(300);
  expect(waitedMs).toBeLessThan((waitedMs + performance.now() - all) / 2);
});
