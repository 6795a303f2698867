/**
 * Who asks (H25): the address of the socket, or what the operator's own proxies say of it. Proxies append to `X-Forwarded-For`
 * whom they were asked by, so its last name that is none of them is the client; everything before it anybody may have written.
 */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Null: nobody knows, for the request came through a proxy that does not say. */
export type ClientAddress = (request: IncomingMessage) => string | null;

/** `proxies`: addresses and subnets such as `10.0.0.0/8`. Throws for what is neither. */
export function clientAddress(proxies: readonly string[]): ClientAddress {
  const trusted = listOf(proxies);
  const isTrusted = (address: string): boolean => trusted.check(address, familyOf(address));
  return ({ socket, headers }) => {
    const peer = socket.remoteAddress ?? null;
    if (peer === null || !isTrusted(peer)) return peer;
    const named = String(headers['x-forwarded-for'] ?? '').split(',');
    const client = named.map(withoutPort).findLast((address) => isIP(address) === 0 || !isTrusted(address));
    return client === undefined || isIP(client) === 0 ? null : client;
  };
}

function listOf(proxies: readonly string[]): BlockList {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    if (isIP(address) === 0) throw new Error(`A trusted proxy is an address or a subnet, not "${proxy}".`);
    if (bits === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(bits), familyOf(address));
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** Some proxies add the port: `203.0.113.9:4711`, `[2001:db8::1]:4711`. */
function withoutPort(named: string): string {
  const text = named.trim();
  return /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
}
