/// <reference types="vite/client" />
/** Rules M1, M5, M9: what is kept of a mail that quotes ours, and of a provider that is silent. */
import { beforeEach, expect, test, vi } from 'vitest';
import { makeSealingKey } from '../../../scripts/authKeys';
import { api, internal } from '../../_generated/api';
import type { ActionCtx } from '../../functions';
import { aMail, openMailDesk } from '../../mail.setup';
import { keyFor } from '../../model/kit/secrets';
import { between } from '../../shared/kit/text';
import { makeMessageId, makeToken } from '../../shared/mail/threading';
import { withMail } from '../../model/mail/mailViews';
import { showEntry } from '../../model/conversation/entryViews';
import { connectMail } from '../../model/delivery/channels';
import { passTime, transact } from '../../test.setup';
import { fetchMail } from './fetchMail';

beforeEach(() => {
  vi.stubEnv('SEALING_KEY', makeSealingKey());
  return () => {
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  };
});

const token = 'aB3_-dEfGhIjKlMnOpQrStUvWxYz0123456789_-abc';
const page = 'https://desk.example/widget.html?channel=c';
const link = `${page}#mail=${token}`;

async function fetched(raw: string) {
  const files: string[] = [];
  const store = async (blob: Blob) => files.push(await blob.text());
  vi.stubGlobal('fetch', async (url: string) =>
    url.startsWith('https://raw.example')
      ? new Response(raw)
      : Response.json({ id: 'r', raw: { download_url: 'https://raw.example/mail' } }),
  );
  const replyAddress = 'help@in.shop.example';
  const address = 'help@shop.example';
  const channel = { apiKey: 're_key', address, replyAddress, ours: [address, replyAddress], others: [] };
  const mail = await fetchMail({ storage: { store } } as unknown as ActionCtx, channel, {
    providerId: 'r',
    receivedFor: [],
  });
  if (mail === null || 'failure' in mail) throw new Error(mail?.failure);
  return { mail, files };
}

const head = 'From: Jo <jo@customer.test>\r\nTo: help@in.shop.example\r\nSubject: Re: Order\r\n';

test('[M9] [M5] an answer that quotes our mail is kept without what our link opens; its raw mail is as it came', async () => {
  const text = `Thanks!\r\n\r\nOn Mon, 4 May 2026 at 10:00, Shop <help@shop.example> wrote:\r\n> Open: ${link}\r\n> Bye`;
  const html = `<p>Thanks!</p><blockquote type="cite"><a href="${link}">Open</a></blockquote>`;
  const part = (type: string, body: string) => `--b\r\nContent-Type: text/${type}\r\n\r\n${body}\r\n`;
  const raw = `${head}Content-Type: multipart/alternative; boundary=b\r\n\r\n${part('plain', text)}${part('html', html)}--b--\r\n`;
  const { mail, files } = await fetched(raw);
  expect(mail.text).toBe('Thanks!');
  expect(mail.whole).toContain(`Open: ${page}\n`);
  const quoted = mail.quotedAt!.map(({ start, end }) => between(mail.whole!, start, end)).join('');
  expect(quoted.trimEnd()).toMatch(/^On Mon[^]*> Bye$/);
  expect(JSON.stringify(mail)).not.toContain(token);
  expect(files.filter((file) => file.includes(token))).toEqual([raw]);
  expect(files.some((file) => file.includes(`<a href="${page}">`))).toBe(true);
});

test('[M9] so is one whose quote nothing marks: it is text like any other', async () => {
  const { mail } = await fetched(`${head}\r\nThanks! I opened ${link} before.`);
  expect(mail.text).toBe(`Thanks! I opened ${page} before.`);
});

test('[M3] [M4] an address of the team is no copy, whatever tag hangs on it', async () => {
  const to = 'To: help@in.shop.example\r\nCc: help+orders@shop.example, Bo <bo+home@customer.test>\r\n';
  const { mail } = await fetched(`From: Jo <jo@customer.test>\r\n${to}Subject: Order\r\n\r\nWhere is it?`);
  expect(mail.ownAddresses).toEqual(['help@in.shop.example', 'help+orders@shop.example']);
});

