/** The local Resend, used by the official SDK. */
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { mail, startForTest, startReceiver } from './testKit.ts';

describe('a send', () => {
  it('arrives once in the mailbox, with SES’s Message-ID and the threading headers untouched', async () => {
    const { local, sdk } = await startForTest();
    const { error } = await sdk.emails.send({
      ...mail,
      replyTo: 'support+c-1@in.acme.example',
      headers: {
        'Message-ID': '<m_1.c_1@acme.example>',
        'In-Reply-To': '<a@customer.example>',
        References: '<a@customer.example> <m_1.c_1@acme.example>',
      },
    });
    await local.settled();
    expect(error).toBeNull();
    const [stored, ...others] = local.mailbox('YOU@customer.example');
    expect(others).toEqual([]);
    const read = await PostalMime.parse(stored?.raw ?? '');
    expect(read.headers.filter(({ key }) => key === 'message-id')).toHaveLength(1);
    expect(read.messageId).toMatch(/^<0100[0-9a-f]{12}-[0-9a-f-]{36}-000000@email\.amazonses\.com>$/);
    expect(read).toMatchObject({
      inReplyTo: '<a@customer.example>',
      references: '<a@customer.example> <m_1.c_1@acme.example>',
      subject: 'Your order',
      from: { name: 'Ana (Acme)', address: 'support@acme.example' },
    });
    expect(local.log.accepted).toMatchObject([{ messageId: read.messageId }]);
  });

  it('is made once for a key: the same body gets the first answer, also with its fields in another order', async () => {
    const { local, sdk } = await startForTest();
    const first = await sdk.emails.send(mail, { idempotencyKey: 'msg/1' });
    const again = await sdk.emails.send(mail, { idempotencyKey: 'msg/1' });
    const turned = await fetch(`${local.url}/emails`, {
      method: 'POST',
      headers: { authorization: `Bearer ${local.apiKey}`, 'idempotency-key': 'msg/1' },
      body: JSON.stringify(Object.fromEntries(Object.entries(mail).toReversed())),
    });
    const other = await sdk.emails.send({ ...mail, text: 'Another.' }, { idempotencyKey: 'msg/1' });
    expect(again.data).toEqual(first.data);
    expect(await turned.json()).toEqual(first.data);
    expect(other.error).toMatchObject({ statusCode: 409, name: 'invalid_idempotent_request' });
    expect(local.log.accepted).toHaveLength(1);
    expect(local.log.requests.map(({ isReplay }) => isReplay)).toEqual([false, true, true, false]);
  });

  it('forgets a key after a day', async () => {
    let now = Date.now();
    const { local, sdk } = await startForTest({ now: () => now });
    await sdk.emails.send(mail, { idempotencyKey: 'msg/1' });
    now += 24 * 3_600_000 + 1;
    await sdk.emails.send({ ...mail, text: 'Another.' }, { idempotencyKey: 'msg/1' });
    expect(local.log.accepted).toHaveLength(2);
  });

  it('frees the key of a request that was refused', async () => {
    const { sdk } = await startForTest();
    const wrong = await sdk.emails.send({ ...mail, to: 'nobody' }, { idempotencyKey: 'msg/1' });
    const right = await sdk.emails.send(mail, { idempotencyKey: 'msg/1' });
    expect([wrong.error?.statusCode, right.error]).toEqual([422, null]);
  });

  it('carries HTML, inline images, attachments and names in any script', async () => {
    const { local, sdk } = await startForTest();
    await sdk.emails.send({
      from: 'Łukasz Żółć <support@acme.example>',
      to: ['"Ünal, Ö." <you@customer.example>'],
      subject: `ab${'😀'.repeat(20)} Grüße 👋🏽 aus ${'sehr '.repeat(30)}weit`,
      html: '<p>Schön <img src="cid:logo"></p>',
      attachments: [
        { filename: 'Übersicht.pdf', content: Buffer.from('%PDF-1.7') },
        { filename: 'logo.png', content: Buffer.from('png').toString('base64'), contentId: 'logo' },
      ],
    });
    await local.settled();
    const [read] = await local.mails(mail.to);
    expect(read).toMatchObject({
      from: 'Łukasz Żółć <support@acme.example>',
      to: ['"Ünal, Ö." <you@customer.example>'],
      subject: `ab${'😀'.repeat(20)} Grüße 👋🏽 aus ${'sehr '.repeat(30)}weit`,
      attachments: [
        { filename: 'logo.png', contentType: 'image/png', contentId: 'logo', disposition: 'inline' },
        { filename: 'Übersicht.pdf', contentType: 'application/pdf', disposition: 'attachment' },
      ],
    });
    expect(read?.text?.trim()).toMatch(/^Schön/);
    const words =
      local
        .mailbox(mail.to)[0]
        ?.raw.toString('latin1')
        .match(/=\?UTF-8\?[^ \r]*\?=/g) ?? [];
    expect(words.filter((word) => word.length > 75)).toEqual([]);
    expect(words.length).toBeGreaterThan(2);
    const lines = local.mailbox(mail.to)[0]?.raw.toString('latin1').split('\r\n') ?? [];
    expect(lines.filter((line) => line.length > 998 || /[^\t\x20-\x7e]/.test(line))).toEqual([]);
  });
});

