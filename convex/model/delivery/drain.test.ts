/// <reference types="vite/client" />
/** Rules M2, M7, C11: how sends leave by a provider that answers, refuses, is silent or asks for patience. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import { threadOf } from '../../desk.setup';
import { aMail, openMailDesk, refuse, toConversation } from '../../mail.setup';
import { leaseMs } from '../../shared/conversation/outbox';
import { passTime, transact } from '../../test.setup';
import type { CaseCtx } from '../conversation/case';
import { acceptMail } from './mail/accept';
import { noteOutcome } from './account';
import { readPage } from '../conversation/entryViews';
import { viewEntries } from '../customer/customerViews';
import { changeChannel, connectMail } from './channels';
import { noteReceipt } from './mail/receipts';

// The clock moves in steps: nobody would end a wait within one. test/delivery/outage.test.ts has a real one.
const { until } = vi.hoisted(() => ({ until: vi.fn<(slotAt?: number) => Promise<void>>(async () => {}) }));
vi.mock('../../delivery/slots', () => ({ until }));

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 9) });
});
afterEach(() => {
  until.mockReset();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function openThread(options?: Parameters<typeof openMailDesk>[0]) {
  const desk = await openMailDesk(options);
  const { conversationId } = await desk.mailIn();
  const thread = threadOf(desk, conversationId!);
  const rows = () => desk.t.run((ctx) => ctx.db.query('outbox').collect());
  const account = () => desk.t.run((ctx) => ctx.db.query('providerAccounts').first());
  /** Runs what is due within so long. */
  const pass = (ms: number) => passTime(desk.t, ms, 100);
  const answers = async (text: string) => thread.agentAnswers(text);
  return { ...desk, ...thread, conversationId: conversationId!, rows, account, pass, answers };
}
const states = (rows: Doc<'outbox'>[]) => rows.map(({ state }) => state);
const textsOf = (asked: { body: string }[]) =>
  asked.map(({ body }) => /\n\n(.*?)\n/.exec((JSON.parse(body) as { text: string }).text)![1]);

test('[M2] [M3] an answer leaves as one mail, with an id of ours last in its references', async () => {
  const desk = await openThread();
  await desk.answers('one');
  await desk.pass(1_000);
  expect(states(await desk.rows())).toEqual(['sent']);
  const [asked] = desk.provider.asked;
  const request = JSON.parse(asked!.body);
  expect(request).toMatchObject({
    from: '"Shop" <help@shop.test>',
    to: ['jo@customer.test'],
    subject: 'Re: A question',
  });
  expect(request.reply_to).toMatch(/^help\+c-[0-9a-z]+-[0-9a-z]{10}@in\.shop\.test$/);
  expect(request.headers.References.split(' ').at(-1)).toMatch(/^<m_.*@in\.shop\.test>$/);
  expect(asked!.key).toBe(`message/${request.tags[1].value}`);
});

test('[M3] in a long thread the references of an answer fit on one line, from the first to the one that it answers', async () => {
  const desk = await openThread();
  const ids = Array.from({ length: 21 }, (_, each) => `<${each}.${'x'.repeat(80)}@customer.test>`);
  const { conversationId } = desk;
  await desk.mailIn({
    references: ids,
    messageId: '<last@customer.test>',
    ...toConversation(conversationId),
  });
  await desk.answers('hello');
  await desk.pass(2_000);
  const { headers } = JSON.parse(desk.provider.asked[0]!.body) as { headers: { References: string } };
  expect(`References: ${headers.References}`.length).toBeLessThanOrEqual(998);
  const written = headers.References.split(' ');
  expect(written[0]).toBe(ids[0]);
  expect(written.slice(-2)).toEqual(['<last@customer.test>', expect.stringContaining('@in.shop.test>')]);
});

test('[M2] a provider in trouble is asked again with the same bytes under the same key', async () => {
  const desk = await openThread();
  desk.provider.answer(refuse(500, 'internal_server_error'), 'silence');
  await desk.answers('one');
  await desk.pass(20_000);
  const { asked, taken } = desk.provider;
  expect(asked).toHaveLength(3);
  expect(new Set(asked.map(({ key }) => key)).size).toBe(1);
  expect(new Set(asked.map(({ body }) => body)).size).toBe(1);
  expect(taken.size).toBe(1);
  expect(states(await desk.rows())).toEqual(['sent']);
});

test('[M2] a carrier that dies is not sent blindly again: its row is unknown, and the provider is asked under the key it has seen', async () => {
  const desk = await openThread();
  await desk.answers('one');
  const claim = await desk.t.mutation(internal.jobs.outbox.claim, { conversationId: desk.conversationId });
  // It has called, and dies before it can report.
  await desk.t.action(internal.delivery.send.carry, { outboxId: claim!.outboxId, attempt: 1 });
  await desk.t.run((ctx) => ctx.db.patch(claim!.outboxId, { state: 'claimed' }));
  vi.advanceTimersByTime(leaseMs);
  await desk.t.mutation(internal.jobs.outbox.expireLease, { outboxId: claim!.outboxId, attempt: 1 });
  expect(states(await desk.rows())).toEqual(['unknown']);
  await desk.pass(20_000);
  expect(states(await desk.rows())).toEqual(['sent']);
  expect(desk.provider.taken.size).toBe(1);
  expect(new Set(desk.provider.asked.map(({ body }) => body)).size).toBe(1);
});

/** When the provider was asked, by the test's own clock; whoever would have waited for a slot, at the slot. */
function noteTimes(): number[] {
  const times: number[] = [];
  const inner = globalThis.fetch;
  let slotAt = 0;
  until.mockImplementation(async (at = 0) => void (slotAt = at));
  vi.stubGlobal('fetch', (...args: Parameters<typeof fetch>) => {
    times.push(Math.max(slotAt, Date.now()));
    return inner(...args);
  });
  return times;
}
const gapsOf = (times: number[]) => times.slice(1).map((at, index) => at - times[index]!);

