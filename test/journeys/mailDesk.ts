/** A desk with an address, connected to a local Resend, as a manager connects it by hand. */
import type { ConvexHttpClient } from 'convex/browser';
import { expect } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { readShared } from '../../convex/readShared.setup.ts';
import type { LocalResend } from '../../providers/resend/start.ts';
import type { TestDesk } from './harness.ts';

/** Where mail for its support arrives. */
export const support = 'support@in.acme.example';

type Mail = Awaited<ReturnType<LocalResend['mails']>>[number];

/** Empty where it has none. */
export const headerOf = ({ headers }: Mail, name: string): string =>
  headers.find((each) => each.name === name)?.value ?? '';

/** What the desk has written to an address, oldest first. */
export async function deskMails(resend: LocalResend, address: string): Promise<Mail[]> {
  const mails = await resend.mails(address);
  return mails.filter(({ from }) => from.includes('support@acme.example'));
}

/** The nth of these, from 1 on, once it is there. */
export async function deskMail(resend: LocalResend, address: string, nth: number): Promise<Mail> {
  const count = async () => (await deskMails(resend, address)).length;
  await expect.poll(count, { timeout: 30_000, interval: 50 }).toBeGreaterThanOrEqual(nth);
  return (await deskMails(resend, address))[nth - 1]!;
}

/** As the customer's program answers a mail. */
export function answerMail(
  resend: LocalResend,
  mail: Mail,
  { from, ...said }: { from: string; text: string; html?: string },
): Promise<unknown> {
  const references = `${headerOf(mail, 'references')} ${mail.messageId}`.trim();
  return resend.receive({
    from,
    to: headerOf(mail, 'reply-to'),
    subject: `Re: ${mail.subject.replace(/^Re: /, '')}`,
    ...said,
    headers: { 'In-Reply-To': mail.messageId!, References: references },
  });
}

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
  domain?: string | undefined;
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
