/** What outlives a restart. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Resend } from 'resend';
import { expect, it, onTestFinished } from 'vitest';
import { startResend } from './start.ts';
import { mail, startForTest, startReceiver } from './testKit.ts';

it('a restart keeps keys, endpoints, mails and suppressions: a desk that was connected stays so', async () => {
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
  await before.sdk.emails.send(mail);
  await before.sdk.suppressions.add({ email: 'gone@customer.example' });
  await before.local.settled();
  const attachments = (await before.sdk.emails.receiving.attachments.list({ emailId: id })).data?.data;
  await before.local.stop();
  expect(statSync(stateFile).mode & 0o777).toBe(0o600);

  const after = await startResend({ stateFile, ratePerSecond: 100 });
  onTestFinished(() => after.stop());
  const sdk = new Resend(before.local.apiKey, { baseUrl: after.url });
  const { data } = await sdk.webhooks.list();
  expect((await sdk.webhooks.get(data?.data[0]?.id ?? '')).data).toMatchObject({ signing_secret: secret });
  expect((await sdk.suppressions.get('gone@customer.example')).data?.origin).toBe('manual');
  expect(after.mailbox(mail.to)).toHaveLength(1);
  const kept = (await sdk.emails.receiving.attachments.list({ emailId: id })).data?.data;
  expect(kept?.map((each) => each.id)).toEqual(attachments?.map((each) => each.id));
});
