/// <reference types="vite/client" />
/** WhatsApp at the desk: what comes in, what leaves, the 24 hours, and what its provider tells of it (docs/rules.md M1, M2, M7, M8). */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { api, internal } from './_generated/api';
import { refused } from './desk.setup';
import { limits } from './shared/kit/limits';
import { graphError, openWhatsappDesk, phone, type WhatsappDesk } from './whatsapp.setup';

const start = Date.UTC(2026, 10, 28, 9);
const hourMs = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ now: start });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const texts = async (desk: WhatsappDesk) =>
  (await (await desk.thread()).entries()).filter(({ kind }) => kind === 'message').map(({ text }) => text);
const outboxOf = (desk: WhatsappDesk) => desk.t.run((ctx) => ctx.db.query('outbox').collect());
const seenThrough = async (desk: WhatsappDesk) => (await (await desk.thread()).read()).lastSequence;

/** The customer has written, and Ana speaks. */
async function openHeld() {
  const desk = await openWhatsappDesk();
  await desk.tell(desk.told());
  const thread = await desk.thread();
  await thread.takesOver(desk.ana);
  return { ...desk, held: thread };
}

test('[M7] a list says marked words without their marks, the thread as they were written', async () => {
  const desk = await openWhatsappDesk();
  const body = '*Order 42* is _very ~late~_, 2 * 3';
  await desk.tell(desk.told({ text: { body } }));
  const thread = await desk.thread();
  await thread.takesOver(desk.ana);
  const [row] = await desk.t.run((ctx) => ctx.db.query('ticketRows').collect());
  expect(row).toMatchObject({
    subject: 'Order 42 is very late, 2 * 3',
    preview: 'Order 42 is very late, 2 * 3',
  });
  expect(await texts(desk)).toContain(body);
});

