/** What outlives a restart. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Resend } from 'resend';
import { expect, it, onTestFinished } from 'vitest';
import { startResend } from './start.ts';
import { mail, startForTest, startReceiver } from './testKit.ts';

it('a restart keeps keys, endpoints, mails and who is written to no more: a desk that was connected stays so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'baton-resend-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const stateFile = join(folder, 'data', 'resend.json');
  const receiver = await startReceiver();
  const before = await startForTest({ stateFile });
  const { secret } = before.local.addWebhook({ endpoint: receiver.url });
  const content = Buffer.from('%PDF');
  const { id } = await before.local.receive({
    from: 'jo@customer.example',
    to: 'support@in.acme.example',
    attachments: [{ filename: 'a.pdf', content }],
  });
  const sent = await before.sdk.emails.send(mail, { idempotencyKey: 'msg/1' });
  before.local.setFate('gone@customer.example', 'bounced');
  await before.sdk.emails.send({ ...mail, to: 'gone@customer.example' });
  await before.local.settled();
  const attachments = (await before.sdk.emails.receiving.attachments.list({ emailId: id })).data?.data;
  await before.local.stop();
  expect(statSync(stateFile).mode & 0o777).toBe(0o600);

  const after = await startResend({ stateFile, ratePerSecond: 100 });
  onTestFinished(() => after.stop());
  const sdk = new Resend(before.local.apiKey, { baseUrl: after.url });
  const { data } = await sdk.webhooks.list();
  expect((await sdk.webhooks.get(data?.data[0]?.id ?? '')).data).toMatchObject({ signing_secret: secret });
  expect((await sdk.emails.send(mail, { idempotencyKey: 'msg/1' })).data).toEqual(sent.data);
  await sdk.emails.send({ ...mail, to: 'gone@customer.example' });
  await after.settled();
  expect(after.mailbox('gone@customer.example')).toEqual([]);
  const [stored, ...others] = after.mailbox(mail.to);
  expect(others).toEqual([]);
  const spam = await fetch(`${after.mailboxUrl(mail.to)}/${stored?.id}/spam`, {
    method: 'POST',
    redirect: 'manual',
  });
  expect(spam.status).toBe(303);
  await after.settled();
  expect(receiver.events().at(-1)).toMatchObject({
    type: 'email.complained',
    data: { email_id: sent.data?.id, to: [mail.to], subject: mail.subject },
  });
  const kept = (await sdk.emails.receiving.attachments.list({ emailId: id })).data?.data;
  expect(kept?.map((each) => each.id)).toEqual(attachments?.map((each) => each.id));
});