/** Conversations of others at the same address. */
async function othersOf(desk: Awaited<ReturnType<typeof openThread>>, count: number) {
  const others = [];
  for (let each = 0; each < count; each++) {
    const { conversationId } = await desk.mailIn({ from: { address: `c${each}@customer.test`, name: '' } });
    others.push(threadOf(desk, conversationId!));
  }
  return others;
}

test('[M2] slots lie as close as the account takes sends, and nobody is asked before its patience is over', async () => {
  const desk = await openThread();
  const others = await othersOf(desk, 3);
  const times = noteTimes();
  desk.provider.answer({ status: 200, body: { id: 'mail' }, headers: { 'ratelimit-limit': '4' } });
  await desk.answers('one');
  await desk.pass(1_000);
  for (const other of others) await other.agentAnswers('other');
  await passTime(desk.t, 1_000, 10);
  expect(times).toHaveLength(4);
  const [afterIdle, ...gaps] = gapsOf(times.slice(1));
  // Whoever need not wait may take a quarter of a second to call, and here takes none: the next one's slot allows for it.
  for (const gap of [afterIdle! - 250, ...gaps]) {
    expect(gap).toBeGreaterThanOrEqual(250);
    // Not as far apart as before it had said how many it takes.
    expect(gap).toBeLessThan(500);
  }
  expect(await desk.account()).toMatchObject({ perSecond: 4, failures: 0 });

  desk.provider.answer(refuse(429, 'rate_limit_exceeded', { 'retry-after': '7' }));
  await desk.answers('two');
  await desk.pass(500);
  await others[0]!.agentAnswers('patient');
  await desk.pass(10_000);
  const [refusedAt, ...later] = times.slice(4);
  expect(later).toHaveLength(2);
  for (const at of later) expect(at - refusedAt!).toBeGreaterThanOrEqual(7_000);
});

test('[M2] a carrier starts ahead of its slot, gets ready and calls at it; slots stay a little under the pace', async () => {
  const desk = await openThread();
  const others = await othersOf(desk, 4);
  desk.provider.answer({ status: 200, body: { id: 'mail' }, headers: { 'ratelimit-limit': '4' } });
  await desk.answers('one');
  await desk.pass(2_000);
  until.mockClear();
  const startedAt: number[] = [];
  until.mockImplementation(async () => void startedAt.push(Date.now()));
  for (const other of others) await other.agentAnswers('other');
  await passTime(desk.t, 3_000, 10);
  // Whoever need not wait calls when it is ready.
  const [first, ...slots] = until.mock.calls.map(([slotAt]) => slotAt);
  expect(first).toBeUndefined();
  expect(slots).toHaveLength(3);
  for (const [at, slotAt] of slots.entries()) {
    expect(slotAt! - startedAt[at + 1]!).toBeGreaterThan(200);
    expect(slotAt! - startedAt[at + 1]!).toBeLessThanOrEqual(250);
  }
  for (const gap of gapsOf(slots as number[])) expect(gap).toBeCloseTo(1_000 / (4 * 0.95), 0);
});

test.each([
  [20, 250],
  [30, 0],
])(
  '[M2] of %i a second the slot after one that need not wait leaves it %i ms to call',
  async (pace, room) => {
    const desk = await openThread();
    const [first, second] = await othersOf(desk, 2);
    desk.provider.answer({ status: 200, body: { id: 'mail' }, headers: { 'ratelimit-limit': String(pace) } });
    await desk.answers('one');
    await desk.pass(2_000);
    const before = Date.now();
    await first!.agentAnswers('ready at once');
    await second!.agentAnswers('at its slot');
    await passTime(desk.t, 10, 10);
    const { nextSlotAt } = (await desk.account())!;
    expect(nextSlotAt - before - (2 * 1_000) / (pace * 0.95)).toBeCloseTo(room, -1.5);
  },
);

test('[M2] a slot after the end of patience stands, although its carrier starts before that end', async () => {
  const desk = await openThread();
  const others = await othersOf(desk, 2);
  desk.provider.answer({ status: 200, body: { id: 'mail' }, headers: { 'ratelimit-limit': '1' } });
  await desk.answers('one');
  await desk.pass(3_000);
  until.mockClear();
  for (const other of others) await other.agentAnswers('other');
  await passTime(desk.t, 200, 10);
  const { nextSlotAt, _id } = (await desk.account())!;
  const slotAt = nextSlotAt - 1_000 / 0.95;
  await desk.t.run((ctx) => ctx.db.patch(_id, { notBefore: slotAt - 100 }));
  await passTime(desk.t, slotAt - Date.now() + 100, 10);
  expect(until.mock.calls.map(([at]) => at)).toEqual([undefined, slotAt]);
});

test('[M2] a slot that came while the account took nothing is gone: what waited for it is called for when that is over', async () => {
  const desk = await openThread();
  const others = await othersOf(desk, 2);
  desk.provider.answer({ status: 200, body: { id: 'mail' }, headers: { 'ratelimit-limit': '1' } });
  await desk.answers('one');
  await desk.pass(3_000);
  for (const other of others) await other.agentAnswers('other');
  await passTime(desk.t, 200, 10);
  const { nextSlotAt, _id, account } = (await desk.account())!;
  const slotAt = nextSlotAt - 1_000 / 0.95;
  await passTime(desk.t, slotAt - Date.now() - 300, 10);
  await desk.t.run((ctx) => ctx.db.patch(_id, { failures: 3, retryAt: slotAt + 60_000 }));
  // Its job has come, and its slot not yet.
  await passTime(desk.t, slotAt - Date.now() - 150, 10);
  expect(states(await desk.rows())).toEqual(['sent', 'sent', 'queued']);
  await transact(desk.t, (ctx) => noteOutcome(ctx, account, { what: 'sent' }));
  await passTime(desk.t, 3_000, 10);
  expect(states(await desk.rows())).toEqual(['sent', 'sent', 'sent']);
});

