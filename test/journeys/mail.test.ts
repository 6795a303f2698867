/** One thread by mail, against a local Resend that refuses what the real one refuses (docs/rules.md M1 to M6). */
import type { ConvexHttpClient } from 'convex/browser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { readShared } from '../../convex/readShared.setup.ts';
import { type LocalResend, startResend } from '../../providers/resend/start.ts';
import { setUpDesk, startTestDesk, type TestDesk } from './harness.ts';

let desk: TestDesk;
let resend: LocalResend;
let operator: ConvexHttpClient;
let teamId: Id<'teams'>;
let channelId: Id<'channels'>;

const customer = 'jo@customer.example';
const support = 'support@in.acme.example';

beforeAll(async () => {
  desk = await startTestDesk({ app: false });
  resend = await startResend({ retryScale: 0.001 });
  await desk.engine.environment.set({ RESEND_BASE_URL: resend.url });
  ({ operator, teamId } = await setUpDesk(desk));
  await operator.mutation(api.members.heartbeat, { teamId, sessionId: 'http', idleMs: 0 });
  await operator.mutation(api.members.setStatus, { teamId, status: 'online' });
  const [agent] = await readShared(operator, api.agents.list, { teamId });
  const address = {
    teamId,
    name: 'Support',
    agentId: agent!._id,
    mail: { address: 'support@acme.example', senderName: 'Acme support', replyAddress: support },
    apiKey: resend.apiKey,
  };
  channelId = await operator.mutation(api.channels.connectAddress, address);
  const channels = await readShared(operator, api.channels.list, { teamId });
  const { publicId } = channels.find(({ _id }) => _id === channelId)!;
  const { secret } = resend.addWebhook({ endpoint: `${desk.settings.siteUrl}/channels/email/${publicId}` });
  await operator.mutation(api.channels.connectAddress, { ...address, channelId, webhookSecret: secret });
});

afterAll(async () => {
  await resend?.stop();
  await desk?.dispose();
});

/** The newest mail in the customer's mailbox, once there are so many from the desk. */
async function answered(count: number) {
  await expect
    .poll(async () => (await fromDesk()).length, { timeout: 30_000, interval: 50 })
    .toBeGreaterThanOrEqual(count);
  return (await fromDesk())[count - 1]!;
}
async function fromDesk() {
  const mails = await resend.mails(customer);
  return mails.filter(({ from }) => JSON.stringify(from).includes('support@acme.example'));
}

it('[M3] the agent answers a mail by mail, on the same thread', async () => {
  await resend.receive({
    from: customer,
    to: support,
    subject: 'Returns',
    text: 'How long can I return things?',
  });
  const answer = await answered(1);
  console.log(
    JSON.stringify(answer, null, 1),
    await readShared(operator, api.channels.health, { teamId, channelId }),
  );
  expect(answer.subject).toBe('Re: Returns');
});
