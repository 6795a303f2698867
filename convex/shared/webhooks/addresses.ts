/**
 * Where an outgoing call may go (docs/webhooks.md, "Where calls may go"). Pure.
 *
 * Two questions, both asked at every call: `faultOfUrl` of the URL as somebody wrote it, `faultOfAddress` of every address
 * its name leads to. The first alone is not enough, for a name may lead anywhere, and elsewhere a moment later; the second
 * alone is not either, for an address that stands in a URL is never looked up.
 *
 * What is allowed is named, and not what is forbidden: of IPv6 only what is given out for the public internet (2000::/3),
 * less the ranges that carry an IPv4 address inside them or lead nowhere.
 */
import ipaddr from 'ipaddr.js';

/** What a deployment lets calls reach. */
export interface CallPolicy {
  /** Private and loopback addresses, and names that only a local network knows. */
  privateAddresses: boolean;
  plainHttp: boolean;
  /** Any but the ports of other well-known services, and not only 443. */
  anyPort: boolean;
  /** Of the deployment itself: `host:port`, or `host` for every port of it. */
  ownHosts: readonly string[];
  /** Said of what is refused for being private: how it may be allowed. Empty: it may not be. */
  wayOut: string;
}

/** Whoever tries an agent on their own machine finds the one setting here (docs/webhooks.md). */
const unlessAllowed = ' Other ones need a desk that was started with WEBHOOK_PRIVATE_ADDRESSES=allow.';

/** The one setting: `allow` for an install whose agents live in the same network, or on the same machine. */
export function callPolicy(env: Record<string, string | undefined>): CallPolicy {
  return policyOf(env, env.WEBHOOK_PRIVATE_ADDRESSES === 'allow', unlessAllowed);
}

/**
 * Of a push service. Any operator names one, so what is allowed for webhooks, which the owners enter, is not for these: but for the
 * stand-in that a desk is tested with, whose origin is PUSH_STAND_IN, they are public.
 */
export function pushPolicy(endpoint: string, env: Record<string, string | undefined>): CallPolicy {
  const isStandIn = URL.canParse(endpoint) && new URL(endpoint).origin === env.PUSH_STAND_IN;
  return policyOf(env, isStandIn, '');
}

function policyOf(
  env: Record<string, string | undefined>,
  privateAddresses: boolean,
  wayOut: string,
): CallPolicy {
  const own = [env.CONVEX_SITE_URL, env.CONVEX_CLOUD_URL, env.SITE_URL].flatMap((url) => ownHost(url) ?? []);
  return {
    privateAddresses,
    plainHttp: privateAddresses,
    anyPort: privateAddresses,
    ownHosts: own,
    wayOut,
  };
}

/** A name belongs to the desk with all its ports; of a shared address, such as this machine's own, only the port does. */
function ownHost(url: string | undefined): string | null {
  if (url === undefined || !URL.canParse(url)) return null;
  const parsed = new URL(url);
  const host = hostOf(parsed);
  const isShared = host === 'localhost' || ipaddr.isValid(host);
  return isShared ? `${host}:${portOf(parsed)}` : host;
}

const maxUrlLength = 2_000;

/** Names by which clouds serve their machines' secrets; refused whatever is allowed. */
const metadataNames = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.azure.com',
  'metadata.platformequinix.com',
  'metadata.packet.net',
  'instance-data',
  'instance-data.ec2.internal',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
]);

/** Ends of names that only a machine or its network knows. */
const localEndings = [
  'localhost',
  'localdomain',
  'local',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'home.arpa',
  'private',
  'test',
  'invalid',
  'example',
  'onion',
  'arpa',
];

/** What is wrong with it, as a sentence for whoever wrote it; null: it may be called, if its addresses may. */
export function faultOfUrl(text: string, policy: CallPolicy): string | null {
  if (text.length > maxUrlLength) return `A URL has at most ${maxUrlLength} characters.`;
  if (!URL.canParse(text)) return 'This is not a URL. It begins with https://.';
  const url = new URL(text);
  return faultOfParts(url, policy) ?? faultOfHost(hostOf(url), policy) ?? faultOfOwn(url, policy);
}