test('[M2] troubles in a row open the circuit: one probe at a time, and what waited follows in order', async () => {
  const desk = await openThread();
  const others = await othersOf(desk, 7);
  const times = noteTimes();
  desk.provider.answer(...Array.from({ length: 6 }, () => refuse(503, 'application_error')));
  await desk.answers('first');
  for (const other of others) await other.agentAnswers('other');
  await desk.answers('second');
  await desk.pass(5_000);
  expect(await desk.account()).toMatchObject({
    failingSince: expect.any(Number),
    retryAt: expect.any(Number),
  });
  // From the third trouble on, a probe each 1, 2, 4 … seconds.
  for (const [step, gap] of gapsOf(times.slice(2)).entries())
    expect(gap).toBeGreaterThanOrEqual(1_000 * 2 ** step);
  // While one is under way nobody else begins.
  vi.setSystemTime((await desk.account())!.retryAt!);
  const claims = [];
  for (const { conversationId } of [...others, desk])
    claims.push(await desk.t.mutation(internal.jobs.outbox.claim, { conversationId }));
  expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
  await desk.pass(120_000);
  expect(await desk.account()).toMatchObject({ failures: 0 });
  expect(states(await desk.rows())).toEqual(Array.from({ length: 9 }, () => 'sent'));
  expect(desk.provider.taken.size).toBe(9);
  const mine = [...desk.provider.taken.values()].filter(({ body }) => body.includes(desk.conversationId));
  expect(textsOf(mine)).toEqual(['first', 'second']);
});

test('[M2] [goals fault-13] once the provider is back nothing waits for a try of its own', async () => {
  const desk = await openThread();
  const others = await othersOf(desk, 7);
  const times = noteTimes();
  const troubles = 7;
  desk.provider.answer(...Array.from({ length: troubles }, () => refuse(503, 'application_error')));
  await desk.answers('first');
  for (const other of others) await other.agentAnswers('other');
  await desk.answers('second');
  await desk.pass(120_000);
  expect(states(await desk.rows())).toEqual(Array.from({ length: 9 }, () => 'sent'));
  // Two a second, as long as it has not said how many it takes.
  for (const gap of gapsOf(times.slice(troubles))) expect(gap).toBeLessThanOrEqual(1_000);
});

test('[M2] a key that is refused stops the account; a new key sends what waited at once', async () => {
  const desk = await openThread();
  desk.provider.answer(refuse(401, 'invalid_api_key'));
  await desk.answers('one');
  await desk.pass(3_000);
  expect(desk.provider.asked).toHaveLength(1);
  const { mail } = await desk.channel();
  await transact(desk.t, async (ctx) =>
    connectMail(ctx, (await ctx.db.get(desk.channelId))!, { settings: mail!, apiKey: 're_other' }),
  );
  await desk.pass(10_000);
  expect(states(await desk.rows())).toEqual(['sent']);
});

test.each(['re_other', undefined])(
  '[M2] a slot after the patience of an account is nobody’s once a key is put in: what waited for it leaves at once (%s)',
  async (otherKey) => {
    const desk = await openThread();
    const [other] = await othersOf(desk, 1);
    desk.provider.answer(refuse(429, 'monthly_quota_exceeded', { 'retry-after': '3600' }));
    await desk.answers('one');
    await desk.pass(1_000);
    await other!.agentAnswers('other');
    await desk.pass(1_000);
    expect(states(await desk.rows())).toEqual(['failed', 'queued']);
    const { mail } = await desk.channel();
    const apiKey = otherKey ?? 're_test';
    await transact(desk.t, async (ctx) =>
      connectMail(ctx, (await ctx.db.get(desk.channelId))!, { settings: mail!, apiKey }),
    );
    await desk.pass(10_000);
    expect(states(await desk.rows())).toEqual(['sent', 'sent']);
  },
);

test('[M2] a probe is of what can leave: who has waited longest may stand behind a send that waits for itself', async () => {
  const desk = await openThread();
  const [other] = await othersOf(desk, 1);
  // Its domain is not verified yet: that waits five minutes, and stops nobody else.
  desk.provider.answer(refuse(403, 'validation_error'));
  await desk.answers('one');
  await desk.pass(1_000);
  await desk.answers('two');
  await desk.pass(1_000);
  expect(states(await desk.rows())).toEqual(['failed', 'queued']);
  const { account } = (await desk.account())!;
  for (let trouble = 0; trouble < 3; trouble++)
    await transact(desk.t, (ctx) => noteOutcome(ctx, account, { what: 'retry', retryAfterMs: 5_000 }));
  await other!.agentAnswers('other');
  await desk.pass(4_000);
  expect(states(await desk.rows())).toEqual(['failed', 'queued', 'queued']);
  await desk.pass(4_000);
  // It got through, and calls for the others, too.
  expect(states(await desk.rows())).toEqual(['sent', 'sent', 'sent']);
});