describe('the door where WhatsApp tells', () => {
  test('[E2] only who knows the verify token gets the challenge back', async () => {
    const desk = await openWhatsappDesk();
    const ask = (token: string, mode = 'subscribe', at = desk.publicId) =>
      desk.t.fetch(
        `/channels/whatsapp/${at}?hub.mode=${mode}&hub.challenge=1158201444&hub.verify_token=${token}`,
      );
    const right = await ask(desk.verifyToken);
    expect([right.status, await right.text()]).toEqual([200, '1158201444']);
    for (const wrong of [
      ask('wrong'),
      ask(''),
      ask(desk.verifyToken, 'other'),
      ask(desk.verifyToken, 'subscribe', 'x'),
    ])
      expect((await wrong).status).toBe(403);
  });

  test('[E2] what is not signed by the app’s secret is refused and stored nowhere', async () => {
    const desk = await openWhatsappDesk();
    const body = desk.bodyOf(desk.told());
    const events = () => desk.t.run((ctx) => ctx.db.query('inboundEvents').collect());
    const answers = await Promise.all([
      desk.knock(body, { secret: 'another' }),
      desk.knock(body, { at: 'nobody' }),
      desk.t.fetch(`/channels/whatsapp/${desk.publicId}`, { method: 'POST', body }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect((await desk.knock('{"object":"page"}')).status).toBe(400);
    expect(await events()).toEqual([]);
    expect((await desk.knock(body)).status).toBe(200);
    expect(await events()).toHaveLength(1);
  });

  test('[M1] events told one to five times, batched and shuffled, stand in the thread once each', async () => {
    const desk = await openWhatsappDesk();
    const values = Array.from({ length: 20 }, (_, at) => desk.told({ text: { body: `Message ${at}` } }));
    const copies = values.flatMap((value, at) => Array.from({ length: 1 + (at % 5) }, () => value));
    const shuffled = copies.toSorted(
      (a, b) =>
        ((JSON.stringify(a).length * 7919 + copies.indexOf(a) * 31) % 17) -
        ((JSON.stringify(b).length * 7919 + copies.lastIndexOf(b) * 31) % 17),
    );
    for (let at = 0; at < shuffled.length; at += 3) {
      const changes = shuffled.slice(at, at + 3).map((value) => ({ field: 'messages', value }));
      const entry = [{ id: '102290129340398', changes }];
      await desk.knock(JSON.stringify({ object: 'whatsapp_business_account', entry }));
    }
    await desk.work();
    const said = (await texts(desk)).filter((text) => text?.startsWith('Message'));
    expect(said.toSorted()).toEqual(values.map((_, at) => `Message ${at}`).toSorted());
    const conversations = await desk.t.run((ctx) => ctx.db.query('conversations').collect());
    expect(conversations.filter(({ channel }) => channel === 'whatsapp')).toHaveLength(1);
  });

  test('[M1] what is told of a number that no channel has is answered with 200 and goes nowhere', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const desk = await openWhatsappDesk();
    const stranger = { ...desk.told(), metadata: { phone_number_id: '999999' } };
    expect((await desk.knock(desk.bodyOf(stranger))).status).toBe(200);
    expect(await desk.t.run((ctx) => ctx.db.query('inboundEvents').collect())).toEqual([]);
    expect(warned).toHaveBeenCalledWith(expect.stringContaining('999999'));
    warned.mockRestore();
  });
});

describe('what comes in', () => {
  test('[M8] one person is one thread, by number and by id, also when either is new', async () => {
    const desk = await openWhatsappDesk();
    await desk.tell(desk.told());
    const first = (await desk.thread()).conversationId;
    await desk.tell(desk.told({ from_user_id: 'DE.1' }, { wa_id: phone, user_id: 'DE.1' }));
    await desk.tell(desk.told({ from: undefined, from_user_id: 'DE.1' }, { user_id: 'DE.1' }));
    const system = { type: 'user_changed_number', wa_id: '4915199999999', user_id: 'DE.2' };
    await desk.tell(desk.told({ type: 'system', text: undefined, system }));
    await desk.tell(desk.told({ from: '4915199999999', from_user_id: 'DE.2' }, { wa_id: '4915199999999' }));
    const update = { ...desk.about, user_id_update: [{ user_id: { previous: 'DE.2', current: 'DE.3' } }] };
    await desk.tell(update, 'user_id_update');
    await desk.tell(desk.told({ from: undefined, from_user_id: 'DE.3' }, { user_id: 'DE.3' }));
    expect((await desk.thread()).conversationId).toBe(first);
    expect(await texts(desk)).toHaveLength(5);
  });

  test('[M9] a number that somebody else has now begins a conversation of its own', async () => {
    const desk = await openWhatsappDesk();
    await desk.tell(desk.told({ from_user_id: 'DE.1' }, { wa_id: phone, user_id: 'DE.1' }));
    const first = (await desk.thread()).conversationId;
    await desk.tell(
      desk.told({ from_user_id: 'DE.7', text: { body: 'New here' } }, { wa_id: phone, user_id: 'DE.7' }),
    );
    expect((await desk.thread()).conversationId).not.toBe(first);
    expect(await texts(desk)).toEqual(['New here']);
  });

  test('[M9] who is told late to have left a number takes it from nobody who has it now', async () => {
    const desk = await openWhatsappDesk();
    await desk.tell(desk.told({ from_user_id: 'DE.1' }, { wa_id: phone, user_id: 'DE.1' }));
    await desk.tell(desk.told({ from_user_id: 'DE.7' }, { wa_id: phone, user_id: 'DE.7' }));
    const second = (await desk.thread()).conversationId;
    const system = { type: 'user_changed_number', wa_id: '4915199999999', user_id: 'DE.2' };
    await desk.tell(desk.told({ type: 'system', text: undefined, from_user_id: 'DE.1', system }));
    await desk.tell(desk.told({ text: { body: 'Still me' } }));
    expect((await desk.thread()).conversationId).toBe(second);
    expect(await texts(desk)).toContain('Still me');
  });

  test('[E6] a name that turns the writing around, or is a page long, is kept as one that can be read', async () => {
    const desk = await openWhatsappDesk();
    const name = `Jo\u202e\n Park${'!'.repeat(300)}`;
    await desk.tell(desk.told({}, { wa_id: phone, profile: { name } }));
    const [customer] = await desk.t.run((ctx) => ctx.db.query('customers').order('desc').take(1));
    expect(customer!.name).toMatch(/^Jo Park!+$/);
    expect(customer!.name).toHaveLength(100);
  });

  test('a file that is gone from WhatsApp is said, with the way on', async () => {
    const desk = await openWhatsappDesk();
    await desk.tell(desk.told({ type: 'image', text: undefined, image: { id: 'gone' } }));
    const entries = await (await desk.thread()).entries();
    expect(entries[0]).toMatchObject({
      text: expect.stringContaining('Sent something that is not shown here: picture'),
      unsupported: expect.stringContaining('ask the customer to send it again'),
    });
  });

  test('an answer shows what it answers; edits, reactions and deletions are lines for the team, once each', async () => {
    const desk = await openHeld();
    await desk.held.replies(desk.ana, 'In two days.');
    await desk.work();
    await desk.tell(
      desk.told({ id: 'wamid.x', context: { id: desk.graph.sent[0]!.id }, text: { body: 'Thansk' } }),
    );
    const edit = { original_message_id: 'wamid.x', message: { type: 'text', text: { body: 'Thanks' } } };
    await desk.tell(desk.told({ type: 'edit', text: undefined, edit }));
    const reaction = { message_id: desk.graph.sent[0]!.id, emoji: '👍' };
    await desk.tell(desk.told({ type: 'reaction', text: undefined, reaction }));
    await desk.tell(
      desk.told({ type: 'revoke', text: undefined, revoke: { original_message_id: 'wamid.x' } }),
    );
    const entries = await desk.held.entries();
    const said = entries.find(({ text, kind }) => text === 'Thansk' && kind === 'message');
    expect(said).toMatchObject({ quoted: { text: 'In two days.' }, edited: { text: 'Thanks' } });
    expect(entries.flatMap(({ event }) => (event?.type.startsWith('customer') ? [event.type] : []))).toEqual([
      'customerEdited',
      'customerReacted',
      'customerRevoked',
    ]);
  });

  test('[M1] an edit that claims to be of the future keeps no later one out', async () => {
    const desk = await openHeld();
    await desk.tell(desk.told({ id: 'wamid.y', text: { body: 'Red' } }));
    const becomes = async (body: string, more: object = {}) => {
      const edit = { original_message_id: 'wamid.y', message: { type: 'text', text: { body } } };
      await desk.tell(desk.told({ type: 'edit', text: undefined, edit, ...more }));
      return (await desk.held.entries()).find(({ text, kind }) => text === 'Red' && kind === 'message');
    };
    expect(await becomes('Green', { timestamp: '9999999999' })).toMatchObject({ edited: { text: 'Green' } });
    expect(await becomes('Blue')).toMatchObject({ edited: { text: 'Blue' } });
  });

  test('[M4] [E4] whoever writes more than people do is left to people: all of it stands there, and nothing is answered', async () => {
    const desk = await openWhatsappDesk();
    const most = limits.chatMessagesInHour.most;
    const messages = Array.from(
      { length: most + 2 },
      (_, at) => desk.told({ text: { body: `Out of office ${at}` } }).messages[0],
    );
    await desk.tell({ ...desk.told(), messages });
    const thread = await desk.thread();
    expect(await texts(desk)).toHaveLength(most + 2);
    const flood = { type: 'loopBroken', address: `+${phone}`, isFlood: true };
    expect((await thread.entries()).filter(({ event }) => event?.type === 'loopBroken')).toMatchObject([
      { event: flood },
      { event: flood },
    ]);
    expect(await thread.tickets()).toMatchObject([{ reason: 'agentFailed' }]);
    const owed = async () =>
      (await (await desk.thread()).entries()).filter(({ answerDueAt }) => answerDueAt !== undefined).length;
    expect(await owed()).toBe(most);
    const { answeredThrough, lastCustomerSequence } = await thread.read();
    expect(answeredThrough).toBeGreaterThanOrEqual(lastCustomerSequence!);
    // Somebody else is answered.
    const other = { from: '4915199999999' };
    await desk.tell(desk.told(other, { wa_id: other.from }));
    expect(await owed()).toBe(1);
  });

  test('[E4] whoever reacts and edits on and on fills no thread: how it is now is kept', async () => {
    const desk = await openHeld();
    await desk.tell(desk.told({ id: 'wamid.x', text: { body: 'Red' } }));
    const entries = () => desk.t.run((ctx) => ctx.db.query('entries').collect());
    const lines = async () =>
      (await entries()).filter(({ event }) => event?.type.startsWith('customer')).length;
    const react = (emoji: string) =>
      desk.told({ type: 'reaction', text: undefined, reaction: { message_id: 'wamid.x', emoji } })
        .messages[0];
    const { most } = limits.chatSignsInHour;
    const messages = Array.from({ length: most + 5 }, () => react('👍'));
    await desk.tell({ ...desk.told(), messages });
    await desk.work();
    expect(await lines()).toBe(most);
    const edit = { original_message_id: 'wamid.x', message: { type: 'text', text: { body: 'Blue' } } };
    await desk.tell(desk.told({ type: 'edit', text: undefined, edit }));
    await desk.tell(
      desk.told({ type: 'revoke', text: undefined, revoke: { original_message_id: 'wamid.x' } }),
    );
    expect(await lines()).toBe(most);
    expect((await entries()).find(({ text }) => text === 'Red')?.edited).toMatchObject({
      text: 'Blue',
    });
    // What they write still stands there.
    await desk.tell(desk.told({ text: { body: 'And green?' } }));
    expect((await entries()).some(({ text }) => text === 'And green?')).toBe(true);
    vi.advanceTimersByTime(hourMs);
    await desk.tell({ ...desk.told(), messages: [react('❤')] });
    expect(await lines()).toBe(most + 1);
  });

  test('[M1] an edit that overtakes its message waits for it, and for nothing that came after', async () => {
    const desk = await openHeld();
    const [item] = desk.told({ id: 'wamid.slow', text: { body: 'Thansk' } }).messages;
    const eventId = await desk.t.run(async (ctx) =>
      ctx.db.insert('inboundEvents', {
        ...{ teamId: desk.teamId, channelId: desk.channelId, kind: 'whatsapp', key: 'message wamid.slow' },
        ...{ type: 'message', payload: JSON.stringify({ item, contact: { wa_id: phone } }) },
        ...{ state: 'waiting', attempts: 0, receivedAt: Date.now() },
      }),
    );
    const edit = { original_message_id: 'wamid.slow', message: { type: 'text', text: { body: 'Thanks' } } };
    await desk.tell(desk.told({ type: 'edit', text: undefined, edit }));
    const unknown = { message_id: 'wamid.of-before', emoji: '👍' };
    await desk.tell(desk.told({ type: 'reaction', text: undefined, reaction: unknown }));
    await desk.t.action(internal.delivery.receive.process, { eventId, kind: 'whatsapp' });
    await desk.work(40_000);
    const said = (await desk.held.entries()).find(
      ({ text, kind }) => text === 'Thansk' && kind === 'message',
    );
    expect(said?.edited).toMatchObject({ text: 'Thanks' });
    const events = await desk.t.run((ctx) => ctx.db.query('inboundEvents').collect());
    expect(events.filter(({ state }) => state === 'waiting')).toEqual([]);
    expect(events.filter(({ failure }) => failure !== undefined)).toEqual([]);
  });

  test('what cannot be shown is a message that says so; groups and the months before are kept, and wake nobody', async () => {
    const desk = await openWhatsappDesk();
    await desk.tell(desk.told({ type: 'unsupported', text: undefined, unsupported: { type: 'poll' } }));
    expect(await texts(desk)).toEqual(['Sent something that is not shown here: poll.']);
    await desk.tell(desk.told({ group_id: 'g' }));
    await desk.tell({ ...desk.about, history: [{ threads: [] }] }, 'history');
    expect(await texts(desk)).toHaveLength(1);
    const states = (await desk.t.run((ctx) => ctx.db.query('inboundEvents').collect())).map(
      ({ state }) => state,
    );
    expect(states).toEqual(['done', 'ignored', 'ignored']);
  });
});

describe('what leaves', () => {
  test('[M8] a takeover sends nothing, and the first reply carries who joined, once', async () => {
    const desk = await openHeld();
    await desk.work();
    expect(desk.graph.sent).toEqual([]);
    await desk.held.replies(desk.ana, 'In two days.');
    await desk.held.replies(desk.ana, 'At noon.');
    await desk.work();
    expect(desk.graph.sent.map(({ body }) => (body['text'] as { body: string }).body)).toEqual([
      '_Ana joined the conversation._\n\nIn two days.',
      'At noon.',
    ]);
    expect(desk.graph.sent[0]!.body).toMatchObject({ to: phone, type: 'text' });
    expect((await outboxOf(desk)).map(({ state }) => state)).toEqual(['sent', 'sent']);
  });

  test('[M2] statuses in any order and number never go back; what is billed is counted once', async () => {
    const desk = await openHeld();
    await desk.held.replies(desk.ana, 'In two days.');
    await desk.work();
    const { id } = desk.graph.sent[0]!;
    const pricing = { billable: true, category: 'service' };
    const state = async () => (await outboxOf(desk))[0]!.state;
    await desk.tell(desk.status(id, 'delivered', { pricing }));
    expect(await state()).toBe('delivered');
    await desk.tell(desk.status(id, 'sent', { pricing }));
    expect(await state()).toBe('delivered');
    await desk.tell(desk.status(id, 'played'));
    await desk.tell(desk.status(id, 'failed', { errors: [{ code: 131026 }] }));
    await desk.tell(desk.status(id, 'delivered', { pricing }));
    expect(await state()).toBe('read');
    const threads = await desk.t.run((ctx) => ctx.db.query('chatThreads').collect());
    expect(threads[0]!.costs).toEqual([{ category: 'service', isBillable: true, count: 1 }]);
  });

  test('[M2] a send whose answer never came is settled by its status, and never sent again', async () => {
    const desk = await openHeld();
    desk.graph.answer('silence');
    await desk.held.replies(desk.ana, 'In two days.');
    await desk.work();
    const [unknown] = await outboxOf(desk);
    expect(unknown!.state).toBe('unknown');
    const callback = `${unknown!.entryId}:0:1`;
    await desk.tell(desk.status('wamid.unheard', 'sent', { biz_opaque_callback_data: callback }));
    expect((await outboxOf(desk))[0]!.state).toBe('sent');
    expect(desk.graph.sent).toEqual([]);
    await desk.tell(desk.status('wamid.unheard', 'read'));
    expect((await outboxOf(desk))[0]!.state).toBe('read');
  });

  test('[M2] [M7] what WhatsApp could not deliver was not said, and says why with the way on', async () => {
    const desk = await openHeld();
    await desk.held.replies(desk.ana, 'In two days.');
    await desk.work();
    const { id } = desk.graph.sent[0]!;
    await desk.tell(
      desk.status(id, 'failed', { errors: [{ code: 131026, title: 'Message undeliverable' }] }),
    );
    const [row] = await outboxOf(desk);
    expect(row).toMatchObject({
      state: 'failed',
      failure: expect.stringContaining('Reach them another way'),
    });
    expect((await desk.held.entries()).find(({ text }) => text === 'In two days.')?.neverSent).toBe(true);
  });

  test('[M2] what WhatsApp had and could not deliver was not said either', async () => {
    const desk = await openHeld();
    await desk.held.replies(desk.ana, 'In two days.');
    await desk.work();
    const { id } = desk.graph.sent[0]!;
    await desk.tell(desk.status(id, 'sent'));
    await desk.tell(desk.status(id, 'failed', { errors: [{ code: 131026 }] }));
    // Told late, it takes nothing back.
    await desk.tell(desk.status(id, 'sent'));
    expect(await outboxOf(desk)).toMatchObject([{ state: 'failed' }]);
    expect((await desk.held.entries()).find(({ text }) => text === 'In two days.')?.neverSent).toBe(true);
    // `delivered` may follow `failed`. Whoever looks is told not to say it twice.
    await desk.tell(desk.status(id, 'delivered'));
    expect(await outboxOf(desk)).toMatchObject([
      { failure: expect.stringContaining('do not send it again') },
    ]);
  });

  test('[M7] [E4] a customer in a country that the account may not write to stops nobody else', async () => {
    const desk = await openHeld();
    desk.graph.answer(graphError(400, 130497));
    await desk.held.replies(desk.ana, 'In two days.');
    await desk.held.replies(desk.ana, 'At noon.');
    await desk.work();
    expect(await outboxOf(desk)).toMatchObject([
      { state: 'failed', failure: expect.stringContaining('in this country') },
      { state: 'sent' },
    ]);
    const { id } = desk.graph.sent[0]!;
    await desk.tell(desk.status(id, 'failed', { errors: [{ code: 130497 }] }));
    expect(await desk.channel()).toMatchObject({ active: true });
    expect((await desk.channel()).trouble).toBeUndefined();
    expect(await desk.t.run((ctx) => ctx.db.query('deskMails').collect())).toEqual([]);
  });

  test('[M7] too much for one customer is tried again by itself, later and later', async () => {
    const desk = await openHeld();
    desk.graph.answer(graphError(400, 131056), graphError(400, 131056));
    await desk.held.replies(desk.ana, 'In two days.');
    await desk.work(3_000);
    expect((await outboxOf(desk))[0]).toMatchObject({
      state: 'failed',
      failure: expect.stringContaining('tried again by itself'),
    });
    await desk.work(25_000);
    expect((await outboxOf(desk))[0]).toMatchObject({ state: 'sent', attempts: 3 });
    expect(Date.now() - start).toBeGreaterThanOrEqual(20_000);
  });

  test('[M2] files that take long to be brought there are brought once, and the answer leaves', async () => {
    const desk = await openHeld();
    const { teamId } = desk;
    const { conversationId } = desk.held;
    const answers = globalThis.fetch;
    let brought = 0;
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      if (new URL(url).pathname.endsWith('/media')) {
        brought++;
        await new Promise((resolve) => setTimeout(resolve, 25_000));
      }
      return answers(url, init);
    });
    const attachmentIds = await desk.t.run((ctx) =>
      Promise.all(
        ['a', 'b', 'c'].map(async (key) => {
          const by = { kind: 'operator' as const, memberId: desk.ana.memberId };
          const storageId = await ctx.storage.store(new Blob([key]));
          const file = { storageId, name: `${key}.png`, contentType: 'image/png', size: 1, key };
          const kept = { teamId, conversationId, state: 'waiting' as const, createdAt: Date.now() };
          return ctx.db.insert('attachments', { ...kept, ...file, by });
        }),
      ),
    );
    await desk.ana.as.mutation(api.messages.reply, {
      ...{ teamId, conversationId, text: 'Three pictures', clientMessageId: 'p', attachmentIds },
      epoch: (await desk.held.control()).epoch,
      seenThrough: await seenThrough(desk),
    });
    for (let step = 0; step < 8; step++) await desk.work(20_000);
    expect(desk.graph.sent).toHaveLength(3);
    expect(brought).toBe(3);
    expect(await outboxOf(desk)).toMatchObject([{ state: 'sent', attempts: 1 }]);
  });

  test('[E2] a file that WhatsApp does not take is refused while it is written', async () => {
    const desk = await openHeld();
    const attachmentId = await desk.t.run(async (ctx) =>
      ctx.db.insert('attachments', {
        teamId: desk.teamId,
        conversationId: desk.held.conversationId,
        by: { kind: 'operator', memberId: desk.ana.memberId },
        storageId: await ctx.storage.store(new Blob(['PK'])),
        name: 'all.zip',
        contentType: 'application/zip',
        size: 2,
        state: 'waiting',
        createdAt: Date.now(),
        key: 'k',
      }),
    );
    const { epoch } = await desk.held.control();
    const refusedWith = await refused(
      desk.ana.as.mutation(api.messages.reply, {
        teamId: desk.teamId,
        conversationId: desk.held.conversationId,
        text: 'See this',
        clientMessageId: 'z',
        attachmentIds: [attachmentId],
        epoch,
        seenThrough: await seenThrough(desk),
      }),
    );
    expect(refusedWith).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('“all.zip”'),
    });
  });
});

