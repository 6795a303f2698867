/** Files both ways (docs/rules.md E2, E4, R2, M2): who may store, send, read and remove them, and what becomes of the rest. */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { makeAuthKeys } from '../scripts/authKeys';
import { api, internal } from './_generated/api';
import type { Doc, Id } from './_generated/dataModel';
import { sweepWaiting, waitsMs } from './model/conversation/attachments';
import { addOutsideAgent, refused, startThread } from './desk.setup';
import { readShared } from './readShared.setup';
import { maxFileBytes, storedType } from './shared/kit/limits';
import {
  createTeam,
  customerIdentity,
  refusal,
  setupTest,
  type TestDesk,
  testSiteUrl,
  transact,
} from './test.setup';

beforeAll(() => {
  Object.assign(process.env, makeAuthKeys(), { AUTH_LOG_LEVEL: 'ERROR' });
});

const png = '\x89PNG\r\n\x1a\n rest of a picture';
const pdf = '%PDF-1.7 a bill';
const html = '<!doctype html><script>parent.hacked = true</script>';

/** As the upload address keeps what was posted to it. */
async function upload(t: TestDesk, text: string, contentType = storedType): Promise<Id<'_storage'>> {
  return t.run(async (ctx) => {
    const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
    const id = await ctx.storage.store(new Blob([bytes]));
    // The double forgets what an upload says of itself.
    await ctx.db.patch(id as never, { contentType } as never);
    return id;
  });
}