test('[M2] [T7] [T8] a reply that will never arrive was not said: the customer waits again, since when they did', async () => {
  const desk = await openThread();
  const { number } = await desk.handsOver();
  await desk.takesOver(desk.ana);
  const waitingSince = (await desk.tickets())[0]!.waitingSince;
  expect(waitingSince).toBeDefined();
  const before = await desk.read();
  vi.advanceTimersByTime(60_000);
  desk.provider.answer(refuse(422, 'validation_error'));
  await desk.replies(desk.ana, 'gone');
  expect((await desk.tickets())[0]!.waitingSince).toBeUndefined();
  await desk.pass(2_000);
  expect((await desk.rows()).map(({ state, failure }) => [state, failure])).toEqual([
    ['failed', 'It says validation_error'],
  ]);
  expect((await desk.tickets())[0]).toMatchObject({ number, waitingSince });
  const head = await desk.read();
  expect(head).toMatchObject({
    answeredThrough: before.answeredThrough,
    unansweredSince: before.unansweredSince,
  });
  const entry = (await desk.entries()).find(({ text }) => text === 'gone');
  expect(entry).toMatchObject({ neverSent: true });
  expect((await desk.entries()).at(-1)).toMatchObject({ event: { type: 'sendGaveUp', waitingSince } });
});

test('[M8] the line of who joined goes with the next mail, and again with the one after a mail that never arrived', async () => {
  const desk = await openThread();
  await desk.handsOver();
  await desk.takesOver(desk.ana);
  desk.provider.answer(refuse(422, 'validation_error'));
  for (const text of ['gone', 'again', 'later']) {
    await desk.replies(desk.ana, text);
    await desk.pass(2_000);
  }
  const said = desk.provider.asked.map(({ body }) => body.includes('[Ana joined the conversation.]'));
  expect(said).toEqual([true, true, false]);
});

test('[M2] [M4] what comes back after it was delivered stays delivered, and was not said: the customer waits again', async () => {
  const desk = await openThread();
  await desk.handsOver();
  await desk.takesOver(desk.ana);
  const { waitingSince } = (await desk.tickets())[0]!;
  await desk.replies(desk.ana, 'to nobody');
  await desk.pass(5_000);
  const entry = async () => (await desk.entries()).find(({ text }) => text === 'to nobody')!;
  const { _id: entryId } = await entry();
  const told = async (what: 'delivered' | 'failed' | 'bounced') => {
    const receipt = { what, providerId: 'mail-1', entryId, detail: 'No such user' };
    await transact(desk.t, async (ctx) => noteReceipt(ctx, (await ctx.db.get(desk.channelId))!, receipt));
  };
  await told('delivered');
  // The provider says itself that it has arrived.
  await told('failed');
  expect((await entry()).neverSent).toBeUndefined();
  expect((await desk.tickets())[0]!.waitingSince).toBeUndefined();
  await told('bounced');
  await told('bounced');
  expect(await desk.rows()).toMatchObject([{ state: 'delivered', failure: 'No such user' }]);
  expect(await entry()).toMatchObject({ neverSent: true });
  expect((await desk.tickets())[0]).toMatchObject({ waitingSince });
  const events = (await desk.entries()).flatMap(({ event }) => event?.type ?? []);
  expect(events.filter((type) => type === 'sendGaveUp')).toHaveLength(1);
});

test('[M2] [H6] an answer of the agent that will never arrive is owed again: a person looks after the customer', async () => {
  const desk = await openThread();
  desk.provider.answer(refuse(422, 'validation_error'));
  await desk.answers('gone');
  await desk.pass(5_000);
  expect(await desk.tickets()).toMatchObject([{ reason: 'agentFailed' }]);
});

test('[C4] [C7] [M2] an answer cancelled by a takeover is open again, and a suppressed draft', async () => {
  const desk = await openThread();
  const before = await desk.read();
  await desk.answers('never out');
  await desk.takesOver(desk.ana);
  await desk.pass(5_000);
  expect(desk.provider.asked).toEqual([]);
  expect(await desk.read()).toMatchObject({
    answeredThrough: before.answeredThrough,
    unansweredSince: before.unansweredSince,
  });
  expect(await desk.suppressed()).toMatchObject([{ text: 'never out' }]);
  expect((await desk.entries()).find(({ text }) => text === 'never out')).toMatchObject({ neverSent: true });
});

test('[M2] what a person answered since stays answered, whatever becomes of an earlier send', async () => {
  const desk = await openThread();
  await desk.takesOver(desk.ana);
  desk.provider.answer(refuse(422, 'validation_error'));
  await desk.replies(desk.ana, 'gone');
  await desk.replies(desk.ana, 'arrived');
  await desk.pass(5_000);
  const head = await desk.read();
  expect(head.unansweredSince).toBeUndefined();
  expect(textsOf(desk.provider.asked).at(-1)).toBe('arrived');
});

test('[M2] without a key nothing leaves the desk, and the mail is there to be read', async () => {
  const desk = await openThread({ apiKey: '' });
  await desk.answers('one');
  await desk.pass(1_000);
  expect(desk.provider.asked).toEqual([]);
  expect(states(await desk.rows())).toEqual(['sent']);
  // The customer has no answer, and nobody there would bring one by mail: a person sees that they wait.
  expect(await desk.tickets()).toMatchObject([{ reason: 'agentFailed' }]);
  expect((await desk.entries()).find(({ text }) => text === 'one')).toMatchObject({ neverSent: true });
  const mails = await desk.t.run((ctx) => ctx.db.query('mails').collect());
  expect(mails.map(({ direction, request }) => [direction, request !== undefined])).toEqual([
    ['in', false],
    ['out', true],
  ]);
});

