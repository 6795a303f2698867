/** A desk with an address, connected to a local Resend, as a manager connects it by hand. */
import type { ConvexHttpClient } from 'convex/browser';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { readShared } from '../../convex/readShared.setup.ts';
import type { LocalResend } from '../../providers/resend/start.ts';
import type { TestDesk } from './harness.ts';

export async function connectAddress({
  desk,
  resend,
  operator,
  teamId,
  domain = 'acme.example',
}: {
  desk: Pick<TestDesk, 'engine' | 'settings'>;
  resend: LocalResend;
  operator: ConvexHttpClient;
  teamId: Id<'teams'>;
  domain?: string;
}): Promise<Id<'channels'>> {
  await desk.engine.environment.set({ RESEND_BASE_URL: resend.url });
  const [agent] = await readShared(operator, api.agents.list, { teamId });
  const address = {
    teamId,
    name: 'Support',
    agentId: agent!._id,
    mail: {
      address: `support@${domain}`,
      senderName: 'Acme support',
      replyAddress: `support@in.${domain}`,
    },
    apiKey: resend.apiKey,
  };
  const channelId = await operator.mutation(api.channels.connectAddress, address);
  const channels = await readShared(operator, api.channels.list, { teamId });
  const { publicId } = channels.find(({ _id }) => _id === channelId)!;
  const { secret } = resend.addWebhook({
    endpoint: `${desk.settings.siteUrl}/channels/email/${publicId}`,
  });
  await operator.mutation(api.channels.connectAddress, { ...address, channelId, webhookSecret: secret });
  return channelId;
}
