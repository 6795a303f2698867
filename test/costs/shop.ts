/** A desk with the sample shop, an owner who is online, and one web customer: what a message passes through in real life. */
import { ConvexHttpClient } from 'convex/browser';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { setUpDesk, type TestDesk } from '../journeys/harness.ts';
import { readShared } from '../../convex/readShared.setup.ts';

export interface Shop {
  teamId: Id<'teams'>;
  owner: ConvexHttpClient;
  customer: ConvexHttpClient;
  /** Another visitor; a handful, then the desk limits them. */
  newCustomer: () => Promise<ConvexHttpClient>;
}

export async function openShop(desk: TestDesk): Promise<Shop> {
  const { url, siteUrl } = desk.settings;
  const { operator: owner, teamId } = await setUpDesk(desk);
  await owner.mutation(api.members.heartbeat, { teamId, sessionId: 'costs', idleMs: 0 });
  await owner.mutation(api.members.setStatus, { teamId, status: 'online' });
  const [channel] = await readShared(owner, api.channels.list, { teamId });
  const newCustomer = async () => {
    const response = await fetch(`${siteUrl}/widget/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ channel: channel!.publicId }),
    });
    const { jwt } = (await response.json()) as { jwt: string };
    const customer = new ConvexHttpClient(url, { logger: false });
    customer.setAuth(jwt);
    return customer;
  };
  return { teamId, owner, customer: await newCustomer(), newCustomer };
}