test('[M2] [T7] [B3] a reply that only the local outbox has answered nobody: the customer waits since when they did, and their page says nothing of it', async () => {
  const desk = await openMailDesk({ apiKey: '' });
  const { conversationId } = await desk.mailIn();
  const thread = { ...desk, ...threadOf(desk, conversationId!) };
  await thread.handsOver();
  await thread.takesOver(desk.ana);
  const [ticket] = await thread.tickets();
  const before = await thread.read();
  vi.advanceTimersByTime(60_000);
  await thread.replies(desk.ana, 'Kept here');
  await passTime(desk.t, 2_000, 100);
  expect((await thread.entries()).find(({ text }) => text === 'Kept here')).toMatchObject({
    neverSent: true,
  });
  const [after] = await thread.tickets();
  expect(after).toMatchObject({ waitingSince: ticket!.waitingSince });
  expect(await thread.read()).toMatchObject({ unansweredSince: before.unansweredSince });
  const seen = await desk.t.run((ctx) =>
    viewEntries(ctx, conversationId!, undefined, { numItems: 10, cursor: null }),
  );
  expect(seen.page.map(({ text }) => text)).toEqual(['Written by email.']);
  expect((await thread.entries()).at(-1)).toMatchObject({ event: { type: 'sendGaveUp' } });
});

test('[M2] the safety net finds nothing when all is well, and a send whose job was lost', async () => {
  const desk = await openThread();
  await desk.answers('one');
  await desk.pass(1_000);
  expect(await desk.t.mutation(internal.jobs.delivery.sweep, {})).toBe(0);
  await desk.answers('two');
  const jobs = await desk.t.run((ctx) => ctx.db.system.query('_scheduled_functions').collect());
  const lost = jobs.filter(({ state, name }) => state.kind === 'pending' && name.includes('outbox'));
  for (const { _id } of lost)
    await desk.t.run((ctx) => ctx.scheduler.cancel(_id as Id<'_scheduled_functions'>));
  await desk.pass(61_000);
  expect(states(await desk.rows())).toEqual(['sent', 'queued']);
  expect(await desk.t.mutation(internal.jobs.delivery.sweep, {})).toBe(1);
  await desk.pass(1_000);
  expect(states(await desk.rows())).toEqual(['sent', 'sent']);
});

test('[M3] a mail to the signed address joins its conversation, whoever sent it', async () => {
  const desk = await openThread();
  const { conversationId } = await desk.mailIn({
    from: { address: 'boss@customer.test', name: 'Boss' },
    ...toConversation(desk.conversationId),
  });
  expect(conversationId).toBe(desk.conversationId);
  const mails = await desk.t.run((ctx) => ctx.db.query('mails').collect());
  expect(mails.map(({ sender }) => sender)).toEqual(['proven', 'foreign']);
  const web = { customerChannel: 'web' as const, customerChannelId: undefined };
  const head = await desk.read();
  await desk.t.run((ctx) => ctx.db.patch(head._id, web));
  const stranger = { address: 'eve@elsewhere.test', name: '' };
  await desk.mailIn({ from: stranger, ...toConversation(desk.conversationId) });
  expect(await desk.read()).toMatchObject({ customerChannel: 'web' });
});

test('[M2] a paused channel keeps its sends, and sends them in order when it is open again', async () => {
  const desk = await openThread();
  const pause = (active: boolean) =>
    transact(desk.t, (ctx) => changeChannel(ctx, desk.channelId, { active }));
  await pause(false);
  for (const text of ['one', 'two', 'three']) await desk.answers(text);
  await desk.pass(2_000);
  expect(desk.provider.asked).toEqual([]);
  const shown = () =>
    desk.t.run(async (ctx) =>
      (await readPage(ctx, desk.conversationId, 0)).findLast(({ author }) => author.kind === 'agent'),
    );
  expect((await shown())?.delivery).toMatchObject({ state: 'queued', isPaused: true });
  await pause(true);
  await desk.pass(2_000);
  expect(states(await desk.rows())).toEqual(['sent', 'sent', 'sent']);
  expect(textsOf(desk.provider.asked)).toEqual(['one', 'two', 'three']);
  expect((await shown())?.delivery?.isPaused).toBeUndefined();
});

test('[M2] what waits because the key is refused says why and when it is tried again; what only waits for its turn does not', async () => {
  const desk = await openThread();
  const waits = (at: object) =>
    desk.t.run(async (ctx) => {
      const [row] = await ctx.db.query('outbox').collect();
      await ctx.db.patch(row!._id, { state: 'queued', ...at });
      return (await readPage(ctx, desk.conversationId, 0)).find(({ _id }) => _id === row!.entryId)?.delivery;
    });
  await desk.answers('one');
  await desk.pass(2_000);
  const turn = await waits({ nextTryAt: Date.now() + 900, failure: 'of before' });
  expect(turn).toMatchObject({ state: 'queued', nextTryAt: null, failure: null });
  const { account: id = '' } = await desk.channel();
  const refusal = { what: 'account' as const, failure: 'The key is not valid' };
  await transact(desk.t, (ctx) => noteOutcome(ctx, id, refusal));
  const { retryAt } = (await desk.account())!;
  expect(retryAt).toBeGreaterThan(Date.now());
  expect(await waits({ nextTryAt: undefined })).toMatchObject({
    state: 'queued',
    nextTryAt: retryAt,
    failure: 'The key is not valid',
  });
});

test('[M9] a mail that others read along has no link that proves the customer’s address', async () => {
  const desk = await openThread();
  await desk.t.run((ctx) =>
    ctx.db.insert('channels', {
      teamId: desk.teamId,
      agentId: desk.agentId,
      kind: 'web',
      name: 'Site',
      publicId: 'site',
      active: true,
    }),
  );
  await desk.answers('alone');
  await desk.pass(1_000);
  await desk.mailIn({
    cc: [{ address: 'boss@customer.test', name: '' }],
    ...toConversation(desk.conversationId),
  });
  await desk.answers('together');
  await desk.pass(2_000);
  const [alone, together] = desk.provider.asked.map(({ body }) => body);
  expect(alone).toContain('#mail=');
  expect(together).toContain('boss@customer.test');
  expect(together).not.toContain('#mail=');
});

