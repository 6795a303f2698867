import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CallPolicy, callPolicy, faultOfAddress, faultOfUrl, pushPolicy } from './addresses';
import { forbiddenAddresses, forbiddenUrls } from './addresses.setup';

const strict = callPolicy({
  CONVEX_SITE_URL: 'https://site.desk.example.com',
  SITE_URL: 'https://desk.example.com',
});
const open = callPolicy({
  WEBHOOK_PRIVATE_ADDRESSES: 'allow',
  CONVEX_SITE_URL: 'http://127.0.0.1:3211',
  CONVEX_CLOUD_URL: 'http://localhost:3210',
  SITE_URL: 'https://desk.example.com',
});
/** As strict about addresses, and about nothing else: what stops a call is then the address or the name. */
const addressesOnly: CallPolicy = { ...strict, plainHttp: true, anyPort: true };

describe('URLs', () => {
  test('[P3] none of more than 500 ways to write a forbidden address or name is let through', () => {
    const all = new Set([...forbiddenUrls(), ...forbiddenUrls(8_443)]);
    expect(all.size).toBeGreaterThan(500);
    expect([...all].filter((url) => faultOfUrl(url, strict) === null)).toEqual([]);
  });

  test('[P3] it is the address that is refused, and not only its port or its scheme', () => {
    const byHost = forbiddenUrls(8_443).filter((url) => !url.includes('api.example.com'));
    expect(byHost.length).toBeGreaterThan(500);
    expect(byHost.filter((url) => faultOfUrl(url, addressesOnly) === null)).toEqual([]);
  });

  test.each([
    'https://hooks.example.com/',
    'https://hooks.example.com./in?from=desk#there',
    'https://HOOKS.example.com:443/',
    'https://bücher.example.com/',
    'https://8.8.8.8/',
    'https://[2606:4700:4700::1111]/',
    'https://a_b.example.com/',
    'https://localhost.example.com/',
  ])('[P3] %s may be called', (url) => expect(faultOfUrl(url, strict)).toBeNull());

  test('[P3] the desk itself is never called: its names with all their ports, a shared address at its port', () => {
    for (const url of [
      'https://site.desk.example.com/',
      'https://SITE.desk.example.com./api/v1/me',
      'https://desk.example.com/',
      'https://desk.example.com:8443/',
    ]) {
      expect(faultOfUrl(url, addressesOnly), url).toBe('This is the desk itself.');
    }
    for (const url of ['http://127.0.0.1:3211/', 'http://2130706433:3211/', 'http://localhost:3210/x'])
      expect(faultOfUrl(url, open), url).toBe('This is the desk itself.');
    expect(faultOfUrl('http://127.0.0.1:9000/', open)).toBeNull();
  });

  test('[P3] what a setting allows is private networks, and neither metadata nor what belongs to nobody', () => {
    for (const url of [
      'http://127.0.0.1:9000/hook',
      'http://localhost:9000/',
      'http://agent:8080/',
      'https://agent.internal/',
      'http://192.168.178.20/',
      'http://[::1]:9000/',
      'http://[fd12:3456:789a::1]:9000/',
    ])
      expect(faultOfUrl(url, open), url).toBeNull();
    for (const url of [
      'http://169.254.169.254/latest/meta-data/',
      'http://[::ffff:169.254.169.254]/',
      'http://[fd00:ec2::254]/',
      'http://[fe80::1]/',
      'http://100.100.100.200/',
      'http://metadata.google.internal/',
      'http://metadata./',
      'http://0.0.0.0:9000/',
      'http://224.0.0.1:9000/',
      'http://127.0.0.1:22/',
      'ftp://127.0.0.1/',
      'http://user@127.0.0.1:9000/',
    ])
      expect(faultOfUrl(url, open), url).not.toBeNull();
  });

  test('[P3] whoever is refused for their own network reads which setting lets it be called', () => {
    for (const url of ['http://agent.example.com/', 'https://localhost/', 'https://192.168.178.20/'])
      expect(faultOfUrl(url, strict), url).toMatch(/ WEBHOOK_PRIVATE_ADDRESSES=allow\.$/);
    expect(faultOfUrl('ftp://127.0.0.1/', open)).toBe('The URL must begin with https:// or http://.');
    expect(faultOfUrl('https://169.254.169.254/', strict)).toBe('This address cannot be called.');
  });

  test('[P3] what webhooks may call a push may not, but for the origin of a stand-in; its refusal names no setting', () => {
    const env = { WEBHOOK_PRIVATE_ADDRESSES: 'allow', PUSH_STAND_IN: 'http://127.0.0.1:9000' };
    const fault = (url: string) => faultOfUrl(url, pushPolicy(url, env));
    expect(fault('https://push.example.com/a')).toBeNull();
    expect(fault('http://127.0.0.1:9000/push')).toBeNull();
    for (const url of ['http://127.0.0.1:9001/push', 'https://127.0.0.1/push', 'http://push.example.com/a']) {
      expect(fault(url), url).not.toBeNull();
      expect(fault(url), url).not.toContain('WEBHOOK_');
    }
    expect(faultOfAddress('10.0.0.7', pushPolicy('https://push.example.com/a', env))).not.toBeNull();
    expect(faultOfUrl('', pushPolicy('', {}))).not.toBeNull();
  });

  test('[P3] only the very word opens private networks', () => {
    for (const word of ['', 'true', '1', 'ALLOW', 'deny'])
      expect(callPolicy({ WEBHOOK_PRIVATE_ADDRESSES: word }), word).toEqual(callPolicy({}));
  });

  test('[P3] [E6] property: whatever is written, the answer is a sentence or nothing, and never a throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.webUrl().map((url) => url.replace('http:', 'https:')),
        ),
        (url) => {
          const fault = faultOfUrl(url, strict);
          expect(fault === null || fault.endsWith('.')).toBe(true);
        },
      ),
    );
  });
});

describe('addresses', () => {
  test.each(forbiddenAddresses)('[P3] a name that leads to %s leads nowhere', (address) =>
    expect(faultOfAddress(address, strict)).not.toBeNull(),
  );

  test.each([
    '1.1.1.1',
    '100.63.255.255',
    '172.15.0.1',
    '172.32.0.1',
    '192.167.1.1',
    '2606:4700::1',
    '2a01:4f8::1',
  ])('[P3] %s is public', (address) => expect(faultOfAddress(address, strict)).toBeNull());

  test.each(['', 'localhost', '127.0.0.1:80', 'fe80::1%eth0x y'])('[P3] "%s" is no address', (address) =>
    expect(faultOfAddress(address, strict)).not.toBeNull(),
  );

  test('[P3] property: an IPv4 address is judged alike in whatever clothes', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const plain = faultOfAddress(address, strict);
        expect(faultOfAddress(`::ffff:${address}`, strict)).toBe(plain);
        expect(faultOfUrl(`https://${address}/`, strict)).toBe(plain);
      }),
    );
  });
});
