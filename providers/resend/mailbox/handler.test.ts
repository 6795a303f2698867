/** The mailbox pages, by what a browser would send. */
import { request as requestHttp } from 'node:http';
import { describe, expect, it } from 'vitest';
import { mail, startForTest, startReceiver } from '../testKit.ts';

const address = mail.to;

async function startWithMail(more: object = {}) {
  const receiver = await startReceiver();
  const { local, sdk } = await startForTest({ webhook: { endpoint: receiver.url } });
  await sdk.emails.send({
    ...mail,
    replyTo: 'support+c-1@in.acme.example',
    headers: { References: '<m_1.c_1@acme.example>' },
    ...more,
  });
  await local.settled();
  const [stored] = local.mailbox(address);
  const home = `${local.url}/mailbox/${address}`;
  const page = async (path = '') => (await fetch(`${home}${path}`)).text();
  const post = (path: string, fields: Record<string, string>, headers = {}) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    return fetch(`${home}${path}`, { method: 'POST', body: form, redirect: 'manual', headers });
  };
  return { receiver, local, sdk, home, page, post, id: stored?.id ?? '', stored };
}

describe('a mailbox', () => {
  it('lists what came, and shows one mail with what belongs to it', async () => {
    const { page, id } = await startWithMail({ subject: 'Order <42>', text: 'It is <on> its way.' });
    expect(await page()).toContain('Order &lt;42&gt;');
    const shown = await page(`/${id}`);
    expect(shown).toContain('It is &lt;on&gt; its way.');
    expect(shown).toContain('Ana (Acme)');
    expect(await page(`/${id}/raw`)).toContain('Message-ID: <0100');
  });

  it('sends a reply to the desk as the customer’s program would', async () => {
    const { receiver, local, sdk, post, id } = await startWithMail();
    const answer = await post(`/${id}`, { text: 'Thank you!', program: 'gmail' });
    expect(answer.status).toBe(303);
    await local.settled();
    const event = receiver.events().find(({ type }) => type === 'email.received');
    expect(event?.data).toMatchObject({
      from: address,
      to: ['support+c-1@in.acme.example'],
      received_for: ['support+c-1@in.acme.example'],
      subject: 'Re: Your order',
    });
    const { data } = await sdk.emails.receiving.get(`${event?.data.email_id}`, { html_format: 'cid' });
    expect(data?.text).toMatch(/^Thank you!\n\nOn .* wrote:\n\n> It is on its way\./);
    const [sent] = local.log.accepted;
    expect(data?.headers?.references).toBe(JSON.stringify(['<m_1.c_1@acme.example>', sent?.messageId]));
    expect(local.mailbox(address).map(({ direction }) => direction)).toEqual(['received', 'sent']);
  });

  it('writes a new mail with a file, also to somebody else outside', async () => {
    const { local, home } = await startWithMail();
    const form = new FormData();
    form.set('to', 'support@in.acme.example');
    form.set('cc', '"Max, M." <max@customer.example>');
    form.set('name', 'Jo Ünal');
    form.set('subject', 'Photo');
    form.set('text', 'See the file.');
    form.set('files', new File(['png'], 'phöto.png', { type: 'image/png' }));
    await fetch(`${home}/write`, { method: 'POST', body: form, redirect: 'manual' });
    const [copy] = await local.mails('max@customer.example');
    expect(copy).toMatchObject({
      from: `Jo Ünal <${address}>`,
      subject: 'Photo',
      attachments: [{ filename: 'phöto.png', contentType: 'image/png' }],
    });
  });

  it('says why a mail does not leave, and keeps what was written', async () => {
    const { post, local } = await startWithMail();
    const strange = await post('/write', { to: 'nobody', text: 'Long <text>' });
    expect(strange.status).toBe(422);
    expect(await strange.text()).toMatch(/“nobody” is not an address[\s\S]*Long &lt;text&gt;/);
    const deaf = await post('/write', { to: 'support@acme.example', text: 'Hello' });
    expect(await deaf.text()).toContain('acme.example receives no mail');
    expect(local.mailbox(address)).toHaveLength(1);
  });

  it('tells the desk that a mail is spam', async () => {
    const { receiver, local, post, id } = await startWithMail();
    await post(`/${id}/spam`, {});
    await local.settled();
    expect(receiver.events().map(({ type }) => type)).toContain('email.complained');
  });

  it('runs and loads nothing of a mail', async () => {
    const { home, id } = await startWithMail({ html: '<script>alert(1)</script><p>Hi</p>' });
    const shown = await fetch(`${home}/${id}/html`);
    const policy = shown.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(
      /^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:;/,
    );
    const around = await fetch(`${home}/${id}`);
    expect(around.headers.get('content-security-policy')).not.toContain('unsafe-inline');
    expect(await around.text()).toMatch(
      /<iframe\s+title="The mail"\s+sandbox="allow-popups allow-popups-to-escape-sandbox"/,
    );
  });

  it('shows a long mail whole: its frame is as high as its text', async () => {
    const heightOf = async (html: string) => {
      const { page, id } = await startWithMail({ html });
      return Number(/<iframe[^>]* height="(\d+)"/.exec(await page(`/${id}`))![1]);
    };
    const lines = Array.from({ length: 40 }, (_, each) => `<p>Line ${each}</p>`).join('');
    expect(await heightOf(lines)).toBeGreaterThan(40 * 36);
    expect(await heightOf('<p>Hi</p>')).toBeLessThan(200);
  });

  it('refuses forms of other pages and other names of this host', async () => {
    const { local, post, home } = await startWithMail();
    const foreign = await post(
      '/write',
      { to: 'support@in.acme.example' },
      { origin: 'https://evil.example' },
    );
    expect(foreign.status).toBe(403);
    const { port } = new URL(home);
    const rebound = await new Promise<number>((resolve) => {
      requestHttp(
        { host: '127.0.0.1', port, path: '/mailbox', headers: { host: `evil.example:${port}` } },
        (answer) => resolve(answer.statusCode ?? 0),
      ).end();
    });
    expect(rebound).toBe(403);
    expect(local.mailbox(address)).toHaveLength(1);
  });

  it('gives attachments away for saving only', async () => {
    const { home, id } = await startWithMail({
      attachments: [{ filename: 'a.svg', content: Buffer.from('<svg onload="alert(1)"/>') }],
    });
    const file = await fetch(`${home}/${id}/attachments/0`);
    expect(file.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''a.svg");
    expect(file.headers.get('x-content-type-options')).toBe('nosniff');
  });
});