describe('what becomes of a send', () => {
  it.each([
    ['delivered+a@resend.dev', ['email.sent', 'email.delivered']],
    ['bounced@resend.dev', ['email.sent', 'email.bounced']],
    ['complained@resend.dev', ['email.sent', 'email.delivered', 'email.complained']],
    ['suppressed@resend.dev', ['email.suppressed']],
  ])('is told for %s', async (to, types) => {
    const receiver = await startReceiver();
    const { local, sdk } = await startForTest({ webhook: { endpoint: receiver.url } });
    await sdk.emails.send({ ...mail, to, tags: [{ name: 'message', value: 'm_1' }] });
    await local.settled();
    const events = receiver.events();
    expect(events.map(({ type }) => type).toSorted()).toEqual(types.toSorted());
    for (const { data } of events) {
      expect(data).toMatchObject({ to: [to], tags: { message: 'm_1' }, subject: mail.subject });
      expect(data.message_id).toMatch(/amazonses\.com>$/);
      // The SDK's types have none, and no diagnostic codes.
      expect(data).not.toHaveProperty('headers');
    }
  });

  it.each(['bounced', 'complained'] as const)(
    'an address is written to no more after it %s, until it has another fate',
    async (fate) => {
      const receiver = await startReceiver();
      const { local, sdk } = await startForTest({ webhook: { endpoint: receiver.url } });
      const send = async () => {
        receiver.hooks.length = 0;
        await sdk.emails.send({ ...mail, to: 'gone@customer.example' });
        await local.settled();
        return receiver.events().map(({ type }) => type);
      };
      local.setFate('gone@customer.example', fate);
      expect(await send()).toContain(`email.${fate}`);
      expect(await send()).toEqual(['email.suppressed']);
      local.setFate('gone@customer.example', 'delivered');
      expect(await send()).toContain('email.delivered');
    },
  );

  it('of recipients with different fates each is told, and not of whom, and one who is suppressed gets nothing', async () => {
    const receiver = await startReceiver();
    const { local, sdk } = await startForTest({ webhook: { endpoint: receiver.url } });
    local.setFate('quiet@customer.example', 'suppressed');
    await sdk.emails.send({ ...mail, cc: 'quiet@customer.example' });
    await local.settled();
    expect(Object.fromEntries(receiver.events().map(({ type, data }) => [type, data.to]))).toEqual({
      'email.sent': [mail.to],
      'email.delivered': [mail.to],
      'email.suppressed': [mail.to],
    });
    expect(local.mailbox('quiet@customer.example')).toEqual([]);
  });
});