function faultOfParts(url: URL, { plainHttp, anyPort, wayOut }: CallPolicy): string | null {
  if (url.protocol !== 'https:' && !(plainHttp && url.protocol === 'http:'))
    return plainHttp
      ? 'The URL must begin with https:// or http://.'
      : `The URL must begin with https://.${wayOut}`;
  if (url.username !== '' || url.password !== '') return 'The URL must not hold a name or a password.';
  const port = Number(portOf(url));
  const isUsual = port === 443 || (anyPort && (port === 80 || port > 1_024));
  return isUsual ? null : `Port ${port} cannot be called.`;
}

function faultOfHost(host: string, policy: CallPolicy): string | null {
  if (ipaddr.isValid(host)) return faultOfAddress(host, policy);
  if (metadataNames.has(host)) return 'This name belongs to the machine’s own network.';
  if (!/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(host) || host.length > 253) return 'This is not a host name.';
  if (policy.privateAddresses) return null;
  if (!host.includes('.') || localEndings.some((ending) => host === ending || host.endsWith(`.${ending}`)))
    return `This name is known to a local network only.${policy.wayOut}`;
  return null;
}

function faultOfOwn(url: URL, { ownHosts }: CallPolicy): string | null {
  const host = hostOf(url);
  const isOwn = ownHosts.includes(host) || ownHosts.includes(`${host}:${portOf(url)}`);
  return isOwn ? 'This is the desk itself.' : null;
}

function portOf({ protocol, port }: URL): string {
  return port !== '' ? port : protocol === 'http:' ? '80' : '443';
}

/** Lower case, without the brackets of an address or the dot that ends a full name. */
function hostOf({ hostname }: URL): string {
  return hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

/** Never, whatever is allowed: no service of anybody's stands there, or that of the cloud which holds secrets. */
const never4 = cidrs(
  '0.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // The cloud's machines, not the customer's.
  '100.100.100.200/32',
  '168.63.129.16/32',
);
const private4 = cidrs('10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16');
const public6 = cidrs('2000::/3');
/** Of those: protocols, documentation, benchmarks, and addresses that hold another one. */
const never6 = cidrs(
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '2620:4f:8000::/48',
  '3ffe::/16',
);
const private6 = cidrs('::1/128', 'fc00::/7');
/** Where a cloud keeps what its machines may ask for. */
const metadata6 = cidrs('fd00:ec2::/32', 'fd20:ce::/32');

/** What is wrong with an address that a name led to, or that stands in a URL; null: it may be called. */
export function faultOfAddress(text: string, { privateAddresses, wayOut }: CallPolicy): string | null {
  const address = parsed(text);
  if (address === null) return 'This is not an address.';
  const isPublic =
    address.kind() === 'ipv4'
      ? !isIn(address, never4) && !isIn(address, private4) && address.range() === 'unicast'
      : isIn(address, public6) && !isIn(address, never6);
  if (isPublic) return null;
  const isPrivate =
    address.kind() === 'ipv4'
      ? isIn(address, private4) && !isIn(address, never4)
      : isIn(address, private6) && !isIn(address, metadata6);
  if (isPrivate && privateAddresses) return null;
  return isPrivate ? `This address is in a private network.${wayOut}` : 'This address cannot be called.';
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

/** An IPv4 address in IPv6's clothes is what it is: `::ffff:127.0.0.1` leads to this machine. */
function parsed(text: string): Address | null {
  return ipaddr.isValid(text) ? ipaddr.process(text) : null;
}

function cidrs(...ranges: string[]): Range[] {
  return ranges.map((range) => ipaddr.parseCIDR(range));
}

function isIn(address: Address, ranges: Range[]): boolean {
  return ranges.some(
    ([from, bits]) => address.kind() === from.kind() && address.match([from, bits] as never),
  );
}
