import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { clientAddress } from './clientAddress.ts';

const asked = (remoteAddress: string | undefined, forwarded?: string) =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

describe('[engine H25] who asks', () => {
  const behind = clientAddress(['127.0.0.0/8', '::1', '10.1.2.3']);

  it.each([
    ['nobody is trusted: the socket', [], '198.51.100.7', '203.0.113.9', '198.51.100.7'],
    ['a stranger’s socket, whatever it writes', ['127.0.0.1'], '198.51.100.7', '203.0.113.9', '198.51.100.7'],
  ])('%s', (_what, proxies, socket, forwarded, client) =>
    expect(clientAddress(proxies)(asked(socket, forwarded))).toBe(client),
  );

  it.each([
    ['the one it was asked by', '203.0.113.9', '203.0.113.9'],
    ['the last, for the ones before it are the client’s own words', '8.8.8.8, 203.0.113.9', '203.0.113.9'],
    ['the last that is no proxy', '203.0.113.9, 10.1.2.3', '203.0.113.9'],
    ['a port is none of it', '203.0.113.9:4711', '203.0.113.9'],
    ['nor are brackets', '[2001:db8::1]:4711', '2001:db8::1'],
    ['IPv6', '2001:db8::1', '2001:db8::1'],
    ['nobody is named', undefined, null],
    ['an empty name', '', null],
    ['no address', 'unknown', null],
    ['an address before what is none', '203.0.113.9, secret', null],
    ['proxies only', '127.0.0.1, 10.1.2.3', null],
  ])('a trusted proxy says: %s', (_what, forwarded, client) => {
    expect(behind(asked('127.0.0.1', forwarded))).toBe(client);
    expect(behind(asked('::ffff:127.0.0.1', forwarded))).toBe(client);
    expect(behind(asked('::1', forwarded))).toBe(client);
  });

  it('a socket that is gone has no address', () => expect(behind(asked(undefined))).toBeNull());

  it.each(['proxy.local', '10.0.0.0/99', ''])('refuses %j as a proxy', (proxy) =>
    expect(() => clientAddress([proxy])).toThrow(),
  );
});