describe('mail that comes in', () => {
  const incoming = {
    from: 'Jo Customer <jo@customer.example>',
    to: 'support+c-1@in.acme.example',
    cc: 'colleague@customer.example',
    subject: 'Where is my order?',
    text: 'Hello?',
    html: '<p>Hello? <img src="cid:photo"></p>',
    references: ['<a@x.example>', '<b@x.example>'],
    attachments: [
      { filename: 'photo.png', contentType: 'image/png', content: Buffer.from('png'), contentId: 'photo' },
    ],
  };

  it('is told without content, and fetched with it', async () => {
    const receiver = await startReceiver();
    const { local, sdk } = await startForTest({ webhook: { endpoint: receiver.url } });
    await local.receive(incoming);
    await local.settled();
    const [event] = receiver.events();
    expect(event).toMatchObject({
      type: 'email.received',
      data: {
        from: incoming.from,
        to: [incoming.to],
        cc: [incoming.cc],
        received_for: [incoming.to],
        attachments: [{ filename: 'photo.png', content_type: 'image/png', content_id: 'photo' }],
      },
    });
    for (const field of ['html', 'text', 'headers', 'raw']) expect(event?.data).not.toHaveProperty(field);
    const emailId = event?.data.email_id as string;
    const { data } = await sdk.emails.receiving.get(emailId, { html_format: 'cid' });
    expect(data).toMatchObject({ text: 'Hello?\n', html: `${incoming.html}\n` });
    expect(data?.headers?.references).toBe('["<a@x.example>","<b@x.example>"]');
    const inlined = await sdk.emails.receiving.get(emailId);
    expect(inlined.data?.html).toContain('src="data:image/png;base64,');
    const raw = await fetch(data?.raw?.download_url ?? '').then((answer) => answer.text());
    expect(raw).toMatch(
      /^Return-Path: <jo@customer\.example>\r\nReceived: .*\r\n.*\r\n for support\+c-1@in\.acme\.example;/,
    );
    const { data: files } = await sdk.emails.receiving.attachments.list({ emailId });
    const file = await fetch(files?.data[0]?.download_url ?? '').then((answer) => answer.text());
    expect(file).toBe('png');
  });

  it('only its envelope names who was in blind copy', async () => {
    const { local } = await startForTest();
    const { receivedFor, mail: read } = await local.receive({
      from: 'jo@customer.example',
      to: 'someone@elsewhere.example',
      bcc: 'support@in.acme.example',
      text: 'fyi',
    });
    expect(receivedFor).toEqual(['support@in.acme.example']);
    expect([...read.to, ...read.cc, ...read.bcc]).toEqual(['someone@elsewhere.example']);
  });

  it('links to it end after an hour, and one that was changed opens nothing', async () => {
    let now = Date.now();
    const { local, sdk } = await startForTest({ now: () => now });
    const { id } = await local.receive(incoming);
    const { data } = await sdk.emails.receiving.get(id);
    const link = data?.raw?.download_url ?? '';
    const status = async (url: string) => (await fetch(url)).status;
    expect(await status(link)).toBe(200);
    expect(await status(link.replace('signature=', 'signature=x'))).toBe(403);
    now += 3_600_000;
    expect(await status(link)).toBe(403);
  });

  it('can be listed where its webhook was lost, newest first, page by page', async () => {
    const { local, sdk } = await startForTest();
    const ids: string[] = [];
    for (let at = 0; at < 5; at++)
      ids.unshift((await local.receive({ ...incoming, subject: `${at}` }, { quietly: true })).id);
    const first = await sdk.emails.receiving.list({ limit: 2 });
    const second = await sdk.emails.receiving.list({ limit: 2, after: ids[1] ?? '' });
    const back = await sdk.emails.receiving.list({ limit: 10, before: ids[2] ?? '' });
    expect(first.data).toMatchObject({ has_more: true, data: [{ id: ids[0] }, { id: ids[1] }] });
    expect(second.data).toMatchObject({ has_more: true, data: [{ id: ids[2] }, { id: ids[3] }] });
    expect(back.data).toMatchObject({ has_more: false, data: [{ id: ids[0] }, { id: ids[1] }] });
    expect(first.data?.data[0]).not.toHaveProperty('html');
  });

  it('a send to a receiving domain comes in there, also at another account', async () => {
    const one = await startForTest();
    const two = await startForTest({ domains: [{ name: 'other.example', receiving: true }] });
    one.local.connect(two.local);
    await one.sdk.emails.send({ ...mail, to: 'help@other.example' });
    await one.sdk.emails.send({ ...mail, to: 'support@in.acme.example' });
    await one.local.settled();
    expect((await two.sdk.emails.receiving.list()).data?.data).toMatchObject([{ subject: mail.subject }]);
    expect((await one.sdk.emails.receiving.list()).data?.data).toMatchObject([{ subject: mail.subject }]);
  });
});

describe('the settings check', () => {
  it('finds the domains with their DNS records', async () => {
    const { sdk } = await startForTest({
      domains: [{ name: 'in.acme.example', receiving: true, status: 'pending' }],
    });
    const { data: domains } = await sdk.domains.list();
    const { data: domain } = await sdk.domains.get(domains?.data[0]?.id ?? '');
    expect(domains?.data).toMatchObject([
      { name: 'in.acme.example', status: 'pending', capabilities: { receiving: 'enabled' } },
    ]);
    expect(domain?.records.map(({ record, type, name }) => `${record} ${type} ${name}`)).toEqual([
      'SPF MX send.in',
      'SPF TXT send.in',
      'DKIM TXT resend._domainkey.in',
      'Receiving MX in',
    ]);
  });
});