test('[C13] what came from the team’s own address is a person’s, unless it says otherwise or is a copy of ours', async () => {
  const key = await keyFor('mail');
  const token = await makeToken(key, 'abcdef1234');
  const own = await makeMessageId(key, { messageId: 'fedcba4321', token, domain: 'in.shop.example' });
  const ours = 'From: Max <help@shop.example>\r\nTo: jo@customer.test\r\nSubject: Re: Order\r\n';
  const byTeam = async (headers: string) => {
    const { mail } = await fetched(`${ours}${headers}\r\nIt comes today.`);
    expect(mail.automatic).toMatchObject({ reason: 'ownAddress' });
    return mail.byTeam === true;
  };
  expect(await byTeam('')).toBe(true);
  // An answer to what answers ours.
  expect(await byTeam(`References: ${own} <jo@customer.test>\r\n`)).toBe(true);
  expect(await byTeam(`References: <jo@customer.test> ${own}\r\n`)).toBe(false);
  expect(await byTeam('Auto-Submitted: auto-replied\r\n')).toBe(false);
  expect(await byTeam('Precedence: bulk\r\n')).toBe(false);
  const { mail } = await fetched(`${head}\r\nThanks`);
  expect(mail.byTeam).toBeUndefined();
});

test('[M1] of a mail that could not be read whole nothing is kept: the next try stores it anew', async () => {
  const gone: string[] = [];
  const store = async (blob: Blob) => {
    if (blob.type === 'text/plain') throw new Error('The disk is full.');
    return 'the raw mail';
  };
  const storage = { store, delete: async (file: string) => void gone.push(file) };
  const raw = `${head}Content-Type: text/html\r\n\r\n<p>Where is it?</p>`;
  vi.stubGlobal('fetch', async (url: string) => (url.includes('raw.') ? new Response(raw) : told()));
  const channel = { apiKey: 're_key', address: 'a@shop.example', replyAddress: 'a@in.shop.example' };
  const fetching = fetchMail(
    { storage } as unknown as ActionCtx,
    { ...channel, ours: [], others: [] },
    {
      providerId: 'r',
      receivedFor: [],
    },
  );
  await expect(fetching).rejects.toThrow('The disk is full.');
  expect(gone).toEqual(['the raw mail']);
});

const realTimeout = setTimeout;

test('[M1] [M5] a photo of 13 MB before the words comes with them, and what does not is counted', async () => {
  const mixed = `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n`;
  const file = (body: string) =>
    `--b\r\nContent-Type: image/jpeg; name=p.jpg\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=p.jpg\r\n\r\n${body}\r\n`;
  const megabytes = (count: number) => file(`${'A'.repeat(76)}\r\n`.repeat((count * 1024 * 1024) / 57));
  const words = '--b\r\nContent-Type: text/plain\r\n\r\nThe parcel is broken.\r\n--b--\r\n';
  const large = (await fetched(`${mixed}${megabytes(13)}${words}`)).mail;
  expect(large).toMatchObject({ text: 'The parcel is broken.', files: [{ name: 'p.jpg' }] });
  expect(large).not.toHaveProperty('filesLeftOut');
  expect(large).not.toHaveProperty('isCut');
  const tooLarge = (await fetched(`${mixed}${megabytes(26)}${words}`)).mail;
  expect(tooLarge).toMatchObject({ text: 'The parcel is broken.', files: [], filesLeftOut: 1 });
  const many = (await fetched(`${mixed}${file('QUJD').repeat(53)}${words}`)).mail;
  expect([many.files.length, many.filesLeftOut]).toEqual([50, 3]);
}, 30_000);

/** Lets fake time pass until something is so; what hangs is not waited for, as `passTime` would. */
async function comes(isSo: () => Promise<boolean>, withinMs = 1_000_000): Promise<void> {
  for (let left = withinMs; !(await isSo()); left -= 1_000) {
    if (left <= 0) throw new Error('It does not come.');
    await vi.advanceTimersByTimeAsync(1_000);
    // What is done beside the clock takes real time, on a busy machine more.
    await new Promise((done) => realTimeout(done, 4));
  }
}

