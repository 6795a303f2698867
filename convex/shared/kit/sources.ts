/** Where a request comes from, as far as limits go. Pure. */
import ipaddr from 'ipaddr.js';

/**
 * An IPv4 address, or the /64 of an IPv6 one: as much as one subscriber has, who could otherwise count as many. Nobody known
 * is one source together.
 */
export function sourceOf(ip: string | null): string {
  if (ip === null || ip === '') return 'unknown';
  if (!ipaddr.isValid(ip)) return ip.toLowerCase();
  // An IPv4 address in IPv6 clothes, however it is spelled, is that one.
  const address = ipaddr.process(ip);
  if (!(address instanceof ipaddr.IPv6)) return address.toString();
  const groups = address.parts.slice(0, 4).map((part) => part.toString(16));
  return `${groups.join(':')}::/64`;
}
