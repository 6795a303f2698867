/** Whose something is that comes by the network, where nothing else tells: an IPv4 address, or a /64 of IPv6, which one household has whole. */
import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** All whose address nobody knows (H25) are one: there is nothing to tell them apart by. */
export function sourceOf(address: string | null): string {
  if (address === null || !isIPv6(address)) return address ?? '';
  const known = ipaddr.process(address);
  if (!(known instanceof ipaddr.IPv6)) return known.toString();
  return `${known.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