const never = () => new Promise<Response>(() => {});
/** Its headers come, and nothing more. */
const halfOf = () => new Response(new ReadableStream({ start: (bytes) => bytes.enqueue(new Uint8Array(9)) }));
const told = () => Response.json({ id: 'r', raw: { download_url: 'https://raw.example/mail' } });

test.each([
  ['does not answer', never],
  ['begins an answer', halfOf],
  [
    'tells of the mail and does not give it',
    async (url: string) => (url.includes('raw.') ? never() : told()),
  ],
  ['begins the mail', async (url: string) => (url.includes('raw.') ? halfOf() : told())],
])(
  '[M1] [goals fault-13] a provider that %s holds no job: the mail is fetched again later',
  async (_what, play) => {
    vi.useFakeTimers();
    const desk = await openMailDesk();
    const fetching = vi.fn<(url: string) => Promise<Response> | Response>(play);
    vi.stubGlobal('fetch', fetching);
    const { channelId, teamId } = desk;
    const payload = JSON.stringify({ type: 'email.received', data: { email_id: 'r' } });
    await desk.t.mutation(internal.delivery.receive.store, {
      channelId,
      teamId,
      key: 'r',
      type: 'email.received',
      payload,
    });
    const event = () => desk.t.run((ctx) => ctx.db.query('inboundEvents').first());
    await comes(async () => (await event())!.attempts > 0);
    expect(await event()).toMatchObject({
      state: 'waiting',
      failure: 'The mail could not be fetched: The provider did not answer in time.',
    });
    const before = fetching.mock.calls.length;
    await comes(async () => fetching.mock.calls.length > before);
  },
);

test('[M1] a list that does not come keeps none of another account from being asked for', async () => {
  vi.useFakeTimers();
  const desk = await openMailDesk({ apiKey: 're_silent' });
  const other = await openMailDesk({ beside: desk.t, apiKey: 're_speaks' });
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string, { headers }: { headers: Headers }) => {
    const key = new Headers(headers).get('authorization')!;
    asked.push(key);
    const to = ['help@in.shop.test'];
    if (!url.includes('limit=')) return never();
    return key.includes('silent') ? never() : Response.json({ data: [{ id: 'r', to }], has_more: false });
  });
  const found = desk.t.action(internal.delivery.mail.reconcile.missed, {});
  await comes(async () => (await desk.t.run((ctx) => ctx.db.query('inboundEvents').first())) !== null);
  expect(await found).toBe(1);
  expect(asked.slice(0, 2)).toEqual(['Bearer re_silent', 'Bearer re_speaks']);
  const events = await desk.t.run((ctx) => ctx.db.query('inboundEvents').collect());
  expect(events.map(({ channelId }) => channelId)).toEqual([other.channelId]);
});