test('[M2] what nobody knows is asked about until the provider has forgotten the key; then its conversation goes on', async () => {
  const desk = await openThread();
  const times = noteTimes();
  desk.provider.answer(...Array.from({ length: 5 }, () => 'silence' as const));
  await desk.answers('lost');
  await desk.answers('next');
  await desk.pass(100_000);
  expect(times).toHaveLength(5);
  expect(states(await desk.rows())).toEqual(['unknown', 'queued']);
  // The day passes, and the next question is due.
  vi.setSystemTime(Date.now() + 24 * 3_600_000);
  await desk.pass(100_000);
  expect(states(await desk.rows())).toEqual(['failed', 'sent']);
  expect((await desk.entries()).find(({ text }) => text === 'lost')).not.toHaveProperty('neverSent');
  expect(textsOf([...desk.provider.taken.values()])).toEqual(['next']);
});

test('[M2] what nobody knows the outcome of is asked about at the pace of the circuit: it waits for the probe, and is one', async () => {
  const desk = await openThread();
  await desk.answers('one');
  await desk.pass(1_000);
  // It has called, and died before it could report, on a day on which the provider goes down.
  const [{ _id: outboxId }] = (await desk.rows()) as [Doc<'outbox'>];
  const { _id: accountId } = (await desk.account())!;
  const retryAt = Date.now() + 60_000;
  await desk.t.run(async (ctx) => {
    await ctx.db.patch(outboxId, { state: 'claimed' });
    await ctx.db.patch(accountId, { failures: 5, failure: 'It is down.', retryAt });
  });
  desk.provider.asked.length = 0;
  await desk.t.mutation(internal.jobs.outbox.expireLease, { outboxId, attempt: 1 });
  await desk.pass(50_000);
  expect(states(await desk.rows())).toEqual(['unknown']);
  expect(desk.provider.asked).toEqual([]);
  await desk.pass(15_000);
  expect(states(await desk.rows())).toEqual(['sent']);
  expect(await desk.account()).toMatchObject({ failures: 0 });
});

test('[M2] a receipt settles what waits for its next try: the provider has it, whatever its answer was', async () => {
  const desk = await openThread();
  desk.provider.answer(refuse(500, 'internal_server_error'));
  await desk.answers('one');
  await desk.pass(500);
  const [row] = await desk.rows();
  expect(row).toMatchObject({ state: 'unknown' });
  const channel = await desk.channel();
  const delivered = { what: 'delivered' as const, providerId: 'mail-1', entryId: row!.entryId };
  await transact(desk.t, (ctx) => noteReceipt(ctx, channel, delivered));
  await desk.answers('two');
  await desk.pass(20_000);
  expect(states(await desk.rows())).toEqual(['delivered', 'sent']);
  expect(textsOf(desk.provider.asked)).toEqual(['one', 'two']);
});

test('[M2] a receipt revives nothing that was given up', async () => {
  const desk = await openThread();
  desk.provider.answer(refuse(422, 'validation_error'));
  await desk.answers('one');
  await desk.pass(1_000);
  const [row] = await desk.rows();
  expect(row!.state).toBe('failed');
  const channel = await desk.channel();
  const sent = { what: 'sent' as const, providerId: 'mail-1', entryId: row!.entryId };
  await transact(desk.t, (ctx) => noteReceipt(ctx, channel, sent));
  expect(states(await desk.rows())).toEqual(['failed']);
});

test('[M2] what was under way when the circuit opened makes its steps no longer; a probe that fails does', async () => {
  const desk = await openThread();
  const { account: name } = await desk.channel();
  const fail = (more: object = {}) =>
    transact(desk.t, (ctx) => noteOutcome(ctx, name!, { what: 'retry', failure: 'It is down.', ...more }));
  for (let each = 0; each < 12; each++) await fail();
  expect((await desk.account())!.retryAt).toBe(Date.now() + 1_000);
  for (const seconds of [2, 4, 8, 16, 30, 30]) {
    vi.setSystemTime((await desk.account())!.retryAt!);
    // The probe takes its lease.
    await desk.t.run(async (ctx) => {
      const { _id } = (await ctx.db.query('providerAccounts').first())!;
      await ctx.db.patch(_id, { retryAt: Date.now() + leaseMs });
    });
    await fail();
    await fail();
    expect((await desk.account())!.retryAt).toBe(Date.now() + seconds * 1_000);
  }
  await fail({ retryAfterMs: 90_000 });
  expect((await desk.account())!.retryAt).toBe(Date.now() + 90_000);
});

test('[M7] an account that asks for years, or for no number at all, is asked again within the hour', async () => {
  const desk = await openThread();
  const { account: name } = await desk.channel();
  for (const retryAfterMs of [1e12, Infinity, NaN, -1]) {
    const refusal = { what: 'retry' as const, failure: 'Too much.', retryAfterMs };
    for (let each = 0; each < 4; each++) await transact(desk.t, (ctx) => noteOutcome(ctx, name!, refusal));
    const { retryAt, notBefore, nextSlotAt } = (await desk.account())!;
    for (const at of [retryAt, notBefore, nextSlotAt]) {
      expect(at).toBeGreaterThanOrEqual(Date.now());
      expect(at).toBeLessThanOrEqual(Date.now() + 3_600_000);
    }
  }
});

test('[M2] a send that is called for again keeps its slot: none is lost to the other conversations', async () => {
  const desk = await openThread();
  const { conversationId } = await desk.mailIn({ from: { address: 'other@customer.test', name: '' } });
  const slots = async () => (await desk.account())!.nextSlotAt - Date.now();
  await desk.answers('one');
  await threadOf(desk, conversationId!).agentAnswers('other');
  await desk.pass(100);
  const before = await slots();
  const again = { conversationId: conversationId! };
  for (let each = 0; each < 5; each++) await desk.t.mutation(internal.jobs.outbox.claim, again);
  expect(await slots()).toBe(before);
  await desk.pass(1_000);
  expect(states(await desk.rows())).toEqual(['sent', 'sent']);
});