async function open() {
  const t = setupTest();
  const team = await createTeam(t);
  const other = await createTeam(t, 'Red Shop');
  const { teamId, agentId, channelId, operator } = team;
  const session = async (token: string) => {
    const customerId = await t.run((ctx) => ctx.db.insert('customers', { teamId, name: token }));
    const expiresAt = Date.now() + 3_600_000;
    const tokenHash = await hashed(token);
    const id = await t.run((ctx) =>
      ctx.db.insert('customerSessions', { teamId, channelId, customerId, tokenHash, expiresAt }),
    );
    return t.withIdentity(customerIdentity(id));
  };
  const customer = await session('vs_ann');
  const post = async (path: string, body: object) => {
    const answer = await t.fetch(`/widget/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, any> };
  };
  const customerFile = async (text: string, name: string, sessionToken = 'vs_ann') => {
    const { status, body } = await post('files', { sessionToken, name, storageId: await upload(t, text) });
    expect(status, JSON.stringify(body)).toBe(201);
    return body as { attachmentId: Id<'attachments'>; file: { path: string } };
  };
  await customer.mutation(api.web.send, { text: 'Hello', clientMessageId: 'first' });
  const conversation = (await t.run((ctx) => ctx.db.query('conversations').first()))!;
  const conversationId = conversation._id;
  const operatorFile = async (text: string, name: string) =>
    operator.as.action(api.attachments.add, {
      teamId,
      conversationId,
      name,
      upload: await upload(t, text),
    });
  const takeOver = async () => {
    const { lastSequence } = (await t.run((ctx) => ctx.db.query('threadHeads').first()))!;
    return (given: { text: string; attachmentIds?: Id<'attachments'>[]; clientMessageId?: string }) =>
      operator.as.mutation(api.messages.takeOverAndSend, {
        teamId,
        conversationId,
        clientMessageId: 'answer',
        seenThrough: lastSequence,
        ...given,
      });
  };
  const get = async (path: string) => {
    const answer = await t.fetch(path);
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
  const files = () => t.run((ctx) => ctx.db.system.query('_storage').collect());
  return {
    t,
    team,
    other,
    teamId,
    agentId,
    session,
    customer,
    post,
    customerFile,
    operatorFile,
    conversationId,
    takeOver,
    get,
    files,
  };
}

async function hashed(token: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return Buffer.from(digest).toString('hex');
}

const pageOf = async ({ team, conversationId }: Awaited<ReturnType<typeof open>>) =>
  readShared(team.operator.as, api.conversations.page, { teamId: team.teamId, conversationId, page: 0 });

describe('what goes with a message', () => {
  test('[M1] [M2] a picture without words is an ordinary message, for the team, the customer and the list', async () => {
    const desk = await open();
    const { attachmentId, file } = await desk.customerFile(png, '../pictures/cat.html');
    const message = { text: ' ', clientMessageId: 'photo', attachmentIds: [attachmentId] };
    const sent = await desk.customer.mutation(api.web.send, message);
    expect(await desk.customer.mutation(api.web.send, message)).toEqual(sent);
    const shown = { name: 'cat.html', contentType: 'image/png', size: png.length, isImage: true };
    const entry = (await pageOf(desk)).find(({ _id }) => _id === sent.entryId);
    expect(entry).toMatchObject({ text: '', attachments: [{ ...shown, path: file.path }] });
    const own = await desk.customer.query(api.web.entries, { paginationOpts: { numItems: 9, cursor: null } });
    expect(own.page[0]).toMatchObject({ text: '', attachments: [{ ...shown, path: file.path }] });
    // On a slow machine the agent's answer stands between.
    expect(own.page.find(({ text }) => text === 'Hello')).toMatchObject({ attachments: [] });
    const head = await desk.t.run((ctx) => ctx.db.query('threadHeads').first());
    expect(head).toMatchObject({ preview: 'Sent a file', customerPreview: 'Sent a file' });
    const row = await desk.t.run((ctx) => ctx.db.get(attachmentId));
    expect(row).toMatchObject({ state: 'sent', entryId: sent.entryId });
  });

  test('[E6] a message needs words or a file', async () => {
    const desk = await open();
    const nothing = { text: '\u200b', clientMessageId: 'none', attachmentIds: [] };
    expect(await refusal(desk.customer.mutation(api.web.send, nothing))).toBe('INVALID_INPUT');
  });

  test('[C6] [M2] an operator’s file goes out with the reply, once', async () => {
    const desk = await open();
    const { attachmentId, file } = await desk.operatorFile(pdf, 'bill.pdf');
    const send = await desk.takeOver();
    const { outcome } = await send({ text: 'Here it is', attachmentIds: [attachmentId] });
    expect(outcome).toMatchObject({ sent: { sequence: expect.any(Number) } });
    expect((await send({ text: 'Here it is', attachmentIds: [attachmentId] })).outcome).toEqual(outcome);
    const own = await desk.customer.query(api.web.entries, { paginationOpts: { numItems: 9, cursor: null } });
    const answer = own.page.find(({ from }) => from === 'operator');
    expect(answer?.attachments).toEqual([
      { name: 'bill.pdf', contentType: 'application/pdf', size: pdf.length, isImage: false, path: file.path },
    ]);
    const again = send({ text: 'Again', clientMessageId: 'again', attachmentIds: [attachmentId] });
    expect(await refusal(again)).toBe('NOT_FOUND');
  });

  test('[E1] a file that was swept while it waited is said to be gone, by its place, and nothing is sent', async () => {
    const desk = await open();
    const gone = await desk.operatorFile(pdf, 'old.pdf');
    const kept = await desk.operatorFile(pdf, 'new.pdf');
    await desk.t.run((ctx) => ctx.db.patch(gone.attachmentId, { createdAt: Date.now() - waitsMs - 1 }));
    await transact(desk.t, (ctx) => sweepWaiting(ctx, 10));
    const send = await desk.takeOver();
    const both = { text: 'Here', attachmentIds: [gone.attachmentId, kept.attachmentId] };
    expect(await refused(send(both))).toMatchObject({
      code: 'NOT_FOUND',
      files: [0],
    });
    expect((await send({ ...both, attachmentIds: [kept.attachmentId] })).outcome).toHaveProperty('sent');
  });

  test('[C9] a reply that is held keeps its file for the confirmed one', async () => {
    const desk = await open();
    const { attachmentId } = await desk.operatorFile(pdf, 'bill.pdf');
    const send = await desk.takeOver();
    await desk.customer.mutation(api.web.send, { text: 'Wait', clientMessageId: 'wait' });
    const held = await send({ text: '', attachmentIds: [attachmentId] });
    expect(held.outcome).toMatchObject({ refused: 'THREAD_MOVED' });
    expect((await desk.t.run((ctx) => ctx.db.get(attachmentId)))!.state).toBe('waiting');
    const { through } = held.outcome as { through: number };
    const sent = await desk.team.operator.as.mutation(api.messages.reply, {
      teamId: desk.teamId,
      conversationId: desk.conversationId,
      text: '',
      clientMessageId: 'answer',
      epoch: held.takenOver.epoch,
      seenThrough: through,
      attachmentIds: [attachmentId],
    });
    expect(sent).toMatchObject({ sent: {} });
  });

  test('[T2] a note has files that the customer never sees', async () => {
    const desk = await open();
    const { attachmentId, file } = await desk.operatorFile(png, 'screen.png');
    const { teamId, conversationId } = desk;
    const note = { teamId, conversationId, text: '', clientMessageId: 'note', attachmentIds: [attachmentId] };
    await desk.team.operator.as.mutation(api.messages.note, note);
    expect((await pageOf(desk)).at(-1)).toMatchObject({ kind: 'note', attachments: [{ path: file.path }] });
    const own = await desk.customer.query(api.web.entries, { paginationOpts: { numItems: 9, cursor: null } });
    expect(JSON.stringify(own)).not.toContain(file.path);
  });

  test('[E4] a message has at most ten files', async () => {
    const desk = await open();
    const attachmentIds: Id<'attachments'>[] = [];
    for (let at = 0; at < 11; at++)
      attachmentIds.push((await desk.customerFile(png, `${at}.png`)).attachmentId);
    const send = (ids: Id<'attachments'>[]) =>
      desk.customer.mutation(api.web.send, { text: '', clientMessageId: 'many', attachmentIds: ids });
    expect(await refusal(send(attachmentIds))).toBe('INVALID_INPUT');
    await send(attachmentIds.slice(1));
    const own = await desk.customer.query(api.web.entries, { paginationOpts: { numItems: 1, cursor: null } });
    expect(own.page[0]!.attachments.map(({ name }) => name)).toEqual(
      Array.from({ length: 10 }, (_, at) => `${at + 1}.png`),
    );
  });
});

test('[M9] what went by mail is hidden from a browser that has not proven the address, files too', async () => {
  const desk = await open();
  const { attachmentId, file } = await desk.customerFile(png, 'cat.png');
  const sent = { text: 'Look', clientMessageId: 'photo', attachmentIds: [attachmentId] };
  const { entryId } = await desk.customer.mutation(api.web.send, sent);
  await desk.t.run((ctx) => ctx.db.patch(entryId, { channel: 'email' }));
  const own = await desk.customer.query(api.web.entries, { paginationOpts: { numItems: 9, cursor: null } });
  expect(own.page[0]).toMatchObject({ text: 'Written by email.', attachments: [] });
  expect(JSON.stringify(own)).not.toContain(file.path);
});

test('[P1] an outside agent reads what came with a message, and where', async () => {
  const t = setupTest();
  const { teamId, owner, operator } = await createTeam(t);
  const agentId = await addOutsideAgent(t, teamId, 'Outsider');
  const customerId = await t.run((ctx) => ctx.db.insert('customers', { teamId }));
  const thread = await startThread({ t, teamId, agentId, customerId }, 'api');
  await thread.customerWrites('Where is my bill?');
  const { conversationId } = thread;
  const { attachmentId, file } = await operator.as.action(api.attachments.add, {
    teamId,
    conversationId,
    name: 'bill.pdf',
    upload: await upload(t, pdf),
  });
  await operator.as.mutation(api.messages.takeOverAndSend, {
    teamId,
    conversationId,
    text: '',
    clientMessageId: 'answer',
    seenThrough: 1,
    attachmentIds: [attachmentId],
  });
  const { key } = await owner.as.mutation(api.agents.createKey, { teamId, agentId, name: 'k' });
  const answer = await t.fetch(`/api/v1/conversations/${conversationId}/entries`, {
    headers: { Authorization: `Bearer ${key}` },
  });
  const { entries } = (await answer.json()) as { entries: { from?: string; attachments?: object[] }[] };
  expect(entries[0]).toMatchObject({ from: 'customer', attachments: [] });
  expect(entries.find(({ from }) => from === 'operator')).toMatchObject({
    text: '',
    attachments: [
      { name: 'bill.pdf', type: 'application/pdf', size: pdf.length, url: `${testSiteUrl}${file.path}` },
    ],
  });
});

test('[M2] a file that a channel does not take is refused, and what was chosen stays', async () => {
  const t = setupTest();
  const { teamId, operator } = await createTeam(t);
  const agentId = await addOutsideAgent(t, teamId, 'Outsider');
  const customerId = await t.run((ctx) => ctx.db.insert('customers', { teamId }));
  const thread = await startThread({ t, teamId, agentId, customerId }, 'whatsapp');
  await thread.customerWrites('Where is my bill?');
  const { conversationId } = thread;
  const given = { teamId, conversationId, name: 'bill.zip', upload: await upload(t, 'PK\x03\x04') };
  const { attachmentId } = await operator.as.action(api.attachments.add, given);
  const send = (attachmentIds: Id<'attachments'>[]) =>
    operator.as.mutation(api.messages.takeOverAndSend, {
      teamId,
      conversationId,
      text: 'Here',
      clientMessageId: 'answer',
      seenThrough: 1,
      attachmentIds,
    });
  expect(await refusal(send([attachmentId]))).toBe('INVALID_INPUT');
  expect((await t.run((ctx) => ctx.db.get(attachmentId)))!.state).toBe('waiting');
  expect((await send([])).outcome).toMatchObject({ sent: {} });
});

describe('[R2] whose a file is', () => {
  test('a file of another customer, another author or another team is not found, as one that does not exist', async () => {
    const desk = await open();
    const bob = await desk.session('vs_bob');
    const theirs = await desk.customerFile(png, 'ann.png');
    const ours = await desk.operatorFile(png, 'ours.png');
    const gone = await desk.customerFile(png, 'gone.png');
    await desk.t.run((ctx) => ctx.db.delete(gone.attachmentId));
    const send = (as: typeof bob, id: Id<'attachments'>) =>
      refusal(as.mutation(api.web.send, { text: 'x', clientMessageId: id, attachmentIds: [id] }));
    for (const { attachmentId } of [theirs, ours, gone])
      expect(await send(bob, attachmentId)).toBe('NOT_FOUND');
    expect(await send(desk.customer, ours.attachmentId)).toBe('NOT_FOUND');
    expect(await send(desk.customer, theirs.attachmentId)).toBeUndefined();
    const answer = await desk.takeOver();
    expect(await refusal(answer({ text: 'x', attachmentIds: [theirs.attachmentId] }))).toBe('NOT_FOUND');
    const colleague = desk.team.manager.as.mutation(api.messages.note, {
      teamId: desk.teamId,
      conversationId: desk.conversationId,
      text: 'x',
      clientMessageId: 'x',
      attachmentIds: [ours.attachmentId],
    });
    expect(await refusal(colleague)).toBe('NOT_FOUND');
  });

  test('an upload is claimed once, and nobody can claim what another has', async () => {
    const desk = await open();
    await desk.session('vs_bob');
    const storageId = await upload(desk.t, png);
    const claim = (sessionToken: string) => desk.post('files', { sessionToken, name: 'a.png', storageId });
    expect((await claim('vs_ann')).status).toBe(201);
    expect((await claim('vs_bob')).status).toBe(400);
    expect((await claim('vs_ann')).status).toBe(400);
    expect(await desk.files()).toHaveLength(1);
  });

  test('no session, no upload', async () => {
    const { post, t } = await open();
    expect((await post('uploads', { sessionToken: 'vs_nobody' })).status).toBe(401);
    const storageId = await upload(t, png);
    expect((await post('files', { sessionToken: 'vs_nobody', storageId, name: 'a.png' })).status).toBe(401);
    expect((await post('uploads', { sessionToken: 'vs_ann' })).body.uploadUrl).toMatch(/upload\?token=/);
  });

  test('what was not sent is removed with its file; what was sent stays', async () => {
    const desk = await open();
    const { teamId, other } = { teamId: desk.teamId, other: desk.other };
    const waiting = await desk.operatorFile(pdf, 'wrong.pdf');
    const sent = await desk.operatorFile(pdf, 'right.pdf');
    await (
      await desk.takeOver()
    )({ text: '', attachmentIds: [sent.attachmentId] });
    const remove = (attachmentId: Id<'attachments'>, as = desk.team.operator.as, of = teamId) =>
      refusal(as.mutation(api.attachments.remove, { teamId: of, attachmentId }));
    expect(await remove(waiting.attachmentId, other.owner.as, other.teamId)).toBe('NOT_FOUND');
    expect(await remove(waiting.attachmentId)).toBeUndefined();
    expect(await remove(sent.attachmentId)).toBe('INVALID_INPUT');
    expect(await desk.files()).toHaveLength(1);
    expect((await desk.get(waiting.file.path)).status).toBe(404);
    expect((await desk.get(sent.file.path)).status).toBe(200);
  });
});

describe('[E2] [E4] what is taken', () => {
  test.each([
    // It may be of others, a mail as it came in: nobody takes it away by naming it.
    ['of another type', 'text/html', (id: Id<'_storage'>) => id, 1],
    ['of another type, and empty', 'message/rfc822', (id: Id<'_storage'>) => id, 1],
    ['that is empty', storedType, (id: Id<'_storage'>) => id, 0],
    ['that does not exist', storedType, () => 'nothing', 1],
  ])('an upload %s is refused, and nothing stays of one that is none', async (which, type, named, left) => {
    const { t, post, files } = await open();
    const storageId = named(await upload(t, which.includes('empty') ? '' : html, type));
    const answer = await post('files', { sessionToken: 'vs_ann', storageId, name: 'a.html' });
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT' } });
    expect(await files()).toHaveLength(left);
  });

  test('25 MB are taken, one byte more is not', async () => {
    const { t, post, files } = await open();
    const sized = async (size: number) => {
      const storageId = await upload(t, png);
      await t.run((ctx) => ctx.db.patch(storageId as never, { size } as never));
      return (await post('files', { sessionToken: 'vs_ann', storageId, name: 'a.png' })).status;
    };
    expect(await sized(maxFileBytes)).toBe(201);
    expect(await sized(maxFileBytes + 1)).toBe(400);
    expect(await files()).toHaveLength(1);
  });
});

describe('[E2] [R2] what is handed out', () => {
  const active = {
    html,
    svg: '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    xhtml: '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script/></html>',
    pdf,
    js: 'alert(1)',
    swf: 'FWS\x09',
    zip: 'PK\x03\x04',
    mht: 'MIME-Version: 1.0',
  };

  test.each(Object.entries(active))(
    'a file that is %s is handed out to be kept, whatever its name',
    async (_, text) => {
      const desk = await open();
      for (const name of ['a.png', 'a.html', 'a.svg']) {
        const { file } = await desk.customerFile(text, name);
        const { status, headers, text: body } = await desk.get(file.path);
        expect([status, body]).toEqual([200, text]);
        expect(headers.get('Content-Type')).toBe('application/octet-stream');
        expect(headers.get('Content-Disposition')).toBe(
          `attachment; filename="${name}"; filename*=UTF-8''${name}`,
        );
        expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
        expect(headers.get('Content-Security-Policy')).toBe("default-src 'none'; sandbox");
        expect(headers.get('Cache-Control')).toMatch(/^private/);
      }
    },
  );

  test.each(['\x89PNG\r\n\x1a\n', '\xff\xd8\xff', 'GIF89a', 'RIFF1234WEBP'])(
    'a picture that begins %j is shown in a sandbox, as that picture, with a page in it too',
    async (beginning) => {
      const desk = await open();
      const { file } = await desk.customerFile(beginning + html, 'a.html');
      const { headers } = await desk.get(file.path);
      expect(headers.get('Content-Type')).toMatch(/^image\/(?:png|jpeg|gif|webp)$/);
      expect(headers.get('Content-Disposition')).toMatch(/^inline; filename="a\.html"/);
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
      expect(headers.get('Content-Security-Policy')).toBe("default-src 'none'; sandbox");
    },
  );

  test('without the key there is nothing, and every refusal is the same', async () => {
    const desk = await open();
    const { attachmentId, file } = await desk.customerFile(png, 'cat.png');
    const { key, storageId } = (await desk.t.run((ctx) => ctx.db.get(attachmentId))) as Doc<'attachments'>;
    expect(key).toHaveLength(43);
    const others = [
      file.path.replace(key, `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`),
      file.path.replace(key, key.toLowerCase() === key ? key.toUpperCase() : key.toLowerCase()),
      file.path.replace(key, ''),
      file.path.replace(key, attachmentId),
      file.path.replace(key, storageId),
      `/files/${key}`,
      '/files/',
      '/files/%00/a',
    ];
    for (const path of others) {
      const { status, text } = await desk.get(path);
      expect([status, text], path).toEqual([404, 'There is no such file.']);
    }
    expect((await desk.get(file.path.replace('cat.png', 'other.png'))).status).toBe(200);
    await desk.t.run(async (ctx) => {
      await ctx.db.delete(attachmentId);
      await ctx.storage.delete(storageId);
    });
    expect((await desk.get(file.path)).status).toBe(404);
  });

  test('what is larger than an answer may be is sent on to its storage address, with nothing of it shown', async () => {
    const desk = await open();
    const { attachmentId, file } = await desk.customerFile(png, 'film.mov');
    await desk.t.run((ctx) => ctx.db.patch(attachmentId, { size: maxFileBytes }));
    const { status, headers } = await desk.get(file.path);
    expect(status).toBe(302);
    expect(headers.get('Location')).toMatch(/\/api\/storage\//);
    expect(headers.get('Cache-Control')).toBe('no-store');
  });
});

describe('[E3] what nobody sends', () => {
  test('goes after a day with its file, and nothing else does', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const desk = await open();
      const old = await desk.customerFile(png, 'old.png');
      const sent = await desk.customerFile(png, 'sent.png');
      await desk.customer.mutation(api.web.send, {
        text: '',
        clientMessageId: 'sent',
        attachmentIds: [sent.attachmentId],
      });
      await upload(desk.t, png);
      // Of a mail that came in, and of one whose job died before it was taken.
      const ofOthers = await upload(desk.t, 'A mail as it came in', 'message/rfc822');
      const told = await upload(desk.t, '{}', 'application/json');
      for (const type of ['message/rfc822', 'text/plain']) await upload(desk.t, 'Of a job that died', type);
      await desk.t.run(async (ctx) => {
        const { teamId, _id: channelId } = (await ctx.db.query('channels').first())!;
        const event = { teamId, channelId, key: 'k', type: 'x', state: 'done' as const, attempts: 0 };
        await ctx.db.insert('inboundEvents', { ...event, receivedAt: Date.now(), payloadFileId: told });
        const entry = (await ctx.db.query('entries').first())!;
        await ctx.db.insert('mails', {
          ...{ teamId, channelId, conversationId: entry.conversationId, entryId: entry._id },
          ...{ direction: 'in', from: { address: '', name: '' }, to: [], cc: [], subject: '' },
          wholeFileId: ofOthers,
        });
      });
      vi.advanceTimersByTime(waitsMs - 1);
      const young = await desk.operatorFile(png, 'young.png');
      const unclaimed = await upload(desk.t, png);
      const sweep = async () => {
        await desk.t.mutation(internal.jobs.sweeps.expired, {});
        await desk.t.mutation(internal.jobs.sweeps.uploads, {});
        const rows = await desk.t.run((ctx) => ctx.db.query('attachments').collect());
        return { rows: rows.map(({ name }) => name), files: (await desk.files()).map(({ _id }) => _id) };
      };
      expect((await sweep()).files).toHaveLength(9);
      vi.advanceTimersByTime(10);
      const left = await sweep();
      expect(left.rows).toEqual(['sent.png', 'young.png']);
      const filesOf = await desk.t.run((ctx) =>
        Promise.all(
          [sent, young].map(async ({ attachmentId }) => (await ctx.db.get(attachmentId))!.storageId),
        ),
      );
      expect(left.files.toSorted()).toEqual([...filesOf, unclaimed, ofOthers, told].toSorted());
      expect((await desk.get(old.file.path)).status).toBe(404);
    } finally {
      vi.useRealTimers();
    }
  });
});