test('[M1] tries that came to nothing, and one that came second, leave no files behind', async () => {
  vi.useFakeTimers();
  const desk = await openMailDesk();
  const { t, channelId, teamId } = desk;
  const html = `--b\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>\r\n`;
  const raw = `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n${html}--b--\r\n`;
  vi.stubGlobal('fetch', async (url: string) => (url.includes('raw.') ? new Response(raw) : told()));
  const files = () => t.run((ctx) => ctx.db.system.query('_storage').collect());
  // What cannot be taken: two rows where one may be.
  const blocked = { teamId, address: 'jo@customer.test', reason: 'bounced' as const, since: 0 };
  const [, second] = await t.run((ctx) =>
    Promise.all([1, 2].map(() => ctx.db.insert('mailSuppressions', blocked))),
  );
  const payload = JSON.stringify({ type: 'email.received', data: { email_id: 'r' } });
  const eventId = await t.run((ctx) =>
    ctx.db.insert('inboundEvents', {
      ...{ channelId, teamId, key: 'r', type: 'email.received', payload },
      ...{ state: 'waiting', attempts: 0, receivedAt: 0 },
    }),
  );
  const event = () => t.run((ctx) => ctx.db.get(eventId));
  await t.action(internal.delivery.receive.process, { eventId });
  expect(await event()).toMatchObject({ state: 'waiting', attempts: 1 });
  expect(await files()).toEqual([]);
  await t.run((ctx) => ctx.db.delete(second!));
  await t.action(internal.delivery.receive.process, { eventId });
  expect(await event()).toMatchObject({ state: 'done' });
  const kept = await files();
  expect(kept).toHaveLength(2);
  const [rawFileId, htmlFileId, storageId] = await t.run((ctx) =>
    Promise.all(['raw', 'html', 'a file'].map((text) => ctx.storage.store(new Blob([text])))),
  );
  const attached = [{ storageId: storageId!, name: 'a.txt', contentType: 'text/plain' }];
  const mail = aMail({ providerId: 'r', rawFileId: rawFileId!, htmlFileId: htmlFileId!, files: attached });
  expect(await files()).toHaveLength(5);
  await t.mutation(internal.delivery.mail.receiving.accept, { eventId, mail });
  expect(await files()).toEqual(kept);
  const [row] = await t.run((ctx) => ctx.db.query('mails').collect());
  const named = { rawFileId: row!.rawFileId!, htmlFileId: row!.htmlFileId! };
  await t.mutation(internal.delivery.mail.receiving.accept, {
    eventId,
    mail: { ...mail, ...named, files: [] },
  });
  expect(await files()).toEqual(kept);
});

test.each([
  ['where its answers come in', 'Red+c-1@in.shop.test'],
  ['the address that customers know', 'red@shop.test'],
])('[M1] [R2] a mail that nobody told of, for %s, comes to no other team’s', async (_where, addressed) => {
  // Its events wait for whoever processes them below.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const desk = await openMailDesk({ apiKey: 're_shared' });
  const other = await openMailDesk({ beside: desk.t });
  const settings = { address: 'red@shop.test', senderName: '', replyAddress: 'red@in.shop.test' };
  await transact(desk.t, async (ctx) =>
    connectMail(ctx, (await ctx.db.get(other.channelId))!, { settings, apiKey: 're_shared' }),
  );
  const raw = `${head.replace('help@in', 'everybody@in')}\r\nFor one of two.`;
  vi.stubGlobal('fetch', async (url: string) => {
    if (url.includes('raw.')) return new Response(raw);
    if (url.includes('limit=')) return Response.json({ data: [{ id: 'r', to: ['all@in.shop.test'] }] });
    return Response.json({ ...(await told().json()), received_for: [addressed] });
  });
  await desk.t.action(internal.delivery.mail.reconcile.missed, {});
  const events = () => desk.t.run((ctx) => ctx.db.query('inboundEvents').collect());
  for (const { _id: eventId } of await events())
    await desk.t.action(internal.delivery.receive.process, { eventId });
  const states = (await events()).map(({ channelId, state }) => [channelId, state]);
  expect(states).toEqual([
    [desk.channelId, 'ignored'],
    [other.channelId, 'done'],
  ]);
  const mails = await desk.t.run((ctx) => ctx.db.query('mails').collect());
  expect(mails.map(({ teamId }) => teamId)).toEqual([other.teamId]);
});

/** A list as the provider gives it: newest first, a page at a time, each mail some minutes older than the one before. */
async function openListed(count: number, minutes: number) {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 9) });
  const desk = await openMailDesk();
  await passTime(desk.t, 2 * 86_400_000, 86_400_000);
  const listed = Array.from({ length: count }, (_, at) => ({
    id: `r${at}`,
    to: ['help@shop.test'],
    created_at: new Date(Date.now() - at * minutes * 60_000).toISOString(),
  }));
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    if (!url.includes('limit=')) return never();
    const after = new URL(url).searchParams.get('after');
    asked.push(after ?? 'newest');
    const from = listed.findIndex(({ id }) => id === after) + 1;
    const data = listed.slice(from, from + 100);
    return Response.json({ data, has_more: from + 100 < listed.length });
  });
  const events = () => desk.t.run((ctx) => ctx.db.query('inboundEvents').collect());
  const look = () => desk.t.action(internal.delivery.mail.reconcile.missed, {});
  return { ...desk, asked, listed, events, look };
}

