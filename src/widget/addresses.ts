/** Where the desk is: asked for once a page, until it says so. */
import { waitOrOnline } from './session';

interface Addresses {
  url: string;
  siteUrl: string;
}

let asked: Promise<Addresses> | undefined;

export const readAddresses = (): Promise<Addresses> => (asked ??= ask());

async function ask(): Promise<Addresses> {
  for (;;) {
    try {
      const response = await fetch('/config.json', { cache: 'no-store' });
      if (response.ok) return (await response.json()) as Addresses;
    } catch {
      // Offline: asked again below.
    }
    await waitOrOnline(2_000);
  }
}
