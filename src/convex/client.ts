import { ConvexReactClient } from 'convex/react';
import { Lives } from './lives';

/** Where this page's desk answers. Learnt at run time, so one build serves any address. */
type Addresses = { url: string; siteUrl: string };

export type Desk = { client: ConvexReactClient; lives: Lives; addresses: Addresses };

/** Reads `/config.json`, which the server writes from its public addresses, and opens the connection. */
export async function connectDesk(): Promise<Desk> {
  const response = await fetch('/config.json', { cache: 'no-store' });
  if (!response.ok) throw new Error(`The server did not say where the desk is (HTTP ${response.status}).`);
  const addresses = (await response.json()) as Addresses;
  const client = new ConvexReactClient(addresses.url);
  return { client, lives: new Lives(client), addresses };
}