test('[M1] mail that was forwarded to where it comes in is found too, however much came since; what is known ends the search', async () => {
  const { asked, events, look, listed } = await openListed(250, 1);
  expect(await look()).toBe(250);
  expect((await events()).map(({ key }) => key)).toContain('email.received r249');
  expect(asked.splice(0)).toEqual(['newest', 'r99', 'r199']);
  expect(await look()).toBe(0);
  expect(asked.splice(0)).toEqual(['newest']);
  listed.unshift({ id: 'one more', to: [], created_at: new Date().toISOString() });
  expect(await look()).toBe(1);
  expect(asked).toEqual(['newest', 'r98']);
});

test('[M1] [E4] the search ends a day back, and no address takes in what came before there was one', async () => {
  const desk = await openListed(500, 10);
  expect(await desk.look()).toBe(24 * 6);
  await openMailDesk({ beside: desk.t, apiKey: 're_other' });
  vi.stubGlobal('fetch', async () => Response.json({ data: desk.listed.slice(0, 100), has_more: true }));
  expect(await desk.look()).toBe(0);
  vi.advanceTimersByTime(1_000);
  desk.listed.unshift({ id: 'since', to: [], created_at: new Date().toISOString() });
  expect(await desk.look()).toBe(2);
});

test('[M1] [M4] a month later what the list still has is not taken in once more, when its event is swept', async () => {
  const { t, look, events, listed } = await openListed(3, 10);
  const day = 86_400_000;
  expect(await look()).toBe(3);
  await t.run(async (ctx) => {
    for (const { _id } of await ctx.db.query('inboundEvents').collect())
      await ctx.db.patch(_id, { state: 'automatic' });
  });
  for (const days of [28, 1, 1, 1, 1]) {
    vi.setSystemTime(Date.now() + days * day);
    await t.mutation(internal.jobs.sweeps.expired, {});
    expect(await look()).toBe(0);
  }
  expect(await events()).toEqual([]);
  // After a while without the desk.
  listed.unshift({ id: 'since', to: [], created_at: new Date(Date.now() - 20 * day).toISOString() });
  expect(await look()).toBe(1);
});

test('[M3] of a long thread the first id is kept, and the newest', async () => {
  const ids = Array.from({ length: 40 }, (_, at) => `<${at}@customer.test>`);
  const { mail } = await fetched(`References: ${ids.join('\r\n ')}\r\n${head}\r\nHello`);
  expect(mail.references).toEqual([ids[0], ...ids.slice(-20)]);
});

test.each([
  ['somebody else', 'Ann <Ann@People.test>', 'ann@people.test'],
  ['whoever wrote it', 'jo@customer.test', undefined],
  ['the desk itself', 'help+c-1@in.shop.example', undefined],
  ['one of the team’s addresses', 'help@shop.example', undefined],
  ['nobody', 'noreply@customer.test', undefined],
  ['no address', 'undisclosed', undefined],
])('[M3] a mail that asks for answers to %s', async (_whom, replyTo, answersTo) => {
  const { mail } = await fetched(`Reply-To: ${replyTo}\r\n${head}\r\nHello`);
  expect(mail.answersTo).toBe(answersTo);
  expect(mail.automatic).toBeNull();
});

test('[M4] a form whose sender takes no answers writes for somebody where it says for whom', async () => {
  const by = (replyTo: string) =>
    fetched(`${replyTo}${head.replace('jo@customer', 'noreply@shop')}\r\nHello`);
  expect((await by('Reply-To: ann@people.test\r\n')).mail).toMatchObject({
    automatic: null,
    answersTo: 'ann@people.test',
  });
  for (const none of ['', 'Reply-To: no-reply@shop.test\r\n', 'Reply-To: help@in.shop.example\r\n'])
    expect((await by(none)).mail.automatic).toMatchObject({ reason: 'noReplySender' });
});

