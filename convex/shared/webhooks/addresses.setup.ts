/**
 * Ways to write what an outgoing call must not reach, of which there are many more than addresses. Two dots in the name:
 * not bundled.
 */

/** A machine's own, private networks, clouds' metadata, and what belongs to nobody; one or more of each range. */
const forbidden4 = [
  [0, 0, 0, 0],
  [0, 1, 2, 3],
  [10, 0, 0, 1],
  [10, 255, 255, 254],
  [100, 64, 0, 1],
  [100, 100, 100, 200],
  [127, 0, 0, 1],
  [127, 1, 2, 3],
  [169, 254, 169, 254],
  [169, 254, 170, 2],
  [172, 16, 0, 1],
  [172, 31, 255, 254],
  [192, 0, 0, 192],
  [192, 0, 2, 1],
  [192, 88, 99, 1],
  [192, 168, 0, 1],
  [192, 168, 178, 1],
  [198, 18, 0, 1],
  [198, 51, 100, 1],
  [203, 0, 113, 1],
  [224, 0, 0, 1],
  [239, 255, 255, 250],
  [240, 0, 0, 1],
  [255, 255, 255, 255],
] as const;

type Four = readonly [number, number, number, number];

const hex = (byte: number) => byte.toString(16).padStart(2, '0');
const octal = (byte: number) => `0${byte.toString(8)}`;
const asNumber = ([a, b, c, d]: Four) => ((a * 256 + b) * 256 + c) * 256 + d;
/** Two groups of an IPv6 address. */
const asGroups = ([a, b, c, d]: Four) => `${hex(a)}${hex(b)}:${hex(c)}${hex(d)}`;
const inFullWidth = (text: string) =>
  text.replaceAll(/[0-9]/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
const inCircles = (text: string) =>
  text.replaceAll(/[1-9]/g, (digit) => String.fromCodePoint(0x245f + Number(digit)));

/** Each as a browser, curl or a resolver reads it. */
const writings4: ((address: Four) => string)[] = [
  (address) => address.join('.'),
  (address) => `${address.join('.')}.`,
  (address) => String(asNumber(address)),
  (address) => `0x${asNumber(address).toString(16)}`,
  (address) => `0${asNumber(address).toString(8)}`,
  (address) => address.map((byte) => `0x${hex(byte)}`).join('.'),
  (address) => address.map((byte) => octal(byte)).join('.'),
  ([a, b, c, d]) => `${octal(a)}.0x${hex(b)}.${c}.${d}`,
  ([a, b, c, d]) => `${a}.${(b * 256 + c) * 256 + d}`,
  ([a, b, c, d]) => `${a}.${b}.${c * 256 + d}`,
  (address) => inFullWidth(address.join('.')),
  (address) => inCircles(address.join('.')),
  (address) => address.join('。'),
  (address) => address.join('%2e'),
  (address) => `[::ffff:${address.join('.')}]`,
  (address) => `[::FFFF:${asGroups(address)}]`,
  (address) => `[0:0:0:0:0:ffff:${asGroups(address)}]`,
  (address) => `[::${asGroups(address)}]`,
  (address) => `[64:ff9b::${address.join('.')}]`,
  (address) => `[64:ff9b:1::${asGroups(address)}]`,
  (address) => `[2002:${asGroups(address)}::1]`,
  (address) => `[2001:0:${asGroups(address)}::1]`,
];

const forbidden6 = [
  '::',
  '::1',
  '0:0:0:0:0:0:0:1',
  '0000:0000:0000:0000:0000:0000:0000:0001',
  '100::1',
  '2001:db8::1',
  '2001:2::1',
  '2001:10::1',
  '3fff::1',
  'fc00::1',
  'fd00:ec2::254',
  'fd12:3456:789a::1',
  'fe80::1',
  'fe80::1%25eth0',
  'fec0::1',
  'ff02::1',
  '5f00::1',
  '::ffff:0:127.0.0.1',
];

const forbiddenNames = [
  'localhost',
  'LOCALHOST',
  'localhost.',
  'localhost.localdomain',
  'anything.localhost',
  'anything.localhost.',
  'ｌｏｃａｌｈｏｓｔ',
  'ⓛocalhost',
  'local%68ost',
  'router',
  'intranet',
  'db',
  'printer.local',
  'vault.internal',
  'wiki.corp',
  'nas.lan',
  'nas.home.arpa',
  '1.0.0.127.in-addr.arpa',
  'metadata',
  'metadata.google.internal',
  'metadata.google.internal.',
  'METADATA.GOOGLE.INTERNAL',
  'metadata.goog',
  'metadata.azure.internal',
  'instance-data',
  'instance-data.ec2.internal',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

/** Of a port, in the places of a URL where things hide. */
const around = (host: string, port: string) => [
  `https://${host}${port}/`,
  `https://user:secret@${host}${port}/`,
  `https://api.example.com@${host}${port}/hook`,
];

const otherUrls = [
  'http://api.example.com/',
  'ftp://api.example.com/',
  'file:///etc/passwd',
  'gopher://127.0.0.1:6379/_FLUSHALL',
  'data:text/plain,hello',
  'javascript:alert(1)',
  '//api.example.com/',
  'https:',
  'https://',
  'https:///',
  'https://?',
  'https://.',
  'https://..',
  'https://a..b',
  'https://api.example.com:22/',
  'https://api.example.com:25/',
  'https://api.example.com:0/',
  'https://api.example.com:80/',
  'https://api.example.com:6379/',
  'https://api.example.com:65536/',
  'https://user@api.example.com/',
  'https://user:@api.example.com/',
  'https://:secret@api.example.com/',
  'https://[api.example.com]/',
  'https://[::1',
  'https://::1/',
  'https://0/',
  'https://0x/',
  'https://0x7f.1/',
  'https://1/',
  'https://4294967296/',
  'https://256.0.0.1/',
  'https://127.0.0.0.1/',
  'https://\u0000127.0.0.1/',
  'https://127.0.0.1\u0000.example.com/',
  'https://127.0.0.1\\@api.example.com/',
  'https:\\\\127.0.0.1\\',
  'https://127.0.0.1#@api.example.com/',
  'https://127.0.0.1?@api.example.com/',
  ' https://127.0.0.1/ ',
  'https://127.0.0.1\t/',
  'ht\ntps://127.0.0.1/',
  `https://api.example.com/${'a'.repeat(2_000)}`,
];

/** URLs that must not be called, at `port` where one is wanted; more than 500. */
export function forbiddenUrls(port?: number): string[] {
  const at = port === undefined ? '' : `:${port}`;
  const hosts4 = forbidden4.flatMap((address) => writings4.map((write) => write(address)));
  const hosts6 = forbidden6.map((address) => `[${address}]`);
  return [
    ...hosts4.map((host) => `https://${host}${at}/`),
    ...[...hosts6, ...forbiddenNames, '127.0.0.1', '[::ffff:127.0.0.1]'].flatMap((host) => around(host, at)),
    ...otherUrls,
  ];
}

/** Addresses that a name may lead to and that must not be connected to. */
export const forbiddenAddresses: string[] = [
  ...forbidden4.map((address) => address.join('.')),
  ...forbidden4.map((address) => `::ffff:${address.join('.')}`),
  ...forbidden4.map((address) => `64:ff9b::${address.join('.')}`),
  ...forbidden4.map((address) => `2002:${asGroups(address)}::1`),
  ...forbidden6.filter((address) => !address.includes('%')),
];
