/** Where a request comes from, as far as limits go. Pure. */

/**
 * An IPv4 address, or the /64 of an IPv6 one: as much as one subscriber has, who could otherwise count as many. Nobody known
 * is one source together.
 */
export function sourceOf(ip: string | null): string {
  if (ip === null || ip === '') return 'unknown';
  const [address = ''] = ip.toLowerCase().split('%');
  const four = /(?:^|:)(\d{1,3}(?:\.\d{1,3}){3})$/.exec(address)?.[1];
  if (four !== undefined) return four;
  if (!address.includes(':')) return address;
  const [before = '', after = ''] = address.split('::');
  const [head, tail] = [groupsOf(before), groupsOf(after)];
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0');
  const groups = [...head, ...zeros, ...tail].map((group) => parseInt(group, 16).toString(16));
  // An IPv4 address in IPv6 clothes, however it is spelled.
  if (groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff') return fourOf(groups.slice(6));
  return `${groups.slice(0, 4).join(':')}::/64`;
}

function groupsOf(part: string): string[] {
  return part === '' ? [] : part.split(':');
}

/** The four bytes of two groups. */
function fourOf(groups: readonly string[]): string {
  return groups
    .map((group) => parseInt(group, 16))
    .flatMap((pair) => [pair >> 8, pair & 255])
    .join('.');
}
