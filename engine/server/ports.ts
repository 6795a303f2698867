/** Opening and closing the ports; why one cannot be opened, as a sentence for the operator. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Servers } from './servers.ts';
import { StartError } from './startError.ts';

/** Mass reconnects overflow Node's default of 511, and each dropped SYN costs its client a second. */
const BACKLOG = 4_096;

/** Resolves when no connection is left; idle ones are ended at once. */
export function closeServers(servers: Servers): Promise<unknown> {
  return Promise.all(
    Object.values(servers).map(async (server) => {
      if (!server.listening) return;
      const closed = new Promise((done) => server.close(done));
      server.closeIdleConnections();
      await closed;
    }),
  );
}

/** Resolves with the port that was taken. */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((done, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new StartError(whyNot(error, port, host))));
    server.listen({ port, host, backlog: BACKLOG }, () => done((server.address() as AddressInfo).port));
  });
}

function whyNot({ code, message }: NodeJS.ErrnoException, port: number, host: string): string {
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use already; choose another one with --port or --site-port.`;
  if (code === 'EACCES')
    return `Port ${port} needs more rights than this process has; choose one above 1023.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `This machine has no address ${host} to listen on.`;
  return `Port ${port} on ${host} could not be opened: ${message}.`;
}
