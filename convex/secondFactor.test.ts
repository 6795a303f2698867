import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { accountLog, openOffice, password, signIn, turnOnFactor, useAuthKeys } from './accounts.setup';
import { api } from './_generated/api';
import { unseal } from './model/kit/secrets';
import { codeAt, newSecret } from './shared/people/secondFactor';
import { refusal, setupTest } from './test.setup';

vi.setConfig({ testTimeout: 60_000 });
beforeAll(useAuthKeys);
afterEach(() => void vi.useRealTimers());

const email = 'ana@example.test';

async function office() {
  const t = setupTest();
  const { ana } = await openOffice(t);
  const signsIn = (code?: string) => refusal(signIn(t, email, password, code === undefined ? {} : { code }));
  return { t, ana, signsIn };
}

describe('[R1] with a second factor a sign-in', () => {
  test('asks for the code once the password is right, and takes each code once', async () => {
    const { t, ana, signsIn } = await office();
    const { codeIn } = await turnOnFactor(ana);
    expect(await refusal(signIn(t, email, 'wrong wrong'))).toBe('INVALID_CREDENTIALS');
    expect(await signsIn()).toBe('SECOND_FACTOR_NEEDED');
    expect(await signsIn('12345')).toBe('SECOND_FACTOR_WRONG');
    // The one that turned it on was used by that.
    expect(await signsIn(codeIn(0))).toBe('SECOND_FACTOR_WRONG');
    const code = codeIn(1);
    expect(await signsIn(` ${code.replace(/(...)/, '$1 ')}`)).toBeUndefined();
    expect(await signsIn(code)).toBe('SECOND_FACTOR_WRONG');
    expect(await accountLog(t)).toEqual(
      expect.arrayContaining(['secondFactor.turnedOn', 'signIn.failed: wrong code']),
    );
  });

  test('takes no code of more than a step ago or ahead', async () => {
    const { ana, signsIn } = await office();
    const { codeIn } = await turnOnFactor(ana);
    vi.useFakeTimers({ now: Date.now() + 3_600_000, toFake: ['Date'] });
    for (const steps of [-3, -2, 2, 3]) expect(await signsIn(codeIn(steps))).toBe('SECOND_FACTOR_WRONG');
    expect(await signsIn(codeIn(-1))).toBeUndefined();
    expect(await signsIn(codeIn(1))).toBeUndefined();
  });

  test('takes each recovery code once, however it is written', async () => {
    const { ana, signsIn } = await office();
    const { recoveryCodes } = await turnOnFactor(ana);
    expect(new Set(recoveryCodes).size).toBe(10);
    const [first, second] = recoveryCodes as [string, string];
    expect(await signsIn(first)).toBeUndefined();
    expect(await signsIn(first)).toBe('SECOND_FACTOR_WRONG');
    expect(await signsIn(` ${second.replaceAll('-', ' ').toUpperCase()}`)).toBeUndefined();
    expect(await ana.as.query(api.secondFactor.state, {})).toMatchObject({ codesLeft: 8 });
  });

  test('[E4] has ten tries at codes, of which a right password gives none back', async () => {
    const { ana, signsIn } = await office();
    const { codeIn } = await turnOnFactor(ana);
    for (let i = 0; i < 10; i++) {
      expect(await signsIn()).toBe('SECOND_FACTOR_NEEDED');
      expect(await signsIn('000000')).toBe('SECOND_FACTOR_WRONG');
    }
    expect(await signsIn(codeIn(1))).toBe('RATE_LIMITED');
  });
});

describe('[R1] the second factor', () => {
  test('is turned on with the password and a code of the app, and only so', async () => {
    const { ana, signsIn } = await office();
    const secret = newSecret();
    const code = codeAt(secret, Date.now());
    const turnOn = (given: object) =>
      refusal(ana.as.action(api.secondFactor.turnOn, { password, secret, code, ...given }));
    expect(await turnOn({ password: 'wrong wrong' })).toBe('WRONG_PASSWORD');
    expect(await turnOn({ code: '000000' })).toBe('SECOND_FACTOR_WRONG');
    expect(await turnOn({ secret: 'SHORT' })).toBe('INVALID_INPUT');
    expect(await signsIn()).toBeUndefined();
  });

  test('is turned off with the password', async () => {
    const { ana, signsIn } = await office();
    await turnOnFactor(ana);
    const turnOff = (given: string) => refusal(ana.as.action(api.secondFactor.turnOff, { password: given }));
    expect(await turnOff('wrong wrong')).toBe('WRONG_PASSWORD');
    expect(await signsIn()).toBe('SECOND_FACTOR_NEEDED');
    expect(await turnOff(password)).toBeUndefined();
    expect(await signsIn()).toBeUndefined();
  });

  test('has new recovery codes for the password; those of before stop working', async () => {
    const { ana, signsIn } = await office();
    const { recoveryCodes } = await turnOnFactor(ana);
    const renewed = await ana.as.action(api.secondFactor.renewCodes, { password });
    expect(await signsIn(recoveryCodes[0])).toBe('SECOND_FACTOR_WRONG');
    expect(await signsIn(renewed[0])).toBeUndefined();
  });

  test('[R3] keeps its recovery codes as hashes, and returns neither them nor its secret', async () => {
    const { t, ana } = await office();
    const { recoveryCodes } = await turnOnFactor(ana);
    const kept = JSON.stringify(await t.run((ctx) => ctx.db.query('secondFactors').collect()));
    for (const code of recoveryCodes) expect(kept).not.toContain(code.replaceAll('-', ''));
    expect(Object.keys(await ana.as.query(api.secondFactor.state, {})).toSorted()).toEqual([
      'codesLeft',
      'since',
    ]);
  });

  test('[R3] keeps the secret of the app sealed for its owner alone; one of before works, and is sealed with its next code', async () => {
    const { t, ana, signsIn } = await office();
    const { codeIn } = await turnOnFactor(ana);
    const row = () => t.run(async (ctx) => (await ctx.db.query('secondFactors').first())!);
    const { _id, secret: sealed, userId } = await row();
    const secret = await unseal(sealed, userId);
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(sealed).not.toContain(secret);
    await expect(unseal(sealed, 'somebody else')).rejects.toThrow();

    await t.run((ctx) => ctx.db.patch(_id, { secret }));
    expect(await signsIn(codeIn(1))).toBeUndefined();
    const { secret: sealedNow } = await row();
    expect(sealedNow).not.toContain(secret);
    expect(await unseal(sealedNow, userId)).toBe(secret);
  });

  test('of another deployment opens nothing: the app is refused, and a recovery code lets in', async () => {
    const { t, ana, signsIn } = await office();
    const { codeIn, recoveryCodes } = await turnOnFactor(ana);
    await t.run(async (ctx) => {
      const { _id, secret } = (await ctx.db.query('secondFactors').first())!;
      await ctx.db.patch(_id, { secret: `${secret.slice(0, -8)}AAAAAAA=` });
    });
    expect(await signsIn(codeIn(1))).toBe('SECOND_FACTOR_WRONG');
    expect(await signsIn(recoveryCodes[0])).toBeUndefined();
  });
});
