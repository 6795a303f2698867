/**
 * Every mail that came in anywhere in the world, and mails that nobody would write, go the whole way into a desk: told by the
 * provider, fetched, read, stored (docs/rules.md M1, M3, M4, M5). And what strangers wrote goes out again in mails of ours.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { TableNames } from '../../convex/_generated/dataModel.js';
import { fixtureMails, noFixtures, noteOnFixtures } from '../../convex/shared/mail/fixtures.setup.ts';
import { headerValues } from '../../convex/shared/mail/headers.ts';
import { parseMail } from '../../convex/shared/mail/parseMail.ts';
import { maxTextLength } from '../../convex/shared/kit/limits.ts';
import { readShared } from '../../convex/readShared.setup.ts';
import { support } from '../journeys/mailDesk.ts';
import { type MailDesk, rowsOf, startMailDesk } from './mailDesk.ts';

let mailDesk: MailDesk;
let resend: MailDesk['resend'];
let operator: MailDesk['operator'];
let teamId: MailDesk['teamId'];

beforeAll(async () => {
  mailDesk = await startMailDesk({ ratePerSecond: 10_000 });
  ({ resend, operator, teamId } = mailDesk);
}, 120_000);

afterAll(() => mailDesk?.stop());

const table = <Name extends TableNames>(name: Name) => rowsOf(mailDesk, name);

/** Takes them in, and waits until the desk has made of each what it is. */
async function bring(mails: { name: string; raw: Uint8Array | string }[]): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const { name, raw } of mails) {
    const { id } = await resend.receiveRaw(raw, { from: 'somebody@wild.example', to: support });
    ids.set(name, id);
  }
  const states = async () => {
    const events = await table('inboundEvents');
    return [...ids].map(([name, id]) => {
      const event = events.find(({ payload }) => payload?.includes(id));
      return [name, event?.failure ?? event?.state ?? 'not told'];
    });
  };
  const over = new Set<string | undefined>(['done', 'ignored', 'automatic']);
  const isOver = ([, state]: (string | undefined)[]) => over.has(state);
  await expect
    .poll(async () => (await states()).filter((each) => !isOver(each)), { timeout: 120_000, interval: 300 })
    .toEqual([]);
  return ids;
}

const words = (text: string) => text.replace(/\s+/g, '');
/** The whole without the parts that are folded. */
const withoutParts = (whole: string, parts: { start: number; end: number }[]) =>
  parts.toReversed().reduce((text, { start, end }) => text.slice(0, start) + text.slice(end), whole);

test.skipIf(noFixtures)(
  `[M1] [M4] [M5] [goals sec-28] mails from the wild: none is lost, none loses a sentence, automatic ones start nothing${noteOnFixtures}`,
  async () => {
    const wild = fixtureMails('*');
    expect(wild.length).toBeGreaterThanOrEqual(80);
    const ids = await bring(wild);
    const [mails, entries, conversations] = [
      await table('mails'),
      await table('entries'),
      await table('conversations'),
    ];
    const kept: string[] = [];
    const lost: string[] = [];
    for (const { name, raw } of wild) {
      const read = await parseMail(raw);
      const mail = mails.find(({ providerId }) => providerId === ids.get(name));
      if (read.automatic !== null) {
        expect(mail, `${name} is automatic`).toBeUndefined();
        continue;
      }
      if (mail === undefined) {
        lost.push(name);
        continue;
      }
      kept.push(name);
      expect(mail.rawFileId, name).toBeDefined();
      expect(mail.sender, name).not.toBe('proven');
      const { text = '' } = entries.find(({ _id }) => _id === mail.entryId)!;
      const whole = mail.whole ?? text;
      const shown = withoutParts(whole, mail.quotedAt ?? []);
      if (mail.whole !== undefined && text.length < maxTextLength)
        expect(words(text), name).toBe(words(shown));
      if (!read.textIsFromHtml && words(read.text) !== '') expect(words(whole), name).toBe(words(read.text));
    }
    // Two spellings of one mail, under one id: it stands in the thread once.
    for (const name of lost) {
      const { messageId, text } = await parseMail(wild.find((each) => each.name === name)!.raw);
      const same = mails.find((each) => each.messageId === messageId);
      const entry = entries.find(({ _id }) => _id === same?.entryId);
      expect(words(entry?.text ?? ''), name).toBe(words(text));
    }
    expect(lost.length).toBeLessThanOrEqual(6);
    expect(conversations.length).toBeLessThanOrEqual(kept.length);
  },
  180_000,
);

const head = (name: string, more = '') =>
  `From: ${name} <${name}@wild.example>\r\nTo: ${support}\r\nSubject: ${name}\r\nMessage-ID: <${name}@wild.example>\r\n${more}`;
