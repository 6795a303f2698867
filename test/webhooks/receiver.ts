/** An agent's platform as the desk sees it: a server on this machine that keeps what it is told. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { until } from '../engine/harness.ts';

export interface Told {
  at: number;
  text: string;
  headers: Record<string, string>;
  type: string;
  data: Record<string, any>;
}

export interface Receiver {
  url: string;
  told: Told[];
  /** How it answers; 204 unless the test says otherwise. */
  answer: (told: Told, response: ServerResponse, request: IncomingMessage) => void;
  /** The first that fits, once it has come. */
  next(type: string, fits?: (told: Told) => boolean): Promise<Told>;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const { type, data } = JSON.parse(text) as Pick<Told, 'type' | 'data'>;
      const told = {
        at: performance.now(),
        text,
        headers: request.headers as Record<string, string>,
        type,
        data,
      };
      receiver.told.push(told);
      receiver.answer(told, response, request);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    told: [],
    answer: (_told, response) => response.writeHead(204).end(),
    next: async (type, fits = () => true) => {
      const found = () => receiver.told.find((told) => told.type === type && fits(told));
      await until(() => found() !== undefined, `${type} is told`);
      return found()!;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
  return receiver;
}

export function verified({ text, headers }: Told, secret: string): unknown {
  return new Webhook(secret).verify(text, headers);
}