test('[M4] what is automatic and belongs to no conversation is listed at its address, with by what it was known', async () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 9) });
  const { t, channelId, teamId, manager } = await openMailDesk();
  const raw = 'From: noreply@form.test\r\nSubject: Your weekly news\r\n\r\nNews';
  vi.stubGlobal('fetch', async (url: string) => (url.includes('raw.') ? new Response(raw) : told()));
  const payload = JSON.stringify({ type: 'email.received', data: { email_id: 'r' } });
  const event = { channelId, teamId, key: 'r', type: 'email.received', payload };
  await t.mutation(internal.delivery.receive.store, event);
  await passTime(t, 10_000, 1_000);
  const paginationOpts = { numItems: 20, cursor: null };
  const { page } = await manager.as.query(api.channels.automaticMails, { teamId, channelId, paginationOpts });
  expect(page).toEqual([
    {
      _id: expect.any(String),
      at: expect.any(Number),
      from: 'noreply@form.test',
      subject: 'Your weekly news',
      reason: 'noReplySender',
    },
  ]);
});

test('[M1] [M4] the raw mail that became no message stays with its event, however long that was, and goes with it', async () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 9) });
  const { t, channelId, teamId } = await openMailDesk();
  const raw = 'From: noreply@form.test\r\nSubject: From your form\r\n\r\nPlease call me';
  vi.stubGlobal('fetch', async (url: string) => (url.includes('raw.') ? new Response(raw) : told()));
  const payload = JSON.stringify({ type: 'email.received', data: { email_id: 'r' } });
  const payloadFileId = await t.run((ctx) => ctx.storage.store(new Blob([payload])));
  const event = { channelId, teamId, key: 'r', type: 'email.received', payloadFileId };
  await t.mutation(internal.delivery.receive.store, event);
  await passTime(t, 10_000, 1_000);
  const files = () =>
    t.run(async (ctx) => {
      const stored = await ctx.db.system.query('_storage').collect();
      return Promise.all(stored.map(async ({ _id }) => (await ctx.storage.get(_id))!.text()));
    });
  expect(await files()).toEqual([payload, raw]);
  await passTime(t, 31 * 86_400_000, 86_400_000);
  await t.mutation(internal.jobs.sweeps.expired, {});
  expect(await files()).toEqual([]);
});

test('[M5] [R2] a mail that the thread does not have all of is handed out as it came, to whoever has its key, and never shown', async () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 9) });
  const { t, channelId, teamId } = await openMailDesk();
  const long = (words: number) => `${head}Content-Type: text/plain\r\n\r\n${'word '.repeat(words)}`;
  const shown = async (raw: string) => {
    vi.stubGlobal('fetch', async (url: string) => (url.includes('raw.') ? new Response(raw) : told()));
    const payload = JSON.stringify({ type: 'email.received', data: { email_id: `${raw.length}` } });
    const event = { channelId, teamId, key: `${raw.length}`, type: 'email.received', payload };
    await t.mutation(internal.delivery.receive.store, event);
    await passTime(t, 10_000, 1_000);
    return t.run(async (ctx) => {
      const { entryId } = (await ctx.db.query('mails').order('desc').first())!;
      const entry = await showEntry(ctx, (await ctx.db.get(entryId))!);
      return (await withMail(ctx, entry)).mail!;
    });
  };
  expect(await shown(long(100))).not.toHaveProperty('rawPath');
  const { rawPath, isCut } = await shown(long(300_000));
  expect(isCut).toBe(true);
  const answer = await t.fetch(rawPath!);
  expect(answer.headers.get('content-type')).toBe('application/octet-stream');
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="mail\.eml"/);
  expect((await answer.text()) === long(300_000)).toBe(true);
  expect(
    (await t.fetch(rawPath!.replace(/s\/(.)/, (_, first) => `s/${first === 'A' ? 'B' : 'A'}`))).status,
  ).toBe(404);
}, 20_000);