describe('the 24 hours', () => {
  const dayMs = 24 * hourMs;

  test('[M7] are counted from the customer’s last message by the provider’s clock, shown, and enforced where a send is accepted', async () => {
    const desk = await openHeld();
    const wroteAt = Math.floor(start / 1_000) * 1_000;
    const { owner, teamId } = desk;
    const shown = async () => {
      const [thread] = await desk.t.run((ctx) => ctx.db.query('chatThreads').collect());
      return thread!.lastReceivedAt! + dayMs;
    };
    expect(await shown()).toBe(wroteAt + dayMs);
    vi.setSystemTime(wroteAt + dayMs - 1);
    expect(await desk.held.replies(desk.ana, 'Just in time.')).toHaveProperty('sent');
    vi.setSystemTime(wroteAt + dayMs);
    expect(await refused(desk.held.replies(desk.ana, 'Too late.'))).toMatchObject({ code: 'WINDOW_CLOSED' });
    expect(await texts(desk)).not.toContain('Too late.');
    expect(owner && teamId).toBeTruthy();
  });

  test('[M7] begin with a message that names no time, when it is told', async () => {
    const desk = await openWhatsappDesk();
    await desk.tell(desk.told({ timestamp: undefined }));
    const thread = await desk.thread();
    await thread.takesOver(desk.ana);
    expect(await thread.replies(desk.ana, 'In two days.')).toHaveProperty('sent');
  });

  test('[M7] hold for agents too; a message of the customer begins them anew', async () => {
    const desk = await openWhatsappDesk();
    await desk.tell(desk.told());
    const thread = await desk.thread();
    vi.setSystemTime(start + dayMs + hourMs);
    expect(await refused(thread.agentAnswers('Hello!'))).toMatchObject({ code: 'WINDOW_CLOSED' });
    await desk.tell(desk.told());
    expect(await thread.agentAnswers('Hello!')).toHaveProperty('sent');
  });

  test('[M7] are asked for again where a send is claimed: what waited past their end is given up, and says why', async () => {
    const desk = await openHeld();
    await desk.t.run((ctx) => ctx.db.patch(desk.channelId, { active: false }));
    await desk.held.replies(desk.ana, 'In two days.');
    await desk.work();
    expect((await outboxOf(desk))[0]!.state).toBe('queued');
    vi.setSystemTime(start + dayMs + hourMs);
    const { teamId, channelId } = desk;
    await desk.manager.as.mutation(api.channels.update, { teamId, channelId, active: true });
    await desk.work();
    expect((await outboxOf(desk))[0]).toMatchObject({
      state: 'failed',
      failure: expect.stringContaining('template'),
    });
    expect(desk.graph.sent).toEqual([]);
  });

  test.each(['at once', 'in a status'])(
    '[M7] are over where WhatsApp says so, %s, whatever the desk has counted, until the customer writes',
    async (how) => {
      const desk = await openHeld();
      vi.setSystemTime(start + hourMs);
      if (how === 'at once') desk.graph.answer(graphError(400, 131047));
      await desk.held.replies(desk.ana, 'In two days.');
      await desk.work();
      const told = () =>
        desk.status(desk.graph.sent[0]!.id, 'failed', { errors: [{ code: 131047, title: 'Re-engagement' }] });
      if (how !== 'at once') await desk.tell(told());
      expect(await refused(desk.held.replies(desk.ana, 'Again.'))).toMatchObject({ code: 'WINDOW_CLOSED' });
      await desk.tell(desk.told());
      expect(await desk.held.replies(desk.ana, 'In two days, then.')).toHaveProperty('sent');
    },
  );

  test('[M7] are not over by what is told late of a message from before the customer wrote again', async () => {
    const desk = await openHeld();
    await desk.held.replies(desk.ana, 'In two days.');
    await desk.work();
    vi.setSystemTime(Date.now() + hourMs);
    await desk.tell(desk.told());
    await desk.tell(desk.status(desk.graph.sent[0]!.id, 'failed', { errors: [{ code: 131047 }] }));
    expect(await desk.held.replies(desk.ana, 'In two days, I said.')).toHaveProperty('sent');
  });

  test('[M8] a template has no room for who joined: the reply after it says so', async () => {
    const desk = await openHeld();
    await desk.hasTemplate();
    const template = { name: 'waiting', language: 'en', filled: [{ key: 'body 1', value: 'Jo' }] };
    await desk.ana.as.mutation(api.messages.reply, {
      teamId: desk.teamId,
      conversationId: desk.held.conversationId,
      text: 'whatever',
      clientMessageId: 'template',
      epoch: (await desk.held.control()).epoch,
      seenThrough: await seenThrough(desk),
      template,
    });
    await desk.held.replies(desk.ana, 'In two days.');
    await desk.held.replies(desk.ana, 'Or three.');
    await desk.work(20_000);
    const joined = desk.graph.sent.map(({ body }) =>
      JSON.stringify(body).includes('joined the conversation'),
    );
    expect(joined).toEqual([false, true, false]);
  });

  test('[M7] outside of them an approved template leaves, filled in, and stands in the thread as the customer reads it', async () => {
    const desk = await openHeld();
    await desk.hasTemplate();
    vi.setSystemTime(start + 2 * dayMs);
    const { teamId } = desk;
    const { conversationId } = desk.held;
    const send = async (template: object, clientMessageId: string) =>
      desk.ana.as.mutation(api.messages.reply, {
        teamId,
        conversationId,
        text: 'whatever',
        clientMessageId,
        epoch: (await desk.held.control()).epoch,
        seenThrough: await seenThrough(desk),
        template: template as never,
      });
    const chosen = { name: 'waiting', language: 'en' };
    const empty = send({ ...chosen, filled: [{ key: 'body 1', value: ' ' }] }, 'a');
    expect(await refused(empty)).toMatchObject({ code: 'INVALID_INPUT', message: 'Fill in 1.' });
    const filled = { ...chosen, filled: [{ key: 'body 1', value: 'Jo' }] };
    expect(await send(filled, 'b')).toHaveProperty('sent');
    expect(await send(filled, 'b')).toHaveProperty('sent');
    await desk.work();
    expect(desk.graph.sent).toHaveLength(1);
    expect(desk.graph.sent[0]!.body).toMatchObject({
      type: 'template',
      template: { name: 'waiting', components: [{ type: 'body', parameters: [{ text: 'Jo' }] }] },
    });
    expect(await texts(desk)).toContain('Hello Jo, we have an answer.');
    const paused = { event: 'PAUSED', message_template_name: 'waiting', message_template_language: 'en' };
    await desk.tell(paused, 'message_template_status_update');
    expect(await refused(send(filled, 'c'))).toMatchObject({ message: 'This template is not approved.' });
  });
});

