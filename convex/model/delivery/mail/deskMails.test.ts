/// <reference types="vite/client" />
/** Rules M2 and R1 for the desk's own mail: it waits, is tried and is asked about as an answer to a customer is. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openMailDesk, refuse } from '../../../mail.setup';
import { leaseMs } from '../../../shared/conversation/outbox';
import { passTime, transact } from '../../../test.setup';
import { noteOutcome } from '../account';
import { changeChannel, connectMail } from '../channels';
import { claimDeskMail, noteDeskReceipt, sendDeskMail, textsOf } from './deskMails';

// The clock moves in steps: nobody would end a wait within one. test/delivery/outage.test.ts has a real one.
vi.mock('../../../delivery/slots', () => ({ until: async () => {} }));

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 9) });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const token = 'abc'.repeat(15);
const link = `https://desk.test/join#token=${token}`;

async function openOffice() {
  const desk = await openMailDesk();
  const pass = (ms: number) => passTime(desk.t, ms, 100);
  const invite = (to = 'new@colleague.test') =>
    transact(desk.t, (ctx) =>
      sendDeskMail(ctx, {
        teamId: desk.teamId,
        kind: 'invitation',
        to,
        subject: 'Come in',
        text: link,
        html: `<a href="${link}">Come in</a>`,
      }),
    );
  const mails = () => desk.t.run((ctx) => ctx.db.query('deskMails').collect());
  const states = async () => (await mails()).map(({ state }) => state);
  const pause = (active: boolean) =>
    transact(desk.t, (ctx) => changeChannel(ctx, desk.channelId, { active }));
  const connect = async (apiKey: string | undefined, senderName = 'Shop') => {
    const { mail } = await desk.channel();
    return transact(desk.t, async (ctx) =>
      connectMail(ctx, (await ctx.db.get(desk.channelId))!, { settings: { ...mail!, senderName }, apiKey }),
    );
  };
  return { ...desk, pass, invite, mails, states, pause, connect };
}

test('[M2] it leaves once, under its own key, and its links are kept no longer than until then', async () => {
  const desk = await openOffice();
  await desk.invite();
  await desk.pass(1_000);
  const [asked, ...more] = desk.provider.asked;
  expect(more).toEqual([]);
  expect(JSON.parse(asked!.body)).toMatchObject({
    from: '"Shop" <help@shop.test>',
    to: ['new@colleague.test'],
    text: link,
  });
  expect(asked!.key).toMatch(/^desk\//);
  const [mail] = await desk.mails();
  expect(mail).toMatchObject({ state: 'sent' });
  const { text, html } = await desk.t.run(() => textsOf(mail!));
  expect(text + html).not.toContain(token);
});

test('[M2] that it left is known by the receipt, too, where that overtakes the answer to the send', async () => {
  const desk = await openOffice();
  desk.provider.answer('silence');
  await desk.invite();
  await desk.pass(1_000);
  expect(await desk.states()).toEqual(['unknown']);
  const health = () => desk.t.run((ctx) => ctx.db.query('channelHealth').first());
  expect((await health())?.lastSentAt).toBeUndefined();
  const deskMailId = (await desk.mails())[0]!._id;
  const receipt = { what: 'delivered' as const, providerId: 'told', deskMailId };
  await transact(desk.t, (ctx) => noteDeskReceipt(ctx, desk.teamId, receipt));
  expect((await health())?.lastSentAt).toBe(Date.now());
});

test('[M2] [M4] one that comes back after it was delivered stays delivered, and says why it did', async () => {
  const desk = await openOffice();
  await desk.invite();
  await desk.pass(1_000);
  const { providerId } = (await desk.mails())[0]!;
  for (const what of ['delivered', 'failed', 'bounced'] as const) {
    const receipt = { what, providerId: providerId!, detail: `It says ${what}` };
    await transact(desk.t, (ctx) => noteDeskReceipt(ctx, desk.teamId, receipt));
  }
  expect(await desk.mails()).toMatchObject([{ state: 'delivered', failure: 'It says bounced' }]);
});

test('[M2] it is the same bytes at every try, whatever the address is called by then', async () => {
  const desk = await openOffice();
  desk.provider.answer(refuse(500, 'internal_server_error'), refuse(429, 'rate_limit_exceeded'));
  await desk.invite();
  await desk.pass(1_000);
  expect(await desk.states()).toEqual(['unknown']);
  await desk.connect(undefined, 'The new name');
  await desk.pass(40_000);
  expect(await desk.states()).toEqual(['sent']);
  expect(new Set(desk.provider.asked.map(({ body }) => body)).size).toBe(1);
  expect(new Set(desk.provider.asked.map(({ key }) => key)).size).toBe(1);
});

test('[M2] by a paused address nothing leaves, and nothing is asked; open again, both go on', async () => {
  const desk = await openOffice();
  desk.provider.answer(refuse(500, 'internal_server_error'));
  await desk.invite('first@colleague.test');
  await desk.pass(1_000);
  await desk.invite('second@colleague.test');
  await desk.pause(false);
  await desk.pass(60_000);
  expect(desk.provider.asked).toHaveLength(1);
  expect(await desk.states()).toEqual(['unknown', 'queued']);
  await desk.pause(true);
  await desk.pass(60_000);
  expect(await desk.states()).toEqual(['sent', 'sent']);
});

test('[M2] what was never tried when the key is taken out is read in the local outbox; what was tried waits for a key', async () => {
  const desk = await openOffice();
  desk.provider.answer(refuse(401, 'invalid_api_key'));
  await desk.invite('tried@colleague.test');
  await desk.invite('waits@colleague.test');
  await desk.pass(1_000);
  await desk.connect('');
  await desk.pass(40_000);
  const local = (await desk.mails()).map(({ to, state, channelId }) => [to, state, channelId === undefined]);
  expect(local).toEqual([
    ['tried@colleague.test', 'queued', false],
    ['waits@colleague.test', 'sent', true],
  ]);
  await desk.connect('re_test');
  await desk.pass(5_000);
  expect(await desk.states()).toEqual(['sent', 'sent']);
  expect(desk.provider.taken.size).toBe(1);
});

test('[M2] a key that is taken out while it is brought there has sent nothing: it is read in the local outbox', async () => {
  const desk = await openOffice();
  await desk.invite();
  await transact(desk.t, async (ctx) => {
    const [mail] = await ctx.db.query('deskMails').collect();
    await claimDeskMail(ctx, mail!);
  });
  await desk.connect('');
  await desk.pass(leaseMs + 40_000);
  expect(desk.provider.asked).toEqual([]);
  expect((await desk.mails()).map(({ state, channelId, failure }) => [state, channelId, failure])).toEqual([
    ['sent', undefined, 'The key of its address was taken out.'],
  ]);
});

test('[M2] under another account nothing is asked whose outcome is open', async () => {
  const desk = await openOffice();
  desk.provider.answer(refuse(500, 'internal_server_error'));
  await desk.invite();
  await desk.pass(1_000);
  await desk.connect('re_other');
  await desk.pass(40_000);
  expect(desk.provider.asked).toHaveLength(1);
  expect((await desk.mails()).map(({ state, failure }) => [state, failure])).toEqual([
    ['failed', 'Nobody knows whether it arrived.'],
  ]);
});

test('[M2] who dies while it asks is followed by another', async () => {
  const desk = await openOffice();
  desk.provider.answer(refuse(500, 'internal_server_error'));
  await desk.invite();
  await desk.pass(1_000);
  // The next carrier dies before it can read what it should send.
  const { SEALING_KEY = '' } = process.env;
  vi.stubEnv('SEALING_KEY', '');
  await desk.pass(6_000);
  vi.stubEnv('SEALING_KEY', SEALING_KEY);
  expect(desk.provider.asked).toHaveLength(1);
  expect(await desk.states()).toEqual(['unknown']);
  await desk.pass(leaseMs + 1_000);
  expect(await desk.states()).toEqual(['sent']);
});

test('[M2] a probe is of a mail that still tells of something', async () => {
  const desk = await openOffice();
  await desk.invite();
  await desk.pass(1_000);
  const { account } = (await desk.channel())!;
  for (let trouble = 0; trouble < 3; trouble++)
    await transact(desk.t, (ctx) => noteOutcome(ctx, account!, { what: 'retry', retryAfterMs: 5_000 }));
  await desk.invite('moot@colleague.test');
  await desk.invite('other@colleague.test');
  await desk.pass(1_000);
  // All that it tells of is done.
  await desk.t.run(async (ctx) =>
    ctx.db.patch((await ctx.db.query('deskMails').collect())[1]!._id, { needIds: [] }),
  );
  await desk.pass(10_000);
  expect(await desk.states()).toEqual(['sent', 'cancelled', 'sent']);
});

test('[M2] however many waited for the provider, all of them leave when it is back', async () => {
  const desk = await openOffice();
  const many = 130;
  desk.provider.answer(refuse(401, 'invalid_api_key'));
  for (let each = 0; each < many; each++) await desk.invite(`c${each}@colleague.test`);
  await desk.pass(1_000);
  expect(desk.provider.taken.size).toBe(0);
  await desk.connect('re_test');
  await desk.pass(90_000);
  expect(desk.provider.taken.size).toBe(many);
});
