/** Whose something is that comes by the network, where nothing else tells: an IPv4 address, or a /64 of IPv6, which one household has whole. */
import { isIPv6 } from 'node:net';

/** All whose address nobody knows (H25) are one: there is nothing to tell them apart by. */
export function sourceOf(address: string | null): string {
  if (address === null || !isIPv6(address)) return address ?? '';
  const plain = address.split('%', 1)[0]!;
  const ofFour = plain.slice(plain.lastIndexOf(':') + 1);
  if (/^::(?:ffff:)?[\d.]+$/i.test(plain) && ofFour.includes('.')) return ofFour;
  const [front, back] = plain.split('::') as [string, string | undefined];
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(front), groups(back ?? '')];
  // An address of four at the end stands for two groups.
  const missing = 8 - before.length - after.length - (ofFour.includes('.') ? 1 : 0);
  const whole = [...before, ...Array<string>(back === undefined ? 0 : missing).fill('0'), ...after];
  const network = whole.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