describe('the account', () => {
  test('[M7] one that Meta switches off pauses the channel and tells the owners; one that is back goes on', async () => {
    const desk = await openHeld();
    const ban = (state: string) => ({ event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: [state] } });
    await desk.tell(ban('DISABLE'), 'account_update');
    expect(await desk.channel()).toMatchObject({
      active: false,
      trouble: { said: expect.stringContaining('switched this account off') },
    });
    const mails = await desk.t.run((ctx) => ctx.db.query('deskMails').collect());
    expect(mails.map(({ kind, subject }) => [kind, subject])).toEqual([
      ['channelTrouble', 'The channel “WhatsApp” needs you'],
    ]);
    await desk.tell(ban('REINSTATE'), 'account_update');
    expect(await desk.channel()).toMatchObject({ active: true });
    expect((await desk.channel()).trouble).toBeUndefined();
  });
});

describe('another number', () => {
  const change = (desk: WhatsappDesk, phoneNumberId: string) =>
    desk.manager.as.mutation(api.whatsapp.connect, {
      teamId: desk.teamId,
      channelId: desk.channelId,
      name: 'WhatsApp',
      agentId: desk.agentId,
      phoneNumberId,
      businessId: desk.accountId,
    });

  test('[M1] [M9] takes no channel over that customers have written to: it is one of its own', async () => {
    const desk = await openWhatsappDesk();
    await desk.tell(desk.told());
    expect(await refused(change(desk, '106540352242999'))).toMatchObject({
      message: expect.stringMatching(/This channel is .* connected as a channel of its own/),
    });
    expect((await desk.channel()).whatsapp).toMatchObject({ phoneNumberId: desk.phoneNumberId });
    await change(desk, desk.phoneNumberId);
  });

  test('[M1] puts right what was typed wrong, as long as nobody has written', async () => {
    const desk = await openWhatsappDesk();
    await change(desk, '106540352242999');
    expect((await desk.channel()).whatsapp).toMatchObject({ phoneNumberId: '106540352242999' });
  });
});