const rule = '\r\n\r\n';

/** What nobody writes and somebody sends. */
const torture: Record<string, string | Uint8Array> = {
  nothing: new Uint8Array(),
  'one-line': 'x',
  'no-body': head('no-body'),
  zeros: `${head('zeros')}${rule}before\0after`,
  garbage: Buffer.from(Array.from({ length: 20_000 }, (_, at) => (at * 7919) % 256)),
  'deep-nesting': `${head('deep-nesting')}${Array.from({ length: 200 }, (_, at) => `Content-Type: multipart/mixed; boundary=b${at}${rule}--b${at}\r\n`).join('')}${rule}the innermost`,
  'many-parts': `${head('many-parts', 'Content-Type: multipart/mixed; boundary=b')}${rule}${'--b\r\n\r\nx\r\n'.repeat(5_000)}--b--`,
  'own-boundary': `${head('own-boundary', 'Content-Type: multipart/mixed; boundary=""')}${rule}--\r\n\r\nx\r\n----`,
  'never-ends': `${head('never-ends', 'Content-Type: multipart/mixed; boundary=b')}${rule}--b\r\nContent-Type: text/plain${rule}cut off he`,
  'bad-base64': `${head('bad-base64', 'Content-Transfer-Encoding: base64')}${rule}SGVsbG8*&^%$ gd29ybGQ=====A`,
  'bad-charset': `${head('bad-charset', 'Content-Type: text/plain; charset="x-nobody\\"s"')}${rule}caf\u00e9`,
  'long-header': `${head('long-header', `X-Long: ${'a'.repeat(600_000)}`)}${rule}below it`,
  'many-headers': `${head('many-headers', 'X-A: b\r\n'.repeat(20_000))}\r\nbelow them`,
  'long-ids': `${head('long-ids', `References: ${Array.from({ length: 3_000 }, (_, at) => `<${at}@wild.example>`).join('\r\n ')}`)}${rule}the last`,
  'long-line': `${head('long-line')}${rule}${'word '.repeat(200_000)}`,
  'many-lines': `${head('many-lines')}${rule}${'\r\n'.repeat(100_000)}the end`,
  'only-quote': `${head('only-quote')}${rule}> all of it\r\n> is quoted`,
  'html-bomb': `${head('html-bomb', 'Content-Type: text/html')}${rule}${'<div>'.repeat(50_000)}inside`,
  'many-recipients': head(
    'many-recipients',
    `Cc: ${Array.from({ length: 2_000 }, (_, at) => `p${at}@wild.example`).join(',\r\n ')}${rule}to all`,
  ),
  'no-senders': `Subject: x\r\nTo: ${support}${rule}from nobody`,
  'fake-names': `${head('fake-names', 'Content-Type: multipart/mixed; boundary=b')}${rule}--b\r\nContent-Disposition: attachment; filename="../../../etc/passwd\0.png"${rule}x\r\n--b\r\nContent-Disposition: attachment; filename*=utf-8''%0d%0aX: y${rule}y\r\n--b--`,
  surrogates: `${head('surrogates', 'Content-Type: text/plain; charset=utf-16le')}${rule}\ud800`,
};

test('[M1] [M3] [E2] mails that nobody would write crash nothing, and each is there to be read', async () => {
  const before = (await table('mails')).length;
  const ids = await bring(Object.entries(torture).map(([name, raw]) => ({ name, raw })));
  const mails = (await table('mails')).slice(before);
  for (const [name, id] of ids)
    expect(
      mails.map(({ providerId }) => providerId),
      name,
    ).toContain(id);
  const entries = await table('entries');
  const textOf = (name: string) => {
    const mail = mails.find(({ providerId }) => providerId === ids.get(name))!;
    return mail.whole ?? entries.find(({ _id }) => _id === mail.entryId)!.text;
  };
  for (const [name, text] of Object.entries({
    'deep-nesting': 'the innermost',
    'never-ends': 'cut off he',
    'long-header': 'below it',
    'many-headers': 'below them',
    'many-lines': 'the end',
    'only-quote': '> all of it',
    'html-bomb': 'inside',
    'many-recipients': 'to all',
    'no-senders': 'from nobody',
  }))
    expect(textOf(name), name).toContain(text);
  expect(await readShared(operator, api.channels.list, { teamId })).not.toEqual([]);
}, 180_000);

const evil = 'Bcc: eve@evil.example';
const raws = (address: string) => resend.mailbox(address).filter(({ direction }) => direction === 'received');