test('[M2] an address whose domain is not verified waits by itself: others of the account go out', async () => {
  const desk = await openThread();
  desk.provider.answer(refuse(403, 'validation_error'));
  await desk.answers('too early');
  await desk.pass(1_000);
  expect((await desk.rows()).map(({ state, failure }) => [state, failure])).toEqual([
    ['failed', 'It says validation_error'],
  ]);
  const { conversationId } = await desk.mailIn({ from: { address: 'other@customer.test', name: '' } });
  await threadOf(desk, conversationId!).agentAnswers('in time');
  await desk.pass(2_000);
  expect(desk.provider.taken.size).toBe(1);
  await desk.pass(301_000);
  expect(desk.provider.taken.size).toBe(2);
});

test('[M2] received is mail that was read, sent is mail that left: a receipt, what was only told and the local outbox are neither', async () => {
  const health = (desk: Awaited<ReturnType<typeof openThread>>) =>
    desk.t.run((ctx) => ctx.db.query('channelHealth').first());
  const desk = await openThread();
  const tell = async (type: string) => {
    const { channelId, teamId } = desk;
    const event = { channelId, teamId, key: type, type, payload: '{}' };
    await desk.t.mutation(internal.delivery.receive.store, event);
  };
  await tell('email.delivered');
  expect((await health(desk))?.lastReceivedAt).toBeUndefined();
  await tell('email.received');
  expect((await health(desk))?.lastReceivedAt).toBeUndefined();
  const events = await desk.t.run((ctx) => ctx.db.query('inboundEvents').collect());
  const { _id: eventId } = events.find(({ type }) => type === 'email.received')!;
  await desk.t.mutation(internal.delivery.receive.finish, { eventId, outcome: { state: 'done' } });
  expect((await health(desk))?.lastReceivedAt).toBeDefined();
  await desk.answers('one');
  await desk.pass(1_000);
  expect((await health(desk))?.lastSentAt).toBeDefined();

  // A receipt may overtake the answer to the send.
  const silent = await openThread();
  silent.provider.answer('silence');
  await silent.answers('one');
  await silent.pass(1_000);
  const [{ entryId }] = (await silent.rows()) as [Doc<'outbox'>];
  const channel = await silent.channel();
  const receipt = { what: 'delivered' as const, providerId: 'told', entryId };
  await transact(silent.t, (ctx) => noteReceipt(ctx, channel, receipt));
  expect((await health(silent))?.lastSentAt).toBe(Date.now());

  const keyless = await openThread({ apiKey: '' });
  await keyless.answers('one');
  await keyless.pass(1_000);
  expect(states(await keyless.rows())).toEqual(['sent']);
  expect((await health(keyless))?.lastSentAt).toBeUndefined();
});

test('[C11] [M2] what nobody knows the outcome of is on its way: a takeover says so and takes nothing back', async () => {
  const desk = await openThread();
  desk.provider.answer(refuse(500, 'internal_server_error'));
  await desk.answers('perhaps there');
  await desk.pass(500);
  expect(states(await desk.rows())).toEqual(['unknown']);
  expect(await desk.takesOver(desk.ana)).toMatchObject({ onTheirWay: 1 });
  expect(await desk.suppressed()).toEqual([]);
  await desk.pass(20_000);
  expect(states(await desk.rows())).toEqual(['sent']);
  expect(desk.provider.taken.size).toBe(1);
});

test('[M2] under another account nothing is asked whose outcome is open: it would be a second mail', async () => {
  const desk = await openThread();
  desk.provider.answer(refuse(500, 'internal_server_error'));
  await desk.answers('perhaps there');
  await desk.pass(500);
  const { mail } = await desk.channel();
  const connect = (apiKey: string) =>
    transact(desk.t, async (ctx) =>
      connectMail(ctx, (await ctx.db.get(desk.channelId))!, { settings: mail!, apiKey }),
    );
  await connect('re_other');
  await desk.pass(30_000);
  expect(desk.provider.asked).toHaveLength(1);
  expect((await desk.rows()).map(({ state, failure }) => [state, failure])).toEqual([
    ['failed', 'Nobody knows whether it arrived.'],
  ]);
});

test('[M2] a send whose key was taken out waits for one, and is not called sent', async () => {
  const desk = await openThread();
  desk.provider.answer(refuse(429, 'rate_limit_exceeded', { 'retry-after': '5' }));
  await desk.answers('waits');
  await desk.pass(500);
  const { mail } = await desk.channel();
  const connect = (apiKey: string) =>
    transact(desk.t, async (ctx) =>
      connectMail(ctx, (await ctx.db.get(desk.channelId))!, { settings: mail!, apiKey }),
    );
  await connect('');
  await desk.pass(60_000);
  expect(states(await desk.rows())).toEqual(['queued']);
  await connect('re_test');
  await desk.pass(10_000);
  expect(states(await desk.rows())).toEqual(['sent']);
});

test('[M2] [T7] two replies that never arrive leave the customer waiting since they did, however the second saw it', async () => {
  const desk = await openThread();
  await desk.handsOver();
  await desk.takesOver(desk.ana);
  const waitingSince = (await desk.tickets())[0]!.waitingSince;
  const before = await desk.read();
  desk.provider.answer(refuse(422, 'validation_error'), refuse(422, 'validation_error'));
  await desk.replies(desk.ana, 'gone');
  await desk.replies(desk.ana, 'gone as well');
  await desk.pass(3_000);
  expect(states(await desk.rows())).toEqual(['failed', 'failed']);
  expect((await desk.tickets())[0]).toMatchObject({ waitingSince });
  expect(await desk.read()).toMatchObject({ answeredThrough: before.answeredThrough });
});

