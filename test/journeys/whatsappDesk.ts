/** A desk with a number of WhatsApp, connected to a local one as a manager connects it. */
import type { ConvexHttpClient } from 'convex/browser';
import { expect } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { readShared } from '../../convex/readShared.setup.ts';
import type { PhoneMessage } from '../../providers/whatsapp/people.ts';
import type { LocalWhatsapp } from '../../providers/whatsapp/start.ts';
import type { TestDesk } from './harness.ts';

export const jo = '4915112345678';

export async function connectNumber({
  desk,
  whatsapp,
  operator,
  teamId,
}: {
  desk: Pick<TestDesk, 'engine' | 'settings'>;
  whatsapp: LocalWhatsapp;
  operator: ConvexHttpClient;
  teamId: Id<'teams'>;
}): Promise<Id<'channels'>> {
  await desk.engine.environment.set({ WHATSAPP_BASE_URL: whatsapp.url });
  const [agent] = await readShared(operator, api.agents.list, { teamId });
  const { channelId, verifyToken } = await operator.mutation(api.whatsapp.connect, {
    teamId,
    name: 'WhatsApp',
    agentId: agent!._id,
    phoneNumberId: whatsapp.phoneNumberId,
    businessId: whatsapp.accountId,
    accessToken: whatsapp.token,
    appSecret: whatsapp.appSecret,
  });
  const channels = await readShared(operator, api.channels.list, { teamId });
  const { publicId } = channels.find(({ _id }) => _id === channelId)!;
  const url = `${desk.settings.siteUrl}/channels/whatsapp/${publicId}`;
  expect(await whatsapp.setWebhook({ url, verifyToken: verifyToken! })).toBe(true);
  expect(await operator.action(api.whatsapp.check, { teamId, channelId })).toMatchObject({ state: 'works' });
  return channelId;
}

/** What the business has said to them, oldest first. */
export const saidTo = (whatsapp: LocalWhatsapp, person = jo): PhoneMessage[] =>
  whatsapp.thread(person).filter(({ by }) => by === 'business');

/** Waits until the business has said this to them. */
export async function hears(
  whatsapp: LocalWhatsapp,
  text: string | RegExp,
  person = jo,
): Promise<PhoneMessage> {
  const matches = (said: string) => (typeof text === 'string' ? said.includes(text) : text.test(said));
  const found = () => saidTo(whatsapp, person).filter((each) => matches(each.text));
  await expect.poll(() => found().length, { timeout: 30_000, interval: 20 }).toBeGreaterThan(0);
  return found()[0]!;
}