test('[M3] [goals sec-28] nothing that a stranger wrote begins a header of a mail of ours', async () => {
  const customer = 'jo@inject.example';
  const said = [
    `From: "Jo\r\n ${evil}" <${customer}>`,
    `From: =?utf-8?q?Jo=0D=0A${evil.replaceAll(' ', '_')}?= <${customer}>`,
  ];
  const subject = `=?utf-8?q?Hi=0D=0A${evil.replaceAll(' ', '_')}=0D=0A=0D=0A<b>body</b>?=`;
  for (const [at, from] of said.entries()) {
    await resend.receiveRaw(
      [
        from,
        `To: ${support}`,
        `Cc: "x\r\n ${evil}" <copy@inject.example>, "a=0D=0AX-Evil: y"@inject.example`,
        `Subject: ${subject}`,
        `Message-ID: <in=0D=0AX-Evil:y${at}@inject.example>`,
        `References: <a\r\n X-Evil:y@b> <c=0AX-Evil:z@d>`,
        'Content-Type: text/plain; charset=utf-8',
        '',
        `Let me talk to a person.\r\n.\r\n${evil}\r\n`,
      ].join('\r\n'),
      { from: customer, to: support },
    );
  }
  await expect.poll(() => raws(customer).length, { timeout: 30_000 }).toBe(2);
  const conversationId = (await table('conversations')).at(-1)!._id;
  const { lastSequence: seenThrough } = await readShared(operator, api.conversations.head, {
    teamId,
    conversationId,
  });
  const address = await operator.mutation(api.attachments.uploadUrl, { teamId, conversationId });
  const posted = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: 'bytes',
  });
  const { storageId: upload } = (await posted.json()) as { storageId: string };
  const name = `a"\r\n${evil}\r\n\r\n.pdf`;
  const { attachmentId } = await operator.action(api.attachments.add, {
    teamId,
    conversationId,
    upload,
    name,
  });
  await operator.mutation(api.messages.takeOverAndSend, {
    teamId,
    conversationId,
    text: `Here.\r\n.\r\n${evil}`,
    clientMessageId: 'r1',
    seenThrough,
    attachmentIds: [attachmentId],
  });
  await expect.poll(() => raws(customer).length, { timeout: 60_000 }).toBe(3);
  const known =
    /^(?:return-path|received|x-ses-[\w-]+|received-spf|authentication-results|from|to|cc|reply-to|subject|message-id|date|in-reply-to|references|auto-submitted|x-baton-loop|feedback-id|mime-version|content-type|content-transfer-encoding|content-disposition)$/i;
  for (const { raw } of raws(customer)) {
    const { headers, attachments } = await parseMail(raw);
    expect(headers.map((each) => each.name).filter((each) => !known.test(each))).toEqual([]);
    for (const each of ['From', 'To', 'Subject', 'Cc'])
      expect(headerValues(headers, each).length).toBeLessThanOrEqual(1);
    // In no part either.
    expect(Buffer.from(raw).toString('latin1')).not.toMatch(/\n(?:Bcc|X-Evil):.*\r\n(?=[\w-]+:)/i);
    for (const { filename } of attachments) expect(filename).not.toMatch(/[\r\n]/);
  }
  expect(resend.log.acceptedFor('eve@evil.example')).toEqual([]);
}, 90_000);

test('[M1] [E2] a mail to thousands of people is told as any other: its event is long, and no stranger’s may be longer', async () => {
  const people = Array.from({ length: 10_000 }, (_, each) => `person.number.${each}@wild.example`);
  const raw = `From: ann@wild.example\r\nTo: ${support}\r\nCc: ${people.join(',\r\n ')}\r\nSubject: All of you\r\n\r\nHello`;
  const { id } = await resend.receiveRaw(raw, { from: 'ann@wild.example', to: support });
  const event = async () => (await table('inboundEvents')).find(({ key }) => key.includes(id));
  await expect.poll(async () => (await event())?.state, { timeout: 20_000 }).toBe('done');
  const mail = (await table('mails')).find(({ providerId }) => providerId === id);
  expect(mail).toMatchObject({ subject: 'All of you' });
  const { siteUrl } = mailDesk.desk.settings;
  const knock = async (path: string, kilobytes: number) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify('x'.repeat(kilobytes * 1_024));
    return (await fetch(`${siteUrl}${path}`, { method: 'POST', headers, body })).status;
  };
  const { publicId } = (await table('channels')).find(({ _id }) => _id === mailDesk.channelId)!;
  expect(await knock(`/channels/email/${publicId}`, 1_000)).toBe(401);
  expect(await knock(`/channels/email/${publicId}`, 1_100)).toBe(413);
  expect(await knock('/widget/sessions', 300)).toBe(413);
}, 60_000);