describe('the phone with the number', () => {
  const secondsAgo = (seconds: number) => `${Math.floor(Date.now() / 1_000) - seconds}`;
  const echoOf = (desk: WhatsappDesk, more: object) => ({
    ...desk.about,
    message_echoes: [
      { id: 'wamid.echo', from: '1', to: phone, type: 'text', text: { body: 'We have sent it.' }, ...more },
    ],
  });

  test('[C13] a conversation that the phone begins is the team’s: the agent does not answer what comes back', async () => {
    const desk = await openWhatsappDesk();
    await desk.tell(echoOf(desk, { timestamp: secondsAgo(30) }), 'smb_message_echoes');
    const thread = await desk.thread();
    expect(await thread.control()).toMatchObject({ holder: 'operator', outside: { channel: 'whatsapp' } });
    await desk.tell(desk.told({ text: { body: 'Thank you! When?' } }));
    expect((await thread.read()).answerDueAt).toBeUndefined();
    expect(await texts(desk)).toEqual(['We have sent it.', 'Thank you! When?']);
  });

  test('[C13] [T7] what the phone answered while the desk was off is answered: the agent is silent, and nobody waits', async () => {
    const desk = await openWhatsappDesk();
    await desk.tell(desk.told({ timestamp: secondsAgo(600) }));
    await desk.tell(echoOf(desk, { timestamp: secondsAgo(300) }), 'smb_message_echoes');
    const thread = await desk.thread();
    expect(await thread.control()).toMatchObject({ holder: 'operator', outside: { channel: 'whatsapp' } });
    const { answerDueAt, unansweredSince } = await thread.read();
    expect([answerDueAt, unansweredSince]).toEqual([undefined, undefined]);
  });
});