test('[C11] [M2] what nobody knows stays so while the provider is too busy to say: a takeover does not call it never sent', async () => {
  const desk = await openThread();
  desk.provider.answer(refuse(500, 'internal_server_error'), refuse(429, 'rate_limit_exceeded'));
  await desk.answers('perhaps there');
  await desk.pass(7_000);
  expect(desk.provider.asked).toHaveLength(2);
  expect(states(await desk.rows())).toEqual(['unknown']);
  expect(await desk.takesOver(desk.ana)).toMatchObject({ onTheirWay: 1 });
  expect(await desk.suppressed()).toEqual([]);
  await desk.pass(30_000);
  expect(states(await desk.rows())).toEqual(['sent']);
  expect(desk.provider.taken.size).toBe(1);
});

test('[M2] a key that is taken out between the claim and the call loses nothing: it waits for one, too', async () => {
  const desk = await openThread();
  const { channelId, conversationId } = desk;
  const keyIs = (apiKey: string) =>
    transact(desk.t, async (ctx) => {
      const channel = (await ctx.db.get(channelId))!;
      await connectMail(ctx, channel, { settings: channel.mail!, apiKey });
    });
  await desk.answers('one');
  await desk.t.mutation(internal.jobs.outbox.claim, { conversationId });
  await keyIs('');
  await desk.pass(10_000);
  expect(states(await desk.rows())).toEqual(['queued']);
  expect(desk.provider.asked).toEqual([]);
  await keyIs('re_test');
  await desk.pass(10_000);
  expect(states(await desk.rows())).toEqual(['sent']);
  expect(desk.provider.asked).toHaveLength(1);
});

test('[M2] a provider that took something else under the key leaves open whether it arrived: nothing is taken back', async () => {
  const desk = await openThread();
  await desk.handsOver();
  await desk.takesOver(desk.ana);
  desk.provider.answer('silence', refuse(409, 'invalid_idempotent_request'));
  await desk.replies(desk.ana, 'one');
  await desk.replies(desk.ana, 'two');
  await desk.pass(60_000);
  expect(await desk.rows()).toMatchObject([
    { state: 'failed', failure: 'Nobody knows whether it arrived.' },
    { state: 'sent' },
  ]);
  expect((await desk.entries()).some(({ neverSent }) => neverSent)).toBe(false);
  expect((await desk.tickets())[0]!.waitingSince).toBeUndefined();
});

test('[M2] who dies while it asks is followed by another, and the conversation goes on', async () => {
  const desk = await openThread();
  desk.provider.answer(refuse(500, 'internal_server_error'));
  await desk.answers('one');
  await desk.answers('two');
  await desk.pass(1_000);
  // The next carrier dies where it would tell its first step.
  vi.stubEnv('DELIVERY_STEPS', 'https://nobody.test');
  await desk.pass(6_000);
  vi.stubEnv('DELIVERY_STEPS', '');
  expect(states(await desk.rows())).toEqual(['unknown', 'queued']);
  await desk.pass(leaseMs + 5_000);
  expect(states(await desk.rows())).toEqual(['sent', 'sent']);
  expect(desk.provider.taken.size).toBe(2);
});

test('[M2] what waited for days has its tries all the same: they count from the first', async () => {
  const desk = await openThread();
  const pause = (active: boolean) =>
    transact(desk.t, (ctx) => changeChannel(ctx, desk.channelId, { active }));
  await pause(false);
  await desk.answers('after the weekend');
  await desk.pass(1_000);
  vi.setSystemTime(Date.now() + 3 * 24 * 3_600_000);
  desk.provider.answer(refuse(429, 'rate_limit_exceeded'), refuse(500, 'internal_server_error'));
  await pause(true);
  await desk.pass(20_000);
  expect(states(await desk.rows())).toEqual(['sent']);
});

test('[M2] a paused channel asks about nothing either, and goes on when it is open again', async () => {
  const desk = await openThread();
  const pause = (active: boolean) =>
    transact(desk.t, (ctx) => changeChannel(ctx, desk.channelId, { active }));
  desk.provider.answer(refuse(500, 'internal_server_error'));
  await desk.answers('perhaps there');
  await desk.pass(1_000);
  await pause(false);
  await desk.pass(60_000);
  expect(desk.provider.asked).toHaveLength(1);
  await pause(true);
  await desk.pass(60_000);
  expect(states(await desk.rows())).toEqual(['sent']);
});

test('[M2] what a paused channel keeps is no probe for the others of its account', async () => {
  const desk = await openThread();
  const { _id, _creationTime, ...channel } = await desk.channel();
  const sales = await desk.t.run((ctx) => ctx.db.insert('channels', { ...channel, publicId: 'sales' }));
  const inSales = <T>(act: (ctx: CaseCtx, channel: Doc<'channels'>) => Promise<T>) =>
    transact(desk.t, async (ctx) => act(ctx, (await ctx.db.get(sales))!));
  await inSales((ctx, at) => connectMail(ctx, at, { settings: at.mail!, apiKey: 're_test' }));
  await transact(desk.t, (ctx) => changeChannel(ctx, desk.channelId, { active: false }));
  await desk.answers('kept');
  const from = { address: 'other@customer.test', name: '' };
  const { conversationId } = await inSales((ctx, at) => acceptMail(ctx, at, aMail({ from })));
  desk.provider.answer(refuse(401, 'invalid_api_key'));
  await threadOf(desk, conversationId!).agentAnswers('waits');
  await desk.pass(1_000);
  expect(desk.provider.asked).toHaveLength(1);
  await desk.pass(301_000);
  expect(states(await desk.rows())).toEqual(['queued', 'sent']);
});
